//! JSON Schema as vendors write it, read into wire parameters.

use std::borrow::Cow;
use std::cell::Cell;

use genmux_core::spec::JsonType;
use genmux_core::{Number, Size};
use serde_json::{Map, Value};

use super::published::PublishedField;

/// Objects within objects; vendors have three.
const DEEPEST: usize = 8;
/// References that lead to references, and alternatives within alternatives.
const LONGEST: usize = 16;
/// Schemas that are looked at: what refers to itself twice would never end.
const MOST: u32 = 20_000;

type Node = Map<String, Value>;

/// The wire parameters of an object schema, objects within it by dotted path.
pub(super) fn fields(root: &Value, object: &Value) -> Vec<PublishedField> {
    let mut fields = Vec::new();
    let reader = Reader::new(root);
    reader.object(object, ("", true, DEEPEST), &mut fields);
    fields
}

/// The pairs of width and height that alternatives of the schema list.
pub(super) fn sizes(root: &Value, object: &Value) -> Option<Vec<Size>> {
    let reader = Reader::new(root);
    let mut sizes = Vec::new();
    reader.pairs(object, LONGEST, &mut sizes);
    (!sizes.is_empty()).then_some(sizes)
}

struct Reader<'a> {
    root: &'a Value,
    left: Cell<u32>,
}

impl<'a> Reader<'a> {
    const fn new(root: &'a Value) -> Reader<'a> {
        Reader { root, left: Cell::new(MOST) }
    }

    /// A schema with its reference followed and `allOf` merged into it.
    fn node<'s>(&self, schema: &'s Value, depth: usize) -> Cow<'s, Node> {
        let left = self.left.replace(self.left.get().saturating_sub(1));
        let Some(node) = schema.as_object().filter(|_| left > 0) else {
            return Cow::Owned(Node::new());
        };
        let reference = node.get("$ref").and_then(Value::as_str);
        let parts = node.get("allOf").and_then(Value::as_array);
        if depth == 0 || (reference.is_none() && parts.is_none()) {
            return Cow::Borrowed(node);
        }
        let target = reference.and_then(|pointer| self.root.pointer(pointer.strip_prefix('#')?));
        let mut merged = Node::new();
        for part in target.into_iter().chain(parts.into_iter().flatten()) {
            for (key, value) in self.node(part, depth - 1).iter() {
                merge(&mut merged, key, value);
            }
        }
        for (key, value) in node.iter().filter(|(key, _)| *key != "$ref" && *key != "allOf") {
            merge(&mut merged, key, value);
        }
        Cow::Owned(merged)
    }

    fn object(
        &self,
        schema: &Value,
        (prefix, required, depth): (&str, bool, usize),
        fields: &mut Vec<PublishedField>,
    ) {
        let node = self.node(schema, LONGEST);
        let names: Vec<&str> = strings(node.get("required")).collect();
        let Some(Value::Object(members)) = node.get("properties") else { return };
        let mut members: Vec<_> = members.iter().collect();
        // Replicate says the order of its form; elsewhere it is that of the document.
        members.sort_by_key(|(_, member)| member["x-order"].as_u64().unwrap_or(u64::MAX));
        for (name, member) in members {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            let required = required && names.contains(&name.as_str());
            self.member(member, (&path, required, depth), fields);
        }
    }

    fn member(
        &self,
        schema: &Value,
        (path, required, depth): (&str, bool, usize),
        fields: &mut Vec<PublishedField>,
    ) {
        let node = self.node(schema, LONGEST);
        let members = node.get("properties").and_then(Value::as_object);
        let members = members.filter(|members| !members.is_empty());
        if members.is_none() && is_closed(&node) {
            // Nothing can stand in it, so it is no parameter and leaves nothing open.
            return;
        }
        if depth > 0 && members.is_some() {
            let whole = Value::Object(node.into_owned());
            return self.object(&whole, (path, required, depth - 1), fields);
        }
        fields.push(PublishedField { required, ..self.field(path, &node, LONGEST) });
    }

    fn field(&self, path: &str, node: &Node, depth: usize) -> PublishedField {
        let number = |key: &str| node.get(key).and_then(number);
        let count = |key: &str| node.get(key).and_then(Value::as_u64);
        let mut field = PublishedField {
            path: path.to_owned(),
            json_type: json_type(node),
            media: node.get("format").is_some_and(|format| format == "uri"),
            min: number("minimum"),
            max: number("maximum"),
            step: number("multipleOf"),
            values: values(node),
            default: node.get("default").filter(|default| !default.is_null()).cloned(),
            min_length: count("minLength"),
            max_length: count("maxLength"),
            min_items: count("minItems"),
            max_items: count("maxItems"),
            ..PublishedField::default()
        };
        for key in ["oneOf", "anyOf"] {
            self.alternatives(&mut field, node.get(key), depth);
        }
        if let Some(items) = node.get("items") {
            let keys = self.item_keys(items, depth);
            field.media |= self.node(items, depth).get("format").is_some_and(|it| it == "uri");
            field.item_keys = keys;
        }
        field
    }

    /// Alternatives that are constants are a closed set; of others each states what it knows.
    fn alternatives(&self, field: &mut PublishedField, given: Option<&Value>, depth: usize) {
        let Some(given) = given.and_then(Value::as_array).filter(|_| depth > 0) else { return };
        let read = |schema| self.field("", &self.node(schema, depth - 1), depth - 1);
        let read: Vec<PublishedField> = given.iter().map(read).collect();
        let told: Vec<&PublishedField> =
            read.iter().filter(|one| one.json_type.is_some() || one.values.is_some()).collect();
        if !told.is_empty() && told.iter().all(|one| one.values.is_some()) {
            let values = told.iter().flat_map(|one| one.values.iter().flatten().cloned());
            field.values = Some(values.collect());
        }
        // Beside a constant, such as auto, the other form is the one with limits.
        let wide = told.iter().find(|one| one.values.is_none()).or(told.first());
        field.json_type = field.json_type.or_else(|| wide?.json_type);
        for one in told {
            field.min = field.min.or(one.min);
            field.max = field.max.or(one.max);
            field.step = field.step.or(one.step);
            field.max_length = field.max_length.or(one.max_length);
            field.max_items = field.max_items.or(one.max_items);
            field.media |= one.media;
        }
    }

    /// Keys of the items of a list; of items in several forms, those of the object.
    fn item_keys(&self, items: &Value, depth: usize) -> Vec<String> {
        let node = self.node(items, depth);
        if let Some(Value::Object(members)) = node.get("properties") {
            return members.keys().cloned().collect();
        }
        let forms = ["oneOf", "anyOf"].iter().filter_map(|key| node.get(*key)?.as_array());
        let below = depth.saturating_sub(1);
        let mut keys = forms.flatten().filter(|_| depth > 0).map(|it| self.item_keys(it, below));
        keys.find(|keys| !keys.is_empty()).unwrap_or_default()
    }

    /// Every `{"width": {"const": w}, "height": {"const": h}}` among alternatives.
    fn pairs(&self, schema: &Value, depth: usize, sizes: &mut Vec<Size>) {
        let Some(below) = depth.checked_sub(1) else { return };
        let node = self.node(schema, LONGEST);
        let constant = |name: &str| node.get("properties")?.get(name)?.get("const")?.as_u64();
        if let (Some(width), Some(height)) = (constant("width"), constant("height")) {
            let size = format!("{width}x{height}").parse();
            sizes.extend(size.ok().filter(|size| !sizes.contains(size)));
            return;
        }
        for key in ["oneOf", "anyOf", "allOf"] {
            for part in node.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.pairs(part, below, sizes);
            }
        }
        let dependent = node.get("dependentSchemas").and_then(|it| it.get("width"));
        if let Some(part) = dependent {
            self.pairs(part, below, sizes);
        }
    }
}

