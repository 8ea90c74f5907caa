//! What a vendor publishes of a model, in one neutral form.

use genmux_core::spec::JsonType;
use genmux_core::{Number, Size};
use serde::Serialize;
use serde_json::Value;

/// What a vendor publishes of a model's input.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Published {
    /// Its wire parameters, in the vendor's order.
    pub fields: Vec<PublishedField>,
    /// The sizes, where they are listed as pairs.
    pub sizes: Option<Vec<Size>>,
}

/// One wire parameter; what is not stated is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PublishedField {
    /// Dotted wire path.
    pub path: String,
    /// JSON type.
    pub json_type: Option<JsonType>,
    /// Certainly a medium, or a list of them.
    pub media: bool,
    /// Smallest number.
    pub min: Option<Number>,
    /// Greatest number.
    pub max: Option<Number>,
    /// Step of a number.
    pub step: Option<Number>,
    /// Closed set of words or numbers.
    pub values: Option<Vec<Value>>,
    /// What applies while it is not sent.
    pub default: Option<Value>,
    /// The vendor refuses a request without it, whatever else it holds.
    pub required: bool,
    /// Fewest characters.
    pub min_length: Option<u64>,
    /// Most characters.
    pub max_length: Option<u64>,
    /// Fewest items.
    pub min_items: Option<u64>,
    /// Most items.
    pub max_items: Option<u64>,
    /// Keys of the items, where they are objects.
    pub item_keys: Vec<String>,
}

/// A document that cannot be read as what the vendor publishes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishedError {
    /// Nobody knows how the provider publishes.
    #[error("no reader for what {provider:?} publishes; there are replicate, runware and scenario")]
    Provider {
        /// The provider given.
        provider: String,
    },
    /// The document has no inputs where the vendor puts them.
    #[error("the document holds no {expected}")]
    Form {
        /// What was looked for, and where.
        expected: &'static str,
    },
    /// There are more parameters than any model has.
    #[error("the document has more than {most} parameters")]
    TooMany {
        /// Most that are read.
        most: usize,
    },
}

/// More parameters than any model has; what comes from outside is bounded.
const MOST: usize = 2000;

/// A document of a provider, as it comes from the address that [`address`] names.
///
/// Understood are, of Runware, what `schemas.runware.ai/resolve` gives, the OpenAPI document of a
/// model page and a bare request schema; of Replicate a model, a version, its `openapi_schema` and
/// a bare `Input`; of Scenario a model and a bare list of `inputs`. Unknown keys are passed over.
///
/// # Errors
/// When the document is of none of these forms.
pub fn read_published(provider: &str, document: &Value) -> Result<Published, PublishedError> {
    let published = match provider {
        "runware" => super::runware::read(document),
        "replicate" => super::replicate::read(document),
        "scenario" => super::scenario::read(document),
        _ => {
            return Err(PublishedError::Provider { provider: provider.chars().take(40).collect() });
        }
    }?;
    if published.fields.len() > MOST {
        return Err(PublishedError::TooMany { most: MOST });
    }
    Ok(published)
}

/// Where a provider publishes what a model takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Whole URL.
    pub url: String,
    /// Whether the provider asks for a key.
    pub key: bool,
}

