//! Playing time of FLAC: STREAMINFO is the first block. <https://www.rfc-editor.org/rfc/rfc9639>

use crate::millis;
use crate::source::Source;

/// The number of samples by their rate; `start` is the offset of `fLaC`.
pub(crate) fn playing_time(source: &mut Source<'_>, start: u64) -> Option<u64> {
    // The top bit marks the last block, the others its type.
    let streaminfo = matches!(source.array(start + 4)?, [0x00 | 0x80]);
    let bits = source.be(start + 18, 8)?;
    let (rate, samples) = (bits >> 44, bits & 0xf_ffff_ffff);
    // Zero samples: the encoder did not know.
    if streaminfo && samples > 0 { millis(samples, rate) } else { None }
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{check_millis as check, flac};

    #[test]
    fn samples_by_rate() {
        check(&flac(44_100, 441_000), Some(10_000));
        check(&flac(96_000, 1), Some(0));
    }

    #[test]
    fn unknown_numbers() {
        check(&flac(44_100, 0), None);
        check(&flac(0, 441_000), None);
    }

    #[test]
    fn largest_number_of_samples() {
        check(&flac(1, (1 << 36) - 1), Some(68_719_476_735_000));
    }

    #[test]
    fn other_first_block() {
        let mut bytes = flac(44_100, 441_000);
        bytes[4] = 4;
        check(&bytes, None);
    }
}
