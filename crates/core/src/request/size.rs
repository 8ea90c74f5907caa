//! The three ways of naming a size: exact pixels, a ratio, a tier.

use std::fmt;
use std::str::FromStr;

/// Exact pixels, width before height; both at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// Pixels in all.
    pub const fn area(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// The exact ratio of the sides.
    pub const fn ratio(self) -> Ratio {
        Ratio { width: self.width, height: self.height }
    }
}

/// A ratio of width to height; `7:3` equals `21:9`.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Ratio {
    /// Parts of the width, at least 1.
    pub width: u32,
    /// Parts of the height, at least 1.
    pub height: u32,
}

impl Ratio {
    /// The ratio in lowest terms.
    #[must_use]
    pub const fn reduced(self) -> Ratio {
        let by = greatest_common_divisor(self.width, self.height);
        Ratio { width: self.width / by, height: self.height / by }
    }

    /// The natural logarithm of width over height, by which ratios are near or far.
    pub fn ln(self) -> f64 {
        (f64::from(self.width) / f64::from(self.height)).ln()
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Ratio) -> bool {
        u64::from(self.width) * u64::from(other.height)
            == u64::from(other.width) * u64::from(self.height)
    }
}

const fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// A ratio, or `auto`: taken from the inputs or left to the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AspectRatio {
    /// Taken from the inputs or left to the model.
    Auto,
    /// A fixed ratio.
    Fixed(Ratio),
}

macro_rules! tiers {
    ($($variant:ident = $text:literal, $area:expr);+ $(;)?) => {
        /// A resolution tier; read without regard to case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum Resolution { $($variant),+ }

        impl Resolution {
            /// Every tier, smallest first.
            pub const ALL: &'static [Resolution] = &[$(Resolution::$variant),+];

            /// The tier as it is written.
            pub const fn name(self) -> &'static str {
                match self { $(Resolution::$variant => $text),+ }
            }

            /// The most pixels that a size of this tier has.
            pub const fn area(self) -> u64 {
                match self { $(Resolution::$variant => $area),+ }
            }
        }
    };
}

tiers! {
    P480 = "480p", 854 * 480;
    P720 = "720p", 1280 * 720;
    K1 = "1K", 1024 * 1024;
    P1080 = "1080p", 1920 * 1080;
    K1Half = "1.5K", 1536 * 1536;
    K2 = "2K", 2048 * 2048;
    K3 = "3K", 3072 * 3072;
    K4 = "4K", 4096 * 4096;
}

impl Resolution {
    /// Whether it is a video tier: `480p`, `720p` or `1080p`.
    pub const fn is_video(self) -> bool {
        matches!(self, Resolution::P480 | Resolution::P720 | Resolution::P1080)
    }
}

/// The text is not a size, a ratio or a tier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not {expected}")]
pub struct ParseSizeError {
    given: String,
    expected: &'static str,
}

fn refuse(given: &str, expected: &'static str) -> ParseSizeError {
    ParseSizeError { given: given.chars().take(40).collect(), expected }
}

fn parse_pair(text: &str, by: char) -> Option<(u32, u32)> {
    let (left, right) = text.split_once(by)?;
    let part = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten().filter(|part| *part > 0)
    };
    Some((part(left)?, part(right)?))
}

impl FromStr for Size {
    type Err = ParseSizeError;
    fn from_str(text: &str) -> Result<Size, ParseSizeError> {
        let (width, height) = parse_pair(text, 'x').ok_or_else(|| {
            refuse(text, "a size: two whole numbers from 1 with x between, such as \"1920x1088\"")
        })?;
        Ok(Size { width, height })
    }
}

impl FromStr for Ratio {
    type Err = ParseSizeError;
    fn from_str(text: &str) -> Result<Ratio, ParseSizeError> {
        let (width, height) = parse_pair(text, ':').ok_or_else(|| {
            refuse(text, "a ratio: two whole numbers from 1 with a colon between, such as \"16:9\"")
        })?;
        Ok(Ratio { width, height })
    }
}

impl FromStr for AspectRatio {
    type Err = ParseSizeError;
    fn from_str(text: &str) -> Result<AspectRatio, ParseSizeError> {
        match text {
            "auto" => Ok(AspectRatio::Auto),
            "adaptive" | "match_input_image" => {
                Err(refuse(text, "a ratio; the word for a ratio left to the model is \"auto\""))
            }
            _ => text.parse().map(AspectRatio::Fixed),
        }
    }
}

impl FromStr for Resolution {
    type Err = ParseSizeError;
    fn from_str(text: &str) -> Result<Resolution, ParseSizeError> {
        let named = |tier: &&Resolution| tier.name().eq_ignore_ascii_case(text);
        Resolution::ALL.iter().find(named).copied().ok_or_else(|| {
            refuse(text, "a resolution: 480p, 720p, 1080p, 1K, 1.5K, 2K, 3K or 4K; exact pixels go into size")
        })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

impl fmt::Display for AspectRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AspectRatio::Auto => f.write_str("auto"),
            AspectRatio::Fixed(ratio) => ratio.fmt(f),
        }
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

super::read::as_string!(Size, Ratio, AspectRatio, Resolution);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_two_whole_numbers_from_one() {
        let check = |text: &str, size: Option<(u32, u32)>| {
            let read = text.parse::<Size>().ok().map(|size| (size.width, size.height));
            assert_eq!(read, size, "{text}");
        };
        check("1920x1088", Some((1920, 1088)));
        for text in [
            "0x100",
            "100x0",
            "-1x5",
            "1920",
            "1920X1088",
            "1920x",
            "x",
            "99999999999x1",
            "+1x1",
            "",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn ratios_compare_in_lowest_terms() {
        let ratio = |text: &str| text.parse::<Ratio>().unwrap();
        assert_eq!(ratio("7:3"), ratio("21:9"));
        assert_ne!(ratio("16:9"), ratio("1920:1088"));
        for text in ["0:0", "1:0", "16/9", "16:9:1", "1.5:1"] {
            assert!(text.parse::<Ratio>().is_err(), "{text}");
        }
    }

    #[test]
    fn tiers_are_read_without_regard_to_case() {
        assert_eq!("4k".parse(), Ok(Resolution::K4));
        assert_eq!("1080P".parse(), Ok(Resolution::P1080));
        assert!("8K".parse::<Resolution>().is_err());
    }
}
