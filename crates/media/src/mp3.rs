//! MPEG audio, layer III, behind any number of `ID3v2` tags.

use crate::millis;
use crate::source::Source;

/// How far behind the tags the first frame may stand: some writers pad.
const SEARCH: u64 = 4096;

/// What a frame header tells.
struct Frame {
    samples: u64,
    /// Samples a second.
    rate: u64,
    /// Bits a second.
    bitrate: u64,
    /// Bytes, the header included.
    len: u64,
    /// Bytes of side information between the header and a Xing header.
    side: u64,
}

/// Whether a medium begins with a frame, followed by another as far as the head shows.
pub(crate) fn begins_with_frames(head: &[u8]) -> bool {
    let Some(frame) = head.first_chunk().and_then(|head| frame(*head)) else {
        return false;
    };
    let next = usize::try_from(frame.len).ok().and_then(|len| head.get(len..)?.first_chunk());
    next.is_none_or(|next| self::frame(*next).is_some())
}

/// The offset behind the leading `ID3v2` tags.
pub(crate) fn after_tags(source: &mut Source<'_>) -> u64 {
    let mut at = 0;
    while let Some([b'I', b'D', b'3', _, _, flags, size @ ..]) = source.array::<10>(at) {
        let size = size.iter().fold(0, |n, byte| n << 7 | u64::from(byte & 0x7f));
        // Flag 0x10: the header is repeated as a footer.
        at += 10 + size + if flags & 0x10 == 0 { 0 } else { 10 };
    }
    at
}

/// Playing time by the frame count of a Xing or VBRI header, otherwise by length and bit rate.
pub(crate) fn playing_time(source: &mut Source<'_>, start: u64) -> Option<u64> {
    let (at, frame) = first_frame(source, start)?;
    match counted(source, at, &frame) {
        Some(samples) => millis(samples, frame.rate),
        None => millis(8 * sound_len(source, at), frame.bitrate),
    }
}

/// The first frame that another frame or the end follows.
fn first_frame(source: &mut Source<'_>, start: u64) -> Option<(u64, Frame)> {
    for at in start..start + SEARCH {
        let Some(frame) = frame(source.array(at)?) else {
            continue;
        };
        let next = at + frame.len;
        if next >= source.len()
            || source.array(next).is_some_and(|next| self::frame(next).is_some())
        {
            return Some((at, frame));
        }
    }
    None
}

/// The number of samples, where an encoder left the number of frames in the first, silent one.
fn counted(source: &mut Source<'_>, at: u64, frame: &Frame) -> Option<u64> {
    let xing = at + 4 + frame.side;
    let vbri = at + 36;
    let (frames, silence) = match source.array(xing) {
        Some(name) if [*b"Xing", *b"Info"].contains(&name) => {
            let flags = source.be(xing + 4, 4).filter(|flags| flags & 1 == 1)?;
            (source.be(xing + 8, 4)?, silence(source, xing, flags).unwrap_or(0))
        }
        _ if &source.array(vbri)? == b"VBRI" => (source.be(vbri + 14, 4)?, 0),
        _ => return None,
    };
    (frames > 0).then(|| (frames * frame.samples).saturating_sub(silence))
}

/// Samples that LAME and libav add at both ends: 12 bits each, behind the fields of a Xing header.
fn silence(source: &mut Source<'_>, xing: u64, flags: u64) -> Option<u64> {
    let fields = [(1, 4), (2, 4), (4, 100), (8, 4)];
    let present = fields.iter().filter(|(flag, _)| flags & flag != 0);
    let end = xing + 8 + present.map(|(_, size)| size).sum::<u64>();
    if ![*b"LAM", *b"Lav"].contains(&source.array(end)?) {
        return None;
    }
    let bits = source.be(end + 21, 3)?;
    Some((bits >> 12) + (bits & 0xfff))
}

/// Bytes from the first frame to the end or to an `ID3v1` tag, which has 128 bytes.
fn sound_len(source: &mut Source<'_>, at: u64) -> u64 {
    let len = source.len() - at;
    let tag = source.len().checked_sub(128).and_then(|tag| source.array(tag));
    if tag == Some(*b"TAG") { len.saturating_sub(128) } else { len }
}

