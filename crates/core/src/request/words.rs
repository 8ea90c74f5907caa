//! Closed sets of words.

use std::fmt;

use super::read;

macro_rules! words {
    (
        $(#[$doc:meta])*
        $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type { $($(#[$variant_doc])* $variant),+ }

        impl $type {
            /// Every value.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// The word in JSON.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $word),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;
            fn from_str(text: &str) -> Result<$type, String> {
                let found = $type::ALL.iter().find(|value| value.name() == text).copied();
                found.ok_or_else(|| {
                    let shown: String = text.chars().take(40).collect();
                    format!("{shown:?} is not accepted here; accepted: {}", [$($word),+].join(", "))
                })
            }
        }

        read::as_string!($type);
    };
}

words! {
    /// What is to be made.
    Kind {
        /// One or more pictures.
        Image = "image",
        /// One or more clips.
        Video = "video",
    }
}

words! {
    /// The file format of the output.
    Format {
        /// JPEG picture.
        Jpg = "jpg",
        /// PNG picture.
        Png = "png",
        /// WebP picture.
        Webp = "webp",
        /// MP4 clip.
        Mp4 = "mp4",
        /// `WebM` clip.
        Webm = "webm",
        /// `QuickTime` clip.
        Mov = "mov",
    }
}

impl Format {
    /// The media type.
    pub const fn mime(self) -> &'static str {
        match self {
            Format::Jpg => "image/jpeg",
            Format::Png => "image/png",
            Format::Webp => "image/webp",
            Format::Mp4 => "video/mp4",
            Format::Webm => "video/webm",
            Format::Mov => "video/quicktime",
        }
    }
}

words! {
    /// The provider's content check.
    Safety {
        /// No check.
        Off = "off",
        /// Key frames only.
        Fast = "fast",
        /// Every frame.
        Full = "full",
    }
}

impl Format {
    /// What the format holds.
    pub const fn kind(self) -> Kind {
        match self {
            Format::Jpg | Format::Png | Format::Webp => Kind::Image,
            Format::Mp4 | Format::Webm | Format::Mov => Kind::Video,
        }
    }
}
