//! What a vendor changed, in words and as a revision: cases as data, one file a vendor.
//!
//! `UPDATE_GOLDEN=1 cargo test -p genmux --test drift` writes what comes out; read it as a claim.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use genmux::drift::{self, Draft, DraftError, DraftOptions, Drift, Finding, FindingKind};
use genmux::{Catalog, Offer};
use serde_json::{Map, Value, json};

/// One vendor's document, and what becomes of it in every case.
struct Cases {
    path: std::path::PathBuf,
    file: Value,
}

fn cases(provider: &str) -> Cases {
    let name = format!("tests/drift/{provider}.json");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let file = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    Cases { path, file }
}

/// Sets what stands at JSON pointers; `null` takes it out, `-` adds to a list.
fn edited(schema: &Value, edits: &Map<String, Value>) -> Value {
    let mut schema = schema.clone();
    for (pointer, value) in edits {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = schema.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
        match parent {
            Value::Object(members) if value.is_null() => drop(members.shift_remove(key)),
            Value::Object(members) => drop(members.insert(key.to_owned(), value.clone())),
            Value::Array(items) if key == "-" => items.push(value.clone()),
            Value::Array(items) if value.is_null() => drop(items.remove(key.parse().unwrap())),
            Value::Array(items) => items[key.parse::<usize>().unwrap()] = value.clone(),
            other => panic!("{pointer}: {other}"),
        }
    }
    schema
}

fn line(finding: &Finding) -> String {
    let field = finding.field.as_deref().unwrap_or("-");
    format!("{} {field} {}: {}", finding.kind.name(), finding.wire, finding.says)
}

fn compared(offer: &Offer, schema: &Value) -> Drift {
    drift::diff(offer, &drift::read_published(offer.provider(), schema).unwrap())
}

/// The embedded specs with one more revision of an offer.
fn with_revision(offer: &Offer, revision: &Value) -> genmux_core::Catalog {
    let catalog = Catalog::embedded();
    let path = format!("{}.json", offer.name());
    let mut file: Value = serde_json::from_str(catalog.file(&path).unwrap()).unwrap();
    file["revisions"].as_array_mut().unwrap().push(revision.clone());
    let of_provider =
        |path: &&str| path.starts_with("models/") || path.starts_with(offer.provider());
    let texts = genmux_specs::files().iter().map(|(path, _)| *path).filter(of_provider);
    let texts =
        texts.map(|path| (path.to_owned(), Cow::Owned(catalog.file(path).unwrap().to_owned())));
    genmux_core::Catalog::new(texts.chain([(path, Cow::Owned(file.to_string()))]))
}

/// Every case of a vendor says what it should, and the revision heals what a revision can.
fn check(provider: &str) {
    let Cases { path, mut file } = cases(provider);
    let offer = Catalog::embedded().offer(file["offer"].as_str().unwrap()).unwrap();
    let (schema, since) = (file["schema"].clone(), file["since"].as_str().unwrap().to_owned());
    let mut wrong = Vec::new();
    for case in file["cases"].as_array_mut().unwrap() {
        let schema = edited(&schema, case["edit"].as_object().unwrap());
        let drift = compared(&offer, &schema);
        let says: Vec<String> = drift.differences.iter().map(line).collect();
        let add = drift.revision_to_add(since.parse().unwrap(), "page");
        heals(&offer, &schema, add.as_ref());
        let found = json!({ "says": says, "add": add });
        if case["says"] != found["says"] || case["add"] != found["add"] {
            wrong.push(format!("{}: {found:#}", case["case"]));
            case["says"] = found["says"].clone();
            case["add"] = found["add"].clone();
        }
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, format!("{file:#}\n")).unwrap();
    } else {
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// The draft of a model that nobody knows, from the vendor's document.
fn check_draft(name: &str) {
    let provider = name.split('-').next().unwrap();
    let Cases { path, mut file } = cases(&format!("draft-{name}"));
    // A document of its own, or the one that is compared.
    let own = file.get("schema").cloned();
    let schema = own.unwrap_or_else(|| cases(name).file["schema"].clone());
    let text = |key: &str| file[key].as_str().unwrap().to_owned();
    let published = drift::read_published(provider, &schema).unwrap();
    let options = DraftOptions {
        lab: None,
        model: None,
        kind: None,
        since: text("since").parse().unwrap(),
        source: "page".to_owned(),
    };
    let draft =
        drift::draft(&Catalog::embedded(), (provider, &text("vendor_id")), &published, &options);
    let draft = draft.unwrap();
    let found = json!({
        "path": draft.path, "file": draft.file, "model": draft.model, "left_out": draft.left_out,
        "options": draft.options(),
    });
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        file["draft"] = found;
        fs::write(path, format!("{file:#}\n")).unwrap();
    } else {
        assert_eq!(file["draft"], found);
    }
}

