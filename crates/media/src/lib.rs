//! Facts from the headers of images, audio and video, over bytes or `Read + Seek`, and data URIs.
//!
//! Nothing is decoded and at most 64 KiB of a medium are read, by seeking where a header stands
//! far behind; what is not found there is `None`. No input panics, and no allocation follows a
//! length that the input claims. The crate knows no clock, network or path.
//!
//! ```
//! let facts = genmux_media::inspect_bytes(b"GIF89a\x40\x01\xf0\0\0\0\0");
//! assert_eq!(facts.mime, Some("image/gif"));
//! assert_eq!((facts.width, facts.height), (Some(320), Some(240)));
//! assert_eq!(facts.bytes, Some(13));
//! ```

mod base64_view;
mod data_uri;
#[cfg(test)]
mod fixtures;
mod flac;
mod image;
mod isobmff;
mod jpeg;
mod matroska;
mod mime;
mod mp3;
mod ogg;
mod riff;
mod sniff;
mod source;
mod tiff;

pub use data_uri::{DataUri, DataUriError};
pub use mime::extension;
pub use sniff::sniff;

use source::{Medium, Source};
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// What the header of a medium tells; `None` is what it does not.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The media type by magic bytes, never by declaration.
    pub mime: Option<&'static str>,
    /// Pixels across, as the header states them: a rotation that metadata asks for is not applied.
    /// In MP4 and MOV the size at which the video track is shown. Never 0.
    pub width: Option<u32>,
    /// Pixels down, as stored. Present exactly when the width is.
    pub height: Option<u32>,
    /// Bytes of the whole medium.
    pub bytes: Option<u64>,
    /// Playing time of audio and video in milliseconds, rounded.
    pub millis: Option<u64>,
}

/// Width and height as a header states them, before they are checked.
type Sides = (u64, u64);

/// What a parser found.
#[derive(Default)]
struct Clip {
    sides: Option<Sides>,
    millis: Option<u64>,
    /// The container has sound and no picture.
    sound_only: bool,
}

/// Facts about a whole medium in memory.
#[must_use]
pub fn inspect_bytes(bytes: &[u8]) -> Facts {
    // Memory does not fail, so the default is never used.
    facts(&mut Cursor::new(bytes), bytes.len() as u64).unwrap_or_default()
}

/// Facts about a medium that can be read and sought.
///
/// It is taken from offset 0 to its end, wherever it stands; afterwards it stands anywhere. At
/// most 64 KiB are read, in pieces of 256 bytes as a rule.
///
/// # Errors
///
/// What the reader returned when it failed. An end that comes early is no failure.
pub fn inspect<R: Read + Seek>(mut reader: R) -> io::Result<Facts> {
    let len = reader.seek(SeekFrom::End(0))?;
    facts(&mut reader, len)
}

fn facts(medium: &mut dyn Medium, len: u64) -> io::Result<Facts> {
    let mut source = Source::new(medium, len);
    let found = describe(&mut source);
    match source.into_failure() {
        Some(error) => Err(error),
        None => Ok(Facts { bytes: Some(len), ..found }),
    }
}

fn describe(source: &mut Source<'_>) -> Facts {
    let Some(mut mime) = source.head(sniff::HEAD).and_then(sniff) else {
        return Facts::default();
    };
    // An ID3 tag says MPEG audio, yet some writers put one before FLAC.
    let start = if mime == "audio/mpeg" { mp3::after_tags(source) } else { 0 };
    if start > 0 && source.array(start) == Some(*b"fLaC") {
        mime = "audio/flac";
    }
    let clip = parse(source, mime, start);
    let (width, height) = clip.sides.and_then(checked).unzip();
    let mime = if clip.sound_only { sound(mime) } else { mime };
    Facts { mime: Some(mime), width, height, bytes: None, millis: clip.millis }
}

