//! H.264, just enough for a still clip: one key frame, then skipped frames.
//!
//! Constrained baseline profile, CAVLC. The key frame is a gradient of flat macroblocks with the
//! label below it. References in brackets are clauses of ITU-T H.264.

mod bits;
mod gradient;
mod label;

use super::Spec;
use super::caption::Band;
use bits::Bits;

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
    let skipped = |number| bits::nal(0x41, skipped_frame(number, grid.count()));
    let mut coded = vec![bits::nal(0x65, key_frame(spec, grid))];
    coded.extend((1..frames).map(skipped));
    Clip {
        sps: bits::nal(0x67, parameters(spec, grid)),
        pps: bits::nal(0x68, picture_parameters()),
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
    let band = Band::of(spec);
    let above = Grid { rows: band.top / BLOCK, ..grid };
    gradient::write(&mut bits, spec.seed, above);
    label::write(&mut bits, spec, &band, grid);
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

#[cfg(test)]
mod tests {
    use super::bits::written;
    use super::*;
    use crate::media::{Format, tests::spec};

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
