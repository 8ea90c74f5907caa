//! Media types by magic bytes.

use crate::mp3;

/// How much of the beginning [`sniff`] looks at; more is never needed.
pub(crate) const HEAD: usize = 1024;

/// The media type of a medium by its first bytes.
///
/// A kilobyte is always enough, and 64 bytes are for all but SVG. `None` where nothing is
/// recognised. What only the tracks tell apart, such as sound-only MP4, is answered by [`inspect`].
///
/// ```
/// assert_eq!(genmux_media::sniff(b"GIF89a"), Some("image/gif"));
/// assert_eq!(genmux_media::sniff(b"hello"), None);
/// ```
///
/// [`inspect`]: crate::inspect
#[must_use]
pub fn sniff(head: &[u8]) -> Option<&'static str> {
    let head = head.get(..HEAD).unwrap_or(head);
    by_prefix(head)
        .or_else(|| riff(head))
        .or_else(|| iso(head))
        .or_else(|| matroska(head))
        .or_else(|| ogg(head))
        .or_else(|| bmp(head))
        .or_else(|| mpeg_audio(head))
        .or_else(|| svg(head))
}

const PREFIXES: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"fLaC", "audio/flac"),
];

fn by_prefix(head: &[u8]) -> Option<&'static str> {
    PREFIXES.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, mime)| *mime)
}

fn riff(head: &[u8]) -> Option<&'static str> {
    match (head.get(..4)?, head.get(8..12)?) {
        (b"RIFF", b"WEBP") => Some("image/webp"),
        (b"RIFF" | b"RF64", b"WAVE") => Some("audio/wav"),
        (b"RIFF", b"AVI ") => Some("video/x-msvideo"),
        _ => None,
    }
}

fn iso(head: &[u8]) -> Option<&'static str> {
    match head.get(4..8)? {
        b"ftyp" => Some(brand(head)),
        // QuickTime before 2001 has no ftyp and begins with its content.
        b"moov" | b"mdat" | b"wide" => Some("video/quicktime"),
        _ => None,
    }
}

/// The type by the major brand, then by the first compatible brand that decides.
fn brand(head: &[u8]) -> &'static str {
    let size = head.first_chunk().map_or(0, |size| u32::from_be_bytes(*size));
    let end = usize::try_from(size).map_or(head.len(), |size| size.min(head.len()));
    let major = head.get(8..12).unwrap_or_default();
    let mut compatible = head.get(16..end).unwrap_or_default().chunks_exact(4);
    let decided = decisive(major).or_else(|| match major {
        // Only structural brands leave the codec of an image open; `isom` with an `avif` among
        // its compatible brands is a video all the same.
        b"mif1" | b"msf1" | b"mif2" | b"miaf" => compatible.find_map(decisive),
        _ => None,
    });
    decided.unwrap_or(if major.starts_with(b"mi") { "image/heif" } else { "video/mp4" })
}

fn decisive(brand: &[u8]) -> Option<&'static str> {
    match brand {
        b"avif" | b"avis" | b"avio" | b"MA1A" | b"MA1B" => Some("image/avif"),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => {
            Some("image/heic")
        }
        b"qt  " => Some("video/quicktime"),
        b"M4A " | b"M4B " | b"M4P " => Some("audio/mp4"),
        [b'3', b'g', ..] => Some("video/3gpp"),
        _ => None,
    }
}

/// EBML with its `DocType` (0x4282), which stands among the first elements.
fn matroska(head: &[u8]) -> Option<&'static str> {
    if !head.starts_with(b"\x1a\x45\xdf\xa3") {
        return None;
    }
    let head = head.get(..64).unwrap_or(head);
    let at = head.windows(2).position(|pair| pair == b"\x42\x82")?;
    let name = head.get(at + 3..)?;
    if name.starts_with(b"webm") {
        Some("video/webm")
    } else {
        name.starts_with(b"matroska").then_some("video/x-matroska")
    }
}

