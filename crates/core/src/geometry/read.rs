//! A size read back: pixels to `size`, words to `aspect_ratio` and `resolution`.

use std::str::FromStr;

use serde_json::Value;

use crate::check;
use crate::encoding::{Reading, find, whole};
use crate::leaf::Leaf;
use crate::plan::Word;
use crate::request::{AspectRatio, Resolution, Size};
use crate::violation::ViolationKind;

/// Reads the three leaves off the payload. Pixels and words side by side are read as both, which
/// is a conflict of the request then.
pub(crate) fn read(reading: &mut Reading<'_>) {
    let beside = beside_pixels(reading);
    if beside.is_none() && !reading.plan.beside_pixels.is_empty() {
        ignored_pixels(reading);
    } else {
        read_pixels(reading, beside);
    }
    let geometry = &reading.plan.geometry;
    let ratio = word::<AspectRatio>(reading, Leaf::AspectRatio, &geometry.ratio_words, beside);
    reading.request.aspect_ratio = ratio;
    let tier = word::<Resolution>(reading, Leaf::Resolution, &geometry.tier_words, beside);
    reading.request.resolution = tier;
}

/// The path and value that stand beside pixels in place of a word, if they do.
fn beside_pixels<'a>(reading: &Reading<'a>) -> Option<(&'a str, &'a Value)> {
    let mut besides = reading.plan.beside_pixels.iter();
    besides.find_map(|(path, value)| {
        let given = find(reading.payload, path)?;
        (given == value).then_some((path.as_str(), given))
    })
}

/// Without the word beside them pixels are taken and not used.
fn ignored_pixels(reading: &mut Reading<'_>) {
    let Some((beside, word)) = reading.plan.beside_pixels.first() else { return };
    for (path, _) in [0, 1].map(|place| reading.wired(Leaf::Size, place)).into_iter().flatten() {
        let message = format!("{path} has no effect unless {beside} is {word}");
        let told = (ViolationKind::NoEffect, message);
        reading.misfit(path.to_owned(), Some(Leaf::Size), told);
    }
}

fn read_pixels(reading: &mut Reading<'_>, beside: Option<(&str, &Value)>) {
    let sides = [0, 1].map(|place| reading.wired(Leaf::Size, place));
    let read = sides.map(|side| side.map(|(_, value)| pixels(value)));
    if let [Some(Ok(width)), Some(Ok(height))] = read {
        reading.request.size = Some(Size { width, height });
        return;
    }
    for ((path, _), read) in
        sides.iter().zip(&read).filter_map(|(side, read)| side.zip(read.as_ref()))
    {
        let lone = "stands without the other side";
        refuse(reading, path, Leaf::Size, read.as_ref().err().map_or(lone, String::as_str));
    }
    if let Some((path, _)) = beside {
        refuse(reading, path, Leaf::Size, "takes this word only beside width and height");
    }
}

fn pixels(value: &Value) -> Result<u32, String> {
    let side = u32::try_from(whole(value)?).ok().filter(|side| *side > 0);
    side.ok_or_else(|| "takes a number of pixels from 1".to_owned())
}

/// A word of the vendor's, or one of ours that the vendor does not take.
fn word<T: FromStr + PartialEq + Copy>(
    reading: &mut Reading<'_>,
    leaf: Leaf,
    words: &[(T, Word)],
    beside: Option<(&str, &Value)>,
) -> Option<T> {
    let (path, value) = reading.wired(leaf, 0)?;
    if beside.is_some_and(|(key, _)| key == path) {
        return None;
    }
    if let Some((word, _)) = words.iter().find(|(_, wire)| **wire == *value) {
        return Some(*word);
    }
    let listed: Vec<Value> = words.iter().map(|(_, wire)| Value::clone(wire)).collect();
    let read = value.as_str().and_then(|text| text.parse::<T>().ok());
    // The vendor's own word in another spelling is no word of the vendor's.
    let read = read.filter(|read| !words.iter().any(|(word, _)| word == read));
    if read.is_none() {
        refuse(reading, path, leaf, &format!("takes one of {}", check::list(&listed)));
    }
    read
}

fn refuse(reading: &mut Reading<'_>, path: &str, leaf: Leaf, problem: &str) {
    let message = format!("{path} {problem}");
    reading.misfit(path.to_owned(), Some(leaf), (ViolationKind::NotAccepted, message));
}
