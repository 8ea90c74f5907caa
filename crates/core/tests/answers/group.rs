//! A made-up offer and the cases that it is asked.

use std::borrow::Cow;
use std::collections::BTreeMap;

use genmux_core::{Catalog, Context, Leaf, Media, MediaFacts, Offer, Request, TaskKey, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// An offer, by what it has beyond the least that an offer needs.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    about: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    provider: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    model: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    offer: Map<String, Value>,
    /// Whether the ledger is recorded beside payloads and violations.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    rows: bool,
    cases: Vec<Case>,
}

/// One request and what becomes of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(rename = "case")]
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<Known>,
    request: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payloads: Option<Vec<Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    violations: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ledger: Option<Value>,
    /// Whether something was adjusted or dropped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    inexact: bool,
}

/// What the application knows and allows.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Known {
    /// By leaf, what was found out about its items: facts, why one is no use, or nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    found: BTreeMap<String, Vec<Value>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allows: Vec<Allowed>,
}

/// What the application allows, or can do.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Allowed {
    Paths,
    UnlistedOptions,
    /// Scenario gives out assets by their ids.
    ScenarioLends,
    /// Assets of Scenario are copied.
    CopiesFromScenario,
}

impl Group {
    /// The same with the answers of today.
    pub(crate) fn answered(&self) -> Group {
        let offer = self.made();
        let cases = self.cases.iter().map(|case| case.answered(&offer, self.rows)).collect();
        Group {
            about: self.about.clone(),
            provider: self.provider.clone(),
            model: self.model.clone(),
            offer: self.offer.clone(),
            rows: self.rows,
            cases,
        }
    }

    fn made(&self) -> Offer {
        made(&self.provider, &self.model, &self.offer)
    }
}

/// An offer by what it has beyond the least.
pub(crate) fn made(
    provider: &Map<String, Value>,
    model: &Map<String, Value>,
    offer: &Map<String, Value>,
) -> Offer {
    let vendor = dated(
        json!({ "name": "Vendor", "base_url": "https://vendor.example/v1",
                "media": ["https", "data", "asset"] }),
        "https://vendor.example/api",
    );
    let lab = json!({ "name": "Made up 1", "kind": "video", "workflows": ["text-to-video"] });
    let lab = with(dated(lab, "https://lab.example/model"), model);
    let revision = with(dated(json!({}), "https://vendor.example/model"), offer);
    let offer = json!({ "lab": "acme", "vendor_id": "acme:1", "revisions": [revision] });
    let files = [
        ("runware/provider.json", with(vendor.clone(), provider)),
        ("scenario/provider.json", vendor),
        ("models/acme/made-up.json", lab),
        ("runware/made-up.json", offer),
    ];
    let files = files.map(|(path, json)| (path.to_owned(), Cow::Owned(json.to_string())));
    let catalog = Catalog::new(files);
    assert_eq!(catalog.check(), []);
    catalog.offer("runware/made-up").unwrap()
}

fn dated(file: Value, page: &str) -> Value {
    let date = json!({ "source": page, "since": "2026-01-01", "dated_by": "page" });
    with(file, date.as_object().unwrap())
}

fn with(mut file: Value, more: &Map<String, Value>) -> Value {
    file.as_object_mut().unwrap().extend(more.clone());
    file
}

impl Case {
    fn answered(&self, offer: &Offer, rows: bool) -> Case {
        let request = Request::from_json(self.request.to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let policy = self.policy.as_deref().unwrap_or("strict").parse().unwrap();
        let context = self.context.clone().unwrap_or_default().context();
        let mut inexact = false;
        let (payloads, violations, ledger) = match offer.translate(&request, &policy, &context) {
            Ok(translation) => {
                inexact = !translation.is_exact();
                let calls = 0..translation.calls();
                let payloads = calls.map(|call| json!(translation.payload(call))).collect();
                (Some(payloads), None, translation.ledger())
            }
            Err(rejection) => {
                let violations = Some(brief(json!(rejection.violations())));
                (None, violations, rejection.ledger(&request, &context))
            }
        };
        Case {
            name: self.name.clone(),
            policy: self.policy.clone(),
            context: self.context.clone(),
            request: self.request.clone(),
            payloads,
            violations,
            ledger: rows.then(|| brief(json!(ledger))),
            inexact,
        }
    }
}

/// A list of objects without their keys that hold nothing.
fn brief(mut list: Value) -> Value {
    for item in list.as_array_mut().into_iter().flatten() {
        item.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    list
}

impl Known {
    fn context(&self) -> Context {
        let mut context = Context::new(TaskKey::given(Uuid::nil()));
        for allowed in &self.allows {
            match allowed {
                Allowed::Paths => context.allow_paths = true,
                Allowed::UnlistedOptions => context.allow_unlisted = true,
                Allowed::ScenarioLends => context.lenders.push("scenario"),
                Allowed::CopiesFromScenario => context.copied_from.push("scenario"),
            }
        }
        for (leaf, items) in &self.found {
            let leaf = Leaf::from_path(leaf).unwrap();
            for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
                context.media.insert(leaf, index, found(item));
            }
        }
        context
    }
}

/// Facts as media declare them, or a sentence that says why a medium is of no use.
fn found(item: &Value) -> Result<MediaFacts, String> {
    if let Some(problem) = item.as_str() {
        return Err(problem.to_owned());
    }
    let source = json!({ "src": "https://a.example/any" });
    let media = with(source, item.as_object().unwrap());
    Ok(serde_json::from_value::<Media>(media).unwrap().declared)
}
