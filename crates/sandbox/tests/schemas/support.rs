//! Reading and patching test data, and asking a schema what it refuses.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use genmux_sandbox::VendorSchema;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// The keywords that refuse a body; none if it is accepted.
pub(crate) fn refused_by(validator: &Validator, body: &Value) -> BTreeSet<String> {
    validator.iter_errors(body).map(|error| error.kind().keyword().to_owned()).collect()
}

pub(crate) fn words(keywords: &str) -> BTreeSet<String> {
    keywords.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

pub(crate) fn validator(it: &VendorSchema) -> Validator {
    jsonschema::draft202012::new(&parsed(it)).expect(it.json)
}

pub(crate) fn parsed(it: &VendorSchema) -> Value {
    serde_json::from_str(it.json).expect(it.json)
}

pub(crate) fn name(it: &VendorSchema) -> String {
    format!("{}/{}@{}", it.provider, it.model, it.since)
}

/// Where the cases of a schema are.
pub(crate) fn case_file(it: &VendorSchema) -> PathBuf {
    Path::new("cases").join(format!("{}.json", name(it)))
}

/// The plain body that a schema accepts.
pub(crate) fn base(it: &VendorSchema) -> Value {
    expanded(read(&case_file(it))["base"].clone())
}

/// All bodies that a schema accepts by its cases.
pub(crate) fn accepted(it: &VendorSchema) -> Vec<Value> {
    let cases = read(&case_file(it));
    let patched = |patch: &Value| {
        let mut body = expanded(cases["base"].clone());
        merge(&mut body, expanded(patch.clone()));
        body
    };
    object(&cases["keeps"]).values().chain([&json!({})]).map(patched).collect()
}

pub(crate) fn wrapped(it: &VendorSchema, body: Value) -> Value {
    if it.provider == "runware" { Value::Array(vec![body]) } else { body }
}

/// Merge patch of RFC 7396: null removes, objects merge, everything else replaces.
pub(crate) fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let target = target.as_object_mut().expect("an object");
    for (key, value) in patch {
        if value.is_null() {
            target.remove(&key);
        } else {
            merge(target.entry(key).or_insert(Value::Null), value);
        }
    }
}

/// `value` with `$string` and `$list` written out.
pub(crate) fn expanded(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(expanded).collect(),
        Value::Object(map) => repeated(&map).unwrap_or_else(|| {
            map.into_iter().map(|(key, value)| (key, expanded(value))).collect()
        }),
        other => other,
    }
}

fn repeated(map: &Map<String, Value>) -> Option<Value> {
    let times = usize::try_from(map.get("times")?.as_u64()?).ok()?;
    match (map.get("$string"), map.get("$list")) {
        (Some(text), None) => Some(text.as_str()?.repeat(times).into()),
        (None, Some(item)) => Some(vec![item.clone(); times].into()),
        _ => None,
    }
}

pub(crate) fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an object")
}

pub(crate) fn read(path: &Path) -> Value {
    let path = tests().join(path);
    let text = fs::read_to_string(&path).expect("a readable file");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files below a folder of `tests/`, with their paths from there.
pub(crate) fn files_below(folder: &str) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    let mut folders = vec![tests().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(tests()).expect("below tests").to_owned());
            }
        }
    }
    files
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}
