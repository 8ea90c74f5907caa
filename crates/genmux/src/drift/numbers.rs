//! Ranges, steps and closed sets of numbers.

use genmux_core::{Leaf, Number};
use serde_json::{Value, json};

use super::compare::value;
use super::finding::{Finding, FindingKind};
use super::json_schema::number;
use super::published::PublishedField;
use super::stated::{Role, Stated};

/// One end of a range.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Least,
    Most,
}

impl Bound {
    const fn name(self) -> &'static str {
        match self {
            Bound::Least => "least",
            Bound::Most => "most",
        }
    }
}

/// A number, exactly, from whatever counts.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(super) struct Exact(Number);

impl From<u64> for Exact {
    fn from(count: u64) -> Exact {
        Exact(Number::whole(count))
    }
}

impl From<Number> for Exact {
    fn from(number: Number) -> Exact {
        Exact(number)
    }
}

/// What became of one end of a range.
pub(super) fn moved(
    stated: &Stated,
    (bound, unit): (Bound, &str),
    (was, is): (Option<Exact>, Option<Exact>),
) -> Option<Finding> {
    let name = bound.name();
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    let (kind, says) = match (was, is) {
        (Some(Exact(was)), None) => {
            (FindingKind::Unstated, format!("at {name} {was}{unit} is not stated"))
        }
        (None, Some(Exact(is))) => {
            (FindingKind::Narrowed, format!("at {name} {is}{unit}, where no limit was known"))
        }
        (Some(was), Some(is)) if was != is => {
            let narrower = (is > was) == (bound == Bound::Least);
            let kind = if narrower { FindingKind::Narrowed } else { FindingKind::Widened };
            (kind, format!("at {name} {}{unit} is now at {name} {}", was.0, is.0))
        }
        _ => return None,
    };
    Some(Finding::about(stated, kind, says))
}

/// A range with a step, and a closed set where there is one.
#[derive(Clone, Debug, Default)]
struct Numbers {
    min: Option<Number>,
    max: Option<Number>,
    step: Option<Number>,
    values: Option<Vec<Number>>,
}

impl Numbers {
    fn has(&self, number: Number) -> bool {
        self.min.is_none_or(|min| min <= number)
            && self.max.is_none_or(|max| number <= max)
            && self.step.is_none_or(|step| number.is_multiple_of(step))
            && self.values.as_ref().is_none_or(|values| values.contains(&number))
    }
}

pub(super) fn compare(stated: &Stated, published: &PublishedField) -> Vec<Finding> {
    let (mut is, open) = told(stated, published);
    let was = of(&stated.wire);
    let mut findings: Vec<Finding> = open.into_iter().chain(word_gone(stated, published)).collect();
    if was.values.is_none() {
        is = as_range(is, &was);
    }
    findings.extend(match (&was.values, &is.values) {
        (Some(were), Some(are)) => sets(stated, were, are),
        (Some(were), None) => opened(stated, were, &is),
        (None, Some(are)) => closed(stated, &was, are),
        (None, None) => range(stated, &was, &is),
    });
    findings
}

/// Whether a number would still be taken after the change.
pub(super) fn takes(stated: &Stated, published: &PublishedField, wanted: Number) -> bool {
    if stated.beside.iter().filter_map(number).any(|special| special == wanted) {
        return of(published).has(wanted);
    }
    told(stated, published).0.has(wanted)
}

