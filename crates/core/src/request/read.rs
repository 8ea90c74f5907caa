//! Strict reading: every unknown key is refused with a hint, `null` means unset, nothing is lost.

use std::borrow::Cow;
use std::fmt;

use serde::de;
use serde::{Deserialize, Deserializer};

/// Why a document could not be read: where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {}{message}", prefix(path))]
pub struct ReadError {
    /// Dotted path of the field, empty at the top.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong and the way out.
    pub message: String,
}

fn prefix(path: &str) -> String {
    match path {
        "" | "." => String::new(),
        // Keys may be of any length, and stand within each other a hundred times.
        path => format!("{}: ", one_line(path, 120)),
    }
}

/// A text from outside as it may stand in a message: at most so many characters, and nothing that
/// begins a line, steers a terminal or turns the direction of what follows.
pub fn one_line(text: &str, most: usize) -> String {
    let shown = |c: char| {
        let (plain, escaped) =
            if is_unsafe(c) { (None, Some(c.escape_debug())) } else { (Some(c), None) };
        plain.into_iter().chain(escaped.into_iter().flatten())
    };
    let mut chars = text.chars().flat_map(shown);
    let mut line: String = chars.by_ref().take(most).collect();
    line.extend(chars.next().map(|_| '…'));
    line
}

/// Controls, and what makes a line read as another one.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// Reads one JSON document strictly; the path is worked out only when something is wrong.
///
/// # Errors
/// When the text is not JSON, has a wrong type, an unknown key or a key twice.
pub fn read_json<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, ReadError> {
    // Some editors begin a file with a byte order mark.
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let fast = serde_json::from_slice(text);
    fast.map_err(|error| explain::<T>(text, &error))
}

fn explain<'de, T: Deserialize<'de>>(text: &'de [u8], plain: &serde_json::Error) -> ReadError {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let path = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => error.path().to_string(),
        Ok(_) => String::new(),
    };
    // Of a key that is not known, the path says nothing more than where it stands.
    let path = path.trim_end_matches('?').trim_end_matches('.').to_owned();
    let full = plain.to_string();
    let position = format!(" at line {} column {}", plain.line(), plain.column());
    let message = full.strip_suffix(&position).unwrap_or(&full);
    let message =
        if text.iter().all(u8::is_ascii_whitespace) { "the document is empty" } else { message };
    ReadError { path, line: plain.line(), column: plain.column(), message: without_text(message) }
}

/// Characters of the longest message: the keys of a spec's field go into it.
const LONGEST: usize = 1000;

/// The message without the text of a value of a wrong type: it may be a prompt or media.
fn without_text(message: &str) -> String {
    let begin = "invalid type: string \"";
    let value = message.strip_prefix(begin).and_then(|rest| rest.rsplit_once("\", expected "));
    match value {
        Some((_, expected)) => format!("invalid type: a string, expected {expected}"),
        None => one_line(message, LONGEST),
    }
}

/// `Deserialize` for a struct of optional fields: `null` is unset, unknown keys get a hint.
macro_rules! as_object {
    (
        $type:ident, $what:literal, $hint:path,
        { $($key:literal => $field:ident: $read:ty),+ $(,)? }
    ) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($what)
                    }
                    fn visit_map<A>(self, mut map: A) -> Result<$type, A::Error>
                    where
                        A: serde::de::MapAccess<'de>,
                    {
                        const KEYS: &[&str] = &[$($key),+];
                        use serde::de::Error;
                        let mut object = $type::default();
                        let mut seen = 0_u32;
                        while let Some(key) = map.next_key::<crate::request::read::Text<'de>>()? {
                            match key.0.as_ref() {
                                $($key => {
                                    let bit = const { crate::request::read::bit(KEYS, $key) };
                                    if seen & bit != 0 {
                                        return Err(A::Error::duplicate_field($key));
                                    }
                                    seen |= bit;
                                    if let Some(value) = map.next_value::<Option<$read>>()? {
                                        object.$field = value.into();
                                    }
                                })+
                                other => return Err(A::Error::custom($hint(other, &[$($key),+]))),
                            }
                        }
                        Ok(object)
                    }
                }
                deserializer.deserialize_map(Visitor)
            }
        }
    };
}
pub(crate) use as_object;

/// A bit of its own for every key of a list.
pub(crate) const fn bit(keys: &[&str], key: &str) -> u32 {
    let mut at = 0;
    while !is_same(keys[at].as_bytes(), key.as_bytes()) {
        at += 1;
    }
    1 << at
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// `Serialize` by `Display` and `Deserialize` by `FromStr`.
macro_rules! as_string {
    ($($type:ty),+) => { $(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = crate::request::read::Text::deserialize(deserializer)?;
                text.0.parse().map_err(serde::de::Error::custom)
            }
        }
    )+ };
}
pub(crate) use as_string;

/// A text that is borrowed from the document where nothing in it is escaped.
pub(crate) struct Text<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'de>, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// A whole number from 0; `5.0` and `-0` are read as the whole numbers that they are.
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Visitor;
    impl de::Visitor<'_> for Visitor {
        type Value = u64;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number from 0 to 18446744073709551615")
        }
        fn visit_u64<E: de::Error>(self, value: u64) -> Result<u64, E> {
            Ok(value)
        }
        fn visit_i64<E: de::Error>(self, value: i64) -> Result<u64, E> {
            u64::try_from(value).map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::float_cmp)]
        fn visit_f64<E: de::Error>(self, value: f64) -> Result<u64, E> {
            // Above 2^53 a float may stand for another number than the one that was written.
            let exact = (0.0..=9007199254740992.0).contains(&value) && value.trunc() == value;
            if exact {
                Ok(value as u64)
            } else {
                Err(E::invalid_value(de::Unexpected::Float(value), &self))
            }
        }
    }
    deserializer.deserialize_any(Visitor)
}

/// A [`whole`] number behind a type, so that it can stand in an `Option`.
pub(crate) struct Whole(pub(crate) u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Whole, D::Error> {
        whole(deserializer).map(Whole)
    }
}

impl From<Whole> for Option<u64> {
    fn from(whole: Whole) -> Option<u64> {
        Some(whole.0)
    }
}