fn ogg(head: &[u8]) -> Option<&'static str> {
    if !head.starts_with(b"OggS") {
        return None;
    }
    let theora = head.windows(7).any(|bytes| bytes == b"\x80theora");
    Some(if theora { "video/ogg" } else { "audio/ogg" })
}

/// `BM` alone begins many texts, so the size of the second header must be a known one.
fn bmp(head: &[u8]) -> Option<&'static str> {
    let known = matches!(head.get(14..18)?, [12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]);
    (head.starts_with(b"BM") && known).then_some("image/bmp")
}

fn mpeg_audio(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'I', b'D', b'3', 2..=4, ..] => Some("audio/mpeg"),
        // ADTS: sync, then layer 0, which MPEG audio proper does not have.
        [0xff, 0xf0 | 0xf1 | 0xf8 | 0xf9, _, ..] => Some("audio/aac"),
        _ => mp3::begins_with_frames(head).then_some("audio/mpeg"),
    }
}

/// XML whose first element is `svg`, after a byte order mark, declarations and comments.
fn svg(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let xml = [&b"<svg"[..], b"<?xml", b"<!--", b"<!DOCTYPE svg"];
    let begins = xml.iter().any(|start| text.starts_with(start));
    (begins && text.windows(4).any(|tag| tag == b"<svg")).then_some("image/svg+xml")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn check(head: &[u8], expected: Option<&str>) {
        assert_eq!(sniff(head), expected, "{:02x?}", head.get(..16).unwrap_or(head));
    }

    #[test]
    fn every_fixture_is_recognised() {
        for fixture in fixtures::all() {
            check(&fixture.bytes, Some(fixture.sniffed));
        }
    }

    #[test]
    fn nothing_and_text_are_not() {
        check(b"", None);
        check(b"hello", None);
        check(b"BMW is a maker of cars and of motorcycles", None);
        check(b"<html><body></body></html>", None);
        check(b"\xff\xfeh\0e\0l\0l\0o\0", None);
        check(b"RIFF\x10\0\0\0ACON", None);
    }

    #[test]
    fn svg_forms() {
        check(b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some("image/svg+xml"));
        check(b"\xef\xbb\xbf \n<?xml version='1.0'?><!-- x --><svg>", Some("image/svg+xml"));
        check(b"<?xml version='1.0'?><rss/>", None);
    }

    #[test]
    fn brands() {
        check(b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", Some("video/quicktime"));
        check(b"\0\0\0\x14ftypisom\0\0\0\0avif", Some("video/mp4"));
        check(b"\0\0\0\x18ftypmif1\0\0\0\0miafavif", Some("image/avif"));
        check(b"\0\0\0\x18ftypmif1\0\0\0\0miafheic", Some("image/heic"));
        check(b"\0\0\0\x14ftypmif1\0\0\0\0miaf", Some("image/heif"));
        check(b"\0\0\0\x14ftypmif1\0\0\0\0miafavif", Some("image/heif"));
        check(b"\0\0\0\x10ftypM4A \0\0\0\0", Some("audio/mp4"));
        check(b"\0\0\0\x10ftyp3gp4\0\0\0\0", Some("video/3gpp"));
        check(b"\0\0\0\x08wide", Some("video/quicktime"));
    }

    #[test]
    fn sound_by_sync() {
        check(b"\xff\xfb\x90\x00", Some("audio/mpeg"));
        check(b"\xff\xf1\x50\x80", Some("audio/aac"));
        check(b"\xff\xfb\xf0\x00", None);
        check(b"ID3\x04\0\0\0\0\0\0", Some("audio/mpeg"));
    }

    #[test]
    fn containers_by_name() {
        check(b"RF64\xff\xff\xff\xffWAVE", Some("audio/wav"));
        check(b"RIFF\0\0\0\0AVI ", Some("video/x-msvideo"));
        check(b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska", Some("video/x-matroska"));
        check(b"\x1a\x45\xdf\xa3\x84\x42\x82\x81x", None);
        check(b"OggS\0\x02\x80theora", Some("video/ogg"));
    }
}
