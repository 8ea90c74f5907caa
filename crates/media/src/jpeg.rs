//! Sides of a JPEG: the first frame header among the segments.
//! <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>, annex B.

use crate::Sides;
use crate::source::Source;

/// The sides in the first frame header (SOF).
pub(crate) fn sides(source: &mut Source<'_>) -> Option<Sides> {
    let mut at = 2;
    loop {
        let (marker, body) = marker(source, at)?;
        at = match marker {
            // Tables and extensions share the range of the frame headers.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((source.be(body + 5, 2)?, source.be(body + 3, 2)?));
            }
            0x01 | 0xd0..=0xd8 => body,
            0xd9 | 0xda => return None,
            _ => body + source.be(body, 2).filter(|size| *size >= 2)?,
        };
    }
}

/// A marker and where its segment begins; any number of fill bytes may stand before it.
fn marker(source: &mut Source<'_>, at: u64) -> Option<(u8, u64)> {
    let [0xff, mut code] = source.array(at)? else {
        return None;
    };
    let mut end = at + 2;
    while code == 0xff {
        [code] = source.array(end)?;
        end += 1;
    }
    Some((code, end))
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{check_sides as check, jpeg};

    #[test]
    fn sides_after_segments() {
        check(&jpeg(0xc0, 1024, 768), Some((1024, 768)));
    }

    #[test]
    fn progressive_and_others() {
        check(&jpeg(0xc2, 3, 5), Some((3, 5)));
        check(&jpeg(0xcf, 3, 5), Some((3, 5)));
    }

    #[test]
    fn tables_are_not_frames() {
        check(&jpeg(0xc4, 3, 5), None);
        check(&jpeg(0xc8, 3, 5), None);
    }

    #[test]
    fn height_left_to_a_later_segment_is_unknown() {
        check(&jpeg(0xc0, 1024, 0), None);
    }

    #[test]
    fn fill_bytes_are_skipped() {
        let mut bytes = b"\xff\xd8".to_vec();
        bytes.extend([0xff; 400]);
        bytes.extend(b"\xe0\0\x04ab\xff\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\0\x11\0");
        check(&bytes, Some((3, 2)));
    }

    #[test]
    fn hostile_lengths() {
        check(b"\xff\xd8\xff\xe0\0\0\xff\xc0\0\x0b\x08\0\x02\0\x03", None);
        check(b"\xff\xd8\xff\xe0\xff\xff\xff\xc0\0\x0b\x08\0\x02\0\x03", None);
        check(&[&b"\xff\xd8"[..], &vec![0xff; 100_000]].concat(), None);
    }

    #[test]
    fn pixels_end_the_search() {
        check(b"\xff\xd8\xff\xda\0\x02\xff\xc0\0\x0b\x08\0\x02\0\x03", None);
    }
}