/// Members and required names of several parts add up; of everything else the last word holds.
fn merge(merged: &mut Node, key: &str, value: &Value) {
    match (merged.get_mut(key), value) {
        (Some(Value::Object(there)), Value::Object(more)) if key == "properties" => {
            there.extend(more.clone());
        }
        (Some(Value::Array(there)), Value::Array(more)) if key == "required" => {
            there.extend(more.clone());
        }
        _ => drop(merged.insert(key.to_owned(), value.clone())),
    }
}

/// Whether an object takes no members but those that it names.
fn is_closed(node: &Node) -> bool {
    let refused = |key: &str| node.get(key).is_some_and(|rest| *rest == false);
    (refused("additionalProperties") || refused("unevaluatedProperties"))
        && !node.contains_key("patternProperties")
}

fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A number of a document, exactly.
pub(super) fn number(value: &Value) -> Option<Number> {
    value.is_number().then(|| serde_json::from_value(value.clone()).ok()).flatten()
}

fn values(node: &Node) -> Option<Vec<Value>> {
    if let Some(value) = node.get("const") {
        return Some(vec![value.clone()]);
    }
    let values = node.get("enum")?.as_array()?;
    Some(values.iter().filter(|value| !value.is_null()).cloned().collect())
}

fn json_type(node: &Node) -> Option<JsonType> {
    let named = node.get("type").and_then(|given| match given {
        Value::Array(several) => several.iter().filter_map(Value::as_str).find_map(self::named),
        one => self::named(one.as_str()?),
    });
    named.or_else(|| of_values(values(node)?.as_slice()))
}

/// The type of a name; of any other there is nothing to say.
pub(super) fn named(name: &str) -> Option<JsonType> {
    Some(match name {
        "string" => JsonType::String,
        "number" => JsonType::Number,
        "integer" => JsonType::Integer,
        "boolean" => JsonType::Boolean,
        "object" => JsonType::Object,
        "array" => JsonType::Array,
        _ => return None,
    })
}

/// The type that all values of a closed set have.
fn of_values(values: &[Value]) -> Option<JsonType> {
    let types = [JsonType::String, JsonType::Integer, JsonType::Number, JsonType::Boolean];
    let fits = |kind: &JsonType| !values.is_empty() && values.iter().all(|it| kind.fits(it));
    types.into_iter().find(fits)
}
