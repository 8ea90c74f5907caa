//! An offer's spec beside what its vendor publishes.

use genmux_core::spec::{Date, Field};
use genmux_core::{Leaf, Offer};
use serde::Serialize;
use serde_json::{Value, json};

use super::compare::{self, compare, type_name};
use super::finding::{Finding, FindingKind, Patch, body};
use super::published::{Published, PublishedField};
use super::stated::{self, Role, Stated, stated};
use super::{defaults, names, renames, switches, words};

/// What differs between the spec of an offer and what its vendor publishes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// The offer.
    pub offer: String,
    /// The revision that was compared.
    pub revision: Date,
    /// The differences, in the order of the spec, then what is new.
    pub differences: Vec<Finding>,
    /// What the spec states and the vendor's document does not: it stays in force.
    pub unstated: Vec<Finding>,
}

/// Compares an offer with what its vendor publishes.
///
/// ```
/// use genmux::drift::{diff, read_published};
/// use serde_json::json;
///
/// let offer = genmux::Catalog::embedded().offer("replicate/seedream-4.0")?;
/// let schema = json!({ "properties": { "prompt": { "type": "string", "maxLength": 500 } } });
/// let drift = diff(&offer, &read_published("replicate", &schema)?);
/// assert!(drift.differences.iter().any(|it| it.says == "at most 500 characters, where no limit was known"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff(offer: &Offer, published: &Published) -> Drift {
    let all = stated(offer);
    let known: Vec<(&Stated, Option<&PublishedField>)> =
        all.iter().map(|one| (one, find(published, &one.wire.path))).collect();
    // What an open object holds is not published, so nothing can be said of it.
    let missing =
        known.iter().filter(|(one, found)| found.is_none() && !covered(published, &one.wire.path));
    let gone: Vec<&Stated> = missing.map(|(one, _)| *one).collect();
    let new = fresh(offer, &all, published);
    let pairs = renames::guess(&gone, &new);
    let mut findings = Vec::new();
    for (one, found) in &known {
        match found {
            Some(found) => findings.extend(compare(one, found)),
            None => findings.extend(lost(one, (&gone, &new), &pairs)),
        }
    }
    findings.extend(switches::gone(&all, published));
    findings.extend(defaults::moved(&all, published));
    findings.extend(sizes(offer, published));
    let renamed = |at: usize| pairs.iter().any(|(_, new)| *new == at);
    let added = new.iter().enumerate().filter(|(at, _)| !renamed(*at));
    for (_, one) in added {
        let opened = all.iter().find(|it| is_below(&one.path, &it.wire.path));
        let found = added_one(offer, one, (&new, published)).into_iter();
        findings
            .extend(found.map(|it| opened.iter().fold(it, |it, open| it.take_back(&open.place))));
    }
    let (unstated, differences) =
        findings.into_iter().partition(|finding| finding.kind == FindingKind::Unstated);
    Drift { offer: offer.name().to_owned(), revision: offer.revision(), differences, unstated }
}

pub(super) fn find<'a>(published: &'a Published, path: &str) -> Option<&'a PublishedField> {
    published.fields.iter().find(|field| field.path == path)
}

fn is_below(path: &str, object: &str) -> bool {
    path.strip_prefix(object).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether a parameter may stand below an object that the vendor leaves open, or is one whose
/// members the vendor states.
pub(super) fn covered(published: &Published, path: &str) -> bool {
    let fields = &mut published.fields.iter();
    fields.any(|field| is_below(path, &field.path) || is_below(&field.path, path))
}

/// What the vendor publishes and the spec does not name.
fn fresh<'a>(offer: &Offer, all: &[Stated], published: &'a Published) -> Vec<&'a PublishedField> {
    let constants = stated::constants(offer);
    // An object that holds what the spec names is not new, only open.
    let covers = |one: &Stated, path: &str| one.wire.path == path || is_below(&one.wire.path, path);
    let named = |path: &String| constants.contains(path) || all.iter().any(|one| covers(one, path));
    published.fields.iter().filter(|field| !named(&field.path)).collect()
}

/// A parameter that is gone, or has perhaps another name now.
fn lost(
    one: &Stated,
    (gone, new): (&[&Stated], &[&PublishedField]),
    pairs: &[(usize, usize)],
) -> Vec<Finding> {
    let Some(at) = gone.iter().position(|it| it.place == one.place) else { return Vec::new() };
    let renamed = pairs.iter().find(|(gone, _)| *gone == at).map(|(_, place)| new[*place]);
    match renamed {
        None => vec![removed(one)],
        Some(new) => {
            let mut moved = one.clone();
            moved.wire.path.clone_from(&new.path);
            let same = if compare::alike(one, new) { ", of equal type and limits," } else { "" };
            let (old, name, limits) = (&one.wire.path, &new.path, compare(&moved, new));
            let also = renames::also(&limits);
            let says = format!("{old} is gone and {name}{same} is new: perhaps renamed{also}");
            let mut finding = Finding::about(&moved, FindingKind::Renamed, says);
            finding.patches = rename(one, new);
            std::iter::once(finding).chain(limits).collect()
        }
    }
}

fn removed(one: &Stated) -> Finding {
    let says = "is in the vendor's schema no more".to_owned();
    let finding = Finding::about(one, FindingKind::Removed, says);
    match one.role {
        // The flag alone still turns the check on.
        Role::Mode => {
            let flag = one.field.to.as_ref().and_then(|to| to.0.first());
            let patch = vec![("to", json!([flag])), ("words", json!(["off", "fast"]))];
            finding.patch(&one.place, patch)
        }
        _ => finding.take_back(&one.place),
    }
}

