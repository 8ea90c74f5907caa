//! RIFF: sides of WEBP, playing time of WAV.
//! <https://developers.google.com/speed/webp/docs/riff_container>

use crate::source::Source;
use crate::{Sides, millis};

/// WEBP: the first chunk is one of three kinds of header.
pub(crate) fn webp(source: &mut Source<'_>) -> Option<Sides> {
    match &source.array::<4>(12)? {
        b"VP8 " => lossy(source),
        b"VP8L" => lossless(source),
        b"VP8X" => Some((source.le(24, 3)? + 1, source.le(27, 3)? + 1)),
        _ => None,
    }
}

/// RFC 6386, 9.1: the top two bits of each side are a scale for display.
fn lossy(source: &mut Source<'_>) -> Option<Sides> {
    if source.array::<3>(23)? != [0x9d, 0x01, 0x2a] {
        return None;
    }
    Some((source.le(26, 2)? & 0x3fff, source.le(28, 2)? & 0x3fff))
}

fn lossless(source: &mut Source<'_>) -> Option<Sides> {
    if source.array::<1>(20)? != [0x2f] {
        return None;
    }
    let bits = source.le(21, 4)?;
    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

/// WAV: bytes of the data chunk by the byte rate of the format chunk.
pub(crate) fn wav(source: &mut Source<'_>) -> Option<u64> {
    let (mut at, mut rate) = (12, None);
    loop {
        let id = source.array::<4>(at)?;
        let size = source.le(at + 4, 4)?;
        let body = at + 8;
        match &id {
            b"fmt " => rate = Some(source.le(body + 8, 4)?),
            b"data" => return millis(data_len(source, body, size), rate?),
            _ => {}
        }
        // Chunks begin at even offsets.
        at = body + size + size % 2;
    }
}

/// Encoders that write to a pipe, and RF64, leave 0 or all ones: then the data goes to the end.
fn data_len(source: &Source<'_>, body: u64, size: u64) -> u64 {
    let rest = source.len() - body;
    if size == 0 { rest } else { size.min(rest) }
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{check_millis, check_sides as check, vp8, vp8l, vp8x, wav, webp};

    #[test]
    fn lossy_sides() {
        check(&vp8(1280, 720), Some((1280, 720)));
        check(&vp8(0, 720), None);
    }

    #[test]
    fn lossy_scale_is_not_part_of_the_side() {
        check(&vp8(0x4000 + 1280, 0xc000 + 720), Some((1280, 720)));
    }

    #[test]
    fn lossless_sides() {
        check(&vp8l(16384, 1), Some((16384, 1)));
        check(&vp8l(300, 201), Some((300, 201)));
    }

    #[test]
    fn extended_sides() {
        check(&vp8x(1 << 24, 9), Some((1 << 24, 9)));
    }

    #[test]
    fn other_first_chunks() {
        check(&webp(*b"ALPH", &[0; 32]), None);
        check(&webp(*b"VP8 ", &[0; 32]), None);
        check(&webp(*b"VP8L", &[0; 32]), None);
    }

    #[test]
    fn wav_time() {
        check_millis(&wav(176_400, 44_100, 44_100), Some(250));
    }

    #[test]
    fn wav_to_a_pipe_goes_to_the_end() {
        check_millis(&wav(8000, u32::MAX, 4000), Some(500));
        check_millis(&wav(8000, 0, 4000), Some(500));
    }

    #[test]
    fn wav_rate_zero_is_unknown() {
        check_millis(&wav(0, 4000, 4000), None);
    }

    #[test]
    fn wav_hostile_chunk() {
        let mut bytes = wav(8000, 8000, 8000);
        bytes[16..20].copy_from_slice(&[0xff; 4]);
        check_millis(&bytes, None);
    }

    #[test]
    fn wav_data_before_format_is_unknown() {
        check_millis(b"RIFF\0\0\0\0WAVEdata\x01\0\0\0\0\0", None);
    }
}
