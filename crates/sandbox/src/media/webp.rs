//! WebP, lossless: rows that repeat are copied from above, equal pixels from the left.
//!
//! That is all the compression that the sandbox's pictures need, and quick in a debug build at
//! 4096 x 4096. Section numbers are those of RFC 9649.

use std::io;

use super::{Spec, picture};

/// Pixels that one copy brings at most [3.7.2.1].
const COPY: usize = 4096;
/// The two distances that are used: one row, one pixel [5.2.2].
const ABOVE: u32 = 0;
const LEFT: u32 = 1;

/// Fails above 16,384 pixels a side, which is the format's own limit.
pub(crate) fn encode(spec: &Spec) -> io::Result<Vec<u8>> {
    if spec.width.max(spec.height) > 1 << 14 {
        return Err(io::Error::other("a side of a WebP has at most 16384 pixels"));
    }
    let mut bits = Bits::default();
    header(&mut bits, spec);
    pixels(&mut bits, &picture::rgb(spec), spec.width as usize);
    Ok(container(&bits.bytes))
}

/// RIFF around one chunk; chunks have even sizes.
fn container(stream: &[u8]) -> Vec<u8> {
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let padding = &[0][..stream.len() % 2];
    let riff = size(12 + stream.len() + padding.len());
    [b"RIFF", &riff, b"WEBP", b"VP8L", &size(stream.len()), stream, padding].concat()
}

/// Size, no transforms, and the five prefix codes [3.4, 3.7.2].
fn header(bits: &mut Bits, spec: &Spec) {
    bits.put(0x2F, 8);
    bits.put(spec.width - 1, 14);
    bits.put(spec.height - 1, 14);
    bits.put(0, 4); // opaque, version 0
    bits.put(0, 3); // no transform, no colour cache, one group of codes
    lengths(bits, 280); // green and lengths
    lengths(bits, 256); // red
    lengths(bits, 256); // blue
    bits.put(0b101, 3); // one symbol of 8 bits,
    bits.put(255, 8); // which is opaque
    bits.put(0b011, 3); // two symbols, the first of one bit:
    bits.put(ABOVE, 1);
    bits.put(LEFT, 8);
}

/// Symbols below 232 have 8 bits if there are 280, else all have: no statistics, and never wrong.
fn lengths(bits: &mut Bits, symbols: u32) {
    bits.put(0, 1);
    bits.put(13 - 4, 4);
    // In the order of the standard, lengths 8 and 9 are the last two of 13, with a bit each.
    for place in 0..13 {
        bits.put(u32::from(place > 10), 3);
    }
    bits.put(0, 1); // for all symbols
    for symbol in 0..symbols {
        bits.put(u32::from(symbols > 256 && symbol >= SHORT), 1);
    }
}

/// Symbols of green with 8 bits; the other 48 have 9.
const SHORT: u32 = 232;

fn pixels(bits: &mut Bits, rgb: &[u8], width: usize) {
    let stride = width * 3;
    let (mut above, mut repeated): (&[u8], usize) = (&[], 0);
    for row in rgb.chunks_exact(stride) {
        if row == above {
            repeated += width;
        } else {
            copy(bits, repeated, ABOVE);
            repeated = 0;
            line(bits, row);
            above = row;
        }
    }
    copy(bits, repeated, ABOVE);
}

/// A row of its own: each colour once, then as often as it repeats.
fn line(bits: &mut Bits, row: &[u8]) {
    let (mut left, mut repeated): (&[u8], usize) = (&[], 0);
    for pixel in row.chunks_exact(3) {
        if pixel == left {
            repeated += 1;
        } else {
            copy(bits, repeated, LEFT);
            repeated = 0;
            literal(bits, pixel);
            left = pixel;
        }
    }
    copy(bits, repeated, LEFT);
}

fn literal(bits: &mut Bits, pixel: &[u8]) {
    green(bits, u32::from(pixel[1]));
    bits.code(u32::from(pixel[0]), 8);
    bits.code(u32::from(pixel[2]), 8);
}

/// A literal green, or 256 and the prefix of a length.
fn green(bits: &mut Bits, symbol: u32) {
    match symbol {
        ..SHORT => bits.code(symbol, 8),
        _ => bits.code(SHORT + symbol, 9), // follows twice the 8-bit codes
    }
}

fn copy(bits: &mut Bits, mut count: usize, distance: u32) {
    while count > 0 {
        let length = count.min(COPY);
        count -= length;
        let (prefix, extra, value) = prefixed(u32::try_from(length).unwrap_or(1));
        green(bits, 256 + prefix);
        bits.put(value, extra);
        bits.put(distance, 1);
    }
}

/// The prefix of a length from 1 on, and the bits after it [5.2.2].
fn prefixed(length: u32) -> (u32, u32, u32) {
    let last = length - 1;
    if last < 4 {
        return (last, 0, 0);
    }
    let high = last.ilog2();
    let extra = high - 1;
    (2 * high + (last >> extra & 1), extra, last & ((1 << extra) - 1))
}

/// Bits from the least significant on.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    /// Bits of the last byte that are used, 0 to 7.
    used: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for at in 0..count {
            if self.used == 0 {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= u8::from(value >> at & 1 == 1) << self.used;
            }
            self.used = (self.used + 1) % 8;
        }
    }

    /// A codeword, which goes the other way round.
    fn code(&mut self, value: u32, count: u32) {
        self.put(value.reverse_bits() >> (32 - count), count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Format, tests::spec};

    #[test]
    fn a_decoder_reads_the_asked_size_and_the_very_pixels() {
        for (width, height) in [(130, 70), (1, 1), (5000, 3), (3, 5000), (640, 481)] {
            let asked = spec(Format::Webp, width, height);
            let bytes = encode(&asked).unwrap();
            let mut decoder = image_webp::WebPDecoder::new(io::Cursor::new(bytes)).unwrap();
            assert_eq!(decoder.dimensions(), (width, height));
            let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
            decoder.read_image(&mut pixels).unwrap();
            assert!(pixels == picture::rgb(&asked), "{width}x{height}");
        }
    }

    #[test]
    fn lengths_are_prefixed_as_the_format_says() {
        assert_eq!(prefixed(1), (0, 0, 0));
        assert_eq!(prefixed(4), (3, 0, 0));
        assert_eq!(prefixed(5), (4, 1, 0));
        assert_eq!(prefixed(8), (5, 1, 1));
        assert_eq!(prefixed(4096), (23, 10, 1023));
    }

    #[test]
    fn a_side_beyond_the_format_is_an_error() {
        assert!(encode(&spec(Format::Webp, 16_385, 1)).is_err());
    }
}
