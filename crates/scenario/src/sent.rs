//! The body of a generation; its model stands in the address alone.

use genmux_core::{Enclosed, LiftError};
use serde_json::Value;

/// `dryRun` was seen to be ignored in a body, and to cost; it and the others stand in the query.
const MISPLACED: &[(&str, &str)] = &[
    (
        "dryRun",
        "is ignored in the body and a paid job starts; it belongs in the query of the address",
    ),
    ("ipDetection", "belongs in the query of the address"),
    ("projectId", "belongs in the query of the address"),
];

/// The payload of `POST /generate/custom/{model}`; of a body alone the model is not known.
pub(crate) fn read<'a>(url: Option<&str>, body: &'a Value) -> Result<Vec<Enclosed<'a>>, LiftError> {
    let Some(url) = url else {
        return Ok(if body.is_object() {
            vec![Enclosed::bare(body).misplacing(MISPLACED)]
        } else {
            Vec::new()
        });
    };
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let Some((_, model)) = path.split_once("/generate/custom/") else { return Ok(Vec::new()) };
    if !body.is_object() {
        return Err(LiftError::Body("the body of a generation is a JSON object".to_owned()));
    }
    Ok(vec![
        Enclosed::bare(body).of(Some(model.to_owned().into())).certain(None).misplacing(MISPLACED),
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(url: Option<&str>, body: &Value, expected: &str) {
        let read = match read(url, body) {
            Ok(sent) => {
                let model = |sent: &Enclosed<'_>| format!("{:?}", sent.vendor_id);
                sent.iter().map(model).collect::<Vec<_>>().concat()
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(read, expected, "{body}");
    }

    #[test]
    fn the_address_names_the_model() {
        let body = json!({ "prompt": "a" });
        check(None, &body, "None");
        let url = "https://api.cloud.scenario.com/v1/generate/custom/model_a?dryRun=true";
        check(Some(url), &body, "Some(\"model_a\")");
        check(Some(url), &json!([]), "the body of a generation is a JSON object");
        check(Some("https://api.cloud.scenario.com/v1/jobs"), &body, "");
    }
}
