//! How an offer names sizes.

use super::Compiler;
use crate::geometry::{Entry, Free, Geometry};
use crate::leaf::Leaf;
use crate::number::Number;
use crate::plan::Word;
use crate::request::{Ratio, Size};
use crate::spec::{self, Date, Field, Origin};

impl Compiler<'_> {
    pub(super) fn geometry(&mut self, specs: &[(Leaf, Field)], as_of: Option<Date>) -> Geometry {
        let field =
            |leaf: Leaf| specs.iter().find(|(other, _)| *other == leaf).map(|(_, field)| field);
        let (size, ratio, tier) =
            (field(Leaf::Size), field(Leaf::AspectRatio), field(Leaf::Resolution));
        let model = self.files.model;
        let origin = |leaf: Leaf| {
            let named = field(leaf).filter(|field| field.to.is_some());
            named.map(|_| self.origin("fields", leaf.path(), "to"))
        };
        let page = self.resolved.facts.clone();
        let [size_at, ratio_at, tier_at] =
            [Leaf::Size, Leaf::AspectRatio, Leaf::Resolution].map(origin);
        let origins = [size_at, ratio_at, tier_at, Some(page)];
        let auto_implied = ratio
            .filter(|field| field.implied.iter().flatten().any(|value| value == "auto"))
            .map(|field| self.groups(Leaf::AspectRatio, field));
        let listed = size.is_some_and(|field| field.table == Some(true));
        let (table, pages) = if listed { self.table(as_of) } else { Default::default() };
        Geometry {
            pixels: size.is_some_and(|field| field.to.is_some()),
            table,
            pages,
            free: size.and_then(|field| self.free(field, as_of)),
            ratio_words: self.words(Leaf::AspectRatio, ratio),
            tier_words: self.words(Leaf::Resolution, tier),
            origins,
            default_tier: model.default_tier,
            default_ratio: model.default_ratio,
            auto_implied,
        }
    }

    /// The lab's sizes in force, and the pages that list them.
    fn table(&mut self, as_of: Option<Date>) -> (Vec<Entry>, Vec<Origin>) {
        let model = self.files.model;
        let (mut entries, mut pages) = (Vec::new(), Vec::new());
        for group in &model.sizes {
            let origin = model.origin(group.source.as_deref(), group.since);
            if as_of.is_some_and(|day| day < origin.since) {
                continue;
            }
            let page = pages.iter().position(|known| *known == origin).unwrap_or_else(|| {
                pages.push(origin);
                pages.len() - 1
            });
            let entry = |(label, size): &(Ratio, Size)| Entry {
                tier: group.tier,
                label: *label,
                size: *size,
                page,
            };
            entries.extend(group.entries.0.iter().map(entry));
        }
        if entries.is_empty() {
            self.problem("fields.size.table", "the lab's file lists no sizes in force");
        }
        (entries, pages)
    }

    fn free(&mut self, field: &Field, as_of: Option<Date>) -> Option<Free> {
        let (width, height) = (field.width?, field.height?);
        let side = |span: spec::Span| {
            let bound = |bound: Option<u64>, open: u32| {
                bound.map_or(Some(open), |bound| u32::try_from(bound).ok())
            };
            bound(span.min, 1).zip(bound(span.max, u32::MAX))
        };
        let Some((width, height)) = side(width).zip(side(height)) else {
            self.problem("fields.size", "a side is beyond 32 bits");
            return None;
        };
        let step =
            field.step.map_or(Some(8), Number::as_whole).and_then(|step| u32::try_from(step).ok());
        let tiers = field.tiers.iter().flatten().map(|tier| tier.0).collect();
        let origin = self.origin("fields", "size", "width");
        let step_origin = field.step.map(|_| self.origin("fields", "size", "step"));
        let areas = self.areas(as_of);
        Some(Free { width, height, step: step.unwrap_or(8), step_origin, tiers, areas, origin })
    }

    fn areas(&self, as_of: Option<Date>) -> Vec<(spec::Span, Origin)> {
        let limit = self.files.model.limits.get("size");
        let limit = limit.filter(|limit| as_of.is_none_or(|day| limit.since <= day));
        let span = |limit: &spec::Limit| spec::Span {
            min: limit.min.and_then(Number::as_whole),
            max: limit.max.and_then(Number::as_whole),
        };
        limit.into_iter().map(|limit| (span(limit), Self::lab_origin(limit))).collect()
    }

    fn words<T: std::str::FromStr>(&mut self, leaf: Leaf, field: Option<&Field>) -> Vec<(T, Word)> {
        let words =
            field.and_then(|field| field.words.clone()).map(|words| words.0).unwrap_or_default();
        let mut read = Vec::new();
        for (word, wire) in words {
            match word.parse() {
                Ok(word) => read.push((word, wire.into())),
                Err(_) => {
                    self.problem(format!("fields.{leaf}.words"), format!("{word:?} is no {leaf}"));
                }
            }
        }
        read
    }
}
