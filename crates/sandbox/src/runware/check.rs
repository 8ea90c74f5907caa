//! A task against its model's schema, and what the vendor calls each thing that is wrong.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::{Value, json};

use super::error::Refusal;
use super::model;
use crate::check::parts;
use crate::provider::Provider;
use crate::state::App;

/// The task in the shape that its schema has, or all that is wrong with it.
pub(crate) fn check(app: &App, task: &Value) -> Result<Value, Vec<Refusal>> {
    let vendor_id = task["model"].as_str().unwrap_or_default();
    let schema = model::slug(vendor_id).and_then(|slug| app.schema(Provider::Runware, slug));
    let schema = schema.ok_or_else(|| vec![unknown_model(vendor_id)])?;
    let task = if app.options.strictness.refuse_legacy {
        task.clone()
    } else {
        modern(task.clone(), schema.json)
    };
    let body = json!([task]);
    let mut refusals = app.validators.check(schema, &body, |error| refusal(&error, &task));
    refusals.dedup();
    if refusals.is_empty() {
        refusals.extend(pixels(&task));
    }
    if refusals.is_empty() { Ok(task) } else { Err(refusals) }
}

/// Width times height cannot be limited by a schema.
fn pixels(task: &Value) -> Option<Refusal> {
    let (width, height) = (task["width"].as_u64()?, task["height"].as_u64()?);
    let slug = model::slug(task["model"].as_str()?)?;
    (!model::takes_pixels(slug, width, height)).then(|| wrong_size(task))
}

fn wrong_size(task: &Value) -> Refusal {
    let text = format!("{}x{} is not a size of this model", task["width"], task["height"]);
    Refusal::new("invalidPixels", text).on(json!(["width", "height"])).of_type("integer")
}

fn unknown_model(vendor_id: &str) -> Refusal {
    Refusal::new("invalidModel", format!("model {vendor_id:?} is not known"))
        .on("model")
        .of_type("string")
}

/// Writes the shape of 2025 as that of 2026 where the schema is of 2026: official SDKs still send
/// the old one, and the service takes both.
fn modern(mut task: Value, schema: &str) -> Value {
    let Some(members) = task.as_object_mut() else { return task };
    if let Some(check) = members.remove("checkNSFW") {
        members.entry("safety").or_insert_with(|| json!({"checkContent": check}));
    }
    if schema.contains("\"inputs\"") {
        for key in ["frameImages", "referenceImages", "referenceVideos"] {
            if let Some(list) = members.remove(key) {
                let inputs = members.entry("inputs").or_insert_with(|| json!({}));
                inputs[key] = renamed(list);
            }
        }
    }
    if schema.contains("\"settings\"")
        && let Some(old) = members.remove("providerSettings")
    {
        members.entry("settings").or_insert_with(|| old["bytedance"].clone());
    }
    task
}

/// `inputImage` became `image`.
fn renamed(mut list: Value) -> Value {
    let items = list.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
    for item in items {
        if let Some(image) = item.remove("inputImage") {
            item.insert("image".to_owned(), image);
        }
    }
    list
}

fn refusal(error: &ValidationError<'_>, task: &Value) -> Refusal {
    let path = parts(error.instance_path().as_str());
    let name = path.get(1..).unwrap_or_default().join(".");
    match error.kind() {
        Kind::Required { property } => missing(&name, property.as_str().unwrap_or_default()),
        Kind::AdditionalProperties { unexpected } => unsupported(&name, unexpected),
        Kind::AnyOf { .. } if name.is_empty() => across(error.evaluation_path().as_str(), task),
        Kind::FalseSchema => incompatible(json!([name])),
        Kind::Minimum { .. } | Kind::Maximum { .. } | Kind::Enum { .. } | Kind::Constant { .. } => {
            value(&name, error)
        }
        Kind::MinLength { .. } | Kind::MaxLength { .. } => {
            let code = format!("invalid{}Length", capital(&name));
            Refusal::new(code, error.to_string()).on(name).of_type("string")
        }
        Kind::OneOfNotValid { .. } if name == "duration" => value(&name, error),
        Kind::MinItems { .. } => sized("arrayTooSmall", name, error),
        Kind::MaxItems { .. } => sized("arrayTooLarge", name, error),
        _ => {
            Refusal::new(format!("invalid{}", capital(&name)), error.masked().to_string()).on(name)
        }
    }
}

fn missing(parent: &str, property: &str) -> Refusal {
    let size = ["width", "height"].contains(&property);
    let name = if parent.is_empty() { property.to_owned() } else { format!("{parent}.{property}") };
    if size {
        return dimensions(json!(["width", "height"]));
    }
    Refusal::new(format!("missing{}", capital(property)), format!("{name} is required")).on(name)
}

fn unsupported(parent: &str, keys: &[String]) -> Refusal {
    let full =
        |key: &String| if parent.is_empty() { key.clone() } else { format!("{parent}.{key}") };
    let names: Vec<String> = keys.iter().map(full).collect();
    let text = format!("{} is not supported by this model", names.join(", "));
    let parameter = if let [one] = &names[..] { json!(one) } else { json!(names) };
    Refusal::new("unsupportedParameter", text).on(parameter)
}

/// Rules over several keys are `anyOf` at the task itself; the place in the schema tells which.
fn across(place: &str, task: &Value) -> Refusal {
    if place.contains("dependentSchemas") {
        return wrong_size(task);
    }
    if place.contains("/then") {
        return incompatible(json!(["resolution", "providerSettings.bytedance.draft"]));
    }
    if place.contains("allOf") {
        return incompatible(json!(["inputs.referenceImages", "settings.maxSequentialImages"]));
    }
    if task["taskType"] == "imageInference" {
        return dimensions(json!(["width", "height", "inputs.referenceImages"]));
    }
    dimensions(json!(["width", "height", "resolution", "inputs.frameImages"]))
}

fn dimensions(parameter: Value) -> Refusal {
    Refusal::new("missingDimensionParameters", "width and height, or another size, are required")
        .on(parameter)
        .of_type("integer|array")
}

fn incompatible(parameter: Value) -> Refusal {
    Refusal::new("incompatibleParameters", "these parameters exclude each other").on(parameter)
}

/// One value outside its range or set.
fn value(name: &str, error: &ValidationError<'_>) -> Refusal {
    let code = match name {
        "duration" => "unsupportedDuration".to_owned(),
        "taskType" => "unsupportedTaskType".to_owned(),
        _ => format!("invalid{}", capital(name)),
    };
    let refusal = Refusal::new(code, error.to_string()).on(name);
    match error.kind() {
        Kind::Enum { options } => refusal.allowing(Value::clone(options)),
        Kind::Constant { expected_value } => refusal.allowing(json!([**expected_value])),
        _ => refusal.of_type("float"),
    }
}

fn sized(code: &str, name: String, error: &ValidationError<'_>) -> Refusal {
    Refusal::new(code, error.masked().to_string()).on(name).of_type("array")
}

/// The last part of a name, as codes spell it: `inputs.frameImages` is `FrameImages`.
fn capital(name: &str) -> String {
    let last = name.rsplit('.').find(|part| part.parse::<u32>().is_err()).unwrap_or_default();
    let mut letters = last.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
