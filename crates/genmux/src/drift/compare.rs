//! One wire parameter: what the spec says beside what the vendor publishes.

use genmux_core::spec::JsonType;
use genmux_core::{Leaf, Number};
use serde_json::{Value, json};

use super::finding::{Finding, FindingKind};
use super::published::PublishedField;
use super::stated::{Role, Stated};
use super::{json_schema, numbers, words};

/// Every difference; what the vendor's document does not state is [`FindingKind::Unstated`].
pub(super) fn compare(stated: &Stated, published: &PublishedField) -> Vec<Finding> {
    if let Some(finding) = other_type(stated, published) {
        return vec![finding];
    }
    let mut findings = required(stated, published).into_iter().collect::<Vec<_>>();
    findings.extend(match stated.role {
        Role::Value | Role::Amount if is_number(stated) => numbers::compare(stated, published),
        Role::Side => numbers::compare(stated, published),
        Role::Value if stated.place.leaf == Some(Leaf::Prompt) => {
            span(stated, published, ("chars", "characters"))
        }
        Role::Value | Role::Option => words::compare(stated, published),
        Role::Mode => words::modes(stated, published),
        Role::List => span(stated, published, ("items", "items")),
        _ => Vec::new(),
    });
    findings.extend(default(stated, published));
    findings
}

/// Whether two parameters have equal limits: what the spec does not tell apart is equal.
pub(super) fn alike(stated: &Stated, published: &PublishedField) -> bool {
    let silent = |kind| matches!(kind, FindingKind::Unstated | FindingKind::Default);
    published.json_type.is_some()
        && both_media(stated, published)
        && compare(stated, published).iter().all(|finding| silent(finding.kind))
}

/// Whether two parameters of one type share a limit, a word, or their default.
pub(super) fn akin(stated: &Stated, published: &PublishedField) -> bool {
    let (was, is) = (&stated.wire, published);
    let types = was.json_type.zip(is.json_type);
    let shared = |was: &[Value], is: &[Value]| {
        was.iter().any(|was| is.iter().any(|is| words::same(was, is)))
    };
    let words = was.values.as_deref().zip(is.values.as_deref());
    let ends = |was: Option<u64>, is: Option<u64>| was.is_some() && was == is;
    types.is_some_and(|(was, is)| class(was) == class(is))
        && both_media(stated, published)
        && (words.is_some_and(|(was, is)| shared(was, is))
            || (was.min.is_some_and(|min| min > Number::default()) && was.min == is.min)
            || (was.max.is_some() && was.max == is.max)
            || was
                .default
                .as_ref()
                .zip(is.default.as_ref())
                .is_some_and(|(a, b)| words::same(a, b))
            || ends(was.max_length, is.max_length)
            || ends(was.max_items, is.max_items))
}

/// Whether both are media or neither is. Some vendors mark media and some do not, so a text may be
/// one by its name.
fn both_media(stated: &Stated, published: &PublishedField) -> bool {
    let url = matches!(stated.place.leaf, None | Some(Leaf::WebhookUrl | Leaf::UploadUrl));
    match (stated.wire.media, published.media) {
        (false, true) => url,
        (true, false) => {
            let name = published.path.to_ascii_lowercase();
            let medium = ["image", "frame", "video", "audio"].iter().any(|it| name.contains(it));
            published.json_type == Some(JsonType::Array) || medium
        }
        _ => true,
    }
}

pub(super) fn is_number(stated: &Stated) -> bool {
    stated.wire.json_type == Some(JsonType::Number)
}

/// A value as it stands in JSON.
pub(super) fn value<T: serde::Serialize>(value: T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

const fn class(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::String => "a text",
        JsonType::Number | JsonType::Integer => "a number",
        JsonType::Boolean => "true or false",
        JsonType::Object => "an object",
        JsonType::Array => "a list",
    }
}

/// The name of a type in words.
pub(super) fn type_name(json_type: Option<JsonType>) -> &'static str {
    json_type.map_or("of a type that is not stated", class)
}

fn other_type(stated: &Stated, published: &PublishedField) -> Option<Finding> {
    let (was, is) = (stated.wire.json_type?, published.json_type?);
    if class(was) == class(is) {
        return None;
    }
    let says = format!("was {} and is {} now", class(was), class(is));
    if stated.place.leaf.is_some() {
        let says = format!("{says}; no revision says that by itself");
        return Some(Finding::about(stated, FindingKind::Changed, says));
    }
    let patch = vec![("type", value(is)), ("values", Value::Null)];
    Some(Finding::about(stated, FindingKind::Changed, says).patch(&stated.place, patch))
}

