//! Generated files are fresh, and every spec has its golden file.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::tree::{files, none, root};

#[test]
fn the_schema_of_the_spec_format_is_fresh() {
    let path = root().join("provider-specs/spec.schema.json");
    let fresh = format!("{:#}\n", genmux::spec::json_schema());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap();
    assert!(stored == fresh, "spec.schema.json is stale; UPDATE_GOLDEN=1 writes it anew");
}

#[test]
fn the_catalogue_page_is_fresh() {
    let path = root().join("docs/catalogue.md");
    let fresh = genmux::catalogue_page(&genmux::Catalog::embedded()).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(root().join("docs")).unwrap();
        fs::write(&path, &fresh).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == fresh, "docs/catalogue.md is stale; UPDATE_GOLDEN=1 writes it anew");
}

#[test]
fn every_spec_satisfies_the_schema_of_the_format() {
    let schema = genmux::spec::json_schema();
    // Told apart by file name, so that a refusal names the one form that was meant.
    let form = |name: &str| {
        let mut form = schema.clone();
        form.as_object_mut().unwrap().shift_remove("anyOf");
        form["$ref"] = format!("#/$defs/{name}").into();
        jsonschema::draft202012::new(&form).unwrap()
    };
    let (offer, provider, model) = (form("OfferFile"), form("ProviderFile"), form("ModelFile"));
    let mut wrong = Vec::new();
    for (path, text) in genmux_specs::files() {
        let value: Value = serde_json::from_str(text).unwrap();
        let validator = match path {
            path if path.starts_with("models/") => &model,
            path if path.ends_with("/provider.json") => &provider,
            _ => &offer,
        };
        let refusals = validator.iter_errors(&value);
        wrong.extend(refusals.map(|error| format!("{path}{}: {error}", error.instance_path())));
    }
    none("specs that their own schema refuses", wrong);
    for validator in [&offer, &provider, &model] {
        assert!(!validator.is_valid(&serde_json::json!({ "no_such_key": 1 })));
    }
}

#[test]
fn every_spec_has_a_golden_file_and_the_reverse() {
    let golden = |path: &str| path.strip_prefix("tests/golden/").map(str::to_owned);
    let goldens: BTreeSet<String> = files().iter().filter_map(|file| golden(&file.path)).collect();
    let offers = genmux_specs::files().iter().map(|(path, _)| (*path).to_owned());
    let offers =
        offers.filter(|path| !path.starts_with("models/") && !path.ends_with("/provider.json"));
    let offers: BTreeSet<String> = offers.collect();
    none("files on one side only", goldens.symmetric_difference(&offers).cloned());
}
