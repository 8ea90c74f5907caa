//! Calls out of files: HAR, JSON lines, one JSON document, or a shell script.

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use genmux_core::{ReadError, read_payload};
use serde_json::Value;

use super::call::{Call, CallError, told};
use super::lines::{Line, read_line};
use super::{curl, har, shell};

/// One call of a file, or why it could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Seen {
    /// The line on which it stands, from 1; not known of HAR files.
    pub line: Option<usize>,
    /// The call.
    pub call: Result<Call, Unread>,
}

/// A call that could not be read.
#[non_exhaustive]
pub struct Unread {
    /// Whether the body itself is broken, and not only how it stands here.
    pub is_body: bool,
    /// The address, if it is known; it may hold keys in its query.
    pub url: Option<String>,
    /// Why, in a few words.
    pub problem: String,
}

/// Addresses may hold keys.
impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unread({})", self.problem)
    }
}

impl Unread {
    pub(super) fn new(is_body: bool, url: Option<String>, problem: &str) -> Unread {
        Unread { is_body, url, problem: told(problem) }
    }
}

impl From<String> for Unread {
    fn from(problem: String) -> Unread {
        Unread::new(false, None, &problem)
    }
}

/// Reads the calls of a file one by one; nothing but one body, of at most `max_bytes`, is held at
/// a time.
///
/// # Errors
/// When the file cannot be read or is in none of the forms; calls before the fault were given.
pub fn read_calls(
    reader: impl Read,
    max_bytes: u64,
    each: &mut dyn FnMut(Seen),
) -> Result<(), CallError> {
    Ok(calls(reader, max_bytes, each)?)
}

fn calls(reader: impl Read, max_bytes: u64, each: &mut dyn FnMut(Seen)) -> Result<(), String> {
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let start = reader.fill_buf().map_err(|error| format!("cannot be read: {error}"))?;
    let mark = if start.starts_with(BYTE_ORDER) { BYTE_ORDER.len() } else { 0 };
    let form = Form::of(start[mark..].trim_ascii_start());
    reader.consume(mark);
    match form {
        Form::Har => har::read(reader, max_bytes, each),
        Form::Lines => read_lines(reader, max_bytes, each),
        Form::Document => document(reader, max_bytes, each),
        Form::Shell => script(reader, max_bytes, each),
    }
}

/// What some editors put before UTF-8.
const BYTE_ORDER: &[u8] = b"\xEF\xBB\xBF";

/// What kind of file it is, by how it begins.
enum Form {
    Har,
    /// One JSON value a line.
    Lines,
    /// One JSON value over several lines.
    Document,
    Shell,
}

impl Form {
    fn of(start: &[u8]) -> Form {
        let inside = start.strip_prefix(b"{").map(<[u8]>::trim_ascii_start).unwrap_or_default();
        let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let ends_here = matches!(line.trim_ascii_end().last(), Some(b'}' | b']'));
        // The first line alone may be longer than what was looked at.
        let is_whole = line.len() == start.len() || read_payload(line).is_ok() || ends_here;
        match start.first() {
            Some(b'{') if inside.starts_with(b"\"log\"") => Form::Har,
            Some(b'{' | b'[') if is_whole => Form::Lines,
            Some(b'{' | b'[') => Form::Document,
            _ => Form::Shell,
        }
    }
}

fn read_lines(
    mut reader: impl BufRead,
    max_bytes: u64,
    each: &mut dyn FnMut(Seen),
) -> Result<(), String> {
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let read =
            read_line(&mut reader, &mut text, max_bytes).map_err(|error| error.to_string())?;
        let call = match read {
            Line::End => break,
            Line::Whole if text.iter().all(u8::is_ascii_whitespace) => continue,
            Line::Whole => json(&text),
            Line::TooLong => Err(too_long(max_bytes).into()),
        };
        match call {
            Ok(value) => one(value, line, max_bytes, each)?,
            Err(unread) => each(Seen { line: Some(line), call: Err(unread) }),
        }
    }
    Ok(())
}

/// One JSON value: a call, or a HAR file that begins with another key than most.
fn one(
    value: Value,
    line: usize,
    max_bytes: u64,
    each: &mut dyn FnMut(Seen),
) -> Result<(), String> {
    if value.pointer("/log/entries").is_some_and(Value::is_array) {
        return har::read(value.to_string().as_bytes(), max_bytes, each);
    }
    let call = Call::of(value).map_err(|(url, problem)| Unread::new(true, url, &problem));
    each(Seen { line: Some(line), call });
    Ok(())
}

pub(super) fn too_long(max_bytes: u64) -> String {
    format!("is longer than {max_bytes} bytes; raise --max-bytes to read it")
}

fn json(text: &[u8]) -> Result<Value, Unread> {
    // Of one line, the column is all there is to say.
    let place = |error: ReadError| format!("column {}: {}", error.column, error.message);
    Ok(read_payload(text.trim_ascii_end()).map_err(place)?)
}

fn document(reader: impl Read, max_bytes: u64, each: &mut dyn FnMut(Seen)) -> Result<(), String> {
    let text = whole(reader, max_bytes)?;
    let value = read_payload(&text).map_err(|error| error.to_string())?;
    one(value, 1, max_bytes, each)
}

fn script(reader: impl Read, max_bytes: u64, each: &mut dyn FnMut(Seen)) -> Result<(), String> {
    let text = String::from_utf8(whole(reader, max_bytes)?);
    let text = text.map_err(|_| "is no UTF-8 text and no JSON".to_owned())?;
    for command in shell::commands(&text)? {
        let Some(sent) = curl::read(&command) else { continue };
        let call = match sent {
            Err(broken) => Err(Unread::new(false, broken.url, &broken.problem)),
            Ok(sent) => {
                // What the shell fills in may make a body of it.
                let (url, is_body) = (sent.url.clone(), sent.filled_in.is_none());
                Call::sent(sent).map_err(|problem| Unread::new(is_body, url, &problem))
            }
        };
        each(Seen { line: Some(command.line), call });
    }
    Ok(())
}

fn whole(reader: impl Read, max_bytes: u64) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let read = reader.take(max_bytes.saturating_add(1)).read_to_end(&mut text);
    read.map_err(|error| error.to_string())?;
    if text.len() as u64 > max_bytes { Err(too_long(max_bytes)) } else { Ok(text) }
}
