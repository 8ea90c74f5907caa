//! H.264, just enough for a still clip: one key frame of flat macroblocks, then skipped frames.
//!
//! Constrained baseline profile, CAVLC. The quantizer is 28 and there one luma level is one step of
//! brightness, one chroma level two steps (ITU-T H.264, 8.5.10 and 8.5.11). Luma is a gradient of
//! flat 16 x 16 blocks, each predicted from its neighbours with one DC level as the difference.
//! Chroma is one colour, which the first macroblock sets and all others inherit. References in
//! brackets are clauses of ITU-T H.264.

use super::{Spec, picture};

/// Side of a macroblock in pixels.
const BLOCK: u32 = 16;
/// Frame numbers are written in 8 bits.
const FRAME_NUM_BITS: u32 = 8;

/// A coded clip, as a container wants it.
pub(crate) struct Clip {
    pub(crate) sps: Vec<u8>,
    pub(crate) pps: Vec<u8>,
    /// One NAL unit a frame, without length or start code.
    pub(crate) frames: Vec<Vec<u8>>,
}

/// Codes `frames` equal pictures.
pub(crate) fn encode(spec: &Spec, frames: u32) -> Clip {
    let grid = Grid { columns: spec.width.div_ceil(BLOCK), rows: spec.height.div_ceil(BLOCK) };
    let skipped = |number| nal(0x41, skipped_frame(number, grid.count()));
    let mut coded = vec![nal(0x65, key_frame(spec, grid))];
    coded.extend((1..frames).map(skipped));
    Clip {
        sps: nal(0x67, parameters(spec, grid)),
        pps: nal(0x68, picture_parameters()),
        frames: coded,
    }
}

#[derive(Clone, Copy)]
struct Grid {
    columns: u32,
    rows: u32,
}

impl Grid {
    fn count(self) -> u32 {
        self.columns * self.rows
    }
}

/// Sequence parameter set [7.3.2.1.1]; sides that are no multiple of 16 are cropped.
fn parameters(spec: &Spec, grid: Grid) -> Bits {
    let mut bits = Bits::default();
    bits.put(66, 8); // Baseline profile
    bits.put(0b1100_0000, 8); // constrained
    bits.put(level(grid), 8);
    bits.ue(0); // id
    bits.ue(FRAME_NUM_BITS - 4);
    bits.ue(2); // frames are shown in the order of decoding
    bits.ue(1); // one reference frame
    bits.put(0, 1); // no gaps in frame numbers
    bits.ue(grid.columns - 1);
    bits.ue(grid.rows - 1);
    bits.put(0b11, 2); // progressive, direct 8x8 inference
    crop(&mut bits, grid.columns * BLOCK - spec.width, grid.rows * BLOCK - spec.height);
    bits.put(0, 1); // no VUI
    bits
}

/// Right and bottom, in units of two pixels: an odd side shows one pixel more.
fn crop(bits: &mut Bits, right: u32, bottom: u32) {
    let (right, bottom) = (right / 2, bottom / 2);
    bits.put(u32::from(right + bottom > 0), 1);
    if right + bottom > 0 {
        for offset in [0, right, 0, bottom] {
            bits.ue(offset);
        }
    }
}

/// The lowest level whose frame size and rate at 24 fps hold [Table A-1].
fn level(grid: Grid) -> u32 {
    let levels = [(1620, 30), (3600, 31), (8192, 40), (36_864, 51)];
    levels.into_iter().find(|(size, _)| grid.count() <= *size).map_or(60, |(_, level)| level)
}

/// Picture parameter set [7.3.2.2].
fn picture_parameters() -> Bits {
    let mut bits = Bits::default();
    bits.ue(0); // id
    bits.ue(0); // of this sequence
    bits.put(0, 2); // CAVLC, no field order
    bits.ue(0); // one slice group
    bits.ue(0); // one reference in list 0
    bits.ue(0); // and in list 1
    bits.put(0, 3); // no weighted prediction
    bits.se(2); // quantizer 26 + 2
    bits.se(0);
    bits.se(0); // chroma like luma
    bits.put(0b100, 3); // slices say how they deblock
    bits
}

/// The first frame: an instantaneous refresh.
fn key_frame(spec: &Spec, grid: Grid) -> Bits {
    let mut bits = Bits::default();
    bits.ue(0); // from the first macroblock
    bits.ue(7); // intra slices only
    bits.ue(0); // picture parameters
    bits.put(0, FRAME_NUM_BITS);
    bits.ue(0); // id of the refresh
    bits.put(0, 2); // nothing kept, no long-term reference
    bits.se(0); // quantizer as in the parameters
    bits.ue(1); // no deblocking
    macroblocks(&mut bits, spec, grid);
    bits
}

