//! Sides of a TIFF or `BigTIFF`: two entries of its first directory.
//! <https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf>,
//! <https://www.awaresystems.be/imaging/tiff/bigtiff.html>

use crate::Sides;
use crate::source::Source;

const WIDTH: u64 = 0x100;
const HEIGHT: u64 = 0x101;

/// Where things stand in one of the four variants.
struct Layout {
    big_endian: bool,
    /// Bytes of an offset, of a count and of a value: 4, in `BigTIFF` 8.
    word: usize,
    /// Bytes of the number of entries.
    count: usize,
    first_directory: u64,
}

/// The sides in the first directory.
pub(crate) fn sides(source: &mut Source<'_>) -> Option<Sides> {
    let layout = layout(source)?;
    let start = layout.number(source, layout.first_directory, layout.word)?;
    let entries = layout.number(source, start, layout.count)?;
    let (mut width, mut height) = (None, None);
    let mut at = start + layout.count as u64;
    for _ in 0..entries {
        match layout.number(source, at, 2)? {
            WIDTH => width = layout.value(source, at),
            HEIGHT => height = layout.value(source, at),
            _ => {}
        }
        if let (Some(width), Some(height)) = (width, height) {
            return Some((width, height));
        }
        at += 4 + 2 * layout.word as u64;
    }
    None
}

fn layout(source: &mut Source<'_>) -> Option<Layout> {
    let big_endian = source.array::<1>(0)? == *b"M";
    let classic = source.slice(2, 2)?.contains(&b'*');
    let (word, count, first_directory) = if classic { (4, 2, 4) } else { (8, 8, 8) };
    Some(Layout { big_endian, word, count, first_directory })
}

impl Layout {
    fn number(&self, source: &mut Source<'_>, at: u64, size: usize) -> Option<u64> {
        if self.big_endian { source.be(at, size) } else { source.le(at, size) }
    }

    /// The value of the entry at an offset: SHORT, LONG or LONG8.
    fn value(&self, source: &mut Source<'_>, entry: u64) -> Option<u64> {
        let size = match self.number(source, entry + 2, 2)? {
            3 => 2,
            4 => 4,
            16 if self.word == 8 => 8,
            _ => return None,
        };
        self.number(source, entry + 4 + self.word as u64, size)
    }
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{big_tiff, check_sides as check, tiff};

    #[test]
    fn both_byte_orders() {
        check(&tiff(false, 800, 600), Some((800, 600)));
        check(&tiff(true, 800, 600), Some((800, 600)));
    }

    #[test]
    fn big_tiff_sides() {
        check(&big_tiff(70_000, 600), Some((70_000, 600)));
    }

    #[test]
    fn zero_side_is_unknown() {
        check(&tiff(false, 0, 600), None);
    }

    #[test]
    fn side_beyond_32_bits_is_unknown() {
        check(&big_tiff(1 << 32, 600), None);
    }

    #[test]
    fn hostile_directory() {
        check(b"II*\0\xff\xff\xff\xff", None);
        check(b"II*\0\0\0\0\0", None);
        check(b"MM\0+\0\x08\0\0\xff\xff\xff\xff\xff\xff\xff\xff", None);
    }

    #[test]
    fn hostile_count() {
        let mut bytes =
            b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff".to_vec();
        bytes.resize(200_000, 0);
        check(&bytes, None);
    }
}