fn required(stated: &Stated, published: &PublishedField) -> Option<Finding> {
    // Both sides are one field, and what shares a list is not required one by one.
    if stated.place.at > 0 || matches!(stated.role, Role::Frames | Role::Option) {
        return None;
    }
    match (stated.wire.required, published.required) {
        (false, true) if stated.otherwise_named => None,
        (false, true) => {
            let always = if stated.sometimes_required { "always " } else { "" };
            let mut patch = vec![("required", json!(true))];
            if stated.sometimes_required {
                patch.push(("required_unless", Value::Null));
            }
            let says = format!("is {always}required now");
            Some(Finding::about(stated, FindingKind::Required, says).patch(&stated.place, patch))
        }
        (true, false) => {
            let says = "is required no more".to_owned();
            let finding = Finding::about(stated, FindingKind::Optional, says);
            Some(finding.patch(&stated.place, vec![("required", Value::Null)]))
        }
        _ => None,
    }
}

/// Fewest and most characters or items.
fn span(
    stated: &Stated,
    published: &PublishedField,
    (attribute, unit): (&'static str, &str),
) -> Vec<Finding> {
    let of = |field: &PublishedField| match attribute {
        "chars" => (field.min_length, field.max_length),
        _ => (field.min_items, field.max_items),
    };
    let (was, is) = (of(&stated.wire), of(published));
    // An empty text or list is an unset one, so one is no limit.
    let is = (is.0.filter(|min| *min > 1 || was.0.is_some()), is.1);
    let patch = vec![(attribute, json!([is.0.or(was.0), is.1.or(was.1)]))];
    let bound = |which, was: Option<u64>, is: Option<u64>| {
        numbers::moved(stated, (which, unit), (was.map(Into::into), is.map(Into::into)))
    };
    let found =
        [bound(numbers::Bound::Least, was.0, is.0), bound(numbers::Bound::Most, was.1, is.1)];
    found.into_iter().flatten().map(|found| found.patch_if_known(stated, patch.clone())).collect()
}

impl Finding {
    /// With what the revision says, unless nothing is known that it could say.
    pub(super) fn patch_if_known(
        self,
        stated: &Stated,
        patch: Vec<(&'static str, Value)>,
    ) -> Finding {
        if self.kind == FindingKind::Unstated { self } else { self.patch(&stated.place, patch) }
    }
}

fn default(stated: &Stated, published: &PublishedField) -> Option<Finding> {
    let told = matches!(stated.role, Role::Value | Role::Amount)
        && !matches!(stated.place.leaf, Some(Leaf::Prompt | Leaf::Seed));
    let is = published.default.as_ref().filter(|default| **default != "" && told);
    // What the vendor's own closed set lacks cannot be asked for, so it is no default to state.
    let listed = |is: &&Value| {
        published.values.as_ref().is_none_or(|values| values.iter().any(|it| words::same(it, is)))
    };
    let is = is.filter(listed);
    let was = stated.wire.default.as_ref().filter(|_| told);
    match (was, is) {
        (Some(was), Some(is)) if !words::same(was, is) => {
            let says = format!("default {} is now {}", words::shown(was), words::shown(is));
            Some(new_default(stated, is, says))
        }
        (None, Some(is)) => {
            let says = format!("default {} is stated now", words::shown(is));
            Some(new_default(stated, is, says))
        }
        (Some(was), None) => Some(silent_default(stated, published, was)),
        _ => None,
    }
}

fn new_default(stated: &Stated, is: &Value, says: String) -> Finding {
    if let Some(word) = words::canonical(stated, is) {
        let patch = vec![("default", word)];
        return Finding::about(stated, FindingKind::Default, says).patch(&stated.place, patch);
    }
    let says = format!("{says}, which no request can say: left out of the revision");
    Finding::about(stated, FindingKind::Default, says)
}

/// A default that the vendor takes no more is none; else its silence leaves it in force.
fn silent_default(stated: &Stated, published: &PublishedField, was: &Value) -> Finding {
    let shown = words::shown(was);
    let taken = match json_schema::number(was).filter(|_| is_number(stated)) {
        Some(number) => numbers::takes(stated, published, number),
        None => published.values.as_ref().is_none_or(|values| values.contains(was)),
    };
    if taken {
        let says = format!("default {shown} is not stated");
        return Finding::about(stated, FindingKind::Unstated, says);
    }
    Finding::about(stated, FindingKind::Default, format!("default {shown} is taken no more"))
        .patch(&stated.place, vec![("default", Value::Null)])
}
