//! What a schema knows of its vendor, without what the sandbox only lets through.

use serde_json::{Value, json};

/// A part of a schema as the vendor would publish it; `None` where it is only inferred.
///
/// A `$comment` with the word `inferred` marks such a part. Of an object whose keys are inferred,
/// and of an input whose limits are, the type is left.
pub(crate) fn certain(part: Value) -> Option<Value> {
    match part {
        Value::Object(members) => {
            let comment = members.get("$comment").and_then(Value::as_str).unwrap_or_default();
            let known = members.get("type");
            if comment.contains("inferred") {
                let partly = comment.contains("limits") || known.is_some_and(|it| it == "object");
                return partly.then(|| json!({"type": known}));
            }
            let members = members.into_iter();
            Some(members.filter_map(|(key, it)| Some((key, certain(it)?))).collect())
        }
        Value::Array(items) => Some(items.into_iter().filter_map(certain).collect()),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inferred_is_left_out() {
        let schema = json!({
            "a": {"type": "integer", "minimum": 1, "$comment": "Its limits are inferred."},
            "b": {"type": "object", "properties": {"c": {}}, "$comment": "Keys: inferred."},
            "d": {"type": "string", "$comment": "Its use is inferred."},
            "e": [{"const": 1}, {"const": 2, "$comment": "inferred"}],
            "f": {"type": "string", "$comment": "A page says so."},
        });
        let expected = json!({
            "a": {"type": "integer"}, "b": {"type": "object"}, "e": [{"const": 1}],
            "f": {"type": "string", "$comment": "A page says so."},
        });
        assert_eq!(certain(schema), Some(expected));
    }
}
