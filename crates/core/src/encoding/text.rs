//! JSON text, byte for byte as `serde_json` writes it, several times faster for what payloads hold.
//!
//! Most of the time of a payload went into keys and words that are the same in every payload, and
//! into looking at each byte of its texts. Here keys are written with their punctuation in one
//! piece, and eight bytes are looked at together. Whatever is not plain is left to `serde_json`.

use std::fmt::{Display, Write as _};

use serde::Serialize;
use serde_json::{Result, Value};

use crate::plan::{Piece, Word};

/// Where media stand in a text: its offset, and which inlined medium.
pub(crate) type Mark = (usize, usize);

/// A JSON text while it is written.
pub(crate) struct JsonText<'a> {
    out: &'a mut Vec<u8>,
    /// The places of inlined media, which are not in the text.
    marks: Vec<Mark>,
}

/// A value with a quicker way into a text than `serde_json`.
pub(crate) trait Json: Serialize {
    /// Appends the value.
    fn write_json(&self, text: &mut JsonText<'_>) -> Result<()> {
        text.any(self)
    }
}

impl<'a> JsonText<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> JsonText<'a> {
        JsonText { out, marks: Vec::new() }
    }

    pub(crate) fn into_marks(self) -> Vec<Mark> {
        self.marks
    }

    /// Appends what is JSON already.
    pub(crate) fn raw(&mut self, json: &[u8]) {
        self.out.extend_from_slice(json);
    }

    /// Appends what was rendered before.
    pub(crate) fn piece(&mut self, piece: &Piece) {
        piece.append(self.out);
    }

    /// Appends a text as a string.
    pub(crate) fn string(&mut self, text: &str) -> Result<()> {
        if is_plain(text.as_bytes()) { self.plain(text) } else { self.any(text) }
    }

    /// Appends a text in which nothing needs an escape as a string.
    #[allow(clippy::unnecessary_wraps)] // As every other way to write.
    pub(crate) fn plain(&mut self, text: &str) -> Result<()> {
        self.out.reserve(text.len() + 2);
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
        Ok(())
    }

    /// Appends as a string what prints itself.
    pub(crate) fn printed(&mut self, value: &impl Display) -> Result<()> {
        let mut text = String::new();
        // A `String` takes everything.
        let _ = write!(text, "{value}");
        self.string(&text)
    }

    /// Appends an empty string in whose place a medium is to stand.
    pub(crate) fn mark(&mut self, inlined: usize) {
        self.marks.push((self.out.len() + 1, inlined));
        self.raw(b"\"\"");
    }

    /// Appends any value.
    pub(crate) fn any<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        serde_json::to_writer(&mut *self.out, value)
    }
}

impl Json for str {
    fn write_json(&self, text: &mut JsonText<'_>) -> Result<()> {
        text.string(self)
    }
}

impl Json for Value {
    fn write_json(&self, text: &mut JsonText<'_>) -> Result<()> {
        match self {
            Value::String(word) => text.string(word),
            other => text.any(other),
        }
    }
}

impl Json for Word {
    fn write_json(&self, text: &mut JsonText<'_>) -> Result<()> {
        text.piece(self.json());
        Ok(())
    }
}

/// A word of genmux's own, in which nothing needs an escape.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Fixed(pub(crate) &'static str);

impl Json for Fixed {
    fn write_json(&self, text: &mut JsonText<'_>) -> Result<()> {
        text.plain(self.0)
    }
}

impl Json for u64 {}
impl Json for u32 {}

impl Json for bool {
    fn write_json(&self, text: &mut JsonText<'_>) -> Result<()> {
        text.raw(if *self { b"true" } else { b"false" });
        Ok(())
    }
}

impl<T: Json + ?Sized> Json for &T {
    fn write_json(&self, text: &mut JsonText<'_>) -> Result<()> {
        (**self).write_json(text)
    }
}

impl<T: Json> Json for Option<T> {
    fn write_json(&self, text: &mut JsonText<'_>) -> Result<()> {
        match self {
            Some(value) => value.write_json(text),
            None => text.any(&()),
        }
    }
}

/// Whether a text stands in JSON as it is: no control character, no quote, no backslash.
fn is_plain(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk() else {
        return !text.iter().any(|byte| matches!(byte, 0..0x20 | b'"' | b'\\'));
    };
    let (pairs, rest) = text.as_chunks::<16>();
    let one = |word: &[u8; 8]| needs_escape(u64::from_ne_bytes(*word));
    let two =
        |pair: &[u8; 16]| pair.as_chunks().0.iter().fold(false, |found, word| found | one(word));
    // The last eight bytes overlap with what is looked at before them.
    !pairs.iter().any(two) && !one(last) && !rest.first_chunk().is_some_and(one)
}

/// Whether one of eight bytes needs an escape.
///
/// A byte that is less than n borrows when n is taken off it, which sets its highest bit; bytes of
/// which the highest bit was set before are taken out. Equal is less than 1 after an exclusive or.
const fn needs_escape(word: u64) -> bool {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = EACH << 7;
    let control = word.wrapping_sub(EACH * 0x20) & !word;
    let (quote, slash) = (word ^ (EACH * b'"' as u64), word ^ (EACH * b'\\' as u64));
    let quote = quote.wrapping_sub(EACH) & !quote;
    let slash = slash.wrapping_sub(EACH) & !slash;
    (control | quote | slash) & HIGH != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check<T: Json + ?Sized>(value: &T) {
        let mut ours = b"before".to_vec();
        value.write_json(&mut JsonText::new(&mut ours)).unwrap();
        let theirs = format!("before{}", serde_json::to_string(value).unwrap());
        assert_eq!(String::from_utf8(ours).unwrap(), theirs);
    }

    #[test]
    fn values_are_written_as_serde_json_writes_them() {
        check(&json!({ "a": [1, -2, 2.5, null, true, "x"], "b": {}, "": { "d": 1e300 } }));
        check(&json!("a \"word\""));
        check(&[None, Some(true), Some(false)].map(|flag| check(&flag)).len().to_string()[..]);
        check(&u64::MAX);
        check(&Some(7_u32));
    }

    #[test]
    fn texts_that_need_an_escape_have_it_wherever_they_need_it() {
        for c in (0..=0x7f).map(char::from).chain(['é', '🎬', '\u{2028}', '\u{ff}']) {
            for before in 0..17 {
                for after in [0, 1, 7, 8] {
                    check(&*format!("{}{c}{}", "a".repeat(before), "é".repeat(after)));
                }
            }
        }
    }

    #[test]
    fn what_prints_itself_is_written_as_its_text() {
        let mut out = Vec::new();
        JsonText::new(&mut out).printed(&format_args!("asset_{}", "a\"b")).unwrap();
        assert_eq!(out, br#""asset_a\"b""#);
    }

    #[test]
    fn an_inlined_medium_leaves_its_place_between_the_quotes() {
        let mut out = b"[".to_vec();
        let mut text = JsonText::new(&mut out);
        text.mark(3);
        assert_eq!(text.into_marks(), [(2, 3)]);
        assert_eq!(out, br#"["""#);
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_serde_json_writes_it(text: String) {
            check(&*text);
        }
    }
}
