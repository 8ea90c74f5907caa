//! Playing time of Ogg Vorbis and Opus: the position that the last page states.
//! <https://www.rfc-editor.org/rfc/rfc3533>, Opus in Ogg: RFC 7845.

use crate::millis;
use crate::source::Source;

/// One logical stream of sound.
struct Stream {
    serial: [u8; 4],
    /// Units of position a second.
    rate: u64,
    /// Units at the start that are not played.
    skip: u64,
}

/// The last position of the first sound stream.
///
/// The tail that the budget allows is searched for the last page; a page can be larger than that,
/// though no encoder makes such pages.
pub(crate) fn playing_time(source: &mut Source<'_>) -> Option<u64> {
    let stream = stream(source)?;
    let mut pages = source.tail()?.windows(18).rev();
    let last = pages.find_map(|head| position(head, stream.serial))?;
    millis(last.checked_sub(stream.skip)?, stream.rate)
}

/// The first Vorbis or Opus stream among the pages that begin streams.
fn stream(source: &mut Source<'_>) -> Option<Stream> {
    let mut at = 0;
    loop {
        let [b'O', b'g', b'g', b'S', 0, flags] = source.array(at)? else {
            return None;
        };
        if flags & 2 == 0 {
            return None;
        }
        let serial = source.array(at + 14)?;
        let segments = source.be(at + 26, 1)?;
        let body = at + 27 + segments;
        if let Some((rate, skip)) = codec(source, body) {
            return Some(Stream { serial, rate, skip });
        }
        at = body + lacing(source, at + 27, segments)?;
    }
}

/// Rate and units to skip, by the first packet of a stream.
fn codec(source: &mut Source<'_>, packet: u64) -> Option<(u64, u64)> {
    match &source.array::<8>(packet)? {
        [1, b'v', b'o', b'r', b'b', b'i', b's', _] => Some((source.le(packet + 12, 4)?, 0)),
        // Positions of Opus count at 48 kHz, whatever the rate of the input was.
        b"OpusHead" => Some((48_000, source.le(packet + 10, 2)?)),
        _ => None,
    }
}

/// Bytes of the body of a page: the sum of its segments.
fn lacing(source: &mut Source<'_>, at: u64, segments: u64) -> Option<u64> {
    let table = source.slice(at, usize::try_from(segments).ok()?)?;
    Some(table.iter().copied().map(u64::from).sum())
}

/// The position on a page of a stream; all ones say that no packet ends on it.
fn position(head: &[u8], serial: [u8; 4]) -> Option<u64> {
    let page = head.strip_prefix(b"OggS\0")?;
    let position = page.get(1..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))?;
    (page.ends_with(&serial) && position != u64::MAX).then_some(position)
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{check_millis as check, ogg_page, opus, opus_head, vorbis};

    #[test]
    fn vorbis_time() {
        check(&vorbis(44_100, 88_200), Some(2000));
        check(&vorbis(0, 88_200), None);
    }

    #[test]
    fn opus_time_without_the_skipped_start() {
        check(&opus(312, 48_312), Some(1000));
        check(&opus(312, 100), None);
    }

    #[test]
    fn page_on_which_no_packet_ends() {
        let open = ogg_page(0, u64::MAX, 1, &[0; 40]);
        check(&[vorbis(44_100, 88_200), open].concat(), Some(2000));
    }

    #[test]
    fn pages_of_another_stream() {
        let other = ogg_page(4, 999_999, 2, &[0; 40]);
        check(&[vorbis(44_100, 88_200), other].concat(), Some(2000));
    }

    #[test]
    fn skeleton_before_the_sound() {
        let skeleton = ogg_page(2, 0, 9, b"fishead\0 and more");
        let sound = ogg_page(2, 0, 1, &opus_head(0));
        let last = ogg_page(4, 24_000, 1, &[0; 9]);
        check(&[skeleton, sound, last].concat(), Some(500));
    }

    #[test]
    fn last_page_far_behind() {
        let mut bytes = vorbis(44_100, 44_100);
        bytes.extend(vec![0x55; 1 << 20]);
        check(&bytes, None);
        bytes.extend(ogg_page(4, 88_200, 1, &[0; 200]));
        check(&bytes, Some(2000));
    }

    #[test]
    fn stream_that_never_begins() {
        check(&ogg_page(0, 5, 1, &opus_head(0)), None);
        check(&ogg_page(2, 5, 1, b"unheard of"), None);
    }
}
