//! PNG.

use std::io;

use super::{Spec, picture};

/// Rows repeat, so that the filter "as above" leaves almost nothing to compress.
pub(crate) fn encode(spec: &Spec) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, spec.width, spec.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header().map_err(io::Error::other)?;
    writer.write_image_data(&picture::rgb(spec)).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Format, tests::spec};

    #[test]
    fn a_decoder_reads_the_asked_size_and_the_very_pixels() {
        let asked = spec(Format::Png, 130, 70);
        let bytes = encode(&asked).unwrap();
        let mut reader = png::Decoder::new(io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((frame.width, frame.height), (130, 70));
        assert_eq!(pixels, picture::rgb(&asked));
    }
}
