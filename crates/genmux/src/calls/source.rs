//! Calls out of files: HAR, JSON lines, one JSON document, or a shell script.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use genmux::{ReadError, read_payload};
use serde_json::Value;

use super::super::call::Call;
use super::super::{curl, shell};
use super::har;
use crate::commands::lines::{self, read_line};
use crate::fail::Failure;
use crate::input;

/// One call of a file, or why it could not be read.
pub(super) struct Seen {
    /// The line on which it stands, from 1; not known of HAR files.
    pub(super) line: Option<usize>,
    pub(super) call: Result<Call, Unread>,
}

/// A call that could not be read.
pub(super) struct Unread {
    /// Whether the body itself is broken, and not only how it stands here.
    pub(super) is_body: bool,
    pub(super) url: Option<String>,
    pub(super) problem: String,
}

impl From<String> for Unread {
    fn from(problem: String) -> Unread {
        Unread { is_body: false, url: None, problem }
    }
}

/// Reads the calls of a file one by one; nothing but one body is held at a time.
pub(super) fn read(path: &Path, max_bytes: u64, each: &mut dyn FnMut(Seen)) -> Result<(), Failure> {
    let mut reader = BufReader::with_capacity(1 << 16, input::open(path)?);
    let failed =
        |error: std::io::Error| Failure::Said(format!("cannot read {}: {error}", path.display()));
    let start = reader.fill_buf().map_err(failed)?;
    let mark = if start.starts_with(BYTE_ORDER) { BYTE_ORDER.len() } else { 0 };
    let form = Form::of(start[mark..].trim_ascii_start());
    reader.consume(mark);
    let read = match form {
        Form::Har => har::read(reader, max_bytes, each),
        Form::Lines => read_lines(reader, max_bytes, each),
        Form::Document => document(reader, max_bytes, each),
        Form::Shell => script(reader, max_bytes, each),
    };
    read.map_err(|problem| Failure::Said(format!("{}: {problem}", path.display())))
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
            lines::Read::End => break,
            lines::Read::Line if text.iter().all(u8::is_ascii_whitespace) => continue,
            lines::Read::Line => json(&text),
            lines::Read::TooLong => Err(too_long(max_bytes).into()),
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
    let call = Call::of(value).map_err(|(url, problem)| Unread { is_body: true, url, problem });
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
            Err(broken) => Err(Unread { is_body: false, url: broken.url, problem: broken.problem }),
            Ok(sent) => {
                // What the shell fills in may make a body of it.
                let (url, is_body) = (sent.url.clone(), sent.filled_in.is_none());
                Call::sent(sent).map_err(|problem| Unread { is_body, url, problem })
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
