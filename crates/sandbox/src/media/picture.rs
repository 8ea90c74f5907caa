//! The picture that every format shows: a gradient between two colours that the seed chooses, and
//! the label at its bottom.
//!
//! It is drawn in blocks, so that whole rows repeat: quick to draw and small in every coding, at
//! 4096 x 4096 too.

use super::Spec;
use super::caption::{Band, INK, PAPER};

/// Blocks along each side.
const BLOCKS: u32 = 48;

/// Red, green and blue, 0 to 255.
pub(crate) type Rgb = [u8; 3];

/// Rows from the top, three bytes a pixel.
pub(crate) fn rgb(spec: &Spec) -> Vec<u8> {
    let mut pixels = gradient(spec);
    let band = Band::of(spec);
    let rows = pixels.chunks_exact_mut(spec.width as usize * 3);
    for (y, row) in (0..).zip(rows).skip(band.top as usize) {
        row.fill(PAPER);
        for run in band.runs(y) {
            row[run.start * 3..run.end * 3].fill(INK);
        }
    }
    pixels
}

fn gradient(spec: &Spec) -> Vec<u8> {
    let (from, to) = colours(spec.seed);
    let stride = spec.width as usize * 3;
    let mut pixels = Vec::with_capacity(stride * spec.height as usize);
    let mut band = u32::MAX;
    for y in 0..spec.height {
        if block(y, spec.height) == band {
            pixels.extend_from_within(pixels.len() - stride..);
        } else {
            band = block(y, spec.height);
            for x in 0..spec.width {
                pixels.extend(mix(from, to, block(x, spec.width) + band));
            }
        }
    }
    pixels
}

/// The two ends of the gradient: every bit of the seed reaches them.
pub(crate) fn colours(seed: u64) -> (Rgb, Rgb) {
    let from = mixed(seed).to_le_bytes();
    let to = mixed(!seed).to_le_bytes();
    ([from[0] | 64, from[1], from[2]], [to[0], to[1] | 64, to[2]])
}

/// The finalizer of `SplitMix64`: neighbouring seeds give unlike colours.
fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn block(at: u32, of: u32) -> u32 {
    at * BLOCKS / of.max(1)
}

/// `step` of `2 * BLOCKS` on the way from one colour to the other.
fn mix(from: Rgb, to: Rgb, step: u32) -> Rgb {
    let end = 2 * BLOCKS;
    let one = |a: u8, b: u8| (u32::from(a) * (end - step) + u32::from(b) * step) / end;
    let byte = |value: u32| u8::try_from(value).unwrap_or(u8::MAX);
    [0, 1, 2].map(|i| byte(one(from[i], to[i])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Format, tests::spec};

    #[test]
    fn the_label_is_written_on_a_dark_band_at_the_bottom() {
        let asked = spec(Format::Png, 640, 360);
        let pixels = rgb(&asked);
        let pixel = |x: usize, y: usize| pixels[(y * 640 + x) * 3..][..3].to_vec();
        let top = Band::of(&asked).top as usize;
        assert!((270..340).contains(&top), "{top}");
        assert_ne!(pixel(0, top - 1), [PAPER; 3]);
        assert!((0..640).all(|x| pixel(x, top) == [PAPER; 3]));
        let inked = |x: usize| (top..360).filter(|y| pixel(x, *y) == [INK; 3]).count();
        assert!((6..40).map(inked).sum::<usize>() > 50, "text begins at the left");
        assert_eq!((400..640).map(inked).sum::<usize>(), 0, "and is short");
    }

    #[test]
    fn a_picture_has_three_bytes_a_pixel_and_changes_from_corner_to_corner() {
        let pixels = gradient(&spec(Format::Png, 65, 33));
        assert_eq!(pixels.len(), 65 * 33 * 3);
        assert_ne!(pixels[..3], pixels[pixels.len() - 3..]);
    }

    #[test]
    fn neighbouring_seeds_are_told_apart_by_their_colours() {
        assert_ne!(colours(0), colours(1));
        assert_ne!(colours(41), colours(42));
    }
}
