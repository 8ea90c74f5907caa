//! From either way of naming a size to what the offer takes: words, a table's pixels, free pixels.

mod fit;
mod free;
mod read;
mod settle;
mod strict;

use serde_json::Value;

pub(crate) use free::Free;
pub(crate) use read::read;
pub(crate) use settle::{settle, settle_default, why};

use crate::leaf::{Leaf, Leaves};
use crate::plan::Word;
use crate::request::{AspectRatio, Ratio, Resolution, Size};
use crate::spec::Origin;

/// How an offer names sizes.
#[derive(Debug, Default)]
pub(crate) struct Geometry {
    /// Width and height stand on the wire.
    pub(crate) pixels: bool,
    /// Accepted sizes, or sizes that the offer's words stand for.
    pub(crate) table: Vec<Entry>,
    /// The pages that list the table; every entry names its own by index.
    pub(crate) pages: Vec<Origin>,
    /// Limits of free sides.
    pub(crate) free: Option<Free>,
    /// The offer's words for ratios.
    pub(crate) ratio_words: Vec<(AspectRatio, Word)>,
    /// The offer's words for tiers.
    pub(crate) tier_words: Vec<(Resolution, Word)>,
    /// Where the wire key of each of the three leaves is stated, in canonical order, and the
    /// offer's page.
    pub(crate) origins: [Option<Origin>; 4],
    pub(crate) default_tier: Option<Resolution>,
    pub(crate) default_ratio: Option<Ratio>,
    /// `auto` is how the offer behaves anyway while a leaf of each group is set.
    pub(crate) auto_implied: Option<Vec<Leaves>>,
}

/// One size of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) tier: Resolution,
    /// The ratio as printed: 1920x1088 is 16:9.
    pub(crate) label: Ratio,
    pub(crate) size: Size,
    /// Index into the pages of the table.
    pub(crate) page: usize,
}

/// What stands on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wired {
    pub(crate) pixels: Option<Size>,
    /// Index into the ratio words.
    pub(crate) ratio: Option<u16>,
    /// Index into the tier words.
    pub(crate) tier: Option<u16>,
}

/// What became of the three leaves.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    pub(crate) wired: Wired,
    /// Leaves that moved, with the value that they moved to.
    pub(crate) moved: Vec<(Leaf, Value)>,
    /// Leaves that are as the offer behaves anyway.
    pub(crate) implied: Leaves,
    /// Whether the offer cannot be told what is asked for; [`why`] says why.
    pub(crate) refused: bool,
}

/// What a request asks for, as words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) ratio: Option<AspectRatio>,
    pub(crate) tier: Option<Resolution>,
}

impl Asked {
    /// The ratio, unless it is open.
    pub(crate) const fn fixed(self) -> Option<Ratio> {
        match self.ratio {
            Some(AspectRatio::Fixed(ratio)) => Some(ratio),
            _ => None,
        }
    }
}

impl Geometry {
    /// Whether the offer has any way to take the leaf.
    pub(crate) fn takes(&self, leaf: Leaf) -> bool {
        match leaf {
            Leaf::AspectRatio => {
                self.pixels || !self.ratio_words.is_empty() || self.auto_implied.is_some()
            }
            Leaf::Resolution => self.pixels || !self.tier_words.is_empty(),
            _ => self.pixels || !self.ratio_words.is_empty() || !self.tier_words.is_empty(),
        }
    }

    /// The pages that state how the offer takes a leaf: its own words, and the table's sizes.
    pub(crate) fn origins(&self, leaf: Leaf) -> Vec<&Origin> {
        let own = self.origins[leaf as usize - Leaf::Size as usize].as_ref();
        let mut stated: Vec<&Origin> = own.into_iter().collect();
        let by_table = self.free.is_none() && (self.pixels || leaf == Leaf::Size);
        let other = |page: &&Origin| own.is_none_or(|own| own.page != page.page);
        stated.extend(self.listing().filter(|_| by_table).filter(other));
        if stated.is_empty() {
            stated.extend(self.origins.iter().flatten().next_back());
        }
        stated
    }

    /// The pages that list sizes which can be asked for.
    fn listing(&self) -> impl Iterator<Item = &Origin> {
        let named = |entry: &&Entry| {
            let by_words = || {
                self.ratio_word(AspectRatio::Fixed(entry.label)).is_some()
                    && self.tier_word(entry.tier).is_some()
            };
            self.pixels || by_words()
        };
        let lists = move |at: usize| self.table.iter().filter(named).any(|entry| entry.page == at);
        self.pages.iter().enumerate().filter(move |(at, _)| lists(*at)).map(|(_, page)| page)
    }

    /// The index of the offer's word for a ratio; `7:3` finds `21:9`.
    pub(crate) fn ratio_word(&self, ratio: AspectRatio) -> Option<u16> {
        (0..).zip(&self.ratio_words).find(|(_, (word, _))| *word == ratio).map(|(at, _)| at)
    }

    /// The index of the offer's word for a tier.
    pub(crate) fn tier_word(&self, tier: Resolution) -> Option<u16> {
        (0..).zip(&self.tier_words).find(|(_, (word, _))| *word == tier).map(|(at, _)| at)
    }

    /// The size that is to come of what stands on the wire, if it is known.
    pub(crate) fn expected(&self, wired: &Wired) -> Option<Size> {
        wired.pixels.or_else(|| {
            let AspectRatio::Fixed(label) = self.ratio_words[usize::from(wired.ratio?)].0 else {
                return None;
            };
            let tier = self.tier_words[usize::from(wired.tier?)].0;
            strict::find(self, label, tier).map(|entry| entry.size)
        })
    }

    /// The tier of what stands on the wire: the offer's word, or that of the listed size.
    pub(crate) fn tier_of(&self, wired: &Wired) -> Option<Resolution> {
        let word = wired.tier.map(|at| self.tier_words[usize::from(at)].0);
        let listed = || self.table.iter().find(|entry| Some(entry.size) == wired.pixels);
        word.or_else(|| listed().map(|entry| entry.tier))
    }

    /// The tiers that the offer can be asked for.
    pub(crate) fn tiers(&self) -> Vec<Resolution> {
        let mut tiers: Vec<Resolution> = self.tier_words.iter().map(|(tier, _)| *tier).collect();
        if self.pixels {
            tiers.extend(self.table.iter().map(|entry| entry.tier));
            tiers.extend(self.free.iter().flat_map(|free| free.tiers.iter().copied()));
        }
        tiers.sort_unstable();
        tiers.dedup();
        tiers
    }

    /// The fixed ratios that the offer can be asked for by word or table.
    pub(crate) fn ratios(&self) -> Vec<Ratio> {
        let words = self.ratio_words.iter().filter_map(|(word, _)| match word {
            AspectRatio::Fixed(ratio) => Some(*ratio),
            AspectRatio::Auto => None,
        });
        let table = self.table.iter().filter(|_| self.pixels).map(|entry| entry.label);
        let mut ratios: Vec<Ratio> = Vec::new();
        for ratio in words.chain(table) {
            if !ratios.contains(&ratio) {
                ratios.push(ratio);
            }
        }
        ratios
    }
}
