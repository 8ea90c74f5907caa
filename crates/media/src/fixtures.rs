//! Media written by hand for the tests: headers only, as small as they can be.

use crate::inspect_bytes;
use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;

pub(crate) fn check_sides(bytes: &[u8], expected: Option<(u32, u32)>) {
    let facts = inspect_bytes(bytes);
    assert_eq!(facts.width.zip(facts.height), expected);
}

pub(crate) fn check_millis(bytes: &[u8], expected: Option<u64>) {
    assert_eq!(inspect_bytes(bytes).millis, expected);
}

pub(crate) fn check_facts(
    bytes: &[u8],
    mime: &str,
    sides: Option<(u32, u32)>,
    millis: Option<u64>,
) {
    assert_eq!(inspect_bytes(bytes).mime, Some(mime));
    check_sides(bytes, sides);
    check_millis(bytes, millis);
}

pub(crate) struct Fixture {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) sniffed: &'static str,
}

impl Fixture {
    /// imagesize has no SVG, audio or video.
    pub(crate) fn seen_by_imagesize(&self) -> bool {
        self.sniffed.starts_with("image/") && self.name != "svg"
    }
}

pub(crate) fn all() -> Vec<Fixture> {
    let movie = Movie::default;
    let sound = track(*b"soun", 0, 0, false);
    let webm_video = webm(&webm_info(2500.0), &webm_track(1, 640, 360));
    let fixture = |name, sniffed, bytes| Fixture { name, bytes, sniffed };
    vec![
        fixture("png", "image/png", png(640, 360)),
        fixture("gif", "image/gif", gif(640, 360)),
        fixture("bmp", "image/bmp", bmp(640, 360)),
        fixture("jpeg", "image/jpeg", jpeg(0xc0, 640, 360)),
        fixture("tiff", "image/tiff", tiff(false, 640, 360)),
        fixture("tiff big endian", "image/tiff", tiff(true, 640, 360)),
        fixture("big tiff", "image/tiff", big_tiff(640, 360)),
        fixture("vp8", "image/webp", vp8(640, 360)),
        fixture("vp8l", "image/webp", vp8l(640, 360)),
        fixture("vp8x", "image/webp", vp8x(640, 360)),
        fixture("heic", "image/heic", heif(*b"heic", &[(64, 64), (640, 360)])),
        fixture("avif", "image/avif", heif(*b"avif", &[(640, 360)])),
        fixture("svg", "image/svg+xml", b"<?xml version='1.0'?><svg/>".to_vec()),
        fixture("mp4", "video/mp4", mp4(&movie())),
        fixture("mp4 moov last", "video/mp4", mp4(&Movie { moov_last: true, ..movie() })),
        fixture("mp4 long", "video/mp4", mp4(&Movie { long: true, ..movie() })),
        fixture("mov", "video/quicktime", mp4(&Movie { brand: *b"qt  ", ..movie() })),
        fixture("m4a", "audio/mp4", mp4(&Movie { brand: *b"M4A ", traks: sound, ..movie() })),
        fixture("webm", "video/webm", webm_video),
        fixture("wav", "audio/wav", wav(8000, 400, 400)),
        fixture("mp3", "audio/mpeg", mp3(2)),
        fixture("mp3 tagged", "audio/mpeg", [id3(20), mp3(2)].concat()),
        fixture("flac", "audio/flac", flac(44_100, 441_000)),
        fixture("vorbis", "audio/ogg", vorbis(44_100, 88_200)),
        fixture("opus", "audio/ogg", opus(312, 48_312)),
    ]
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = vec![0; bytes.len().div_ceil(3) * 4];
    let len = STANDARD.encode_slice(bytes, &mut text).unwrap();
    assert_eq!(len, text.len());
    String::from_utf8(text).unwrap()
}

// Images.

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", &sides[..], &[8, 2, 0, 0, 0], &[0; 4]].concat()
}

pub(crate) fn gif(width: u16, height: u16) -> Vec<u8> {
    [&b"GIF89a"[..], &width.to_le_bytes(), &height.to_le_bytes(), &[0; 3]].concat()
}

pub(crate) fn bmp(width: u32, height: i32) -> Vec<u8> {
    let head = [&b"BM"[..], &[0; 12], &[40, 0, 0, 0]].concat();
    [&head[..], &width.to_le_bytes(), &height.to_le_bytes(), &[0; 28]].concat()
}

/// Two segments, then a frame header of the given kind, then the end.
pub(crate) fn jpeg(frame: u8, width: u16, height: u16) -> Vec<u8> {
    let before = b"\xff\xd8\xff\xe0\0\x04ab\xff\xdb\0\x05abc";
    let head = [0xff, frame, 0, 11, 8];
    let sides = [height.to_be_bytes(), width.to_be_bytes()].concat();
    [&before[..], &head, &sides, &[1, 1, 0x11, 0, 0xff, 0xd9]].concat()
}