/// A number that stood for a word, and that the vendor takes no more.
fn word_gone(stated: &Stated, published: &PublishedField) -> Option<Finding> {
    let is = of(published);
    // What applies by default is taken, whatever range stands beside it; a closed set is not.
    let applies = published.default.as_ref().filter(|_| published.values.is_none());
    let applies = applies.and_then(number);
    let gone = |wire: &Value| {
        number(wire).is_some_and(|number| !is.has(number) && applies != Some(number))
    };
    let words = &stated.field.words.as_ref()?.0;
    let (word, wire) = words.iter().find(|(_, wire)| gone(wire))?;
    let kept = words.iter().filter(|(_, wire)| !gone(wire)).cloned();
    let kept: serde_json::Map<String, Value> = kept.collect();
    let kept = if kept.is_empty() { Value::Null } else { kept.into() };
    let says = format!("takes {wire} for {word} no more");
    let finding = Finding::about(stated, FindingKind::Narrowed, says);
    Some(finding.patch(&stated.place, vec![("words", kept)]))
}

fn of(field: &PublishedField) -> Numbers {
    let values = field.values.as_ref().map(|values| values.iter().filter_map(number).collect());
    Numbers { min: field.min, max: field.max, step: field.step, values }
}

/// What the vendor states, without values that stand for words: below zero, nothing is a number
/// that a request can hold, so one such value says `auto`.
fn told(stated: &Stated, published: &PublishedField) -> (Numbers, Option<Finding>) {
    let mut is = of(published);
    let mut known: Vec<Number> = stated.beside.iter().filter_map(number).collect();
    let zero = Number::default();
    let below = is.values.iter().flatten().copied().chain(is.min).find(|number| *number < zero);
    let fresh =
        below.filter(|number| stated.place.leaf == Some(Leaf::Duration) && !known.contains(number));
    let open = fresh.map(|number| {
        let says = format!("takes {number} as well, read as auto");
        Finding::about(stated, FindingKind::Widened, says)
            .patch(&stated.place, vec![("words", json!({ "auto": value(number) }))])
    });
    known.extend(fresh);
    if let Some(values) = &mut is.values {
        values.retain(|number| !known.contains(number));
    }
    // A range that reaches down to such a value tells no least number.
    is.min = is.min.filter(|min| !known.contains(min));
    if whole(stated.place.leaf) {
        // Requests hold whole numbers there, none below zero, and no side of zero pixels.
        is.step = is.step.filter(|step| *step != Number::whole(1));
        let least = if stated.role == Role::Side { Number::whole(1) } else { zero };
        is.min = is.min.filter(|min| *min > least || stated.wire.min.is_some());
    } else if published.json_type == Some(genmux_core::spec::JsonType::Integer) {
        is.step = is.step.or(Some(Number::whole(1)));
    }
    (is, open)
}

const fn whole(leaf: Option<Leaf>) -> bool {
    !matches!(leaf, Some(Leaf::Duration | Leaf::GuidanceScale))
}

/// A closed set without gaps is a range, where the spec has one too.
fn as_range(is: Numbers, was: &Numbers) -> Numbers {
    let Some(mut values) = is.values.clone().filter(|values| values.len() > 1) else { return is };
    values.sort();
    let step = values[1].distance(values[0]);
    let even = values.windows(2).all(|pair| pair[1].distance(pair[0]) == step);
    let fits = values[0].is_multiple_of(step) && was.step.is_none_or(|was| was == step);
    if !even || !fits || (was.min.is_none() && was.max.is_none()) {
        return is;
    }
    let (min, max) = (values.first().copied(), values.last().copied());
    let step = Some(step).filter(|step| is.step.is_some() || was.step == Some(*step));
    Numbers { min, max, step, values: None }
}

