//! The label: macroblocks of bare samples where there is text, copies of their neighbours between.

use super::super::Spec;
use super::super::caption::{Band, INK, PAPER};
use super::bits::Bits;
use super::{BLOCK, Grid};

/// Samples of a macroblock's brightness, row by row.
type Block = [u8; 256];

/// Its two chroma planes: neither blue nor red.
const GREY: [u8; 128] = [128; 128];

/// A macroblock of the label that was written.
#[derive(Clone, Copy)]
struct Written {
    blank: bool,
    /// Not copied.
    samples: bool,
}

/// The macroblocks from the top of the band to the end of the frame.
pub(super) fn write(bits: &mut Bits, spec: &Spec, band: &Band, grid: Grid) {
    let columns = grid.columns as usize;
    // Above the band there is nothing to copy.
    let mut above: Vec<Option<Written>> = vec![None; columns];
    for row in band.top / BLOCK..grid.rows {
        let mut left = None;
        for (block, above) in blocks(spec, band, row, columns).iter().zip(&mut above) {
            let written = macroblock(bits, block, left, *above);
            left = Some(written);
            *above = left;
        }
    }
}

/// A row of macroblocks; below the edge of the picture the band goes on.
fn blocks(spec: &Spec, band: &Band, row: u32, columns: usize) -> Vec<Block> {
    let side = BLOCK as usize;
    let mut blocks = vec![[PAPER; 256]; columns];
    let (top, bottom) = (row * BLOCK, spec.height.min(row * BLOCK + BLOCK));
    for (line, y) in (top..bottom).enumerate() {
        for x in band.runs(y).flatten() {
            blocks[x / side][line * side + x % side] = INK;
        }
    }
    blocks
}

fn macroblock(
    bits: &mut Bits,
    block: &Block,
    left: Option<Written>,
    above: Option<Written>,
) -> Written {
    let blank = *block == [PAPER; 256];
    let like = |neighbour: Option<Written>| blank && neighbour.is_some_and(|it| it.blank);
    let samples = [left, above].into_iter().flatten().any(|it| it.samples);
    match () {
        () if like(left) => copy(bits, 2, 1, samples),
        () if like(above) => copy(bits, 1, 2, samples),
        () => {
            bits.ue(25); // bare samples
            bits.bytes(block);
            bits.bytes(&GREY);
            return Written { blank, samples: true };
        }
    }
    Written { blank, samples: false }
}

/// Intra 16 x 16, predicted in one direction, without coefficients. A neighbour of bare samples
/// counts as one of 16 coefficients, which chooses the codeword of none [9.2.1].
fn copy(bits: &mut Bits, kind: u32, chroma: u32, near_samples: bool) {
    bits.ue(kind);
    bits.ue(chroma);
    bits.se(0); // same quantizer
    let (code, length) = if near_samples { (0b00_0011, 6) } else { (1, 1) };
    bits.put(code, length);
}

#[cfg(test)]
mod tests {
    use super::super::bits::written;
    use super::*;

    const BLANK: Block = [PAPER; 256];
    const COPIED: Written = Written { blank: true, samples: false };
    const SAMPLED: Written = Written { blank: true, samples: true };

    #[test]
    fn blank_blocks_copy_a_blank_neighbour() {
        let coded = |left, above| {
            written(|bits| {
                macroblock(bits, &BLANK, left, above);
            })
        };
        assert_eq!(coded(Some(COPIED), None), "01101011");
        assert_eq!(coded(Some(SAMPLED), None), "0110101000011");
        assert_eq!(coded(None, Some(COPIED)), "01001111");
        assert_eq!(coded(None, None).len(), 16 + 8 * (256 + 128));
    }

    #[test]
    fn text_is_never_copied() {
        let mut text = BLANK;
        text[7] = INK;
        let mut bits = Bits::default();
        assert!(macroblock(&mut bits, &text, Some(COPIED), Some(COPIED)).samples);
    }
}
