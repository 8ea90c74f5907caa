//! Whose payload it is: by itself, by a name, by its address; and what is said where it is not
//! known: `lift/recognized.json`.

use genmux::{Catalog, Hints, Recognizer};
use genmux_tests::golden::{Result, trial};
use libtest_mimic::Trial;
use serde::Deserialize;
use serde_json::Value;

use crate::cases;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    case: String,
    body: Value,
    /// The offer or provider named.
    from: Option<String>,
    /// Where the body is sent.
    url: Option<String>,
    /// A part of the answer: offers with their revisions, or an error.
    answer: String,
}

pub(crate) fn trials(catalog: &Catalog) -> Result<Vec<Trial>> {
    let cases: Vec<Question> = cases("recognized")?;
    let named = cases.into_iter().map(|case| {
        let recognizer = Recognizer::new(catalog);
        trial(format!("recognized/{}", case.case), move || check(&recognizer, &case))
    });
    Ok(named.collect())
}

fn check(recognizer: &Recognizer, case: &Question) -> Result<()> {
    let mut hints = Hints::default();
    (hints.from, hints.url) = (case.from.as_deref(), case.url.as_deref());
    let answer = match recognizer.recognize(&case.body, &hints) {
        Err(error) => error.to_string(),
        Ok(found) => {
            let offers = found.iter().map(|found| match found.offer() {
                Ok(offer) => format!("{}@{}", offer.name(), offer.revision()),
                Err(error) => error.to_string(),
            });
            offers.collect::<Vec<_>>().join(", ")
        }
    };
    let expected = &case.answer;
    if answer.contains(expected) {
        return Ok(());
    }
    Err(format!("expected {expected:?} in: {answer}").into())
}
