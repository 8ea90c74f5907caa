//! Lines of bounded length, of which one is held at a time.

use std::io::BufRead;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Read to its end.
    Whole,
    /// Longer than the limit, and skipped.
    TooLong,
    /// There is none any more.
    End,
}

/// Adds one line of bounded length to `text`; what is longer is skipped to its end.
///
/// # Errors
/// Those of the reader.
pub fn read_line(
    reader: &mut impl BufRead,
    text: &mut Vec<u8>,
    limit: u64,
) -> std::io::Result<Line> {
    let mut long = false;
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            return Ok(if long {
                Line::TooLong
            } else if text.is_empty() {
                Line::End
            } else {
                Line::Whole
            });
        }
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(chunk.len(), |end| end + 1);
        long |= (text.len() + used) as u64 > limit;
        if !long {
            text.extend_from_slice(&chunk[..used]);
        }
        reader.consume(used);
        if end.is_some() {
            return Ok(if long { Line::TooLong } else { Line::Whole });
        }
    }
}
