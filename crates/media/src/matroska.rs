//! WEBM and Matroska. <https://www.rfc-editor.org/rfc/rfc9559>, on top of EBML (RFC 8794).

use crate::source::Source;
use crate::{Clip, Sides};
use std::time::Duration;

const SEGMENT: u64 = 0x1853_8067;
const INFO: u64 = 0x1549_a966;
const TIMESTAMP_SCALE: u64 = 0x2a_d7b1;
const DURATION: u64 = 0x4489;
const TRACKS: u64 = 0x1654_ae6b;
const TRACK_ENTRY: u64 = 0xae;
const TRACK_TYPE: u64 = 0x83;
const VIDEO: u64 = 0xe0;
const PIXEL_WIDTH: u64 = 0xb0;
const PIXEL_HEIGHT: u64 = 0xba;

/// One element: its id, and where its body begins and ends.
struct Element {
    id: u64,
    body: u64,
    end: u64,
}

/// Playing time, and the sides of the first video track.
pub(crate) fn clip(source: &mut Source<'_>) -> Clip {
    let mut clip = Clip::default();
    let Some(segment) = find(source, 0, source.len(), SEGMENT) else {
        return clip;
    };
    let (mut at, mut parts) = (segment.body, 0);
    while let Some(element) = element(source, at, segment.end) {
        match element.id {
            INFO => clip.millis = playing_time(source, &element),
            TRACKS => (clip.sides, clip.sound_only) = tracks(source, &element),
            _ => {}
        }
        parts += u8::from(matches!(element.id, INFO | TRACKS));
        if parts == 2 {
            break;
        }
        at = element.end;
    }
    clip
}

/// `Duration` counts in units of `TimestampScale` nanoseconds, by default a million.
fn playing_time(source: &mut Source<'_>, info: &Element) -> Option<u64> {
    let duration = find(source, info.body, info.end, DURATION)?;
    let units = float(source, &duration)?;
    let scale = match find(source, info.body, info.end, TIMESTAMP_SCALE) {
        Some(scale) => u32::try_from(unsigned(source, &scale)?).ok()?,
        None => 1_000_000,
    };
    let seconds = units * f64::from(scale) / 1e9;
    // Refuses what is negative, infinite or not a number.
    let time = Duration::try_from_secs_f64(seconds + 0.0005).ok()?;
    u64::try_from(time.as_millis()).ok().filter(|millis| *millis > 0)
}

/// The sides of the first video track, and whether there is sound and no video.
fn tracks(source: &mut Source<'_>, tracks: &Element) -> (Option<Sides>, bool) {
    let (mut at, mut sound) = (tracks.body, false);
    while let Some(entry) = find(source, at, tracks.end, TRACK_ENTRY) {
        let kind = find(source, entry.body, entry.end, TRACK_TYPE);
        match kind.and_then(|kind| unsigned(source, &kind)) {
            Some(1) => return (sides(source, &entry), false),
            kind => sound |= kind == Some(2),
        }
        at = entry.end;
    }
    (None, sound)
}

fn sides(source: &mut Source<'_>, entry: &Element) -> Option<Sides> {
    let video = find(source, entry.body, entry.end, VIDEO)?;
    let width = find(source, video.body, video.end, PIXEL_WIDTH)?;
    let height = find(source, video.body, video.end, PIXEL_HEIGHT)?;
    Some((unsigned(source, &width)?, unsigned(source, &height)?))
}

fn unsigned(source: &mut Source<'_>, element: &Element) -> Option<u64> {
    let size = usize::try_from(element.end - element.body).ok()?;
    if size <= 8 { source.be(element.body, size) } else { None }
}

fn float(source: &mut Source<'_>, element: &Element) -> Option<f64> {
    match element.end - element.body {
        4 => source.array(element.body).map(|bytes| f32::from_be_bytes(bytes).into()),
        8 => source.array(element.body).map(f64::from_be_bytes),
        _ => None,
    }
}

