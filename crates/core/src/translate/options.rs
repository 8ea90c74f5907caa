//! Provider options: declared keys are sent as they are, keys of canonical fields are not theirs.

use serde_json::{Value, json};

use crate::check;
use crate::context::Context;
use crate::plan::{OptionPlan, Plan};
use crate::request::{Request, nearest};
use crate::violation::{Violation, ViolationKind};

/// What the spec says about one wire path of the options.
enum Place<'a> {
    /// A canonical field, or genmux itself, writes it.
    Owned(Option<&'static str>),
    /// The spec declares it.
    Declared(&'a OptionPlan),
    /// Owned or declared paths stand below it.
    Branch,
    /// The spec does not know it.
    Unknown,
}

/// Everything that is wrong with the options for the plan's provider.
pub(super) fn check(plan: &Plan, request: &Request, context: &Context) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (key, value) in request.provider_options.of(&plan.provider).into_iter().flatten() {
        let field = format!("provider_options.{}.{key}", plan.provider);
        walk(plan, &field, key, value, &mut |violation| violations.push(violation));
    }
    violations.retain(|violation| {
        !(context.allow_unlisted && violation.kind == ViolationKind::UnknownOption)
    });
    violations.extend(strangers(plan, request));
    violations
}

/// Options for a provider that nobody knows would be left out without a word.
fn strangers(plan: &Plan, request: &Request) -> Vec<Violation> {
    let strange = |provider: &&String| !plan.providers.contains(*provider);
    let mut violations = Vec::new();
    for provider in request.provider_options.0.keys().filter(strange) {
        let known = plan.providers.iter().map(String::as_str);
        let hint = nearest(&provider.to_ascii_lowercase(), known.clone());
        let hint = hint.map_or_else(
            || format!("there are {}", known.collect::<Vec<_>>().join(", ")),
            |name| format!("did you mean {name}?"),
        );
        for key in request.provider_options.of(provider).into_iter().flatten().map(|(key, _)| key) {
            let field = format!("provider_options.{provider}.{key}");
            let message = format!("{key}: no provider is named {provider:?}; {hint}");
            let violation = Violation::named(field, ViolationKind::UnknownOption, message);
            violations.push(violation.accepted(json!(&*plan.providers)));
        }
    }
    violations
}

/// Whether everything below a top key is declared.
pub(super) fn is_listed(plan: &Plan, key: &str, value: &Value) -> bool {
    let mut listed = true;
    walk(plan, key, key, value, &mut |violation| {
        listed &= violation.kind != ViolationKind::UnknownOption;
    });
    listed
}

fn walk(plan: &Plan, field: &str, path: &str, value: &Value, found: &mut impl FnMut(Violation)) {
    match (place(plan, path), value) {
        (Place::Branch, Value::Object(children)) => {
            for (key, child) in children {
                walk(plan, field, &format!("{path}.{key}"), child, found);
            }
        }
        (Place::Owned(owner), _) => found(owned(plan, field, path, owner)),
        (Place::Branch, _) => found(owned(plan, field, path, None)),
        (Place::Declared(option), _) => {
            if let Some(violation) = misfit(field, path, value, option) {
                found(violation);
            }
        }
        (Place::Unknown, _) => found(unknown(plan, field, path)),
    }
}

fn place<'a>(plan: &'a Plan, path: &str) -> Place<'a> {
    if let Some((_, leaf)) = plan.wires.iter().find(|(wire, _)| wire == path) {
        return Place::Owned(leaf.map(super::super::leaf::Leaf::path));
    }
    if let Some(option) = plan.options.iter().find(|option| option.path == path) {
        return Place::Declared(option);
    }
    let below = |whole: &str| whole.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    let branch = plan.wires.iter().any(|(wire, _)| below(wire))
        || plan.options.iter().any(|o| below(&o.path));
    if branch { Place::Branch } else { Place::Unknown }
}

fn owned(plan: &Plan, field: &str, path: &str, owner: Option<&'static str>) -> Violation {
    let way_out = match owner {
        Some(owner) => format!("set {owner} instead"),
        None => "leave it out".to_owned(),
    };
    let message = format!("{path} of {} is written by genmux itself; {way_out}", plan.provider);
    let mut violation = Violation::named(field, ViolationKind::Conflicts, message);
    violation.other = owner.map(str::to_owned);
    violation
}

fn unknown(plan: &Plan, field: &str, path: &str) -> Violation {
    let declared: Vec<Value> = plan.options.iter().map(|option| json!(option.path)).collect();
    let listed = if declared.is_empty() { "none".to_owned() } else { check::list(&declared) };
    let message = format!(
        "{path} is not an option that the spec of {} declares; declared: {listed}; \
         allow unlisted options to send it all the same",
        plan.name
    );
    Violation::named(field, ViolationKind::UnknownOption, message)
        .accepted(declared.into())
        .stated_by(&plan.source)
}

fn misfit(field: &str, path: &str, value: &Value, option: &OptionPlan) -> Option<Violation> {
    let (message, accepted) = match &option.values {
        _ if !option.json_type.fits(value) => {
            let json_type = json!(option.json_type);
            (
                format!("{path} takes a value of type {}", check::list(&[json_type])),
                json!({ "type": option.json_type }),
            )
        }
        Some(values) if !values.contains(value) => {
            (format!("{path} takes one of {}", check::list(values)), values.clone().into())
        }
        _ => return None,
    };
    let violation = Violation::named(field, ViolationKind::NotAccepted, message);
    Some(violation.accepted(accepted).stated_by(&option.origin))
}