/// A directory of three entries: one of no interest, a SHORT and a LONG.
pub(crate) fn tiff(big_endian: bool, width: u16, height: u32) -> Vec<u8> {
    let short = |n: u16| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let long = |n: u32| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let entry = |tag: u16, kind: u16, value: Vec<u8>| {
        [&short(tag)[..], &short(kind), &long(1), &value].concat()
    };
    let mark = if big_endian { b"MM" } else { b"II" };
    let head = [&mark[..], &short(42), &long(8), &short(3)].concat();
    let width = entry(0x100, 3, [short(width), [0, 0]].concat());
    [head, entry(0xfe, 4, long(0).to_vec()), width, entry(0x101, 4, long(height).to_vec())].concat()
}

pub(crate) fn big_tiff(width: u64, height: u32) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, value: u64| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &1_u64.to_le_bytes(), &value.to_le_bytes()]
            .concat()
    };
    let kind = if width > u32::MAX.into() { 16 } else { 4 };
    let head = [&b"II+\0\x08\0\0\0"[..], &16_u64.to_le_bytes(), &2_u64.to_le_bytes()].concat();
    [head, entry(0x100, kind, width), entry(0x101, 4, height.into())].concat()
}

pub(crate) fn webp(chunk: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len()).unwrap().to_le_bytes();
    [b"RIFF\0\0\0\0WEBP", &chunk[..], &size, body].concat()
}

pub(crate) fn vp8(width: u16, height: u16) -> Vec<u8> {
    let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
    webp(*b"VP8 ", &[&[0, 0, 0, 0x9d, 0x01, 0x2a][..], &sides, &[0; 8]].concat())
}

pub(crate) fn vp8l(width: u32, height: u32) -> Vec<u8> {
    let bits = (width - 1) | (height - 1) << 14;
    webp(*b"VP8L", &[&[0x2f][..], &bits.to_le_bytes(), &[0; 8]].concat())
}

pub(crate) fn vp8x(width: u32, height: u32) -> Vec<u8> {
    let (width, height) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
    webp(*b"VP8X", &[&[0; 4][..], &width[..3], &height[..3], &[0; 8]].concat())
}

// ISO base media.

pub(crate) fn atom(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).unwrap();
    [&size.to_be_bytes()[..], &kind, body].concat()
}

pub(crate) fn ftyp(brand: [u8; 4]) -> Vec<u8> {
    atom(*b"ftyp", &[&brand[..], &[0; 4], &brand].concat())
}

pub(crate) fn heif(brand: [u8; 4], extents: &[(u32, u32)]) -> Vec<u8> {
    let ispe = |(width, height): &(u32, u32)| {
        atom(*b"ispe", &[&[0; 4][..], &width.to_be_bytes(), &height.to_be_bytes()].concat())
    };
    let ipco = atom(*b"ipco", &extents.iter().flat_map(ispe).collect::<Vec<_>>());
    let iprp = atom(*b"iprp", &[ipco, atom(*b"ipma", &[0; 8])].concat());
    let meta = atom(*b"meta", &[vec![0; 4], atom(*b"pitm", &[0; 6]), iprp].concat());
    [ftyp(brand), meta, atom(*b"mdat", &[0; 4])].concat()
}

pub(crate) struct Movie {
    pub(crate) brand: [u8; 4],
    pub(crate) content: Vec<u8>,
    pub(crate) traks: Vec<u8>,
    pub(crate) duration: u64,
    pub(crate) per_second: u32,
    pub(crate) long: bool,
    pub(crate) moov_last: bool,
}

impl Default for Movie {
    fn default() -> Self {
        Self {
            brand: *b"isom",
            content: atom(*b"mdat", &[0; 8]),
            traks: [track(*b"soun", 0, 0, false), track(*b"vide", 1920, 1080, false)].concat(),
            duration: 3003,
            per_second: 600,
            long: false,
            moov_last: false,
        }
    }
}

pub(crate) fn mp4(movie: &Movie) -> Vec<u8> {
    let mvhd = [vec![0; if movie.long { 19 } else { 11 }], movie.per_second.to_be_bytes().to_vec()];
    let version = vec![u8::from(movie.long)];
    let duration = movie.duration.to_be_bytes();
    let duration = duration[if movie.long { 0 } else { 4 }..].to_vec();
    let mvhd = atom(*b"mvhd", &[version, mvhd.concat(), duration].concat());
    let moov = atom(*b"moov", &[mvhd, movie.traks.clone()].concat());
    let (ftyp, content) = (ftyp(movie.brand), movie.content.clone());
    if movie.moov_last { [ftyp, content, moov].concat() } else { [ftyp, moov, content].concat() }
}

