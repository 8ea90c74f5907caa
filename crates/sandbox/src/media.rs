//! Real media of an asked size: what a job of the sandbox gives back.
//!
//! Bytes depend on nothing but the [`Spec`], so that the same request gives the same file; those of
//! a JPEG on the processor too.

mod caption;
mod h264;
mod jpeg;
mod mp4;
mod picture;
mod png;
mod webp;

use std::io;

pub(crate) use caption::Label;

/// The container and coding of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Png,
    Jpeg,
    Webp,
    Mp4,
    Mov,
}

impl Format {
    /// The vendors' words, in any case; `None` for what the sandbox cannot make (`WEBM`).
    pub(crate) fn read(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "png" => Self::Png,
            "jpg" | "jpeg" => Self::Jpeg,
            "webp" => Self::Webp,
            "mp4" => Self::Mp4,
            "mov" => Self::Mov,
            _ => return None,
        })
    }

    pub(crate) fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
        }
    }

    pub(crate) fn is_video(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov)
    }
}

/// All that decides the bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) format: Format,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Length of a video; pictures ignore it.
    pub(crate) millis: u64,
    /// 1 to 100, for JPEG only.
    pub(crate) quality: u8,
    /// Shown in the colours.
    pub(crate) seed: u64,
    /// Written on it.
    pub(crate) label: Label,
}

impl Spec {
    /// The file itself.
    pub(crate) fn encode(&self) -> io::Result<Vec<u8>> {
        match self.format {
            Format::Png => png::encode(self),
            Format::Jpeg => jpeg::encode(self),
            Format::Webp => webp::encode(self),
            Format::Mp4 => mp4::encode(self, mp4::Brand::Mp4),
            Format::Mov => mp4::encode(self, mp4::Brand::QuickTime),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn spec(format: Format, width: u32, height: u32) -> Spec {
        let label = Label::new("a paper boat", 1);
        Spec { format, width, height, millis: 1000, quality: 95, seed: 7, label }
    }

    #[test]
    fn words_of_the_vendors_are_read_and_webm_is_not_pretended() {
        assert_eq!(Format::read("JPG"), Some(Format::Jpeg));
        assert_eq!(Format::read("mp4"), Some(Format::Mp4));
        assert_eq!(Format::read("WEBM"), None);
    }

    #[test]
    fn the_same_spec_gives_the_same_bytes_and_another_seed_or_prompt_others() {
        for format in [Format::Png, Format::Jpeg, Format::Webp, Format::Mp4, Format::Mov] {
            let one = spec(format, 96, 64);
            let label = Label::new("a paper goat", 1);
            assert_eq!(one.encode().unwrap(), one.encode().unwrap(), "{format:?}");
            for other in [Spec { seed: 8, ..one.clone() }, Spec { label, ..one.clone() }] {
                assert_ne!(one.encode().unwrap(), other.encode().unwrap(), "{format:?}");
            }
        }
    }
}
