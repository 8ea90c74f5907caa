//! `sequence`: a switch that is `disabled` or `auto`, and the greatest number of images.

use super::{Reading, plain};
use crate::leaf::Leaf;
use crate::plan::Slot;
use crate::translate::Call;
use crate::violation::ViolationKind;

/// `disabled` for one image, `auto` for more.
pub(super) fn switch(call: &Call<'_>) -> Option<&'static str> {
    let count = wanted(call)?;
    Some(if count > 1 { "auto" } else { "disabled" })
}

/// The greatest number of images, which acts only beside `auto`.
pub(super) fn count(call: &Call<'_>) -> Option<u64> {
    wanted(call).filter(|count| *count > 1)
}

fn wanted(call: &Call<'_>) -> Option<u64> {
    let written = call.writes(Leaf::SequentialCount);
    written.then(|| call.whole(Leaf::SequentialCount)).flatten()
}

/// Reads switch and number together: `disabled` is one image, `auto` alone the number that the
/// vendor documents as its default.
pub(super) fn read(reading: &mut Reading<'_>) {
    const LEAF: Leaf = Leaf::SequentialCount;
    if !reading.plan.has(|slot| matches!(slot, Slot::SequenceSwitch)) {
        return;
    }
    let (switch, number) = (reading.wired(LEAF, 0), reading.wired(LEAF, 1));
    let count = number.map(|(path, number)| (path, plain::whole(number)));
    if let Some((path, Err(problem))) = &count {
        refuse(reading, path, ViolationKind::NotAccepted, format!("{path} {problem}"));
    }
    let count = count.and_then(|(path, count)| Some((path, count.ok()?)));
    match switch.map(|(path, switch)| (path, switch.as_str())) {
        Some((path, Some("auto"))) => {
            let default = reading.plan.field(LEAF).and_then(|field| field.default.as_ref());
            let default = default.and_then(|(default, _)| default.as_u64());
            reading.request.sequential_count = count.map(|(_, count)| count).or(default);
            if reading.request.sequential_count.is_none() {
                let message = format!("{path} auto needs the number of images");
                refuse(reading, path, ViolationKind::NotAccepted, message);
            }
        }
        Some((_, Some("disabled"))) => {
            reading.request.sequential_count = Some(1);
            refuse_alone(reading, count);
        }
        Some((path, _)) => {
            let message = format!("{path} takes disabled or auto");
            refuse(reading, path, ViolationKind::NotAccepted, message);
            refuse_alone(reading, count);
        }
        None if count.is_some_and(|(_, count)| count == 1) => {
            reading.request.sequential_count = Some(1);
        }
        None => refuse_alone(reading, count),
    }
}

/// A number that acts only beside `auto`; beside `disabled` one is what the vendor makes anyway.
fn refuse_alone(reading: &mut Reading<'_>, count: Option<(&str, u64)>) {
    let same = |count: u64| reading.request.sequential_count == Some(count);
    let Some((path, count)) = count.filter(|(_, count)| !same(*count)) else { return };
    let message = format!("{path} {count} has no effect unless the sequence is auto");
    refuse(reading, path, ViolationKind::NoEffect, message);
}

fn refuse(reading: &mut Reading<'_>, path: &str, kind: ViolationKind, message: String) {
    reading.misfit(path.to_owned(), Some(Leaf::SequentialCount), (kind, message));
}
