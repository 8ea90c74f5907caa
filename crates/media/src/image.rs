//! Sides of images whose header stands at a fixed place: PNG, GIF, BMP.

use crate::Sides;
use crate::source::Source;

/// PNG: the IHDR chunk comes first. <https://www.w3.org/TR/png-3/#11IHDR>
pub(crate) fn png(source: &mut Source<'_>) -> Option<Sides> {
    if &source.array::<4>(12)? != b"IHDR" {
        return None;
    }
    Some((source.be(16, 4)?, source.be(20, 4)?))
}

/// GIF: the logical screen. <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>
pub(crate) fn gif(source: &mut Source<'_>) -> Option<Sides> {
    Some((source.le(6, 2)?, source.le(8, 2)?))
}

/// BMP: two generations of headers; a negative height means rows from the top.
pub(crate) fn bmp(source: &mut Source<'_>) -> Option<Sides> {
    if source.le(14, 4)? == 12 {
        return Some((source.le(18, 2)?, source.le(20, 2)?));
    }
    let height = i32::from_le_bytes(source.array(22)?);
    Some((source.le(18, 4)?, height.unsigned_abs().into()))
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{bmp, check_sides as check, gif, png};

    #[test]
    fn png_sides() {
        check(&png(1920, 1088), Some((1920, 1088)));
        check(&png(1, u32::MAX), Some((1, u32::MAX)));
    }

    #[test]
    fn png_without_a_side_has_none() {
        check(&png(0, 1088), None);
        check(&png(1920, 0), None);
    }

    #[test]
    fn png_needs_its_header_first() {
        let mut bytes = png(1920, 1088);
        bytes[12..16].copy_from_slice(b"tEXt");
        check(&bytes, None);
    }

    #[test]
    fn gif_sides() {
        check(&gif(320, 65535), Some((320, 65535)));
        check(&gif(0, 1), None);
    }

    #[test]
    fn bmp_sides() {
        check(&bmp(640, 480), Some((640, 480)));
        check(&bmp(640, -480), Some((640, 480)));
        check(&bmp(640, i32::MIN), Some((640, 1 << 31)));
    }

    #[test]
    fn old_bmp_sides() {
        let mut bytes = bmp(0, 0);
        bytes[14] = 12;
        bytes[18..22].copy_from_slice(&[7, 0, 5, 0]);
        check(&bytes, Some((7, 5)));
    }
}