pub(crate) fn track(handler: [u8; 4], width: u16, height: u16, long: bool) -> Vec<u8> {
    let sides = [width.to_be_bytes(), [0; 2], height.to_be_bytes(), [0; 2]].concat();
    let tkhd = [vec![u8::from(long)], vec![0; if long { 87 } else { 75 }], sides].concat();
    let hdlr = atom(*b"hdlr", &[&[0; 8][..], &handler, &[0; 13]].concat());
    atom(*b"trak", &[atom(*b"tkhd", &tkhd), atom(*b"mdia", &hdlr)].concat())
}

// Matroska.

pub(crate) fn ebml(id: &[u8], body: &[u8]) -> Vec<u8> {
    let size = u8::try_from(body.len()).unwrap();
    // One byte holds sizes up to 126, two the larger ones.
    let size = if size < 127 { vec![0x80 | size] } else { vec![0x40, size] };
    [id, &size, body].concat()
}

pub(crate) fn webm_info(duration: f64) -> Vec<u8> {
    let scale = ebml(&[0x2a, 0xd7, 0xb1], &[0x0f, 0x42, 0x40]);
    [scale, ebml(&[0x44, 0x89], &duration.to_be_bytes())].concat()
}

pub(crate) fn webm_track(kind: u8, width: u16, height: u16) -> Vec<u8> {
    let width = ebml(&[0xb0], &width.to_be_bytes());
    let height = ebml(&[0xba], &height.to_be_bytes());
    let video = ebml(&[0xe0], &[width, height].concat());
    ebml(&[0xae], &[ebml(&[0x83], &[kind]), video].concat())
}

pub(crate) fn webm_segment(info: &[u8], tracks: &[u8]) -> Vec<u8> {
    let void = ebml(&[0xec], &[0; 9]);
    let info = ebml(&[0x15, 0x49, 0xa9, 0x66], info);
    [void, info, ebml(&[0x16, 0x54, 0xae, 0x6b], tracks)].concat()
}

pub(crate) fn webm(info: &[u8], tracks: &[u8]) -> Vec<u8> {
    let head = ebml(&[0x1a, 0x45, 0xdf, 0xa3], &ebml(&[0x42, 0x82], b"webm"));
    [head, ebml(&[0x18, 0x53, 0x80, 0x67], &webm_segment(info, tracks))].concat()
}

// Sound.

/// A format chunk, an odd one to be skipped with its pad byte, and data of `len` zeros.
pub(crate) fn wav(byte_rate: u32, claimed: u32, len: usize) -> Vec<u8> {
    let format = [&b"fmt \x10\0\0\0"[..], &[0; 8], &byte_rate.to_le_bytes(), &[0; 4]].concat();
    let list = b"LIST\x03\0\0\0abc\0";
    let data = [&b"data"[..], &claimed.to_le_bytes(), &vec![0; len]].concat();
    [b"RIFF\0\0\0\0WAVE", &format[..], list, &data].concat()
}

/// MPEG 1, 128 kbit/s, 44.1 kHz, stereo.
pub(crate) fn mp3_frame() -> Vec<u8> {
    [&[0xff, 0xfb, 0x90, 0][..], &[0; 413]].concat()
}

pub(crate) fn mp3(frames: usize) -> Vec<u8> {
    mp3_frame().repeat(frames)
}

pub(crate) fn id3(len: usize) -> Vec<u8> {
    let part = |shift: usize| u8::try_from(len >> shift & 0x7f).unwrap();
    [&b"ID3\x04\0\0"[..], &[part(21), part(14), part(7), part(0)], &vec![0; len]].concat()
}

pub(crate) fn flac(rate: u64, samples: u64) -> Vec<u8> {
    let bits = rate << 44 | 1 << 41 | 15 << 36 | samples;
    [&b"fLaC\x80\0\0\x22"[..], &[0; 10], &bits.to_be_bytes(), &[0; 16]].concat()
}

pub(crate) fn ogg_page(flags: u8, position: u64, serial: u32, body: &[u8]) -> Vec<u8> {
    let head = [&b"OggS\0"[..], &[flags], &position.to_le_bytes(), &serial.to_le_bytes()].concat();
    let lacing = [1, u8::try_from(body.len()).unwrap()];
    [&head[..], &[0; 8], &lacing, body].concat()
}

pub(crate) fn opus_head(skip: u16) -> Vec<u8> {
    [&b"OpusHead\x01\x02"[..], &skip.to_le_bytes(), &[0; 7]].concat()
}

pub(crate) fn opus(skip: u16, last: u64) -> Vec<u8> {
    [ogg_page(2, 0, 1, &opus_head(skip)), ogg_page(4, last, 1, &[0; 50])].concat()
}

pub(crate) fn vorbis(rate: u32, last: u64) -> Vec<u8> {
    let head = [&b"\x01vorbis\0\0\0\0\x02"[..], &rate.to_le_bytes(), &[0; 14]].concat();
    [ogg_page(2, 0, 1, &head), ogg_page(4, last, 1, &[0; 50])].concat()
}
