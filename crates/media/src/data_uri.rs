//! Data URIs (RFC 2397): split without copying, checked in one pass, never decoded whole.

use crate::base64_view::{Base64View, decoded_len};
use crate::source::BUDGET;
use crate::{Facts, mime};
use std::fmt;
use std::io::Cursor;

/// How much of a declared type an error repeats: the text comes from outside and has no limit.
const SHOWN: usize = 64;

/// A data URI, split into its parts and not yet checked.
///
/// `Debug` shows how long the data is, never the data.
///
/// ```
/// use genmux_media::DataUri;
///
/// let uri = DataUri::parse("data:image/gif;base64,R0lGODlhQAHwAAAAAA==")?;
/// assert_eq!((uri.mime(), uri.is_base64()), ("image/gif", true));
/// assert_eq!(uri.scan()?.width, Some(320));
/// # Ok::<(), genmux_media::DataUriError>(())
/// ```
#[derive(Clone, Copy)]
pub struct DataUri<'a> {
    mime: &'a str,
    base64: bool,
    data: &'a str,
    /// Where the data begins in the whole text.
    offset: usize,
}

/// What is wrong with a data URI. No message repeats the data.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataUriError {
    /// The text does not begin with `data:`.
    #[error("not a data URI: it must begin with `data:`")]
    NotData,
    /// No comma stands between type and data.
    #[error("the data URI has no comma; the form is `data:<type>;base64,<data>`")]
    NoComma,
    /// The base64 breaks at a byte, counted from 0 at the start of the URI.
    #[error(
        "the base64 of the data URI breaks at byte {at}; accepted are the standard alphabet, \
         padding with `=` to a multiple of 4 and no whitespace or line breaks"
    )]
    BadBase64 {
        /// Offset in the whole URI; its length where characters are missing at the end.
        at: usize,
    },
    /// A percent sign stands without two hexadecimal digits, at a byte counted from 0.
    #[error(
        "the data URI has `%` without two hexadecimal digits at byte {at}; write a percent sign \
         itself as `%25`"
    )]
    BadPercent {
        /// Offset in the whole URI.
        at: usize,
    },
    /// The magic bytes contradict the declared type.
    #[error("the data URI declares {declared:?} and its data is {actual}; declare {actual}")]
    WrongMime {
        /// The declared type, cut to 64 characters.
        declared: String,
        /// The type by magic bytes.
        actual: &'static str,
    },
}

impl<'a> DataUri<'a> {
    /// Splits a data URI; the data itself is not looked at.
    ///
    /// The scheme and `base64` are read without regard to case.
    ///
    /// # Errors
    ///
    /// [`DataUriError::NotData`] and [`DataUriError::NoComma`].
    pub fn parse(text: &'a str) -> Result<Self, DataUriError> {
        let (scheme, rest) = text.split_at_checked(5).ok_or(DataUriError::NotData)?;
        if !scheme.eq_ignore_ascii_case("data:") {
            return Err(DataUriError::NotData);
        }
        let (head, data) = rest.split_once(',').ok_or(DataUriError::NoComma)?;
        let last = head.rsplit_once(';').map(|(_, last)| last.trim());
        Ok(Self {
            mime: head.split(';').next().unwrap_or_default().trim(),
            base64: last.is_some_and(|last| last.eq_ignore_ascii_case("base64")),
            data,
            offset: text.len() - data.len(),
        })
    }

