//! `content_check`: `checkContent`, and `mode` where the vendor has it.

use serde_json::Value;

use super::Reading;
use crate::leaf::Leaf;
use crate::plan::Slot;
use crate::request::Safety;
use crate::translate::Call;
use crate::violation::ViolationKind;

/// The mode of the check; `off` is what the vendor does anyway and is not sent.
pub(super) fn mode(call: &Call<'_>) -> Option<&'static str> {
    let written = call.writes(Leaf::Safety);
    written.then(|| call.request.word(Leaf::Safety)).flatten()
}

/// Reads flag and mode together: `true` alone is `fast`, as the vendor says; `false`, and the mode
/// `none` alone, are `off`.
pub(super) fn read(reading: &mut Reading<'_>) {
    if !reading.plan.has(|slot| matches!(slot, Slot::CheckContent)) {
        return;
    }
    let (flag, mode) = (reading.wired(Leaf::Safety, 0), reading.wired(Leaf::Safety, 1));
    let word = mode.and_then(|(_, mode)| mode.as_str());
    reading.request.safety = match (flag, word) {
        (Some((_, Value::Bool(false))), _) | (None, Some("none")) => Some(Safety::Off),
        (Some((_, Value::Bool(true))), Some("full")) => Some(Safety::Full),
        (Some((_, Value::Bool(true))), _) => Some(Safety::Fast),
        _ => None,
    };
    match (flag, mode) {
        (Some((path, value)), _) if !value.is_boolean() => {
            let message = format!("{path} takes true or false, not {}", super::type_of(value));
            refuse(reading, path, ViolationKind::NotAccepted, message);
            if let Some((path, _)) = mode {
                let message = format!("{path} stands beside a flag that cannot be read");
                refuse(reading, path, ViolationKind::NotAccepted, message);
            }
        }
        (_, Some((path, mode))) => read_mode(reading, path, flag.is_some(), mode),
        _ => {}
    }
}

/// A mode that says nothing, or something else than the flag.
fn read_mode(reading: &mut Reading<'_>, path: &str, flag: bool, mode: &Value) {
    let checks = reading.request.safety.is_some_and(|safety| safety != Safety::Off);
    match mode.as_str() {
        Some("none") if !checks => {}
        Some("fast" | "full") if checks => {}
        Some("fast" | "full") if flag => {
            let message = format!("{path} has no effect while nothing is checked; leave it out");
            refuse(reading, path, ViolationKind::NoEffect, message);
        }
        Some("fast" | "full") => {
            let message = format!("{path} stands without the flag that turns the check on; add it");
            refuse(reading, path, ViolationKind::Requires, message);
        }
        _ => {
            let message = format!("{path} takes fast or full beside a check, none without one");
            refuse(reading, path, ViolationKind::NotAccepted, message);
        }
    }
}

fn refuse(reading: &mut Reading<'_>, path: &str, kind: ViolationKind, message: String) {
    reading.misfit(path.to_owned(), Some(Leaf::Safety), (kind, message));
}
