//! One file a command.

mod compare;
mod journal;
mod lift;
mod lines;
mod meta;
mod models;
mod run;
mod sandbox;
mod spec;
mod translate;
mod which;

pub(crate) use compare::compare;
pub(crate) use journal::{cancel, jobs};
pub(crate) use lift::{audit, convert, lift};
pub(crate) use meta::{completions, man};
pub(crate) use models::models;
pub(crate) use run::{demo, generate, resume};
pub(crate) use sandbox::sandbox;
pub(crate) use spec::{spec_check, spec_diff, spec_impact, spec_new, spec_resolve};
pub(crate) use translate::translate;
pub(crate) use which::which;

use std::fmt::Display;
use std::io::{self, BufWriter, StdoutLock, Write};

use serde::Serialize;

use crate::fail::Failure;
use crate::render::clean_lines;

/// Standard output for data: buffered, uncoloured. Once its reader has seen enough, as with
/// `| head`, what follows goes nowhere and the command keeps its own verdict.
fn stdout() -> BufWriter<Unread<StdoutLock<'static>>> {
    BufWriter::with_capacity(1 << 16, Unread(io::stdout().lock()))
}

/// As [`stdout`], for streams that need not go on once nobody reads them.
fn stream() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// A writer whose reader may go away.
struct Unread<W>(W);

impl<W: Write> Write for Unread<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

/// Says a line on standard error. What of it would drive a terminal is written as its escape.
fn say(line: impl Display) -> io::Result<()> {
    writeln!(anstream::stderr(), "{}", clean_lines(&line.to_string()))
}

/// Prints JSON for people and programs. What of a text would drive a terminal is written as its
/// escape, which means the same.
fn print_json<T: Serialize + ?Sized>(value: &T) -> Result<(), Failure> {
    let mut out = stdout();
    let text = serde_json::to_string_pretty(value)?;
    // Everything that JSON itself leaves raw is beyond ASCII, or is delete.
    if text.bytes().any(|byte| byte >= 0x7f) {
        writeln!(out, "{}", clean_lines(&text))?;
    } else {
        writeln!(out, "{text}")?;
    }
    Ok(out.flush()?)
}

/// Columns of the terminal, within what tables are made for.
fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    columns.or_else(terminal).unwrap_or(120).clamp(80, 200)
}
