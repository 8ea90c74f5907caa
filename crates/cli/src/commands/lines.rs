//! `genmux translate --requests`: one compact JSON line for every request and offer.

use std::io::{BufReader, Write};
use std::path::Path;

use genmux::calls::{self, read_line};
use genmux::{Offer, Request, Shown};
use serde::Serialize;

use super::stream;
use crate::Done;
use crate::args::Translate;
use crate::fail::Failure;
use crate::input;

#[derive(Serialize)]
struct Line<'a> {
    line: u64,
    #[serde(flatten)]
    shown: Shown<'a>,
}

#[derive(Serialize)]
struct BadLine {
    line: u64,
    error: String,
}

/// Streams: nothing is held but one line; a bad line gives its error in its place.
pub(super) fn translate_lines(
    offers: &[Offer],
    path: &Path,
    args: &Translate,
) -> Result<Done, Failure> {
    let mut reader = BufReader::with_capacity(1 << 16, input::open(path)?);
    let mut out = stream();
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        if reader.buffer().is_empty() {
            // Reading may wait for whoever writes, who may be waiting for these answers.
            out.flush()?;
        }
        let limit = args.reading.max_bytes;
        let read = read_line(&mut reader, &mut text, limit)
            .map_err(|error| Failure::Said(format!("cannot read {}: {error}", path.display())))?;
        match read {
            calls::Line::End => break,
            calls::Line::TooLong => write_line(
                &mut out,
                &BadLine { line, error: format!("longer than {limit} bytes") },
            )?,
            calls::Line::Whole if text.iter().all(u8::is_ascii_whitespace) => {}
            calls::Line::Whole => match Request::from_json(&text) {
                Ok(request) => translate_line(&mut out, offers, &request, (line, args))?,
                Err(error) => write_line(&mut out, &BadLine { line, error: error.to_string() })?,
            },
        }
    }
    out.flush()?;
    Ok(Done::Accepted)
}

fn translate_line(
    out: &mut impl Write,
    offers: &[Offer],
    request: &Request,
    (line, args): (u64, &Translate),
) -> Result<(), Failure> {
    let context = input::context(request, &args.reading);
    for offer in offers {
        let result = offer.translate(request, &args.policy, &context);
        let shown = genmux::shown(offer, request, &context, &result)?;
        write_line(out, &Line { line, shown })?;
    }
    Ok(())
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, line)?;
    Ok(out.write_all(b"\n")?)
}
