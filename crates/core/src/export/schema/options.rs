//! Provider options: the wire parameters that the spec declares.

use serde_json::{Map, Value, json};

use crate::plan::{OptionPlan, Plan};

/// The schema of `provider_options`.
pub(super) fn options(plan: &Plan) -> Value {
    let unset = json!({ "enum": [null, {}, []] });
    let mut properties = Map::new();
    for provider in plan.providers.iter() {
        properties.insert(provider.clone(), json!({ "type": ["object", "null"] }));
    }
    let Value::Object(mut own) = level(plan, "") else { return Value::Bool(false) };
    own.insert("type".to_owned(), json!(["object", "null"]));
    if let Some(Value::Object(keys)) = own.get_mut("properties") {
        keys.values_mut().for_each(|schema| *schema = json!({ "anyOf": [schema, unset] }));
    }
    own.insert("additionalProperties".to_owned(), unset.clone());
    properties.insert(plan.provider.to_string(), own.into());
    // Options that set nothing, for a provider that nobody knows, say nothing.
    let stranger = json!({ "type": ["object", "null"], "additionalProperties": unset });
    json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": stranger })
}

/// The keys below a wire path, which may themselves have dots.
fn level(plan: &Plan, path: &str) -> Value {
    let mut properties = Map::new();
    for below in known(plan).filter_map(|known| known.strip_prefix(path)) {
        for (dot, _) in below.match_indices('.').chain([(below.len(), "")]) {
            let key = &below[..dot];
            let whole = format!("{path}{key}");
            if key.is_empty() || properties.contains_key(key) {
                continue;
            }
            if let Some(schema) = place(plan, &whole) {
                properties.insert(key.to_owned(), schema);
            }
        }
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// What may stand at a wire path: nothing where genmux writes it itself.
fn place(plan: &Plan, path: &str) -> Option<Value> {
    if plan.wires.iter().any(|(wire, _)| wire == path) {
        return None;
    }
    match plan.options.iter().find(|option| option.path == path) {
        Some(option) => Some(declared(option)),
        None => Some(level(plan, &format!("{path}."))),
    }
}

fn declared(option: &OptionPlan) -> Value {
    let mut schema = json!({ "type": option.json_type });
    if let (Some(values), Value::Object(keys)) = (&option.values, &mut schema) {
        keys.insert("enum".to_owned(), json!(values));
    }
    schema
}

fn known(plan: &Plan) -> impl Iterator<Item = &str> {
    let wires = plan.wires.iter().map(|(wire, _)| wire.as_str());
    wires.chain(plan.options.iter().map(|option| option.path.as_str()))
}
