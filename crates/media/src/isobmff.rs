//! ISO base media (ISO/IEC 14496-12) and `QuickTime`: MP4 and MOV, HEIC and AVIF.

use crate::source::Source;
use crate::{Clip, Sides, millis};

/// One box: its type, and where its body begins and ends.
struct Atom {
    kind: [u8; 4],
    body: u64,
    end: u64,
}

/// MP4 and MOV: playing time, and the sides of the first video track that states them.
///
/// The `moov` box may stand anywhere, so the boxes before it are hopped over.
pub(crate) fn clip(source: &mut Source<'_>) -> Clip {
    let Some(moov) = find(source, 0, source.len(), *b"moov") else {
        return Clip::default();
    };
    let mut clip = tracks(source, &moov);
    clip.millis = playing_time(source, &moov);
    clip
}

/// HEIC and AVIF: the largest `ispe`, because tiles and thumbnails have smaller ones.
pub(crate) fn still(source: &mut Source<'_>) -> Option<Sides> {
    let meta = find(source, 0, source.len(), *b"meta")?;
    // `meta` carries a version and flags before its children.
    let iprp = find(source, meta.body + 4, meta.end, *b"iprp")?;
    let ipco = find(source, iprp.body, iprp.end, *b"ipco")?;
    let (mut at, mut largest) = (ipco.body, None);
    while let Some(ispe) = find(source, at, ipco.end, *b"ispe") {
        largest = largest.max(extent(source, &ispe));
        at = ispe.end;
    }
    largest.map(|(_, sides)| sides)
}

/// The area, for comparing, and the sides.
fn extent(source: &mut Source<'_>, ispe: &Atom) -> Option<(u64, Sides)> {
    let width = source.be(ispe.body + 4, 4)?;
    let height = source.be(ispe.body + 8, 4)?;
    Some((width * height, (width, height)))
}

fn tracks(source: &mut Source<'_>, moov: &Atom) -> Clip {
    let mut clip = Clip::default();
    let (mut at, mut sound, mut picture) = (moov.body, false, false);
    while let Some(trak) = find(source, at, moov.end, *b"trak") {
        match handler(source, &trak) {
            Some(kind) if &kind == b"vide" => {
                picture = true;
                clip.sides = clip.sides.or_else(|| track_sides(source, &trak));
            }
            Some(kind) => sound |= &kind == b"soun",
            None => {}
        }
        at = trak.end;
    }
    clip.sound_only = sound && !picture;
    clip
}

fn handler(source: &mut Source<'_>, trak: &Atom) -> Option<[u8; 4]> {
    let mdia = find(source, trak.body, trak.end, *b"mdia")?;
    let hdlr = find(source, mdia.body, mdia.end, *b"hdlr")?;
    source.array(hdlr.body + 8)
}

/// Width and height in pixels are 16.16 fixed point at the end of `tkhd`.
fn track_sides(source: &mut Source<'_>, trak: &Atom) -> Option<Sides> {
    let tkhd = find(source, trak.body, trak.end, *b"tkhd")?;
    let at = tkhd.body + if long(source, &tkhd)? { 88 } else { 76 };
    let sides = (source.be(at, 4)? >> 16, source.be(at + 4, 4)? >> 16);
    (sides.0 > 0 && sides.1 > 0).then_some(sides)
}

/// The duration in `mvhd`; a fragmented file states it in `mvex/mehd`, in the same units.
fn playing_time(source: &mut Source<'_>, moov: &Atom) -> Option<u64> {
    let mvhd = find(source, moov.body, moov.end, *b"mvhd")?;
    let (at, size) = if long(source, &mvhd)? { (20, 8) } else { (12, 4) };
    let per_second = source.be(mvhd.body + at, 4)?;
    let stated = stated(source.be(mvhd.body + at + 4, size)?, size);
    millis(stated.or_else(|| fragmented(source, moov))?, per_second)
}

fn fragmented(source: &mut Source<'_>, moov: &Atom) -> Option<u64> {
    let mvex = find(source, moov.body, moov.end, *b"mvex")?;
    let mehd = find(source, mvex.body, mvex.end, *b"mehd")?;
    let size = if long(source, &mehd)? { 8 } else { 4 };
    stated(source.be(mehd.body + 4, size)?, size)
}

/// Zero and all ones both mean that the duration is not known.
fn stated(units: u64, size: usize) -> Option<u64> {
    let unknown = if size == 8 { u64::MAX } else { u32::MAX.into() };
    (units != 0 && units != unknown).then_some(units)
}

/// Whether a box with a version has the longer fields of version 1.
fn long(source: &mut Source<'_>, atom: &Atom) -> Option<bool> {
    source.array::<1>(atom.body).map(|[version]| version == 1)
}

fn find(source: &mut Source<'_>, mut at: u64, limit: u64, kind: [u8; 4]) -> Option<Atom> {
    while at < limit {
        let atom = atom(source, at, limit)?;
        if atom.kind == kind {
            return Some(atom);
        }
        at = atom.end;
    }
    None
}

