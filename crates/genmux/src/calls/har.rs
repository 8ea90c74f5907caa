//! HAR files, entry by entry: replies are skipped as they stream by, long texts are cut.

use std::io::{self, Read};

use genmux_core::read_payload;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use super::call::Call;
use super::source::{Seen, Unread, too_long};

/// Reads the requests of a HAR file.
pub(super) fn read(
    reader: impl Read,
    max_bytes: u64,
    each: &mut dyn FnMut(Seen),
) -> Result<(), String> {
    // The escapes of a text within a text may double its length.
    let cut = Cut::new(reader, max_bytes.saturating_mul(2).saturating_add(2));
    let mut json = serde_json::Deserializer::from_reader(io::BufReader::new(cut));
    let entry = &mut |entry: Entry| {
        each(Seen { line: None, call: entry.request.call(max_bytes) });
    };
    let read = Har { inside: "log", then: Some("entries"), entry }.deserialize(&mut json);
    read.and_then(|()| json.end()).map_err(|error| format!("is no HAR file: {error}"))
}

#[derive(Deserialize)]
struct Entry {
    request: Request,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    url: String,
    #[serde(default)]
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct PostData {
    #[serde(default)]
    text: String,
}

impl Request {
    fn call(self, max_bytes: u64) -> Result<Call, Unread> {
        let text = self.post_data.map(|data| data.text).unwrap_or_default();
        if text.is_empty() {
            let call = Call { url: Some(self.url), ..Call::alone(serde_json::Value::Null) };
            return Ok(call);
        }
        let url = Some(self.url);
        if text.len() as u64 > max_bytes {
            return Err(Unread::new(false, url, &too_long(max_bytes)));
        }
        match read_payload(text.as_bytes()) {
            Ok(body) => Ok(Call { url, ..Call::alone(body) }),
            Err(error) => Err(Unread::new(true, url, &error.to_string())),
        }
    }
}

/// `{"log": {"entries": [...]}}`, of which one entry is held at a time.
struct Har<'a> {
    inside: &'static str,
    then: Option<&'static str>,
    entry: &'a mut dyn FnMut(Entry),
}

impl<'de> DeserializeSeed<'de> for Har<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Har<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an object with {}", self.inside)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            if key != self.inside {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            found = true;
            match self.then {
                Some(then) => {
                    let below = Har { inside: then, then: None, entry: &mut *self.entry };
                    map.next_value_seed(below)?;
                }
                None => map.next_value_seed(Entries(&mut *self.entry))?,
            }
        }
        if found { Ok(()) } else { Err(de::Error::missing_field(self.inside)) }
    }
}

struct Entries<'a>(&'a mut dyn FnMut(Entry));

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(entry) = seq.next_element()? {
            (self.0)(entry);
        }
        Ok(())
    }
}

/// JSON text whose strings are cut where they are longer than a limit, so that no string of a
/// reply or a body fills the memory.
struct Cut<R> {
    reader: R,
    most: u64,
    state: State,
    /// Bytes of the string so far.
    at: u64,
    /// Bytes that complete a character, kept whatever the limit is.
    owed: u8,
    kept_last: bool,
}

#[derive(Clone, Copy)]
enum State {
    Out,
    In,
    Escaped,
    /// Digits of an escape that are to come, and those that came.
    Hex(u8, u32),
}

impl<R: Read> Cut<R> {
    const fn new(reader: R, most: u64) -> Cut<R> {
        Cut { reader, most, state: State::Out, at: 0, owed: 0, kept_last: true }
    }
}

impl<R: Read> Read for Cut<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.reader.read(buffer)?;
            let mut kept = 0;
            for at in 0..read {
                if self.keeps(buffer[at]) {
                    buffer[kept] = buffer[at];
                    kept += 1;
                }
            }
            // Nothing but what was cut is not yet the end.
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

