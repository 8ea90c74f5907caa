//! What uploaded bytes are, by their first ones.

/// The content type; unknown bytes are `application/octet-stream`.
pub(crate) fn mime(bytes: &[u8]) -> &'static str {
    let at = |from: usize, magic: &[u8]| bytes.get(from..).is_some_and(|it| it.starts_with(magic));
    match () {
        () if at(0, b"\x89PNG") => "image/png",
        () if at(0, b"\xFF\xD8\xFF") => "image/jpeg",
        () if at(0, b"GIF8") => "image/gif",
        () if at(0, b"RIFF") && at(8, b"WEBP") => "image/webp",
        () if at(0, b"RIFF") && at(8, b"WAVE") => "audio/wav",
        () if at(4, b"ftypqt") => "video/quicktime",
        () if at(4, b"ftyp") => "video/mp4",
        () if at(0, b"\x1A\x45\xDF\xA3") => "video/webm",
        () if at(0, b"ID3") || at(0, b"\xFF\xFB") => "audio/mpeg",
        () if at(0, b"fLaC") => "audio/flac",
        () => "application/octet-stream",
    }
}