    /// The declared type as written, without parameters; empty where none is declared.
    ///
    /// Types have no case: compare with [`str::eq_ignore_ascii_case`].
    #[must_use]
    pub fn mime(&self) -> &'a str {
        self.mime
    }

    /// Whether the data is base64; otherwise it is percent-encoded text.
    #[must_use]
    pub fn is_base64(&self) -> bool {
        self.base64
    }

    /// Checks the whole text, counts its bytes and reads the header.
    ///
    /// One pass over the text with a buffer of a few kilobytes, then the header within the usual
    /// 64 KiB, by seeking in base64; percent-encoded text is read up to its first 64 KiB only.
    /// `Facts::mime` is what the magic bytes say, never what is declared. A type is no
    /// contradiction where it is an alias or shares the container (`video/mp4` and
    /// `video/quicktime`), is `application/...` or is not declared.
    ///
    /// Base64 must be canonical: padded, without whitespace, without bits left over, and itself
    /// not percent-encoded. In percent-encoded text every other character stands for itself.
    ///
    /// # Errors
    ///
    /// [`DataUriError::BadBase64`], [`DataUriError::BadPercent`] and [`DataUriError::WrongMime`].
    pub fn scan(&self) -> Result<Facts, DataUriError> {
        let facts = if self.base64 { self.scan_base64() } else { self.scan_percent() }?;
        match facts.mime {
            Some(actual) if mime::contradicts(self.mime, actual) => Err(DataUriError::WrongMime {
                declared: self.mime.chars().take(SHOWN).collect(),
                actual,
            }),
            _ => Ok(facts),
        }
    }

    fn scan_base64(&self) -> Result<Facts, DataUriError> {
        let text = self.data.as_bytes();
        let bad = |at| DataUriError::BadBase64 { at: self.offset + at };
        let len = decoded_len(text).map_err(bad)?;
        // The view cannot fail on checked text; were it to, nothing but the length is known.
        let unread = Facts { bytes: Some(len), ..Facts::default() };
        Ok(crate::facts(&mut Base64View::new(text, len), len).unwrap_or(unread))
    }

    fn scan_percent(&self) -> Result<Facts, DataUriError> {
        let text = self.data.as_bytes();
        let (mut head, mut len, mut at) = (Vec::new(), 0, 0);
        while let Some(&byte) = text.get(at) {
            let bad = DataUriError::BadPercent { at: self.offset + at };
            let (byte, step) =
                if byte == b'%' { (escaped(text, at).ok_or(bad)?, 3) } else { (byte, 1) };
            if head.len() < BUDGET {
                head.push(byte);
            }
            len += 1;
            at += step;
        }
        Ok(crate::facts(&mut Cursor::new(head), len).unwrap_or_default())
    }
}

/// The byte that `%XX` stands for.
fn escaped(text: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(at + 1)? * 16 + digit(at + 2)?).ok()
}

