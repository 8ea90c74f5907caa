//! The listed set: what `strict` refuses and no schema over JSON can.

use genmux::{Violation, ViolationKind};
use genmux_tests::schema::Subject;
use serde_json::Value;

/// A request at an offer, with the schema that judged it.
pub(crate) struct Judged<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) schema: &'a Value,
    pub(crate) request: &'a Value,
}

impl Judged<'_> {
    /// Whether the violation is of the set that the schema lists as unchecked.
    pub(crate) fn is_unchecked(&self, violation: &Violation) -> bool {
        let field = violation.field.as_str();
        let pair = [field, violation.other.as_deref().unwrap_or_default()];
        if pair.contains(&"prompt") && violation.kind == ViolationKind::Requires {
            return pair.iter().any(|field| field.starts_with("references."));
        }
        if pair.contains(&"count") && pair.contains(&"seed") {
            return violation.kind == ViolationKind::AboveMaximum;
        }
        match field {
            "size" => violation.message.contains(" pixels are "),
            "aspect_ratio" | "resolution" => self.is_uncommon(violation),
            _ if field.starts_with("frames.") || field.starts_with("references.") => {
                self.is_of_bytes(violation)
            }
            _ => false,
        }
    }

    /// A ratio that the schema does not list, at a tier that it does.
    fn is_uncommon(&self, violation: &Violation) -> bool {
        let tiers = &self.schema["properties"]["resolution"]["enum"];
        let tiers = tiers.as_array().map(Vec::as_slice).unwrap_or_default();
        let of_value =
            [ViolationKind::NotAccepted, ViolationKind::BelowMinimum, ViolationKind::AboveMaximum];
        let listed = violation.field != "resolution" || tiers.contains(&self.request["resolution"]);
        if !listed || !of_value.contains(&violation.kind) {
            return false;
        }
        let Some(ratio) = self.request["aspect_ratio"].as_str().and_then(sides) else {
            return false;
        };
        // Where only auto is taken, every ratio is refused.
        let forms = self.schema["properties"]["aspect_ratio"]["anyOf"].as_array();
        let lenient = forms.is_some_and(|forms| forms.iter().any(|form| form["$ref"].is_string()));
        let large = lenient && ratio.0.max(ratio.1) > 99;
        let free = self.subject.attribute("size", "width").is_some();
        large || (free && !self.is_listed(ratio))
    }

    fn is_listed(&self, (width, height): (u64, u64)) -> bool {
        let listed = &self.schema["properties"]["aspect_ratio"]["anyOf"][0]["enum"];
        let listed = listed.as_array().into_iter().flatten();
        let mut listed = listed.filter_map(|word| sides(word.as_str()?));
        listed.any(|listed| width * listed.1 == height * listed.0)
    }

    /// Facts that only bytes tell, and files that only the application knows.
    fn is_of_bytes(&self, violation: &Violation) -> bool {
        if violation.kind == ViolationKind::SumExceeded {
            return violation.message.contains(" s together");
        }
        let kinds =
            [ViolationKind::WrongMedia, ViolationKind::BelowMinimum, ViolationKind::AboveMaximum];
        if !kinds.contains(&violation.kind) {
            return false;
        }
        let pointer = format!("/{}", violation.field.replace('.', "/"));
        let held = self.request.pointer(&pointer).unwrap();
        let item = match held {
            Value::Array(items) => &items[item(&violation.message)],
            one => one,
        };
        let src = item.as_str().or(item["src"].as_str()).unwrap().to_ascii_lowercase();
        let remote = ["http:", "https:", "runware:", "replicate:", "scenario:"];
        !remote.iter().any(|scheme| src.starts_with(scheme))
    }
}

/// The number of an item in a message, from 0.
fn item(message: &str) -> usize {
    let Some((_, rest)) = message.split_once(", item ") else { return 0 };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<usize>().unwrap() - 1
}

fn sides(ratio: &str) -> Option<(u64, u64)> {
    let (width, height) = ratio.split_once(':')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}