/// Where a provider publishes what a model takes, from its base URL with its version.
///
/// ```
/// let address = genmux::drift::address("replicate", "https://api.replicate.com/v1", "a/b");
/// assert_eq!(address.unwrap().url, "https://api.replicate.com/v1/models/a/b");
/// ```
///
/// # Errors
/// When nobody knows how the provider publishes.
pub fn address(provider: &str, base_url: &str, vendor_id: &str) -> Result<Address, PublishedError> {
    let base = base_url.trim_end_matches('/');
    let base = base.strip_suffix("/v1").unwrap_or(base);
    match provider {
        "runware" => Ok(Address { url: super::runware::url(base, vendor_id), key: false }),
        "replicate" => Ok(Address { url: super::replicate::url(base, vendor_id), key: true }),
        "scenario" => Ok(Address { url: super::scenario::url(base, vendor_id), key: true }),
        _ => Err(PublishedError::Provider { provider: provider.chars().take(40).collect() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The paths that are read, or the error.
    #[track_caller]
    fn check(provider: &str, document: &Value, expected: &str) {
        let read = read_published(provider, document);
        let paths = |it: Published| {
            it.fields.into_iter().map(|field| field.path).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(read.map_or_else(|error| error.to_string(), paths), expected);
    }

    #[test]
    fn every_form_of_a_vendor_is_read() {
        let input =
            json!({"properties": {"b": {"type": "string", "x-order": 1}, "a": {"x-order": 0}}});
        let openapi = json!({"components": {"schemas": {"Input": input}}});
        for document in [
            json!({"latest_version": {"openapi_schema": openapi}}),
            json!({"openapi_schema": openapi}),
            openapi,
            input.clone(),
        ] {
            check("replicate", &document, "a b");
        }
        let task = json!({"properties": {"taskType": {}, "a": {"properties": {"b": {}}}}});
        let body = json!({"content": {"application/json": {"schema":
            {"type": "array", "items": {"$ref": "#/components/schemas/Task"}}}}});
        for document in [
            json!({"requestSchema": task}),
            json!({"requestSchema": {"type": "array", "items": task}}),
            json!({"paths": {"/": {"post": {"requestBody": body}}},
                "components": {"schemas": {"Task": task}}}),
            task.clone(),
        ] {
            check("runware", &document, "a.b");
        }
        let inputs = json!([{"name": "a", "type": "number"}, {"type": "string"}, {"name": "b"}]);
        for document in
            [json!({"model": {"inputs": inputs}}), json!({"inputs": inputs}), inputs.clone()]
        {
            check("scenario", &document, "a b");
        }
    }

    #[test]
    fn other_documents_are_refused_by_what_they_lack() {
        for document in [json!(null), json!([]), json!("x"), json!({"properties": 1})] {
            let replicate = "the document holds no latest_version.openapi_schema, no \
                             components.schemas.Input and no properties";
            check("replicate", &document, replicate);
            let runware = "the document holds no requestSchema, no OpenAPI request body and no \
                           properties of a task";
            check("runware", &document, runware);
        }
        check("scenario", &json!({"model": {"name": "x"}}), "the document holds no model.inputs");
        let unknown =
            "no reader for what \"acme\" publishes; there are replicate, runware and scenario";
        check("acme", &json!({}), unknown);
    }

    #[test]
    fn documents_without_end_end() {
        let circle = json!({"properties": {"a": {"$ref": "#"}}});
        assert!(read_published("replicate", &circle).is_ok());
        let twice = json!({"$ref": "#/x"});
        let bomb =
            json!({"properties": {"a": {"$ref": "#/x"}}, "x": {"allOf": [twice, twice, twice]}});
        assert!(read_published("replicate", &bomb).is_ok());
        let many: Vec<Value> = (0..=MOST).map(|at| json!({"name": at.to_string()})).collect();
        check("scenario", &json!(many), "the document has more than 2000 parameters");
        check(
            "runware",
            &json!({"requestSchema": {"$ref": "#"}}),
            "the document holds no requestSchema, no OpenAPI request body and no properties of a task",
        );
    }

    #[test]
    fn addresses_are_beside_the_api_and_ids_stay_in_their_segment() {
        let of = |provider, base, id| address(provider, base, id).unwrap().url;
        let runware = "https://schemas.runware.ai/resolve/bytedance%3A2%401";
        assert_eq!(of("runware", "https://api.runware.ai/v1", "bytedance:2@1"), runware);
        let sandbox = "http://127.0.0.1:1/runware/schemas/resolve/a%2F..%2Fb";
        assert_eq!(of("runware", "http://127.0.0.1:1/runware/v1/", "a/../b"), sandbox);
        let replicate = "https://api.replicate.com/v1/models/a/b";
        assert_eq!(of("replicate", "https://api.replicate.com", "a/b"), replicate);
        let scenario = "https://api.cloud.scenario.com/v1/models/model_x";
        assert_eq!(of("scenario", "https://api.cloud.scenario.com/v1", "model_x"), scenario);
    }
}
