//! Names of media types: aliases, file extensions, and when two names contradict each other.

/// One type of medium under all of its names.
struct Kind {
    /// The container. Types of one container are told apart by what is inside, and encoders label
    /// them loosely, so they do not contradict each other.
    container: &'static str,
    extension: &'static str,
    names: &'static [&'static str],
}

const fn kind(
    container: &'static str,
    extension: &'static str,
    names: &'static [&'static str],
) -> Kind {
    Kind { container, extension, names }
}

const KINDS: &[Kind] = &[
    kind("png", "png", &["image/png", "image/x-png", "image/apng"]),
    kind("jpeg", "jpg", &["image/jpeg", "image/jpg", "image/pjpeg"]),
    kind("webp", "webp", &["image/webp"]),
    kind("gif", "gif", &["image/gif"]),
    kind("bmp", "bmp", &["image/bmp", "image/x-bmp", "image/x-ms-bmp"]),
    kind("tiff", "tiff", &["image/tiff", "image/tif", "image/x-tiff"]),
    kind("avif", "avif", &["image/avif", "image/avif-sequence"]),
    kind("heif", "heic", &["image/heic", "image/heic-sequence"]),
    kind("heif", "heif", &["image/heif", "image/heif-sequence"]),
    kind("svg", "svg", &["image/svg+xml", "image/svg"]),
    kind("mp4", "mp4", &["video/mp4"]),
    kind("mp4", "m4v", &["video/x-m4v"]),
    kind("mp4", "mov", &["video/quicktime"]),
    kind("mp4", "3gp", &["video/3gpp", "audio/3gpp"]),
    kind("mp4", "m4a", &["audio/mp4", "audio/x-m4a", "audio/m4a"]),
    kind("webm", "webm", &["video/webm"]),
    kind("webm", "weba", &["audio/webm"]),
    kind("mkv", "mkv", &["video/x-matroska", "video/matroska"]),
    kind("mkv", "mka", &["audio/x-matroska", "audio/matroska"]),
    kind("avi", "avi", &["video/x-msvideo", "video/avi", "video/msvideo"]),
    kind("ogg", "ogg", &["audio/ogg", "audio/vorbis", "application/ogg"]),
    kind("ogg", "opus", &["audio/opus"]),
    kind("ogg", "ogv", &["video/ogg"]),
    kind("wav", "wav", &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"]),
    kind("mp3", "mp3", &["audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/mpeg3"]),
    kind("flac", "flac", &["audio/flac", "audio/x-flac"]),
    kind("aac", "aac", &["audio/aac", "audio/x-aac", "audio/aacp"]),
];

/// The file extension of a media type, without a dot.
///
/// Case and parameters (`; codecs=...`) do not matter, and aliases are known: `image/jpg` is `jpg`.
///
/// ```
/// assert_eq!(genmux_media::extension("Video/QuickTime"), Some("mov"));
/// assert_eq!(genmux_media::extension("application/json"), None);
/// ```
#[must_use]
pub fn extension(mime: &str) -> Option<&'static str> {
    named(mime).map(|kind| kind.extension)
}

/// Whether a declared type cannot be what the magic bytes say.
///
/// No type and `application/...` say nothing, so they contradict nothing.
pub(crate) fn contradicts(declared: &str, actual: &str) -> bool {
    let declared = essence(declared);
    match (named(declared), named(actual)) {
        (Some(declared), Some(actual)) => declared.container != actual.container,
        _ => !silent(declared) && !class(declared).eq_ignore_ascii_case(class(actual)),
    }
}

fn named(mime: &str) -> Option<&'static Kind> {
    let mime = essence(mime);
    let is_it = |name: &&str| name.eq_ignore_ascii_case(mime);
    KINDS.iter().find(|kind| kind.names.iter().any(is_it))
}

fn silent(mime: &str) -> bool {
    mime.is_empty() || class(mime).eq_ignore_ascii_case("application")
}

/// The type without its parameters.
fn essence(mime: &str) -> &str {
    mime.split(';').next().unwrap_or_default().trim()
}

/// `image` of `image/png`.
fn class(mime: &str) -> &str {
    mime.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(declared: &str, actual: &str, expected: bool) {
        assert_eq!(contradicts(declared, actual), expected, "{declared} and {actual}");
    }

    #[test]
    fn aliases_agree() {
        check("image/jpg", "image/jpeg", false);
        check("IMAGE/JPEG; q=1", "image/jpeg", false);
        check("audio/x-wav", "audio/wav", false);
        check("audio/wave", "audio/wav", false);
        check("audio/mp3", "audio/mpeg", false);
    }

    #[test]
    fn one_container_agrees() {
        check("video/mp4", "video/quicktime", false);
        check("video/quicktime", "video/mp4", false);
        check("audio/mp4", "video/mp4", false);
        check("audio/webm", "video/webm", false);
        check("audio/opus", "audio/ogg", false);
        check("image/heif", "image/heic", false);
    }

    #[test]
    fn other_formats_contradict() {
        check("image/png", "image/jpeg", true);
        check("video/mp4", "video/webm", true);
        check("video/webm", "video/x-matroska", true);
        check("audio/wav", "audio/mpeg", true);
        check("image/avif", "image/heic", true);
        check("text/plain", "image/png", true);
    }

    #[test]
    fn silence_and_unknown_names_do_not() {
        check("", "image/png", false);
        check("application/octet-stream", "image/png", false);
        check("image/x-unheard-of", "image/png", false);
        check("image/*", "image/png", false);
        check("image/x-unheard-of", "video/mp4", true);
    }

    #[test]
    fn extensions() {
        assert_eq!(extension("image/jpeg"), Some("jpg"));
        assert_eq!(extension("image/svg+xml;charset=utf-8"), Some("svg"));
        assert_eq!(extension("audio/X-WAV"), Some("wav"));
        assert_eq!(extension(""), None);
    }

    #[test]
    fn every_name_stands_once() {
        let mut names: Vec<_> = KINDS.iter().flat_map(|kind| kind.names).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