/// The box at an offset. It ends within its parent, whatever size it claims, and after itself.
fn atom(source: &mut Source<'_>, at: u64, limit: u64) -> Option<Atom> {
    let kind = source.array(at + 4)?;
    let (head, size) = match source.be(at, 4)? {
        0 => (8, limit - at),
        1 => (16, source.be(at + 8, 8)?),
        size => (8, size),
    };
    let end = at.saturating_add(size).min(limit);
    (size >= head).then_some(Atom { kind, body: at + head, end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{
        Movie, atom as boxed, check_facts, check_millis, check_sides as check, ftyp, heif, mp4,
        track,
    };
    use std::io::Cursor;

    fn movie() -> Movie {
        Movie::default()
    }

    #[test]
    fn movie_at_either_end() {
        for moov_last in [false, true] {
            let bytes = mp4(&Movie { moov_last, ..movie() });
            check_facts(&bytes, "video/mp4", Some((1920, 1080)), Some(5005));
        }
    }

    #[test]
    fn long_fields() {
        let bytes = mp4(&Movie { long: true, ..movie() });
        check_facts(&bytes, "video/mp4", Some((1920, 1080)), Some(5005));
    }

    #[test]
    fn content_with_64_bit_size() {
        let content = [&[0, 0, 0, 1][..], b"mdat", &(16_u64 + 9).to_be_bytes(), &[7; 9]].concat();
        let bytes = mp4(&Movie { content, moov_last: true, ..movie() });
        check(&bytes, Some((1920, 1080)));
    }

    #[test]
    fn content_to_the_end_hides_what_follows() {
        let content = [&[0, 0, 0, 0][..], b"mdat"].concat();
        let bytes = mp4(&Movie { content, moov_last: true, ..movie() });
        check_facts(&bytes, "video/mp4", None, None);
    }

    #[test]
    fn hostile_sizes() {
        for size in [7, 2, u64::MAX, u64::MAX - 20, 1 << 63, 15] {
            let content = [&[0, 0, 0, 1][..], b"mdat", &size.to_be_bytes()].concat();
            let bytes = mp4(&Movie { content, moov_last: true, ..movie() });
            check_facts(&bytes, "video/mp4", None, None);
        }
    }

    #[test]
    fn hundreds_of_boxes_before_the_movie_end_with_the_budget() {
        let far = boxed(*b"free", &[0; 1000]).repeat(400);
        let bytes = mp4(&Movie { content: far, moov_last: true, ..movie() });
        check_facts(&bytes, "video/mp4", None, None);
    }

    #[test]
    fn sound_only_movie() {
        let traks = track(*b"soun", 0, 0, false);
        let bytes = mp4(&Movie { traks, ..movie() });
        check_facts(&bytes, "audio/mp4", None, Some(5005));
    }

    #[test]
    fn sides_of_the_video_track_only() {
        let traks = [track(*b"soun", 7, 7, false), track(*b"vide", 320, 240, false)].concat();
        check(&mp4(&Movie { traks, ..movie() }), Some((320, 240)));
    }

    #[test]
    fn first_video_track_with_sides() {
        let traks = [track(*b"vide", 0, 0, true), track(*b"vide", 320, 240, true)].concat();
        check(&mp4(&Movie { traks, ..movie() }), Some((320, 240)));
    }

    #[test]
    fn unknown_durations() {
        check_millis(&mp4(&Movie { duration: 0, ..movie() }), None);
        check_millis(&mp4(&Movie { duration: u32::MAX.into(), ..movie() }), None);
        check_millis(&mp4(&Movie { per_second: 0, ..movie() }), None);
        check_millis(&mp4(&Movie { duration: u64::MAX, long: true, ..movie() }), None);
    }

    #[test]
    fn hostile_duration_does_not_overflow() {
        let hostile = Movie { duration: u64::MAX - 1, per_second: 1, long: true, ..movie() };
        check_millis(&mp4(&hostile), None);
    }

    #[test]
    fn fragmented_duration() {
        let mehd = boxed(*b"mvex", &boxed(*b"mehd", &[0, 0, 0, 0, 0, 0, 0x17, 0x70]));
        let traks = [track(*b"vide", 320, 240, false), mehd].concat();
        let bytes = mp4(&Movie { traks, duration: 0, ..movie() });
        check_millis(&bytes, Some(10_000));
    }

    #[test]
    fn quicktime_brand() {
        let bytes = mp4(&Movie { brand: *b"qt  ", ..movie() });
        check_facts(&bytes, "video/quicktime", Some((1920, 1080)), Some(5005));
    }

    #[test]
    fn largest_extent_of_a_still() {
        check(&heif(*b"heic", &[(512, 512), (4032, 3024), (320, 240)]), Some((4032, 3024)));
        check(&heif(*b"avif", &[(64, 64)]), Some((64, 64)));
    }

    #[test]
    fn still_without_extent() {
        check(&heif(*b"avif", &[]), None);
        check(&heif(*b"avif", &[(0, 5)]), None);
        check(&heif(*b"avif", &[(u32::MAX, u32::MAX)]), Some((u32::MAX, u32::MAX)));
        check(&ftyp(*b"avif"), None);
    }

    #[test]
    fn box_ends_within_its_parent() {
        let bytes = [&[0, 0, 1, 0][..], b"free", &[0; 8]].concat();
        let mut medium = Cursor::new(&bytes);
        let found = atom(&mut Source::new(&mut medium, 16), 0, 12);
        assert_eq!(found.map(|atom| (atom.body, atom.end)), Some((8, 12)));
    }
}