/// A frame that repeats the one before it.
fn skipped_frame(number: u32, macroblocks: u32) -> Bits {
    let mut bits = Bits::default();
    bits.ue(0);
    bits.ue(5); // predicted slices only
    bits.ue(0);
    bits.put(number % (1 << FRAME_NUM_BITS), FRAME_NUM_BITS);
    bits.put(0, 3); // reference count, list order and marking as they are
    bits.se(0);
    bits.ue(1);
    bits.ue(macroblocks); // all of them skipped
    bits
}

fn macroblocks(bits: &mut Bits, spec: &Spec, grid: Grid) {
    let (from, to) = picture::colours(spec.seed);
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

/// Header byte, payload with its stop bit, and 3s wherever a start code would be seen [7.4.1].
fn nal(header: u8, payload: Bits) -> Vec<u8> {
    let mut bytes = vec![header];
    let mut zeros = 0;
    for byte in payload.finish() {
        if zeros >= 2 && byte <= 3 {
            bytes.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        bytes.push(byte);
    }
    bytes
}

/// Bits from the most significant on.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    /// Bits of the last byte that are used, 0 to 7.
    used: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for at in (0..count).rev() {
            self.bit(at < 32 && (value >> at) & 1 == 1);
        }
    }

    fn bit(&mut self, set: bool) {
        if self.used == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(set) << (7 - self.used);
        }
        self.used = (self.used + 1) % 8;
    }

    /// Unsigned Exp-Golomb code [9.1].
    fn ue(&mut self, value: u32) {
        let length = (value + 1).ilog2();
        self.put(value + 1, 2 * length + 1);
    }

    /// Signed Exp-Golomb code [9.1.1].
    fn se(&mut self, value: i32) {
        let magnitude = value.unsigned_abs();
        self.ue(if value > 0 { 2 * magnitude - 1 } else { 2 * magnitude });
    }

    fn finish(mut self) -> Vec<u8> {
        self.bit(true);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Format, tests::spec};

    fn written(write: impl FnOnce(&mut Bits)) -> String {
        let mut bits = Bits::default();
        write(&mut bits);
        let count = bits.bytes.len() * 8 - (8 - bits.used as usize) % 8;
        let bit = |at: usize| bits.bytes[at / 8] >> (7 - at % 8) & 1 == 1;
        (0..count).map(|at| if bit(at) { '1' } else { '0' }).collect()
    }

    #[test]
    fn exp_golomb_codes_are_those_of_the_standard() {
        for (value, code) in [(0, "1"), (1, "010"), (2, "011"), (3, "00100"), (7, "0001000")] {
            assert_eq!(written(|bits| bits.ue(value)), code, "{value}");
        }
        for (value, code) in [(0, "1"), (1, "010"), (-1, "011"), (2, "00100"), (-2, "00101")] {
            assert_eq!(written(|bits| bits.se(value)), code, "{value}");
        }
    }

    #[test]
    fn levels_are_written_short_middling_and_escaped() {
        assert_eq!(written(|bits| residual(bits, 0, &LUMA)), "1");
        assert_eq!(written(|bits| residual(bits, -1, &LUMA)), "0111");
        assert_eq!(written(|bits| residual(bits, 2, &LUMA)), "00010111");
        assert_eq!(written(|bits| level_code(bits, 9)), "0000000000000010000");
        assert_eq!(written(|bits| level_code(bits, -64)), format!("{:016b}{:012b}", 1, 95));
    }

    #[test]
    fn start_codes_never_appear_inside_a_unit() {
        let mut bits = Bits::default();
        bits.put(0, 24);
        bits.put(1, 8);
        assert_eq!(nal(0x65, bits), [0x65, 0, 0, 3, 0, 1, 0x80]);
    }

    #[test]
    fn a_clip_has_one_key_frame_and_tiny_ones_after_it() {
        let clip = encode(&spec(Format::Mp4, 1920, 1088), 48);
        assert_eq!(clip.frames.len(), 48);
        assert_eq!(clip.frames[0][0], 0x65);
        assert!(clip.frames[1..].iter().all(|frame| frame[0] == 0x41 && frame.len() < 16));
    }

    #[test]
    fn sides_that_are_multiples_of_16_are_not_cropped() {
        assert_eq!(written(|bits| crop(bits, 0, 0)), "0");
        assert_eq!(written(|bits| crop(bits, 0, 8)), "111100101");
    }
}
