//! `frames`: an array of pinned frames, each with its position.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Json, JsonText, Reading, media};
use crate::leaf::{Leaf, Leaves};
use crate::request::{Frames as Pinned, Media};
use crate::translate::Call;

/// `[{"<key>": media, "frame": "first"}, {"<key>": media, "frame": "last"}]`.
///
/// The normal form names every position, also where the vendor would guess it: a single string
/// would mean the first frame today and something else tomorrow.
pub(super) struct Frames<'a> {
    pub(super) key: &'a str,
    pub(super) leaves: Leaves,
    pub(super) call: &'a Call<'a>,
}

impl<'a> Frames<'a> {
    fn pinned(&self) -> impl Iterator<Item = Frame<'a>> {
        let Frames { key, leaves, call } = *self;
        let leaves = [Leaf::FirstFrame, Leaf::LastFrame]
            .into_iter()
            .filter(move |leaf| leaves.contains(*leaf) && call.writes(*leaf));
        leaves.map(move |leaf| Frame { key, media: media::Single { leaf, call } })
    }
}

impl Serialize for Frames<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.pinned())
    }
}

impl Json for Frames<'_> {
    fn write_json(&self, text: &mut JsonText<'_>) -> serde_json::Result<()> {
        text.raw(b"[");
        for (at, frame) in self.pinned().enumerate() {
            text.raw(if at == 0 { b"{" } else { b",{" });
            text.string(frame.key)?;
            text.raw(b":");
            frame.media.write_json(text)?;
            text.raw(if frame.is_first() {
                br#","frame":"first"}"#
            } else {
                br#","frame":"last"}"#
            });
        }
        text.raw(b"]");
        Ok(())
    }
}

struct Frame<'a> {
    key: &'a str,
    media: media::Single<'a>,
}

impl Frame<'_> {
    fn is_first(&self) -> bool {
        self.media.leaf == Leaf::FirstFrame
    }
}

impl Serialize for Frame<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(self.key, &self.media)?;
        map.serialize_entry("frame", if self.is_first() { "first" } else { "last" })?;
        map.end()
    }
}

/// Reads items with and without a position: a string is an item without one; one item without one
/// is the first frame, two are the first and the last; `0` is the first, `-1` the last.
pub(super) fn read(reading: &mut Reading<'_>, key: &str, value: &Value) -> Result<(), String> {
    let Value::Array(items) = value else {
        return Err(format!("takes a list, not {}", super::type_of(value)));
    };
    let mut frames = Pinned::default();
    for (at, item) in items.iter().enumerate() {
        let numbered = |problem: String| format!("item {}: {problem}", at + 1);
        let (medium, position) = parts(item, key).map_err(numbered)?;
        let medium = media::medium(reading.plan, medium).map_err(numbered)?;
        let place = place(position, at, items.len()).map_err(numbered)?;
        pin(&mut frames, place, medium).map_err(numbered)?;
    }
    reading.request.frames = frames;
    Ok(())
}

/// The medium of an item and its position, if it states one.
fn parts<'a>(item: &'a Value, key: &str) -> Result<(&'a Value, Option<&'a Value>), String> {
    let Value::Object(object) = item else { return Ok((item, None)) };
    if let Some(other) = object.keys().find(|other| *other != key && *other != "frame") {
        let other: String = other.chars().take(40).collect();
        return Err(format!("has the key {other:?}; it takes {key} and frame"));
    }
    let medium = object.get(key).ok_or_else(|| format!("lacks {key}"))?;
    Ok((medium, object.get("frame").filter(|frame| !frame.is_null())))
}

fn place(position: Option<&Value>, at: usize, of: usize) -> Result<Leaf, String> {
    let first = |position: &Value| position == "first" || *position == 0;
    let last = |position: &Value| position == "last" || *position == -1;
    match position {
        Some(position) if first(position) => Ok(Leaf::FirstFrame),
        Some(position) if last(position) => Ok(Leaf::LastFrame),
        Some(_) => Err("frame takes first or 0, last or -1".to_owned()),
        None if at == 0 && of <= 2 => Ok(Leaf::FirstFrame),
        None if at == 1 && of == 2 => Ok(Leaf::LastFrame),
        None => Err("without frame it is not said which one it is".to_owned()),
    }
}

fn pin(frames: &mut Pinned, place: Leaf, medium: Media) -> Result<(), String> {
    let (name, slot) = match place {
        Leaf::FirstFrame => ("first", &mut frames.first),
        _ => ("last", &mut frames.last),
    };
    match slot.replace(medium) {
        None => Ok(()),
        Some(_) => Err(format!("is a second {name} frame")),
    }
}
