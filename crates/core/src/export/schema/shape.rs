//! Conditions on the leaves of a request, wherever in it they stand.

use serde_json::{Map, Value, json};

use crate::leaf::{Leaf, Leaves};

/// Where the definition of a name stands.
pub(super) fn defined(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// The leaf is set.
pub(super) fn has(leaf: Leaf) -> Value {
    defined(&format!("has_{leaf}"))
}

/// At least one of the leaves is set.
pub(super) fn has_any(leaves: Leaves) -> Value {
    any_of(leaves.iter().map(has).collect())
}

/// A schema for the value of a leaf, if it is there.
pub(super) fn at(leaf: Leaf, schema: Value) -> Value {
    let mut schema = schema;
    for key in leaf.path().rsplit('.') {
        let mut properties = Map::new();
        properties.insert(key.to_owned(), schema);
        schema = json!({ "properties": properties });
    }
    schema
}

/// The leaf is set, and its value satisfies a schema.
pub(super) fn is(leaf: Leaf, schema: Value) -> Value {
    json!({ "allOf": [has(leaf), at(leaf, schema)] })
}

/// At least one of the schemas; none is never.
pub(super) fn any_of(mut schemas: Vec<Value>) -> Value {
    match schemas.len() {
        0 => Value::Bool(false),
        1 => schemas.remove(0),
        _ => json!({ "anyOf": schemas }),
    }
}

/// What must hold where something else does.
pub(super) fn implies(condition: &Value, then: &Value) -> Value {
    json!({ "if": condition, "then": then })
}

pub(super) fn not(schema: &Value) -> Value {
    json!({ "not": schema })
}

/// The value, or `null` for unset.
pub(super) fn nullable(mut schema: Value) -> Value {
    let Value::Object(keys) = &mut schema else { return json!({ "type": "null" }) };
    if let Some(Value::Array(forms)) = keys.get_mut("anyOf") {
        forms.push(json!({ "type": "null" }));
        return schema;
    }
    if let Some(Value::Array(values)) = keys.get_mut("enum") {
        values.push(Value::Null);
    }
    if let Some(one) = keys.get("type").filter(|one| one.is_string()).cloned() {
        keys.insert("type".to_owned(), json!([one, "null"]));
    }
    schema
}

/// The definitions of "is set", of every leaf.
pub(super) fn definitions() -> impl Iterator<Item = (String, Value)> {
    Leaf::ALL.iter().map(|leaf| (format!("has_{leaf}"), definition(*leaf)))
}

fn definition(leaf: Leaf) -> Value {
    let list = matches!(leaf, Leaf::Images | Leaf::Videos | Leaf::Audios);
    let mut schema = if list {
        json!({ "minItems": 1, "type": "array" })
    } else {
        not(&json!({ "type": "null" }))
    };
    for key in leaf.path().rsplit('.') {
        let mut properties = Map::new();
        properties.insert(key.to_owned(), schema);
        schema = json!({ "type": "object", "required": [key], "properties": properties });
    }
    schema
}
