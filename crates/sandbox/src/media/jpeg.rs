//! JPEG, baseline.

use std::io;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{Spec, picture};

/// Fails above 65,535 pixels a side, which is the format's own limit.
pub(crate) fn encode(spec: &Spec) -> io::Result<Vec<u8>> {
    let side = |value: u32| u16::try_from(value).map_err(io::Error::other);
    let (width, height) = (side(spec.width)?, side(spec.height)?);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, spec.quality.clamp(1, 100));
    // Half the blocks to code, as cameras do: noticed in a debug build only.
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&picture::rgb(spec), width, height, ColorType::Rgb).map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Format, tests::spec};

    #[test]
    fn the_frame_header_states_the_asked_size() {
        let bytes = encode(&spec(Format::Jpeg, 130, 70)).unwrap();
        assert!(bytes.starts_with(&[0xFF, 0xD8, 0xFF]));
        assert!(bytes.ends_with(&[0xFF, 0xD9]));
        let at = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        assert_eq!(bytes[at + 5..at + 9], [0, 70, 0, 130]);
    }

    #[test]
    fn lower_quality_is_smaller() {
        let fine = spec(Format::Jpeg, 256, 256);
        let coarse = Spec { quality: 20, ..fine.clone() };
        assert!(encode(&coarse).unwrap().len() < encode(&fine).unwrap().len());
    }
}
