//! Which pixels the words for a size mean, written from the vendors' pages.
//!
//! Nothing here comes from genmux's specs: the sandbox is a second opinion on them.

/// Width and height in pixels.
pub(crate) type Size = (u32, u32);

/// One tier: its word, and sizes by ratio. The first is the default ratio.
type Tier = (&'static str, &'static [(&'static str, Size)]);

/// Seedance 1.0 at Runware: page of 2025-10-27, 720p since 2026-06-19.
pub(crate) const SEEDANCE_1: &[Tier] = &[
    (
        "480p",
        &[
            ("16:9", (864, 480)),
            ("4:3", (736, 544)),
            ("1:1", (640, 640)),
            ("3:4", (544, 736)),
            ("9:16", (480, 864)),
            ("21:9", (960, 416)),
            ("9:21", (416, 960)),
        ],
    ),
    (
        "720p",
        &[
            ("16:9", (1248, 704)),
            ("4:3", (1120, 832)),
            ("1:1", (960, 960)),
            ("3:4", (832, 1120)),
            ("9:16", (704, 1248)),
            ("21:9", (1504, 640)),
            ("9:21", (640, 1504)),
        ],
    ),
    (
        "1080p",
        &[
            ("16:9", (1920, 1088)),
            ("4:3", (1664, 1248)),
            ("1:1", (1440, 1440)),
            ("3:4", (1248, 1664)),
            ("9:16", (1088, 1920)),
            ("21:9", (2176, 928)),
            ("9:21", (928, 2176)),
        ],
    ),
];

/// Seedance 1.5 and later: the rows of the 1.5 page, 4k of 2.0; 9:21 is 21:9 on its side.
pub(crate) const SEEDANCE_2: &[Tier] = &[
    (
        "480p",
        &[
            ("16:9", (864, 496)),
            ("4:3", (752, 560)),
            ("1:1", (640, 640)),
            ("3:4", (560, 752)),
            ("9:16", (496, 864)),
            ("21:9", (992, 432)),
            ("9:21", (432, 992)),
        ],
    ),
    (
        "720p",
        &[
            ("16:9", (1280, 720)),
            ("4:3", (1112, 834)),
            ("1:1", (960, 960)),
            ("3:4", (834, 1112)),
            ("9:16", (720, 1280)),
            ("21:9", (1470, 630)),
            ("9:21", (630, 1470)),
        ],
    ),
    (
        "1080p",
        &[
            ("16:9", (1920, 1080)),
            ("4:3", (1664, 1248)),
            ("1:1", (1440, 1440)),
            ("3:4", (1248, 1664)),
            ("9:16", (1080, 1920)),
            ("21:9", (2206, 946)),
            ("9:21", (946, 2206)),
        ],
    ),
    (
        "4k",
        &[
            ("16:9", (3840, 2160)),
            ("4:3", (3326, 2494)),
            ("1:1", (2880, 2880)),
            ("3:4", (2496, 3328)),
            ("9:16", (2160, 3840)),
            ("21:9", (4398, 1886)),
            ("9:21", (1886, 4398)),
        ],
    ),
];

/// Seedream 4.0: Runware's page of 2025-10-27. Its 1K row has the square only; the others are the
/// 2K row halved.
pub(crate) const SEEDREAM_4: &[Tier] = &[
    (
        "1K",
        &[
            ("1:1", (1024, 1024)),
            ("4:3", (1152, 864)),
            ("3:4", (864, 1152)),
            ("16:9", (1280, 720)),
            ("9:16", (720, 1280)),
            ("3:2", (1248, 832)),
            ("2:3", (832, 1248)),
            ("21:9", (1512, 648)),
        ],
    ),
    (
        "2K",
        &[
            ("1:1", (2048, 2048)),
            ("4:3", (2304, 1728)),
            ("3:4", (1728, 2304)),
            ("16:9", (2560, 1440)),
            ("9:16", (1440, 2560)),
            ("3:2", (2496, 1664)),
            ("2:3", (1664, 2496)),
            ("21:9", (3024, 1296)),
        ],
    ),
    (
        "4K",
        &[
            ("1:1", (4096, 4096)),
            ("4:3", (4608, 3456)),
            ("3:4", (3456, 4608)),
            ("16:9", (5120, 2880)),
            ("9:16", (2880, 5120)),
            ("3:2", (4992, 3328)),
            ("2:3", (3328, 4992)),
            ("21:9", (6048, 2592)),
        ],
    ),
];

/// Seedream 5.0 Lite: Runware's page; a size on its side is the listed one turned.
pub(crate) const SEEDREAM_5: &[Tier] = &[
    (
        "2K",
        &[
            ("1:1", (2048, 2048)),
            ("4:3", (2304, 1728)),
            ("3:4", (1728, 2304)),
            ("16:9", (2848, 1600)),
            ("9:16", (1600, 2848)),
            ("3:2", (2496, 1664)),
            ("2:3", (1664, 2496)),
            ("21:9", (3136, 1344)),
        ],
    ),
    (
        "3K",
        &[
            ("1:1", (3072, 3072)),
            ("4:3", (3456, 2592)),
            ("3:4", (2592, 3456)),
            ("16:9", (4096, 2304)),
            ("9:16", (2304, 4096)),
            ("3:2", (3744, 2496)),
            ("2:3", (2496, 3744)),
            ("21:9", (4704, 2016)),
        ],
    ),
];

/// What a video model's words mean: its table, and its tier if none is asked for.
pub(crate) fn video(slug: &str, tier: Option<&str>, ratio: Option<&str>) -> Size {
    let (table, usual) = match slug {
        "seedance-1.0-lite" => (SEEDANCE_1, "720p"),
        "seedance-1.0-pro" | "seedance-1.0-pro-fast" => (SEEDANCE_1, "1080p"),
        _ => (SEEDANCE_2, "720p"),
    };
    listed(table, tier.unwrap_or(usual), ratio).unwrap_or((1280, 720))
}

/// The square of a picture's tier, for models whose other sizes no page lists.
pub(crate) fn square(tier: Option<&str>) -> Size {
    let side = match tier {
        Some("1K") => 1024,
        Some("1.5K") => 1536,
        Some("4K") => 4096,
        _ => 2048,
    };
    (side, side)
}

/// The size of a tier and a ratio. A ratio that the tier does not have (`auto`, `adaptive`) is the
/// tier's first, a tier that the table does not have gives `None`.
pub(crate) fn listed(table: &[Tier], tier: &str, ratio: Option<&str>) -> Option<Size> {
    let (_, row) = table.iter().find(|(word, _)| word.eq_ignore_ascii_case(tier))?;
    let exact = row.iter().find(|(name, _)| Some(*name) == ratio);
    exact.or(row.first()).map(|(_, size)| *size)
}

/// The largest size of a ratio with sides that are multiples of 8, within `side` squared.
pub(crate) fn free(side: u32, ratio: &str) -> Option<Size> {
    let (w, h) = ratio.split_once(':')?;
    let (w, h) = (w.parse::<u32>().ok()?, h.parse::<u32>().ok()?);
    let area = |unit: u32| u64::from(w * unit * 8) * u64::from(h * unit * 8);
    let limit = u64::from(side) * u64::from(side);
    let unit = (1..=side).take_while(|unit| area(*unit) <= limit).last()?;
    Some((w * unit * 8, h * unit * 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_looked_up_and_adaptive_takes_the_first() {
        assert_eq!(listed(SEEDANCE_2, "720p", Some("21:9")), Some((1470, 630)));
        assert_eq!(listed(SEEDANCE_2, "720p", Some("adaptive")), Some((1280, 720)));
        assert_eq!(listed(SEEDREAM_4, "2k", None), Some((2048, 2048)));
        assert_eq!(listed(SEEDREAM_4, "8K", None), None);
    }

    #[test]
    fn tiers_that_are_not_asked_for_are_the_models_own() {
        assert_eq!(video("seedance-1.0-lite", None, Some("1:1")), (960, 960));
        assert_eq!(video("seedance-1.0-pro", None, None), (1920, 1088));
        assert_eq!(video("seedance-2.0", Some("4k"), Some("9:16")), (2160, 3840));
        assert_eq!((square(Some("1.5K")), square(None)), ((1536, 1536), (2048, 2048)));
    }

    #[test]
    fn free_sizes_keep_ratio_and_area() {
        assert_eq!(free(1024, "1:1"), Some((1024, 1024)));
        assert_eq!(free(2048, "16:9"), Some((2688, 1512)));
        assert_eq!(free(2048, "wide"), None);
    }
}