fn find(source: &mut Source<'_>, mut at: u64, limit: u64, id: u64) -> Option<Element> {
    loop {
        let element = element(source, at, limit)?;
        if element.id == id {
            return Some(element);
        }
        at = element.end;
    }
}

/// The element at an offset. It ends within its parent, whatever size it claims; one of unknown
/// size, as live encoders write them, ends with its parent.
fn element(source: &mut Source<'_>, at: u64, limit: u64) -> Option<Element> {
    let id_size = number_size(source, at, 4)?;
    let id = source.be(at, id_size)?;
    let size_at = at + id_size as u64;
    let size_size = number_size(source, size_at, 8)?;
    let mask = (1 << (7 * size_size)) - 1;
    let size = source.be(size_at, size_size)? & mask;
    let body = size_at + size_size as u64;
    let end = if size == mask { limit } else { body.saturating_add(size).min(limit) };
    (body <= end).then_some(Element { id, body, end })
}

/// How many bytes a number has, by the leading zeros of its first byte.
fn number_size(source: &mut Source<'_>, at: u64, most: usize) -> Option<usize> {
    let [first] = source.array(at)?;
    let size = first.leading_zeros() as usize + 1;
    (size <= most).then_some(size)
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{
        check_facts, check_millis, ebml, webm, webm_info, webm_segment, webm_track,
    };

    fn check_info(info: &[Vec<u8>], expected: Option<u64>) {
        check_millis(&webm(&info.concat(), &webm_track(1, 640, 360)), expected);
    }

    fn check_duration(units: f64, expected: Option<u64>) {
        check_info(&[ebml(&[0x44, 0x89], &units.to_be_bytes())], expected);
    }

    #[test]
    fn video() {
        let bytes = webm(&webm_info(2500.0), &webm_track(1, 640, 360));
        check_facts(&bytes, "video/webm", Some((640, 360)), Some(2500));
    }

    #[test]
    fn sound_only() {
        let bytes = webm(&webm_info(2500.0), &webm_track(2, 0, 0));
        check_facts(&bytes, "audio/webm", None, Some(2500));
    }

    #[test]
    fn sound_before_video() {
        let tracks = [webm_track(2, 0, 0), webm_track(1, 640, 360)].concat();
        check_facts(&webm(&webm_info(1.0), &tracks), "video/webm", Some((640, 360)), Some(1));
    }

    #[test]
    fn segment_of_unknown_size() {
        let segment = webm_segment(&webm_info(2500.0), &webm_track(1, 640, 360));
        let head = webm(&[], &[]);
        let at = head.windows(4).position(|id| id == [0x18, 0x53, 0x80, 0x67]);
        let bytes = [&head[..at.unwrap() + 4], &[0x01], &[0xff; 7], &segment].concat();
        check_facts(&bytes, "video/webm", Some((640, 360)), Some(2500));
    }

    #[test]
    fn short_float() {
        check_info(&[ebml(&[0x44, 0x89], &1500_f32.to_be_bytes())], Some(1500));
    }

    #[test]
    fn other_scale() {
        let scale = ebml(&[0x2a, 0xd7, 0xb1], &[0x03, 0xe8]);
        let duration = ebml(&[0x44, 0x89], &2e6_f64.to_be_bytes());
        check_info(&[scale, duration], Some(2000));
    }

    #[test]
    fn durations_that_are_none() {
        for units in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            check_duration(units, None);
        }
        check_info(&[ebml(&[0x44, 0x89], &[1, 2, 3])], None);
        check_info(&[], None);
    }

    #[test]
    fn hostile_sizes() {
        let mut bytes = webm(&webm_info(2500.0), &webm_track(1, 640, 360));
        let info = bytes.windows(4).position(|id| id == [0x15, 0x49, 0xa9, 0x66]).unwrap();
        bytes.splice(info + 4..info + 5, [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
        check_facts(&bytes, "video/webm", None, Some(2500));
    }

    #[test]
    fn zeros_are_no_elements() {
        let mut bytes = webm(&[], &[]);
        bytes.extend([0; 4096]);
        check_facts(&bytes, "video/webm", None, None);
    }
}