fn parse(source: &mut Source<'_>, mime: &str, start: u64) -> Clip {
    match mime {
        "image/png" => still(image::png(source)),
        "image/gif" => still(image::gif(source)),
        "image/bmp" => still(image::bmp(source)),
        "image/jpeg" => still(jpeg::sides(source)),
        "image/tiff" => still(tiff::sides(source)),
        "image/webp" => still(riff::webp(source)),
        "image/avif" | "image/heic" | "image/heif" => still(isobmff::still(source)),
        "video/mp4" | "video/quicktime" | "video/3gpp" | "audio/mp4" => isobmff::clip(source),
        "video/webm" | "video/x-matroska" => matroska::clip(source),
        "audio/wav" => playing(riff::wav(source)),
        "audio/mpeg" => playing(mp3::playing_time(source, start)),
        "audio/flac" => playing(flac::playing_time(source, start)),
        "audio/ogg" | "video/ogg" => playing(ogg::playing_time(source)),
        _ => Clip::default(),
    }
}

fn still(sides: Option<Sides>) -> Clip {
    Clip { sides, ..Clip::default() }
}

fn playing(millis: Option<u64>) -> Clip {
    Clip { millis, ..Clip::default() }
}

/// Both sides, if both can be true.
fn checked((width, height): Sides) -> Option<(u32, u32)> {
    let sides = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    (sides.0 > 0 && sides.1 > 0).then_some(sides)
}

