//! The leaves of a canonical request, in canonical order.

use std::fmt;

macro_rules! leaves {
    ($($variant:ident = $path:literal),+ $(,)?) => {
        /// One settable field of a request; the order is the canonical order of every ledger.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum Leaf { $($variant),+ }

        impl Leaf {
            /// Every leaf in canonical order.
            pub const ALL: &'static [Leaf] = &[$(Leaf::$variant),+];

            /// The dotted path in the request's JSON, such as `frames.first`.
            pub const fn path(self) -> &'static str {
                match self { $(Leaf::$variant => $path),+ }
            }
        }
    };
}

leaves! {
    Kind = "kind",
    Prompt = "prompt",
    Size = "size",
    AspectRatio = "aspect_ratio",
    Resolution = "resolution",
    Duration = "duration",
    Fps = "fps",
    FirstFrame = "frames.first",
    LastFrame = "frames.last",
    Images = "references.images",
    Videos = "references.videos",
    Audios = "references.audios",
    SequentialCount = "sequential_count",
    Count = "count",
    Seed = "seed",
    GuidanceScale = "guidance_scale",
    CameraFixed = "camera_fixed",
    GenerateAudio = "generate_audio",
    Format = "output.format",
    Quality = "output.quality",
    Safety = "safety",
    WebhookUrl = "delivery.webhook_url",
    UploadUrl = "delivery.upload_url",
    TtlSeconds = "delivery.ttl_seconds",
    IncludeCost = "delivery.include_cost",
}

impl Leaf {
    /// The leaf with this dotted path.
    pub fn from_path(path: &str) -> Option<Leaf> {
        Leaf::ALL.iter().copied().find(|leaf| leaf.path() == path)
    }

    /// The leaves that a path names: the leaf itself, or all below a group such as `frames`.
    pub fn group(path: &str) -> Vec<Leaf> {
        let below = |leaf: &Leaf| {
            leaf.path()
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        Leaf::ALL.iter().copied().filter(below).collect()
    }

    /// Whether the leaf holds media: one item or a list.
    pub const fn is_media(self) -> bool {
        self.media_kind().is_some()
    }

    /// What kind of media the leaf takes.
    pub const fn media_kind(self) -> Option<&'static str> {
        match self {
            Leaf::FirstFrame | Leaf::LastFrame | Leaf::Images => Some("image"),
            Leaf::Videos => Some("video"),
            Leaf::Audios => Some("audio"),
            _ => None,
        }
    }

    /// Whether it changes the result so much that no default may leave it out.
    pub const fn is_content(self) -> bool {
        self.is_media()
            || matches!(
                self,
                Leaf::Kind
                    | Leaf::Prompt
                    | Leaf::SequentialCount
                    | Leaf::Safety
                    | Leaf::WebhookUrl
                    | Leaf::UploadUrl
            )
    }

    /// Whether the leaf takes part in naming a size.
    pub const fn is_geometry(self) -> bool {
        matches!(self, Leaf::Size | Leaf::AspectRatio | Leaf::Resolution)
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}

/// A set of leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leaves(u32);

impl Leaves {
    /// Adds one leaf.
    pub fn insert(&mut self, leaf: Leaf) {
        self.0 |= 1 << leaf as u32;
    }

    /// With one leaf more if a condition holds, without a branch.
    pub(crate) const fn with_if(self, leaf: Leaf, condition: bool) -> Leaves {
        Leaves(self.0 | (condition as u32) << leaf as u32)
    }

    /// Takes one leaf out.
    pub fn remove(&mut self, leaf: Leaf) {
        self.0 &= !(1 << leaf as u32);
    }

    /// Whether the leaf is in the set.
    pub const fn contains(self, leaf: Leaf) -> bool {
        self.0 & (1 << leaf as u32) != 0
    }

    /// Whether the two sets share a leaf.
    pub const fn intersects(self, other: Leaves) -> bool {
        self.0 & other.0 != 0
    }

    /// The leaves of both sets together.
    pub(crate) const fn and(self, other: Leaves) -> Leaves {
        Leaves(self.0 | other.0)
    }

    /// The leaves that stand in both sets.
    pub(crate) const fn within(self, other: Leaves) -> Leaves {
        Leaves(self.0 & other.0)
    }

    /// The leaves that do not stand in the other set.
    pub(crate) const fn without(self, other: Leaves) -> Leaves {
        Leaves(self.0 & !other.0)
    }

    /// The set of one leaf.
    pub(crate) const fn of(leaf: Leaf) -> Leaves {
        Leaves(0).with_if(leaf, true)
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The leaves in canonical order.
    pub fn iter(self) -> impl Iterator<Item = Leaf> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let leaf = Leaf::ALL.get(rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(*leaf)
        })
    }
}

impl FromIterator<Leaf> for Leaves {
    fn from_iter<I: IntoIterator<Item = Leaf>>(leaves: I) -> Self {
        let mut set = Leaves::default();
        leaves.into_iter().for_each(|leaf| set.insert(leaf));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_back_to_their_leaves() {
        for leaf in Leaf::ALL {
            assert_eq!(Leaf::from_path(leaf.path()), Some(*leaf));
        }
    }

    #[test]
    fn a_group_holds_the_leaves_below_it_and_nothing_alike() {
        assert_eq!(Leaf::group("frames"), [Leaf::FirstFrame, Leaf::LastFrame]);
        assert_eq!(Leaf::group("size"), [Leaf::Size]);
        assert!(Leaf::group("frame").is_empty());
    }
}
