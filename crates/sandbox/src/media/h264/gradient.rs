//! The gradient: flat macroblocks, each predicted from its neighbours with one level as the
//! difference.
//!
//! The quantizer is 28 and there one luma level is one step of brightness, one chroma level two
//! steps [8.5.10, 8.5.11]. Chroma is one colour, which the first macroblock sets and all others
//! inherit.

use super::super::picture;
use super::Grid;
use super::bits::Bits;

/// All macroblocks of a grid, which is the whole frame or the upper part of it.
pub(super) fn write(bits: &mut Bits, seed: u64, grid: Grid) {
    let (from, to) = picture::colours(seed);
    let chroma = [from, to].map(|[r, g, b]| chroma(r, g, b));
    let colour = [0, 1].map(|i| i32::midpoint(chroma[0][i], chroma[1][i]));
    let span = i32::try_from((grid.columns + grid.rows).max(2) - 2).unwrap_or(i32::MAX).max(1);
    let luma = |x: i32, y: i32| 64 + 128 * (x + y) / span;
    let side = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    for y in 0..side(grid.rows) {
        for x in 0..side(grid.columns) {
            let level = luma(x, y) - predicted(x, y, luma);
            macroblock(bits, level, (x + y == 0).then_some(colour));
        }
    }
}

/// Mean of the neighbours above and to the left, as the decoder takes it [8.3.3.3].
fn predicted(x: i32, y: i32, luma: impl Fn(i32, i32) -> i32) -> i32 {
    match (x, y) {
        (0, 0) => 128,
        (_, 0) => luma(x - 1, 0),
        (0, _) => luma(0, y - 1),
        _ => (luma(x - 1, y) + luma(x, y - 1) + 1) >> 1,
    }
}

/// Levels of the first macroblock's chroma: half the distance from grey.
fn chroma(r: u8, g: u8, b: u8) -> [i32; 2] {
    let [r, g, b] = [r, g, b].map(i32::from);
    let cb = (-43 * r - 85 * g + 128 * b) / 256;
    let cr = (128 * r - 107 * g - 21 * b) / 256;
    [(cb / 2).clamp(-48, 48), (cr / 2).clamp(-48, 48)]
}

/// Intra 16 x 16, DC prediction; chroma is coded only where given [7.3.5].
fn macroblock(bits: &mut Bits, luma: i32, colour: Option<[i32; 2]>) {
    bits.ue(if colour.is_some() { 7 } else { 3 });
    bits.ue(0); // chroma predicted as DC
    bits.se(0); // same quantizer
    residual(bits, luma, &LUMA);
    for level in colour.into_iter().flatten() {
        residual(bits, level, &CHROMA);
    }
}

/// Codewords of no coefficient, of a single 1 or -1, and of another single one [Table 9-5].
struct Tokens {
    none: (u32, u32),
    one: (u32, u32),
    other: (u32, u32),
}

const LUMA: Tokens = Tokens { none: (1, 1), one: (1, 2), other: (0b00_0101, 6) };
const CHROMA: Tokens = Tokens { none: (1, 2), one: (1, 1), other: (0b00_0111, 6) };

/// A block whose only coefficient is its first [9.2].
fn residual(bits: &mut Bits, level: i32, tokens: &Tokens) {
    let token = match level {
        0 => tokens.none,
        -1 | 1 => tokens.one,
        _ => tokens.other,
    };
    bits.put(token.0, token.1);
    match level {
        0 => return,
        -1 | 1 => bits.put(u32::from(level < 0), 1),
        _ => level_code(bits, level),
    }
    bits.put(1, 1); // no zeros before it
}

/// `level_prefix` and `level_suffix` of the first level that is not 1 or -1 [9.2.2.1].
fn level_code(bits: &mut Bits, level: i32) {
    let code = 2 * level.unsigned_abs() - 4 + u32::from(level < 0);
    match code {
        0..14 => bits.put(1, code + 1),
        14..30 => {
            bits.put(1, 15);
            bits.put(code - 14, 4);
        }
        _ => {
            bits.put(1, 16);
            bits.put(code - 30, 12);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::written;
    use super::*;

    #[test]
    fn levels_are_written_short_middling_and_escaped() {
        assert_eq!(written(|bits| residual(bits, 0, &LUMA)), "1");
        assert_eq!(written(|bits| residual(bits, -1, &LUMA)), "0111");
        assert_eq!(written(|bits| residual(bits, 2, &LUMA)), "00010111");
        assert_eq!(written(|bits| level_code(bits, 9)), "0000000000000010000");
        assert_eq!(written(|bits| level_code(bits, -64)), format!("{:016b}{:012b}", 1, 95));
    }
}
