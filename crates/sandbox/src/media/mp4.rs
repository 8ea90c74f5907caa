//! MP4 and `QuickTime` files around one H.264 track at 24 frames a second.
//!
//! The index comes before the frames, so that a browser plays while it loads. Box names are those
//! of ISO/IEC 14496-12 and 14496-15.

use std::io;

use super::Spec;
use super::h264::{self, Clip};

/// Units a second, and units a frame: 24 frames a second, exactly.
const TIMESCALE: u32 = 24_000;
const FRAME: u32 = 1_000;
/// Rotation and scale of a picture that is neither rotated nor scaled.
const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// Which of the two near-identical containers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brand {
    Mp4,
    QuickTime,
}

/// A whole file: what it is, the index, the frames.
pub(crate) fn encode(spec: &Spec, brand: Brand) -> io::Result<Vec<u8>> {
    let length = units(spec.millis)?;
    let clip = h264::encode(spec, length.div_ceil(FRAME));
    let head = file_type(brand);
    let index_size = movie(spec, &clip, length, 0).len();
    let offset = u32::try_from(head.len() + index_size + 8).map_err(io::Error::other)?;
    Ok([head, movie(spec, &clip, length, offset), frames(&clip)].concat())
}

/// At least one frame.
fn units(millis: u64) -> io::Result<u32> {
    u32::try_from(millis * u64::from(TIMESCALE) / 1000)
        .map(|units| units.max(FRAME))
        .map_err(io::Error::other)
}

fn file_type(brand: Brand) -> Vec<u8> {
    match brand {
        Brand::Mp4 => boxed(*b"ftyp", &[b"isom", &word(0x200), b"isomiso2avc1mp41"]),
        Brand::QuickTime => boxed(*b"ftyp", &[b"qt  ", &word(0x200), b"qt  "]),
    }
}

fn frames(clip: &Clip) -> Vec<u8> {
    let framed: Vec<Vec<u8>> =
        clip.frames.iter().map(|frame| [&word(size_of(frame))[..], frame].concat()).collect();
    boxed(*b"mdat", &[&framed.concat()])
}

fn movie(spec: &Spec, clip: &Clip, length: u32, offset: u32) -> Vec<u8> {
    let head = [0, 0, TIMESCALE, length, 0x1_0000, 0x0100_0000, 0, 0];
    let tail = [0, 0, 0, 0, 0, 0, 2];
    let header = full(*b"mvhd", 0, &[&words(&head), &words(&MATRIX), &words(&tail)]);
    boxed(*b"moov", &[&header, &track(spec, clip, length, offset)])
}

fn track(spec: &Spec, clip: &Clip, length: u32, offset: u32) -> Vec<u8> {
    let head = [0, 0, 1, 0, length, 0, 0, 0, 0];
    let size = [spec.width << 16, spec.height << 16];
    let header = full(*b"tkhd", 3, &[&words(&head), &words(&MATRIX), &words(&size)]);
    let media = full(*b"mdhd", 0, &[&words(&[0, 0, TIMESCALE, length, 0x55C4_0000])]);
    let handler = full(*b"hdlr", 0, &[&word(0), b"vide", &words(&[0, 0, 0]), b"genmux\0"]);
    let source = full(*b"dref", 0, &[&word(1), &full(*b"url ", 1, &[])]);
    let info = boxed(
        *b"minf",
        &[
            &full(*b"vmhd", 1, &[&words(&[0, 0])]),
            &boxed(*b"dinf", &[&source]),
            &samples(spec, clip, length, offset),
        ],
    );
    boxed(*b"trak", &[&header, &boxed(*b"mdia", &[&media, &handler, &info])])
}