const KILOBITS_1: [u64; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KILOBITS_2: [u64; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// A layer III header of MPEG 1, 2 or 2.5; free bit rates are not read.
fn frame([sync, kind, speed, channels]: [u8; 4]) -> Option<Frame> {
    if sync != 0xff || kind & 0xe6 != 0xe2 {
        return None;
    }
    let (first, slower) = match kind >> 3 & 3 {
        3 => (true, 0),
        2 => (false, 1),
        0 => (false, 2),
        _ => return None,
    };
    let kilobits = if first { KILOBITS_1 } else { KILOBITS_2 };
    let bitrate = 1000 * kilobits.get(usize::from(speed >> 4).checked_sub(1)?)?;
    let rate = [44_100, 48_000, 32_000].get(usize::from(speed >> 2 & 3))? >> slower;
    let samples = if first { 1152 } else { 576 };
    let len = samples / 8 * bitrate / rate + u64::from(speed >> 1 & 1);
    let side = match (first, channels >> 6 == 3) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    Some(Frame { samples, rate, bitrate, len, side })
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{check_facts, check_millis as check, flac, id3, mp3, mp3_frame};

    /// Ten frames of 128 kbit/s at 44.1 kHz, the first with a note written into it.
    fn noted(at: usize, note: &[u8]) -> Vec<u8> {
        let mut bytes = mp3(10);
        bytes[at..at + note.len()].copy_from_slice(note);
        bytes
    }

    #[test]
    fn constant_rate_by_length() {
        // 10 frames of 417 bytes at 16000 bytes a second.
        check(&mp3(10), Some(261));
    }

    #[test]
    fn tag_at_the_end_is_not_sound() {
        let tag = [&b"TAG"[..], &[b' '; 125]].concat();
        check(&[mp3(10), tag].concat(), Some(261));
    }

    #[test]
    fn tags_at_the_start_are_skipped() {
        check(&[id3(200_000), mp3(10)].concat(), Some(261));
        check(&[id3(5), id3(0), mp3(10)].concat(), Some(261));
    }

    #[test]
    fn padding_behind_the_tag() {
        check(&[id3(5), vec![0; 1000], mp3(10)].concat(), Some(261));
        check(&[id3(5), vec![0; 5000], mp3(10)].concat(), None);
    }

    #[test]
    fn tag_longer_than_the_medium() {
        let mut bytes = id3(0);
        bytes[6..10].copy_from_slice(&[0xff; 4]);
        check_facts(&bytes, "audio/mpeg", None, None);
    }

    #[test]
    fn frame_counts() {
        check(&noted(36, b"Xing\0\0\0\x01\0\0\x10\0"), Some(106_998));
        check(&noted(36, b"Info\0\0\0\x0f\0\0\x10\0"), Some(106_998));
        let vbri = [&b"VBRI"[..], &[0; 10], &[0, 0, 0x10, 0]].concat();
        check(&noted(36, &vbri), Some(106_998));
    }

    #[test]
    fn silence_of_the_encoder_is_not_sound() {
        // 100 frames are 115200 samples; 576 and 524 of them are silence: 114100 / 44100.
        let lame = [&b"LAME3.100"[..], &[0; 12], &[0x24, 0x02, 0x0c]].concat();
        let short = [&b"Info\0\0\0\x01\0\0\0\x64"[..], &lame].concat();
        let full = [&b"Info\0\0\0\x0f\0\0\0\x64"[..], &[0; 108], &lame].concat();
        check(&noted(36, &short), Some(2587));
        check(&noted(36, &full), Some(2587));
    }

    #[test]
    fn more_silence_than_sound() {
        let hostile = [&b"Info\0\0\0\x01\0\0\0\x01LAME"[..], &[0; 17], &[0xff; 3]].concat();
        check(&noted(36, &hostile), Some(0));
    }

    #[test]
    fn count_left_out_or_zero() {
        check(&noted(36, b"Xing\0\0\0\x02\0\0\x10\0"), Some(261));
        check(&noted(36, b"Xing\0\0\0\x01\0\0\0\0"), Some(261));
    }

    #[test]
    fn largest_count_does_not_overflow() {
        check(&noted(36, b"Xing\0\0\0\x01\xff\xff\xff\xff"), Some(112_195_064_033));
    }

    #[test]
    fn lone_frame() {
        check(&mp3_frame(), Some(26));
    }

    #[test]
    fn frame_without_a_next_is_none() {
        let mut bytes = mp3(2);
        bytes[417] = 0;
        check(&bytes, None);
    }

    #[test]
    fn slower_versions() {
        // MPEG 2, 64 kbit/s, 22.05 kHz: 72 * 64000 / 22050 = 208 bytes, 26 ms.
        let frame = [&[0xff, 0xf3, 0x80, 0xc0][..], &[0; 204]].concat();
        check(&frame.repeat(100), Some(2600));
    }

    #[test]
    fn flac_behind_a_tag() {
        check_facts(&[id3(77), flac(48_000, 96_000)].concat(), "audio/flac", None, Some(2000));
    }
}
