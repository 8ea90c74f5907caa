//! Bare base64, told from a path by the first bytes that it stands for.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::request::Media;

/// Shorter texts are no media.
const LEAST: usize = 12;

/// The data URI of bare base64 whose first bytes are those of a known form.
pub(super) fn data_uri(text: &str) -> Option<Media> {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let head = text.as_bytes().get(..text.len().min(64) / 4 * 4)?;
    if text.len() < LEAST || !head.iter().copied().all(is_base64) {
        return None;
    }
    let head = BASE64_STANDARD.decode(head).ok()?;
    let mime = mime_of(&head)?;
    text.bytes().all(is_base64).then(|| format!("data:{mime};base64,{text}").parse().ok())?
}

/// The type of a medium by its first bytes.
fn mime_of(head: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&[u8], &str); 8] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (b"ID3", "audio/mpeg"),
        (b"\xff\xfb", "audio/mpeg"),
        (b"OggS", "audio/ogg"),
        (b"fLaC", "audio/flac"),
    ];
    let at = |place: usize, magic: &[u8]| head.get(place..).is_some_and(|it| it.starts_with(magic));
    if at(0, b"RIFF") {
        return [(b"WEBP", "image/webp"), (b"WAVE", "audio/wav")]
            .into_iter()
            .find_map(|(magic, mime)| at(8, magic).then_some(mime));
    }
    if at(4, b"ftyp") {
        return Some(if at(8, b"qt") { "video/quicktime" } else { "video/mp4" });
    }
    BEGINNINGS.into_iter().find_map(|(magic, mime)| at(0, magic).then_some(mime))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let read = data_uri(text).map(|media| serde_json::to_value(&media).unwrap());
        let expected = expected.map(|mime| format!("data:{mime};base64,{text}").into());
        assert_eq!(read, expected);
    }

    #[test]
    fn only_bytes_of_a_known_form_are_media() {
        check("iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", Some("image/png"));
        check("/9j/4AAQSkZJRgABAQAAAQABAAD", Some("image/jpeg"));
        check("UklGRiQAAABXRUJQVlA4", Some("image/webp"));
        check("AAAAIGZ0eXBpc29tAAACAGlzb20=", Some("video/mp4"));
        check("/9j/pictures/boat.jpg", None);
        check("pictures/of/a/boat", None);
        check("iVBOR", None);
        check("", None);
    }
}
