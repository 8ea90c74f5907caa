//! WebP, lossless.

use std::io;

use image_webp::{ColorType, WebPEncoder};

use super::{Spec, picture};

/// Fails above 16,384 pixels a side, which is the format's own limit.
pub(crate) fn encode(spec: &Spec) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    WebPEncoder::new(&mut bytes)
        .encode(&picture::rgb(spec), spec.width, spec.height, ColorType::Rgb8)
        .map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Format, tests::spec};

    #[test]
    fn a_decoder_reads_the_asked_size_and_the_very_pixels() {
        let asked = spec(Format::Webp, 130, 70);
        let bytes = encode(&asked).unwrap();
        let mut decoder = image_webp::WebPDecoder::new(io::Cursor::new(bytes)).unwrap();
        assert_eq!(decoder.dimensions(), (130, 70));
        let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
        decoder.read_image(&mut pixels).unwrap();
        assert_eq!(pixels, picture::rgb(&asked));
    }
}