fn list(numbers: &[Number]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn sets(stated: &Stated, were: &[Number], are: &[Number]) -> Vec<Finding> {
    let without = |these: &[Number], those: &[Number]| -> Vec<Number> {
        these.iter().copied().filter(|number| !those.contains(number)).collect()
    };
    let about = |kind, numbers: Vec<Number>, says: &str| {
        (!numbers.is_empty()).then(|| {
            Finding::about(stated, kind, format!("takes {} {says}", list(&numbers)))
                .patch(&stated.place, vec![("values", json!(are))])
        })
    };
    let gone = about(FindingKind::Narrowed, without(were, are), "no more");
    let new = about(FindingKind::Widened, without(are, were), "as well");
    gone.into_iter().chain(new).collect()
}

/// A closed set became a range.
fn opened(stated: &Stated, were: &[Number], is: &Numbers) -> Vec<Finding> {
    if is.min.is_none() && is.max.is_none() {
        let says = format!("{} as the only values is not stated", list(were));
        return vec![Finding::about(stated, FindingKind::Unstated, says)];
    }
    let all = were.iter().all(|number| is.has(*number));
    let kind = if all { FindingKind::Widened } else { FindingKind::Changed };
    let end = |end: Option<Number>| end.map_or_else(|| "any".to_owned(), |end| end.to_string());
    let says = format!("{} is now {} to {}", list(were), end(is.min), end(is.max));
    let mut patch = vec![("values", Value::Null)];
    patch.extend(ends(is));
    vec![Finding::about(stated, kind, says).patch(&stated.place, patch)]
}

fn ends(is: &Numbers) -> Vec<(&'static str, Value)> {
    let ends = [("min", is.min), ("max", is.max), ("step", is.step)];
    ends.into_iter().filter_map(|(key, end)| Some((key, value(end?)))).collect()
}

/// A range became a closed set.
fn closed(stated: &Stated, was: &Numbers, are: &[Number]) -> Vec<Finding> {
    let inside = are.iter().all(|number| was.has(*number));
    let kind = if inside { FindingKind::Narrowed } else { FindingKind::Changed };
    let says = format!("takes only {}", list(are));
    if stated.role == Role::Side {
        let says = format!("{says}; the sizes stand with the lab's model");
        return vec![Finding::about(stated, kind, says)];
    }
    let mut patch = vec![("values", json!(are))];
    patch.extend(ends(was).into_iter().map(|(key, _)| (key, Value::Null)));
    vec![Finding::about(stated, kind, says).patch(&stated.place, patch)]
}

fn range(stated: &Stated, was: &Numbers, is: &Numbers) -> Vec<Finding> {
    let end = |bound, was: Option<Number>, is: Option<Number>| {
        moved(stated, (bound, ""), (was.map(Into::into), is.map(Into::into)))
    };
    let least = end(Bound::Least, was.min, is.min);
    let most = end(Bound::Most, was.max, is.max);
    let patched = |found: Finding, key, end: Option<Number>| {
        let patch = match stated.role {
            Role::Side => side(stated, was, is),
            _ => vec![(key, value(end))],
        };
        found.patch_if_known(stated, patch)
    };
    let least = least.map(|found| patched(found, "min", is.min));
    let most = most.map(|found| patched(found, "max", is.max));
    least.into_iter().chain(most).chain(step(stated, was, is)).collect()
}

/// Both ends of a side are one attribute.
fn side(stated: &Stated, was: &Numbers, is: &Numbers) -> Vec<(&'static str, Value)> {
    let key = if stated.place.at == 0 { "width" } else { "height" };
    vec![(key, json!([is.min.or(was.min), is.max.or(was.max)]))]
}

fn step(stated: &Stated, was: &Numbers, is: &Numbers) -> Option<Finding> {
    let (kind, says) = match (was.step, is.step) {
        (None, Some(is)) => (FindingKind::Narrowed, format!("takes multiples of {is} only")),
        (Some(was), Some(is)) if was != is => {
            let finer = was.is_multiple_of(is);
            let kind = if finer { FindingKind::Widened } else { FindingKind::Narrowed };
            (kind, format!("multiples of {was} are now multiples of {is}"))
        }
        (Some(was), None) if was != Number::whole(1) || !whole(stated.place.leaf) => {
            (FindingKind::Unstated, format!("multiples of {was} only is not stated"))
        }
        _ => return None,
    };
    let patch = vec![("step", value(is.step))];
    Some(Finding::about(stated, kind, says).patch_if_known(stated, patch))
}
