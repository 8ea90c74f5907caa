//! A body against its model's schema, and the sentence with which the vendor refuses it.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::VendorSchema;
use crate::check::parts;
use crate::jobs::Failure;
use crate::state::App;

/// A body that may run; some run into their failure.
pub(crate) struct Checked {
    pub(crate) body: Value,
    pub(crate) failure: Option<Failure>,
}

/// What is wrong with a body, and whether the machine-readable inputs say so.
struct Broken {
    text: String,
    in_text_only: bool,
}

pub(crate) fn check(
    app: &App,
    schema: &VendorSchema,
    body: &Value,
    properties: &Value,
) -> Result<Checked, String> {
    let mut body = body.clone();
    drop_bare_strings(&mut body, properties);
    if !app.options.strictness.refuse_unknown_inputs {
        drop_unknown(&mut body, properties);
    }
    let broken = app.validators.check(schema, &body, |error| read(&error));
    let strict = app.options.strictness.enforce_text_rules;
    match broken.into_iter().min_by_key(|it| it.in_text_only) {
        None => Ok(Checked { body, failure: None }),
        Some(it) if it.in_text_only && !strict => {
            let failure = Failure { code: "invalid".to_owned(), message: it.text };
            Ok(Checked { body, failure: Some(failure) })
        }
        Some(it) => Err(it.text),
    }
}

/// A single string for a list of files is dropped in silence, and the run is paid all the same.
fn drop_bare_strings(body: &mut Value, properties: &Value) {
    if let Some(members) = body.as_object_mut() {
        members.retain(|key, value| !(value.is_string() && properties[key]["type"] == "array"));
    }
}

fn drop_unknown(body: &mut Value, properties: &Value) {
    if let Some(members) = body.as_object_mut() {
        members.retain(|key, _| properties.get(key).is_some());
    }
}

fn read(error: &ValidationError<'_>) -> Broken {
    let name = parts(error.instance_path().as_str()).join(".");
    let place = error.evaluation_path().as_str();
    // Ranges and words of the inputs are under `properties`; what ties inputs is beside them.
    // A last frame that needs a first one is the exception.
    let in_text_only =
        ["/allOf", "/dependent", "/if", "/then"].iter().any(|it| place.starts_with(it))
            && !place.starts_with("/dependentRequired/lastFrameImage");
    let text = match error.kind() {
        Kind::Required { property } => {
            format!("Input {} is required", property.as_str().unwrap_or_default())
        }
        Kind::Minimum { limit } => format!("Input {name} must be at least {limit}"),
        Kind::Maximum { limit } => format!("Input {name} must be at most {limit}"),
        Kind::MinLength { limit } | Kind::MinItems { limit } => {
            format!("Input {name} must have a length of at least {limit}")
        }
        Kind::MaxLength { limit } | Kind::MaxItems { limit } => {
            format!("Input {name} must have a length of at most {limit}")
        }
        Kind::Enum { options } => format!("Input {name} must be one of {options}"),
        Kind::Type { .. } => format!("Input {name} has the wrong type"),
        Kind::AdditionalProperties { unexpected } => {
            format!("Input {} is not allowed", unexpected.join(", "))
        }
        Kind::AnyOf { .. } if place.starts_with("/allOf") => {
            "Inputs referenceImages and maxImages may not exceed 15 together".to_owned()
        }
        _ if name.is_empty() => "The inputs do not go together".to_owned(),
        _ => format!("Input {name} does not go with the other inputs"),
    };
    Broken { text, in_text_only }
}
