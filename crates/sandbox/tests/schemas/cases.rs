//! `base` of a file is accepted, its `keeps` (name to patch) stay accepted, and its `breaks` (name
//! to keyword and patch) are refused by that keyword and no other.
//!
//! A patch is an RFC 7396 merge patch of the task (Runware) or of the body. In it,
//! `{"$string": "é", "times": 3}` stands for `"ééé"` and `{"$list": "asset", "times": 2}` for
//! `["asset", "asset"]`.

use std::path::Path;

use genmux_sandbox::{VendorSchema, schemas};
use serde_json::{Value, json};

use crate::support::{
    case_file, expanded, files_below, merge, name, object, read, refused_by, validator, words,
    wrapped,
};

#[test]
fn every_schema_keeps_what_its_page_allows_and_refuses_near_misses() {
    let mut files = files_below("cases");
    for it in schemas() {
        let path = case_file(it);
        assert!(files.remove(Path::new(&path)), "{} has no cases", name(it));
        check(it, &read(&path));
    }
    assert!(files.is_empty(), "cases without a schema: {files:?}");
}

/// The one check: `base` and all `keeps` are accepted, all `breaks` refused by what they name.
fn check(it: &VendorSchema, cases: &Value) {
    let validator = validator(it);
    let breaks = object(&cases["breaks"]);
    assert!(breaks.len() >= 6, "{}: too few near misses", name(it));
    let none = json!({});
    let kept = object(&cases["keeps"]).iter().map(|(case, patch)| (case.as_str(), "", patch));
    let broken = breaks
        .iter()
        .map(|(case, pair)| (case.as_str(), pair[0].as_str().expect("a keyword"), &pair[1]));
    let mut wrong = Vec::new();
    for (case, keywords, patch) in kept.chain(broken).chain([("base", "", &none)]) {
        let mut body = expanded(cases["base"].clone());
        merge(&mut body, expanded(patch.clone()));
        let found = refused_by(&validator, &wrapped(it, body));
        if found != words(keywords) {
            wrong.push(format!("{case}: {keywords:?} expected, {found:?} found"));
        }
    }
    assert!(wrong.is_empty(), "{}: {wrong:#?}", name(it));
}