/// The spec with the revision is valid, and nothing is left that a revision can say.
fn heals(offer: &Offer, schema: &Value, add: Option<&Value>) {
    let Some(add) = add else { return };
    let catalog = with_revision(offer, add);
    assert_eq!(catalog.check(), [], "{add:#}");
    let rest = compared(&catalog.offer(offer.name()).unwrap(), schema);
    let unsayable = |it: &&Finding| {
        it.wire == "width, height"
            || it.kind == FindingKind::Changed
            || it.says.contains("left out of the revision")
    };
    let rest: Vec<String> = rest.differences.iter().filter(|it| !unsayable(it)).map(line).collect();
    assert!(rest.is_empty(), "{rest:#?} after {add:#}");
}

#[test]
fn replicate() {
    check("replicate");
}

#[test]
fn replicate_images() {
    check("replicate-images");
}

#[test]
fn runware() {
    check("runware");
}

#[test]
fn scenario() {
    check("scenario");
}

#[test]
fn drafts() {
    for name in ["replicate", "replicate-images", "runware", "scenario", "scenario-images"] {
        check_draft(name);
    }
}

/// What comes of a draft of a model of Scenario under other names.
fn drafted(vendor_id: &str, lab: Option<&str>, model: Option<&str>) -> Result<Draft, DraftError> {
    let schema = json!({ "inputs": [{ "name": "prompt", "type": "string" }] });
    let published = drift::read_published("scenario", &schema).unwrap();
    let options = DraftOptions {
        lab: lab.map(str::to_owned),
        model: model.map(str::to_owned),
        kind: None,
        since: "2027-01-01".parse().unwrap(),
        source: "page".to_owned(),
    };
    drift::draft(&Catalog::embedded(), ("scenario", vendor_id), &published, &options)
}

#[test]
fn names_of_a_draft_are_read_from_the_vendor_id_or_given() {
    let path = |id, lab, model| drafted(id, lab, model).map(|draft| draft.path);
    assert_eq!(path("model_acme-clip-1-2", None, None).unwrap(), "scenario/clip-1-2.json");
    assert_eq!(path("x", Some("acme"), Some("clip-1.2")).unwrap(), "scenario/clip-1.2.json");
    let refused = |id, lab, model| path(id, lab, model).unwrap_err().to_string();
    assert!(refused("x", None, None).starts_with("lab \"\" is no name of a file"));
    assert!(refused("x", Some("acme"), Some("../up")).contains("give --model"));
    assert!(refused("x", Some("acme"), Some("provider")).contains("give --model"));
}

#[test]
fn what_has_a_spec_gets_no_draft() {
    let refused = |id, model| drafted(id, Some("bytedance"), model).unwrap_err().to_string();
    let known = refused("model_bytedance-seedance-2-0", None);
    assert!(known.starts_with("scenario/seedance-2.0 describes it already"), "{known}");
    let taken = refused("model_bytedance-other", Some("seedance-2.0"));
    assert!(taken.starts_with("scenario/seedance-2.0 describes it already"), "{taken}");
}

#[test]
fn a_model_that_its_lab_describes_needs_the_offer_alone() {
    let draft =
        drafted("model_bytedance-seedance-1-lite", None, Some("seedance-1.0-lite")).unwrap();
    assert_eq!((draft.path.as_str(), draft.model), ("scenario/seedance-1.0-lite.json", None));
}

#[test]
fn a_drafted_size_is_written_with_the_word_that_makes_it_hold() {
    let schema = cases("replicate-images").file["schema"].clone();
    let published = drift::read_published("replicate", &schema).unwrap();
    let options = DraftOptions {
        lab: None,
        model: None,
        kind: None,
        since: "2027-01-01".parse().unwrap(),
        source: "page".to_owned(),
    };
    let named = ("replicate", "acme/still-9");
    let draft = drift::draft(&Catalog::embedded(), named, &published, &options).unwrap();
    let platform = Catalog::embedded().file("replicate/provider.json").unwrap().to_owned();
    let (lab, model) = draft.model.unwrap();
    let files = [
        ("replicate/provider.json".to_owned(), platform),
        (lab, model.to_string()),
        (draft.path, draft.file.to_string()),
    ];
    let catalog = genmux_core::Catalog::new(files.map(|(path, text)| (path, Cow::Owned(text))));
    let mut request = genmux::Request::image("a paper boat");
    request.size = Some("2048x1024".parse().unwrap());
    let offer = catalog.offer("replicate/still-9").unwrap();
    let context = genmux::context(&request);
    let translation = offer.translate(&request, &genmux::Policy::default(), &context).unwrap();
    let payload = serde_json::to_value(translation.payload(0)).unwrap();
    let expected =
        json!({"prompt": "a paper boat", "size": "custom", "width": 2048, "height": 1024});
    assert_eq!(payload, expected);
}
