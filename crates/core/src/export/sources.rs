//! Where the facts of a field are stated.

use serde_json::{Value, json};

use crate::check::NumberLimits;
use crate::leaf::Leaf;
use crate::plan::{FieldPlan, Plan};
use crate::spec::Origin;

/// The pages that state something of a field, each once.
pub(super) fn sources(plan: &Plan, leaf: Leaf) -> Value {
    let mut found: Vec<&Origin> = Vec::new();
    let required = plan.required.iter().filter(|(required, _)| *required == leaf);
    found.extend(required.map(|(_, required)| &required.origin));
    found.extend(plan.field(leaf).into_iter().flat_map(stated));
    if leaf.is_geometry() {
        found.extend(plan.geometry.origins(leaf));
        let areas = plan.geometry.free.iter().flat_map(|free| &free.areas);
        found.extend(areas.filter(|_| leaf == Leaf::Size).map(|(_, origin)| origin));
    }
    if leaf == Leaf::Fps && plan.field(leaf).is_none() {
        found.extend(plan.fps.iter().map(|(_, origin)| origin));
    }
    if found.is_empty() {
        found.push(&plan.source);
    }
    let mut sources: Vec<Value> = Vec::new();
    for source in found.into_iter().map(source) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources.into()
}

fn stated(field: &FieldPlan) -> Vec<&Origin> {
    let mut found: Vec<Option<&Origin>> = vec![field.stated.as_ref()];
    for limits in std::iter::once(&field.numbers).chain(&field.numbers.upstream) {
        let NumberLimits { min, max, step, values, .. } = limits;
        found.extend([min, max, step].map(|bound| bound.as_ref().map(|(_, origin)| origin)));
        found.push(values.as_ref().map(|(_, origin)| origin));
    }
    let media = &field.media;
    found.push(field.words.as_ref().map(|words| &words.origin));
    found.push(field.default.as_ref().map(|(_, origin)| origin));
    found.push(field.implied.as_ref().map(|(.., origin)| origin));
    found.extend([&field.chars, &field.items, &media.sides].map(|it| it.as_ref().map(|it| &it.1)));
    found.extend([&media.max_seconds, &media.total_seconds].map(|it| it.as_ref().map(|it| &it.1)));
    found.push(media.max_bytes.as_ref().map(|(_, origin)| origin));
    found.push(field.https_only.as_ref());
    found.push(field.tags.as_ref().map(|(_, origin)| origin));
    found.into_iter().flatten().collect()
}

/// A page and its date.
pub(super) fn source(origin: &Origin) -> Value {
    let mut source = json!({ "page": &*origin.page, "since": origin.since });
    if origin.at_run {
        source["stage"] = json!("run");
    }
    source
}