/// One chunk that holds all frames; the last frame is as long as what is left.
fn samples(spec: &Spec, clip: &Clip, length: u32, offset: u32) -> Vec<u8> {
    let count = u32::try_from(clip.frames.len()).unwrap_or(u32::MAX);
    let last = length - (count - 1) * FRAME;
    let times = [2, count - 1, FRAME, 1, last];
    let times = if count == 1 { &[1, 1, last][..] } else { &times[..] };
    let sizes: Vec<u32> = clip.frames.iter().map(|frame| size_of(frame) + 4).collect();
    boxed(
        *b"stbl",
        &[
            &full(*b"stsd", 0, &[&word(1), &description(spec, clip)]),
            &full(*b"stts", 0, &[&words(times)]),
            &full(*b"stss", 0, &[&words(&[1, 1])]),
            &full(*b"stsc", 0, &[&words(&[1, 1, count, 1])]),
            &full(*b"stsz", 0, &[&words(&[0, count]), &words(&sizes)]),
            &full(*b"stco", 0, &[&words(&[1, offset])]),
        ],
    )
}

fn description(spec: &Spec, clip: &Clip) -> Vec<u8> {
    let sides = (spec.width << 16) | (spec.height & 0xFFFF);
    let dpi = 0x48_0000;
    let fields = words(&[0, 1, 0, 0, 0, 0, sides, dpi, dpi, 0]);
    boxed(*b"avc1", &[&fields, &[0, 1], &[0; 32], &[0, 24, 0xFF, 0xFF], &configuration(clip)])
}

/// Profile and level are repeated from the sequence parameters; lengths are four bytes.
fn configuration(clip: &Clip) -> Vec<u8> {
    let [profile, compatible, level] = [1, 2, 3].map(|at| clip.sps[at]);
    let length = |unit: &[u8]| u16::try_from(unit.len()).unwrap_or(u16::MAX).to_be_bytes();
    boxed(
        *b"avcC",
        &[
            &[1, profile, compatible, level, 0xFF, 0xE1],
            &length(&clip.sps),
            &clip.sps,
            &[1],
            &length(&clip.pps),
            &clip.pps,
        ],
    )
}

/// A box with version 0 and flags.
fn full(name: [u8; 4], flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    boxed(name, &[&word(flags), &parts.concat()])
}

fn boxed(name: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&word(size_of(&body) + 8), &name[..], &body].concat()
}

fn size_of(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn word(value: u32) -> [u8; 4] {
    value.to_be_bytes()
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| word(*value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Format, tests::spec};

    fn read(bytes: &[u8]) -> re_mp4::Mp4 {
        re_mp4::Mp4::read_bytes(bytes).unwrap()
    }

    #[test]
    fn a_reader_finds_size_duration_and_frame_rate() {
        for (width, height, millis) in [(864, 480, 1200), (1470, 630, 5000), (128, 96, 12_000)] {
            let asked = Spec { millis, ..spec(Format::Mp4, width, height) };
            let file = read(&encode(&asked, Brand::Mp4).unwrap());
            let track = file.tracks().values().next().unwrap();
            assert_eq!((u32::from(track.width), u32::from(track.height)), (width, height));
            assert_eq!(track.duration * 1000 / track.timescale, millis);
            assert_eq!(track.samples.len() as u64, (millis * 24).div_ceil(1000));
        }
    }

    #[test]
    fn every_frame_is_where_the_index_says() {
        let bytes = encode(&spec(Format::Mp4, 64, 64), Brand::Mp4).unwrap();
        let file = read(&bytes);
        let track = file.tracks().values().next().unwrap();
        for (index, sample) in track.samples.iter().enumerate() {
            let at = usize::try_from(sample.offset).unwrap();
            let size = usize::try_from(sample.size).unwrap();
            assert_eq!(bytes[at..at + 4], word(u32::try_from(size - 4).unwrap()));
            assert_eq!(bytes[at + 4], if index == 0 { 0x65 } else { 0x41 });
        }
        let last = track.samples.last().unwrap();
        assert_eq!(usize::try_from(last.offset + last.size).unwrap(), bytes.len());
    }

    #[test]
    fn quicktime_has_its_own_brand() {
        let bytes = encode(&spec(Format::Mov, 64, 64), Brand::QuickTime).unwrap();
        assert_eq!(&bytes[4..12], b"ftypqt  ");
    }

    #[test]
    fn a_clip_of_any_length_stays_small() {
        let long = Spec { millis: 15_000, ..spec(Format::Mp4, 1920, 1088) };
        assert!(encode(&long, Brand::Mp4).unwrap().len() < 100_000);
    }
}
