//! What is wrong with a payload: limits that it breaks, and keys that it lacks.

use uuid::Uuid;

use super::{CONTEXT, Lifted};
use crate::check::check_number;
use crate::encoding::Misfit;
use crate::leaf::Leaf;
use crate::plan::{Plan, Slot, What};
use crate::policy::Policy;
use crate::request::Request;
use crate::translate::explain;
use crate::violation::{Violation, ViolationKind};

/// What the request breaks, and what the payload holds that no request can.
pub(super) fn violations(plan: &Plan, request: &Request, misfits: &[Misfit]) -> Vec<Violation> {
    let policy = Policy::default();
    let (settled, mut violations) = explain(plan, request, &policy, &CONTEXT);
    let no_size = settled.default_size && misfits.iter().all(|it| it.leaf != Some(Leaf::Size));
    violations.extend(no_size.then(|| missing_size(plan)));
    // Keys that are kept beside the fields are told of by the ledger or as misfits.
    let kept = |violation: &Violation| {
        violation.field.starts_with("provider_options.")
            && matches!(violation.kind, ViolationKind::Conflicts | ViolationKind::UnknownOption)
    };
    let is_there = |violation: &Violation| {
        let named =
            |misfit: &Misfit| misfit.leaf.is_some_and(|leaf| leaf.path() == violation.field);
        violation.kind == ViolationKind::Missing && misfits.iter().any(named)
    };
    violations.retain(|violation| !kept(violation) && !is_there(violation));
    violations.extend(count(plan, request));
    violations.extend(misfits.iter().map(|misfit| misfit.violation(plan)));
    let place = |violation: &Violation| {
        Leaf::from_path(&violation.field).map_or(usize::MAX, |leaf| leaf as usize)
    };
    violations.sort_by_key(place);
    violations
}

/// A request without a size gets one of genmux's; a payload without one is refused.
fn missing_size(plan: &Plan) -> Violation {
    let field = |leaf: Leaf| plan.field(leaf);
    let wires: Vec<String> = [Leaf::Size, Leaf::Resolution, Leaf::AspectRatio]
        .into_iter()
        .filter_map(|leaf| Some(field(leaf)?.wire.join(" and ")).filter(|wire| !wire.is_empty()))
        .collect();
    let message = format!("{} is required", wires.join(", or "));
    let violation = Violation::new(Leaf::Size, ViolationKind::Missing, message);
    let field = field(Leaf::Size).or_else(|| field(Leaf::AspectRatio));
    violation.stated_by(field.and_then(|field| field.stated.as_ref()).unwrap_or(&plan.source))
}

/// One payload is one call: it cannot become several, as a request can.
fn count(plan: &Plan, request: &Request) -> Option<Violation> {
    let (count, field) = (request.number(Leaf::Count)?, plan.field(Leaf::Count)?);
    let (violation, _) = check_number(Leaf::Count, count, &field.numbers)?;
    (violation.kind != ViolationKind::BelowMinimum).then_some(violation)
}

impl Lifted<'_> {
    /// Keys that the vendor requires of every call and the payload lacks, and constants whose
    /// value is another; each with what is wrong with it.
    pub fn envelope_faults(&self) -> Vec<(String, String)> {
        let faults = self.plan.payload.iter().filter_map(|node| {
            let given = self.payload.get(node.key()).filter(|value| !value.is_null());
            let key = node.key().to_owned();
            let What::Slot(slot) = &node.what else { return None };
            let message = match (slot, given) {
                (Slot::TaskId, None) => format!("{key} is missing; every call carries a UUID"),
                (Slot::TaskId, Some(given)) if !is_uuid(given) => format!("{key} is no UUID"),
                (Slot::Constant(own), None) if *own == *self.plan.vendor_id => {
                    format!("{key} is missing; it is {own}")
                }
                _ => return None,
            };
            Some((key.clone(), message))
        });
        faults.collect()
    }
}

fn is_uuid(value: &serde_json::Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<Uuid>().is_ok())
}