impl<R> Cut<R> {
    fn keeps(&mut self, byte: u8) -> bool {
        match (self.state, byte) {
            (State::Out, b'"') => {
                (self.state, self.at, self.owed, self.kept_last) = (State::In, 0, 0, true);
                return true;
            }
            (State::In, b'"') => {
                self.state = State::Out;
                return true;
            }
            (State::Out, _) => return true,
            _ => {}
        }
        let keeps = self.counts(byte);
        self.state = match (self.state, byte) {
            (State::In, b'\\') => self.owes(keeps, 1, State::Escaped),
            (State::Escaped, b'u') if keeps => self.owes(true, 4, State::Hex(4, 0)),
            (State::Hex(1, code), _) if (0xD80..0xDC0).contains(&code) => {
                // The other half of a character beyond 16 bits.
                self.owes(keeps, 6, State::In)
            }
            (State::Hex(left @ 2.., code), _) => {
                State::Hex(left - 1, code << 4 | char::from(byte).to_digit(16).unwrap_or(0))
            }
            _ => State::In,
        };
        keeps
    }

    fn owes(&mut self, keeps: bool, bytes: u8, state: State) -> State {
        self.owed = self.owed.max(if keeps { bytes } else { 0 });
        state
    }

    /// Counts a byte of a string; what completes a kept character is kept.
    fn counts(&mut self, byte: u8) -> bool {
        let continues = byte & 0xC0 == 0x80 && self.kept_last;
        self.kept_last = self.at < self.most || self.owed > 0 || continues;
        self.at += 1;
        self.owed = self.owed.saturating_sub(1);
        self.kept_last
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // What cannot be read should stop the test.

    use super::*;

    /// Cuts the text at every place and reads what is left.
    fn check(text: &str) {
        let json = serde_json::to_string(&[text, "end"]).unwrap();
        let unit = |unit: u16| match u8::try_from(unit).ok().filter(u8::is_ascii) {
            Some(ascii) => char::from(ascii).to_string(),
            None => format!("\\u{unit:04x}"),
        };
        let escaped: String = json.encode_utf16().map(unit).collect::<Vec<_>>().concat();
        for json in [json.clone(), escaped] {
            for most in 3..json.len() as u64 {
                let read: Vec<String> =
                    serde_json::from_reader(Cut::new(json.as_bytes(), most)).unwrap();
                assert!(
                    text.starts_with(&read[0]) && read[1] == "end",
                    "{json} at {most}: {read:?}"
                );
            }
        }
    }

    #[test]
    fn a_string_that_is_cut_stays_a_string() {
        check("plain");
        check("a\"b\\\\\"c\nd");
        check("éé🎬🎬é\u{1}");
    }

    #[test]
    fn entries_are_read_and_replies_skipped() {
        let har = r#"{"x": 1, "log": {"version": "1.2", "entries": [
            {"request": {"method": "GET", "url": "https://a.b"}, "response": {"text": "long long"}},
            {"request": {"url": "https://c.d", "postData": {"text": "{\"a\": 1}"}}},
            {"request": {"url": "https://c.d", "postData": {"text": "{\"a\": 1, \"b\": 2}"}}}
        ]}}"#;
        let mut seen = Vec::new();
        read(har.as_bytes(), 10, &mut |call| {
            seen.push(match call.call {
                Ok(call) => format!("{} {}", call.url.unwrap(), call.body),
                Err(unread) => unread.problem,
            });
        })
        .unwrap();
        let long = "is longer than 10 bytes; raise --max-bytes to read it";
        assert_eq!(seen, ["https://a.b null", "https://c.d {\"a\":1}", long]);
    }

    #[test]
    fn what_is_no_har_is_told() {
        let check = |har: &str, expected: &str| {
            let error = read(har.as_bytes(), 10, &mut |_| {}).unwrap_err();
            assert!(error.contains(expected), "{har}: {error}");
        };
        check(r#"{"log": {}}"#, "missing field `entries`");
        check(r#"{"log": {"entries": [{"x": 1}]}}"#, "missing field `request`");
        check(r#"{"log": {"entries": ["#, "EOF");
    }
}