/// The type of a container without a picture.
fn sound(mime: &'static str) -> &'static str {
    match mime {
        "video/mp4" => "audio/mp4",
        "video/3gpp" => "audio/3gpp",
        "video/webm" => "audio/webm",
        "video/x-matroska" => "audio/x-matroska",
        _ => mime,
    }
}

/// Units of time in milliseconds, to the nearest.
fn millis(units: u64, per_second: u64) -> Option<u64> {
    let (units, per_second) = (u128::from(units), u128::from(per_second));
    let rounded = (units * 1000 + per_second / 2).checked_div(per_second)?;
    rounded.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, base64};
    use proptest::prelude::*;
    use std::fmt::Write;

    /// A medium that counts what is read and may fail.
    struct Counted<'a> {
        inner: Cursor<&'a [u8]>,
        read: u64,
        fails: bool,
    }

    impl Read for Counted<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.fails {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            let count = self.inner.read(out)?;
            self.read += count as u64;
            Ok(count)
        }
    }

    impl Seek for Counted<'_> {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.inner.seek(to)
        }
    }

    fn counted(bytes: &[u8], fails: bool) -> Counted<'_> {
        Counted { inner: Cursor::new(bytes), read: 0, fails }
    }

    /// Reads within the budget and finds over a reader what it finds in memory.
    fn check(bytes: &[u8]) -> Facts {
        let mut reader = counted(bytes, false);
        let facts = inspect(&mut reader).unwrap();
        assert!(reader.read <= source::BUDGET as u64, "{} bytes read", reader.read);
        assert_eq!(facts, inspect_bytes(bytes));
        assert_eq!(facts.bytes, Some(bytes.len() as u64));
        facts
    }

    #[test]
    fn fixtures_tell_what_they_should() {
        for fixture in fixtures::all() {
            let facts = check(&fixture.bytes);
            assert!(facts.mime.is_some(), "{}", fixture.name);
            let image = fixture.sniffed.starts_with("image/") && fixture.name != "svg";
            assert_eq!(facts.width.is_some(), image || facts.mime.unwrap().starts_with("video/"));
            let timed = !fixture.sniffed.starts_with("image/");
            assert_eq!(facts.millis.is_some(), timed, "{}", fixture.name);
        }
    }

    #[test]
    fn cut_anywhere_nothing_panics() {
        for fixture in fixtures::all() {
            for len in 0..fixture.bytes.len() {
                check(&fixture.bytes[..len]);
                uri(&fixture.bytes[..len]);
            }
        }
    }

    #[test]
    fn every_byte_at_its_extremes() {
        for fixture in fixtures::all() {
            for at in 0..fixture.bytes.len() {
                for value in [0, 0x7f, 0x80, 0xff] {
                    let mut bytes = fixture.bytes.clone();
                    bytes[at] = value;
                    check(&bytes);
                }
            }
        }
    }

    #[test]
    fn followed_by_megabytes_the_budget_holds() {
        for fixture in fixtures::all() {
            for filler in [0, 0xff] {
                let mut bytes = fixture.bytes.clone();
                bytes.resize(bytes.len() + (1 << 20), filler);
                check(&bytes);
            }
        }
    }

    /// imagesize is the second opinion.
    #[test]
    fn another_reader_agrees_on_sides() {
        for fixture in fixtures::all() {
            let facts = inspect_bytes(&fixture.bytes);
            if let (Some(width), Ok(other)) = (facts.width, imagesize::blob_size(&fixture.bytes)) {
                let ours = (width as usize, facts.height.unwrap() as usize);
                assert_eq!(ours, (other.width, other.height), "{}", fixture.name);
            } else {
                assert!(!fixture.seen_by_imagesize(), "{}", fixture.name);
            }
        }
    }

    #[test]
    fn failure_of_the_reader_is_returned() {
        let bytes = fixtures::png(1, 1);
        let error = inspect(counted(&bytes, true)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn position_of_the_reader_does_not_matter() {
        let mut reader = Cursor::new(fixtures::png(3, 4));
        reader.set_position(20);
        assert_eq!(inspect(&mut reader).unwrap().width, Some(3));
    }

    #[test]
    fn nothing_known_but_the_length() {
        assert_eq!(check(b""), Facts { bytes: Some(0), ..Facts::default() });
        assert_eq!(check(b"hello"), Facts { bytes: Some(5), ..Facts::default() });
    }

    #[test]
    fn time_is_rounded_and_never_overflows() {
        assert_eq!(millis(1, 2000), Some(1));
        assert_eq!(millis(1, 3000), Some(0));
        assert_eq!(millis(1, 0), None);
        assert_eq!(millis(u64::MAX, 1), None);
        assert_eq!(millis(u64::MAX, u64::MAX), Some(1000));
    }

    /// The same bytes in a data URI tell the same.
    fn uri(bytes: &[u8]) {
        let text = format!("data:;base64,{}", base64(bytes));
        let facts = DataUri::parse(&text).unwrap().scan().unwrap();
        assert_eq!(facts, inspect_bytes(bytes));
    }

    fn mutated() -> impl Strategy<Value = Vec<u8>> {
        let change = (any::<prop::sample::Index>(), any::<u8>());
        let changes = prop::collection::vec(change, 0..24);
        (0..fixtures::all().len(), changes).prop_map(|(which, changes)| {
            let mut bytes = fixtures::all().swap_remove(which).bytes;
            for (at, value) in changes {
                // Headers decide, so most changes go there.
                let len = if value % 4 == 0 { bytes.len() } else { bytes.len().min(96) };
                bytes[at.index(len)] = value;
            }
            bytes
        })
    }

    /// Failures print their input; no file is written next to the sources.
    fn unpersisted() -> ProptestConfig {
        ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
    }

    proptest! {
        #![proptest_config(unpersisted())]

        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
            check(&bytes);
            uri(&bytes);
        }

        #[test]
        fn mutated_fixtures_never_panic(bytes in mutated()) {
            check(&bytes);
            uri(&bytes);
        }

        #[test]
        fn random_text_never_panics(text in "(data:)?[a-z/;]{0,12}(;base64)?,?\\PC{0,64}") {
            let _ = DataUri::parse(&text).and_then(|uri| uri.scan());
        }

        #[test]
        fn percent_text_counts_its_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let mut text = "data:,".to_owned();
            for byte in &bytes {
                write!(text, "%{byte:02X}").unwrap();
            }
            let facts = DataUri::parse(&text).unwrap().scan().unwrap();
            prop_assert_eq!(facts, inspect_bytes(&bytes));
        }
    }
}