impl fmt::Debug for DataUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mime: String = self.mime.chars().take(SHOWN).collect();
        f.debug_struct("DataUri")
            .field("mime", &mime)
            .field("base64", &self.base64)
            .field("data", &format_args!("{} characters", self.data.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, base64, opus, png};

    fn scan(text: &str) -> Result<Facts, DataUriError> {
        DataUri::parse(text)?.scan()
    }

    fn check(text: &str, expected: Facts) {
        assert_eq!(scan(text), Ok(expected), "{text:.60}");
    }

    fn check_error(text: &str, expected: &DataUriError) {
        assert_eq!(scan(text).as_ref(), Err(expected), "{text:.60}");
    }

    fn png_facts(bytes: u64) -> Facts {
        let (width, height) = (Some(640), Some(360));
        Facts { mime: Some("image/png"), width, height, bytes: Some(bytes), millis: None }
    }

    fn bytes_only(bytes: u64) -> Facts {
        Facts { bytes: Some(bytes), ..Facts::default() }
    }

    fn png_text() -> String {
        base64(&png(640, 360))
    }

    #[test]
    fn parts() {
        let uri = DataUri::parse("data:Image/PNG;name=a;base64,AAAA").unwrap();
        assert_eq!((uri.mime(), uri.is_base64()), ("Image/PNG", true));
        let uri = DataUri::parse("data:,a,b").unwrap();
        assert_eq!((uri.mime(), uri.is_base64()), ("", false));
        let uri = DataUri::parse("data:base64,AAAA").unwrap();
        assert_eq!((uri.mime(), uri.is_base64()), ("base64", false));
    }

    #[test]
    fn not_data() {
        for text in ["", "data", "http://x/,", " data:,", "dat\u{e9}:,", "date:,"] {
            check_error(text, &DataUriError::NotData);
        }
    }

    #[test]
    fn no_comma() {
        check_error("data:", &DataUriError::NoComma);
        check_error("data:image/png;base64", &DataUriError::NoComma);
    }

    #[test]
    fn image() {
        check(&format!("data:image/png;base64,{}", png_text()), png_facts(33));
    }

    #[test]
    fn case_does_not_matter() {
        check(&format!("DATA:IMAGE/PNG;BASE64,{}", png_text()), png_facts(33));
    }

    #[test]
    fn no_declared_type() {
        check(&format!("data:;base64,{}", png_text()), png_facts(33));
    }

    #[test]
    fn empty_data() {
        check("data:image/png;base64,", bytes_only(0));
        check("data:,", bytes_only(0));
    }

    #[test]
    fn unrecognised_data_has_no_type() {
        check("data:image/png;base64,aGVsbG8=", bytes_only(5));
    }

    #[test]
    fn padding() {
        check("data:;base64,aGVsbA==", bytes_only(4));
        check_error("data:;base64,aGVsbA=", &DataUriError::BadBase64 { at: 20 });
        check_error("data:;base64,aGVsbA", &DataUriError::BadBase64 { at: 19 });
        check_error("data:;base64,aGVsbA===", &DataUriError::BadBase64 { at: 19 });
        check_error("data:;base64,aGVsbA==aGVs", &DataUriError::BadBase64 { at: 19 });
    }

    #[test]
    fn whitespace_and_other_alphabets_are_refused() {
        check_error("data:;base64,aGVs bG8=", &DataUriError::BadBase64 { at: 17 });
        check_error("data:;base64,aGVsbG8=\n", &DataUriError::BadBase64 { at: 21 });
        check_error("data:;base64,aG-s", &DataUriError::BadBase64 { at: 15 });
        check_error("data:;base64,aGVsbG8%3D", &DataUriError::BadBase64 { at: 20 });
    }

    #[test]
    fn ten_megabytes() {
        let text = format!("data:image/png;base64,{}{}", png_text(), "A".repeat(10 << 20));
        check(&text, png_facts(33 + (10 << 20) / 4 * 3));
        let end = text.len();
        check_error(&format!("{text}AA*="), &DataUriError::BadBase64 { at: end + 2 });
    }

    #[test]
    fn video_with_its_header_at_the_end() {
        let content = fixtures::atom(*b"mdat", &vec![7; 1_000_000]);
        let movie = fixtures::Movie { content, moov_last: true, ..fixtures::Movie::default() };
        let text = format!("data:video/mp4;base64,{}", base64(&fixtures::mp4(&movie)));
        let facts = scan(&text).unwrap();
        assert_eq!((facts.width, facts.millis), (Some(1920), Some(5005)));
    }

    #[test]
    fn sound_with_its_length_at_the_end() {
        let long = [opus(0, 48_000), vec![0; 500_000], opus(0, 96_000)].concat();
        let text = format!("data:audio/ogg;base64,{}", base64(&long));
        assert_eq!(scan(&text).unwrap().millis, Some(2000));
    }

    #[test]
    fn percent_encoded_text() {
        let svg = "data:image/svg+xml,%3Csvg%20width='1'/%3E";
        let facts = Facts { mime: Some("image/svg+xml"), bytes: Some(16), ..Facts::default() };
        check(svg, facts);
        check("data:text/plain,h%C3%A9\u{e9}", bytes_only(5));
    }

    #[test]
    fn percent_signs_that_break() {
        check_error("data:,ab%", &DataUriError::BadPercent { at: 8 });
        check_error("data:,ab%2", &DataUriError::BadPercent { at: 8 });
        check_error("data:,%20%2G", &DataUriError::BadPercent { at: 9 });
        check_error("data:,%+1", &DataUriError::BadPercent { at: 6 });
    }

    #[test]
    fn long_percent_encoded_text_is_counted() {
        check(&format!("data:,{}", "%41".repeat(200_000)), bytes_only(200_000));
    }

    #[test]
    fn contradicted_type() {
        let declared = "image/webp".to_owned();
        let wrong = DataUriError::WrongMime { declared, actual: "image/png" };
        check_error(&format!("data:image/webp;base64,{}", png_text()), &wrong);
    }

    #[test]
    fn long_declared_type_is_cut() {
        let uri = format!("data:text/{};base64,{}", "\u{e9}".repeat(9999), png_text());
        let declared = format!("text/{}", "\u{e9}".repeat(59));
        check_error(&uri, &DataUriError::WrongMime { declared, actual: "image/png" });
    }

    #[test]
    fn every_fixture_under_its_own_type() {
        for fixture in fixtures::all() {
            let uri = format!("data:{};base64,{}", fixture.sniffed, base64(&fixture.bytes));
            check(&uri, crate::inspect_bytes(&fixture.bytes));
        }
    }

    #[test]
    fn messages_name_position_and_way_out() {
        let message = scan("data:;base64,aG s").unwrap_err().to_string();
        assert!(message.contains("byte 15") && message.contains("no whitespace"), "{message}");
        assert!(!message.contains("aG"), "{message}");
    }

    #[test]
    fn debug_hides_the_data() {
        let shown = format!("{:?}", DataUri::parse("data:;base64,c2VjcmV0").unwrap());
        assert!(shown.contains("8 characters") && !shown.contains("c2Vj"), "{shown}");
    }
}
