//! Rules over several fields.

use super::Compiler;
use crate::geometry::Geometry;
use crate::leaf::Leaf;
use crate::request::Resolution;
use crate::rule;
use crate::spec::{self, Origin};

impl Compiler<'_> {
    pub(super) fn rule(&mut self, name: &str, rule: spec::Rule) -> Option<(rule::Rule, Origin)> {
        let pointer = format!("rules.{name}");
        let mut origin = self.origin("rules", name, "");
        let mut one = |path: &str| {
            let leaf = Leaf::from_path(path);
            if leaf.is_none() {
                self.problem(pointer.clone(), format!("no request has field {path:?}"));
            }
            leaf
        };
        let rule = match rule {
            spec::Rule::Requires { field, any_of } => {
                rule::Rule::Requires { field: one(&field)?, any_of: self.leaves(&pointer, &any_of) }
            }
            spec::Rule::Excludes { fields, with } => rule::Rule::Excludes {
                fields: self.leaves(&pointer, &fields),
                with: self.leaves(&pointer, &with),
            },
            spec::Rule::ExcludesValue { field, with, values, stage } => {
                origin.at_run |= stage == Some(spec::Stage::Run);
                let (field, with) = (one(&field)?, one(&with)?);
                self.tiers_only(&pointer, with, &values);
                self.no_size(&pointer, field);
                rule::Rule::ExcludesValue { field, with, values }
            }
            spec::Rule::NoEffect { field, with } => {
                rule::Rule::NoEffect { field: one(&field)?, with: self.leaves(&pointer, &with) }
            }
            spec::Rule::SumAtMost { fields, max } => {
                let fields: Option<Vec<Leaf>> = fields.iter().map(|field| one(field)).collect();
                rule::Rule::SumAtMost { fields: fields?, max }
            }
        };
        Some((rule, origin))
    }

    /// What becomes of a size is settled as a whole, before values are looked at.
    fn no_size(&mut self, pointer: &str, field: Leaf) {
        if field.is_geometry() {
            let problem = format!(
                "{field} takes part in naming a size; name the field that it excludes instead"
            );
            self.problem(format!("{pointer}.field"), problem);
        }
    }

    /// Values of a resolution are tiers.
    fn tiers_only(&mut self, pointer: &str, with: Leaf, values: &[String]) {
        let unknown = |value: &&String| value.parse::<Resolution>().is_err();
        for value in values.iter().filter(|_| with == Leaf::Resolution).filter(unknown) {
            self.problem(format!("{pointer}.values"), format!("{value:?} is no resolution"));
        }
    }

    /// Where sizes are words, a size says a ratio: what makes that one ignored is said of both.
    pub(super) fn sizes_that_say_ratios(
        &mut self,
        geometry: &Geometry,
        rules: &[(rule::Rule, Origin)],
    ) {
        let by_words = !geometry.pixels && !geometry.ratio_words.is_empty();
        let ignored = |leaf: Leaf| {
            rules.iter().filter_map(move |(rule, _)| match rule {
                rule::Rule::NoEffect { field, with } if *field == leaf => Some(*with),
                _ => None,
            })
        };
        let mut unsaid = ignored(Leaf::AspectRatio)
            .filter(|with| !ignored(Leaf::Size).any(|size| size == *with));
        if by_words && unsaid.next().is_some() {
            let problem = "aspect_ratio is no_effect and a size becomes a ratio here; say the \
                           same of size";
            self.problem("rules", problem);
        }
    }
}