/// The wire paths of a field with one of them replaced; an option is another one.
fn rename(one: &Stated, new: &PublishedField) -> Vec<Patch> {
    let patch = |name: &str, attribute, value| Patch {
        section: one.place.section(),
        name: name.to_owned(),
        attribute,
        value,
    };
    let Some(to) = &one.field.to else {
        let gone = patch(&one.place.name, None, Value::Null);
        return std::iter::once(gone).chain(option_patches(new)).collect();
    };
    let mut paths = to.0.clone();
    if let Some(path) = paths.get_mut(one.place.at) {
        path.clone_from(&new.path);
    }
    let to = if let [path] = paths.as_slice() { json!(path) } else { json!(paths) };
    vec![patch(&one.place.name, Some("to"), to)]
}

fn option(new: &PublishedField) -> Option<Vec<(&'static str, Value)>> {
    let json_type = ("type", compare::value(new.json_type?));
    let values = new.values.as_ref().map(|values| ("values", json!(values)));
    Some(std::iter::once(json_type).chain(values).collect())
}

/// A parameter that is new: a field of requests if its name tells one, else an option.
fn added_one(
    offer: &Offer,
    one: &PublishedField,
    (new, published): (&[&PublishedField], &Published),
) -> Vec<Finding> {
    let limits = offer.limits();
    let named = |one: &PublishedField| {
        let fields = names::fields(one, &published.fields, offer.kind()).into_iter();
        fields.filter(|(leaf, _)| limits[leaf.path()]["to"].is_null()).collect::<Vec<_>>()
    };
    let fields = named(one);
    if !fields.is_empty() {
        let found = |(leaf, field)| added(one, Some(leaf), entry(leaf, &field, published));
        return fields.into_iter().map(found).collect();
    }
    // Height, and the switch of a sequence, are written with their other half.
    let writes = |field: &Field| field.to.iter().any(|to| to.0.contains(&one.path));
    let half = new.iter().flat_map(|other| named(other)).find(|(_, field)| writes(field));
    let patches = if half.is_some() { Vec::new() } else { option_patches(one) };
    vec![added(one, half.map(|(leaf, _)| leaf), patches)]
}

fn added(one: &PublishedField, leaf: Option<Leaf>, patches: Vec<Patch>) -> Finding {
    let needed = if one.required { ", and required" } else { "" };
    let values = one.values.as_ref().filter(|_| leaf.is_none());
    let values = values.map_or(String::new(), |values| format!(": {}", words::list(values)));
    Finding {
        kind: FindingKind::Added,
        field: leaf.map(|leaf| leaf.path().to_owned()),
        wire: one.path.clone(),
        says: format!("is new, {}{values}{needed}", type_name(one.json_type)),
        patches,
    }
}

/// A parameter without a field becomes an option, if its type is known.
pub(super) fn option_patches(one: &PublishedField) -> Vec<Patch> {
    let patch = |(key, value)| Patch {
        section: "options",
        name: one.path.clone(),
        attribute: Some(key),
        value,
    };
    option(one).into_iter().flatten().map(patch).collect()
}

/// All that the vendor's document says of a field that the spec did not have.
fn entry(leaf: Leaf, field: &Field, published: &Published) -> Vec<Patch> {
    let patch = |(key, value)| Patch {
        section: "fields",
        name: leaf.path().to_owned(),
        attribute: Some(key),
        value,
    };
    let mut patches: Vec<Patch> = names::form(field).into_iter().map(patch).collect();
    for one in stated::of_field(leaf, field) {
        if let Some(found) = find(published, &one.wire.path) {
            patches.extend(compare(&one, found).into_iter().flat_map(|it| it.patches));
        }
    }
    patches.extend(defaults::of_sides(field, published).map(|size| patch(("default", size))));
    // There is nothing yet that could be taken back.
    patches.retain(|patch| !patch.value.is_null());
    patches
}

/// Sizes that the vendor lists beside the lab's table; a revision cannot say them.
fn sizes(offer: &Offer, published: &Published) -> Vec<Finding> {
    let limits = offer.limits();
    let to = limits["size"]["to"].as_array().filter(|_| limits["size"]["table"] == true);
    let (Some(are), Some(_)) = (&published.sizes, to) else { return Vec::new() };
    let are: Vec<String> = are.iter().map(ToString::to_string).collect();
    let tiers = offer.sizes();
    let tiers = tiers.as_object().into_iter().flatten().filter_map(|(_, tier)| tier.as_object());
    let were: Vec<String> =
        tiers.flatten().filter_map(|(_, size)| size.as_str().map(str::to_owned)).collect();
    let told = |kind, these: &[String], those: &[String], what: &str| {
        let some: Vec<&str> =
            these.iter().filter(|size| !those.contains(size)).map(String::as_str).collect();
        (!some.is_empty()).then(|| Finding {
            kind,
            field: Some("size".to_owned()),
            wire: "width, height".to_owned(),
            says: format!(
                "takes {} {what}; the table stands in models/{}/{}.json",
                some.join(", "),
                offer.lab(),
                offer.model()
            ),
            patches: Vec::new(),
        })
    };
    let gone = told(FindingKind::Narrowed, &were, &are, "no more");
    let new = told(FindingKind::Widened, &are, &were, "as well");
    gone.into_iter().chain(new).collect()
}

impl Drift {
    /// Whether nothing differs.
    pub const fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// The revision to add to the offer's file: only what differs, as the spec format has it.
    ///
    /// `None` where nothing differs that a revision can say.
    pub fn revision_to_add(&self, since: Date, source: &str) -> Option<Value> {
        let body = body(&self.differences);
        let head = json!({ "since": since, "dated_by": "schema", "source": source });
        let Value::Object(mut revision) = head else { return None };
        (!body.is_empty()).then(|| {
            revision.extend(body);
            Value::Object(revision)
        })
    }
}
