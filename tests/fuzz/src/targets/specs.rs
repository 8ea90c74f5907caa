//! A spec file: its path, then its text, beside the other files of the catalogue.

use std::borrow::Cow;

use genmux_core::{Catalog, Context, Offer, Policy, Request, TaskKey};

use crate::promise::check_message;
use crate::split::Input;

/// Every mistake is told shortly; an offer without mistakes can be had, exported and translated
/// for.
pub fn run(data: &[u8]) {
    let input = Input::with_words(data);
    let path = input.read(|word| is_path(word).then(|| word.to_owned()));
    let path = path.unwrap_or_else(|| "runware/fuzzed.json".to_owned());
    let text = String::from_utf8_lossy(input.body).into_owned();
    let name = path.trim_end_matches(".json").to_owned();
    let catalog = Catalog::new(around(&path).chain([(path, text.into())]));
    let problems = catalog.check();
    for problem in &problems {
        check_message(&problem.to_string());
    }
    match catalog.revisions(&name) {
        Ok(offers) => offers.iter().for_each(check_offer),
        Err(error) if problems.is_empty() && !name.starts_with("models/") => {
            check_message(&error.to_string());
            assert!(name.ends_with("/provider"), "no mistake was found, and yet: {error}");
        }
        Err(_) => {}
    }
}

fn is_path(word: &str) -> bool {
    word.strip_suffix(".json").is_some_and(|name| name.len() < 60)
}

/// The files that an offer builds upon, and no other offers, so that a run is short.
fn around(path: &str) -> impl Iterator<Item = (String, Cow<'static, str>)> + use<> {
    let builds = |path: &str| path.starts_with("models/") || path.ends_with("/provider.json");
    let files = genmux_specs::files().iter().filter(move |(path, _)| builds(path));
    let user = (path.starts_with("models/") || path.ends_with("/provider.json")).then_some(USER);
    let user = genmux_specs::files().iter().filter(move |(path, _)| Some(*path) == user);
    files.chain(user).map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(*text)))
}

/// An offer that is built upon the files of lab and provider.
const USER: &str = "runware/seedream-4.0.json";

fn check_offer(offer: &Offer) {
    offer.json_schema();
    offer.typescript();
    serde_json::to_string(&offer.resolved()).unwrap();
    serde_json::to_string(&offer.limits()).unwrap();
    serde_json::to_string(&offer.sizes()).unwrap();
    let context = Context::new(TaskKey::derived(b""));
    for asked in ASKED {
        let request = Request::from_json(asked.as_bytes()).unwrap();
        for policy in ["strict", "fit", "drop"] {
            let policy: Policy = policy.parse().unwrap();
            match offer.translate(&request, &policy, &context) {
                Ok(translation) => {
                    serde_json::to_string(&translation.payload(0)).unwrap();
                    serde_json::to_string(&translation.ledger()).unwrap();
                }
                Err(rejection) => {
                    rejection.violations().iter().for_each(|it| assert!(!it.message.is_empty()));
                }
            }
        }
    }
}

const ASKED: [&str; 3] = [
    r#"{"prompt": "a paper boat", "aspect_ratio": "16:9", "seed": 7, "count": 3}"#,
    r#"{"prompt": "a boat", "size": "1280x720", "duration": 7.5, "output": {"quality": 150},
        "frames": {"first": "https://media.test/a.png", "last": "https://media.test/b.png"}}"#,
    r#"{"prompt": "[Image1]", "resolution": "4K", "sequential_count": 20, "guidance_scale": 0.25,
        "references": {"images": ["https://media.test/a.png"]}}"#,
];
