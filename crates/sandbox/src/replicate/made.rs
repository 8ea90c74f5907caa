//! What a prediction gives back, and which ones fail when they run.

use serde_json::{Value, json};

use super::catalog;
use crate::ids::drawn;
use crate::jobs::Failure;
use crate::media::{Format, Label, Spec};
use crate::provider::Provider;
use crate::sizes::{self, Size};
use crate::state::App;

/// One specification a file. -1 seconds leaves the length to the model.
pub(crate) fn media(slug: &str, input: &Value, sandbox_seed: u64) -> Vec<Spec> {
    let (width, height) = size(slug, input);
    let seconds = input["duration"].as_f64().filter(|it| *it > 0.0).unwrap_or(5.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 30 s")]
    let millis = (seconds * 1000.0) as u64;
    let seed = input["seed"].as_u64().unwrap_or_else(|| drawn(sandbox_seed, &input.to_string()));
    let count = count(input);
    let label = Label::new(input["prompt"].as_str().unwrap_or_default(), count);
    let usual = if is_video(slug) { Format::Mp4 } else { Format::Jpeg };
    let made = |number: u64| Spec {
        format: input["output_format"].as_str().and_then(Format::read).unwrap_or(usual),
        width,
        height,
        millis,
        quality: 95,
        seed: seed.wrapping_add(number),
        label: label.at(number),
    };
    (0..count).map(made).collect()
}

fn is_video(slug: &str) -> bool {
    slug.starts_with("seedance") || slug.starts_with("omnihuman")
}

/// A sequence is as long as it may be; `max_images` acts with `auto` only.
fn count(input: &Value) -> u64 {
    let sequence = input["sequential_image_generation"] == "auto";
    input["max_images"].as_u64().filter(|_| sequence).unwrap_or(1)
}

/// What size and ratio mean. A picture that is edited has no known size: it becomes a square, as
/// does one whose ratio is that of its input.
fn size(slug: &str, input: &Value) -> Size {
    let word = |key: &str| input[key].as_str();
    let side = |key: &str| input[key].as_u64().and_then(|it| u32::try_from(it).ok());
    let sides = (side("width").unwrap_or(2048), side("height").unwrap_or(2048));
    let ratio = word("aspect_ratio");
    let listed = |table, tier| sizes::listed(table, tier, ratio).unwrap_or((2048, 2048));
    match slug {
        "seedream-3.0" if ratio == Some("custom") => sides,
        "seedream-3.0" => free(word("size"), ratio),
        "seedream-4.0" if word("size") == Some("custom") => sides,
        "seedream-4.0" | "seedream-4.5" => listed(sizes::SEEDREAM_4, word("size").unwrap_or("2K")),
        "seedream-5.0-lite" => listed(sizes::SEEDREAM_5, word("size").unwrap_or("2K")),
        "seededit-3.0" => (1024, 1024),
        _ => sizes::video(slug, word("resolution"), ratio),
    }
}

/// No page says how many pixels Seedream 3.0's words mean; these are the sandbox's.
fn free(word: Option<&str>, ratio: Option<&str>) -> Size {
    let side = match word {
        Some("small") => 512,
        Some("big") => 2048,
        _ => 1024,
    };
    sizes::free(side, ratio.unwrap_or("16:9")).unwrap_or((side, side))
}

/// What passes the input schema and fails when run: counts, exclusions and the seconds that a model
/// really takes stand in descriptions only. The texts of such failures are not known; these are the
/// sandbox's.
pub(crate) fn fails_later(app: &App, slug: &str, input: &Value) -> Option<Failure> {
    let seconds = input["duration"].as_i64();
    if seconds.is_some_and(|it| it >= 0 && it < fewest(slug)) {
        return Some(failure("duration is out of range for this model"));
    }
    let schema = app.schema(Provider::Replicate, slug)?;
    let body = json!({"input": known(input, &catalog::input_schema(slug)?)});
    let place = |error: jsonschema::ValidationError<'_>| {
        // Without an error and without an effect at the vendor.
        let rule = error.evaluation_path().as_str();
        let ignored = ["max_images", "width", "height"]
            .iter()
            .any(|key| rule.contains(&format!("dependentSchemas/{key}/")));
        (!ignored).then(|| error.instance_path().to_string())
    };
    let broken = app.validators.check(schema, &body, place).into_iter().flatten().next();
    broken.map(|place| failure(&format!("the values at {place:?} do not go together")))
}

/// Seconds below which the models themselves refuse, although the input schemas let them through.
fn fewest(slug: &str) -> i64 {
    match slug {
        "seedance-1.5-pro" | "seedance-2.0" | "seedance-2.0-fast" => 4,
        _ => 0,
    }
}

fn failure(message: &str) -> Failure {
    Failure { code: "E006".to_owned(), message: format!("{message} (E006)") }
}

/// Only the keys that the model has: the others are ignored.
fn known(input: &Value, schema: &Value) -> Value {
    let members = input.as_object().into_iter().flatten();
    let known = members.filter(|(key, _)| schema["properties"].get(key).is_some());
    Value::Object(known.map(|(key, value)| (key.clone(), value.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_come_from_words_or_sides() {
        let asked = |slug, input: Value| size(slug, &input);
        assert_eq!(
            asked("seedream-4.0", json!({"size": "4K", "aspect_ratio": "2:3"})),
            (3328, 4992)
        );
        let custom = json!({"size": "custom", "width": 1024, "height": 3000});
        assert_eq!(asked("seedream-4.0", custom), (1024, 3000));
        assert_eq!(asked("seedream-5.0-lite", json!({"size": "3K"})), (3072, 3072));
        assert_eq!(asked("seedance-1.0-pro", json!({"aspect_ratio": "9:21"})), (928, 2176));
        assert_eq!(asked("seedance-2.0", json!({"resolution": "1080p"})), (1920, 1080));
        assert_eq!(
            asked("seedream-3.0", json!({"size": "small", "aspect_ratio": "1:1"})),
            (512, 512)
        );
    }

    #[test]
    fn max_images_acts_only_with_auto() {
        let count = |input: Value| media("seedream-4.5", &input, 0).len();
        assert_eq!(count(json!({"sequential_image_generation": "auto", "max_images": 3})), 3);
        assert_eq!(count(json!({"max_images": 3})), 1);
    }

    #[test]
    fn formats_are_as_asked() {
        let format = |slug, word: &str| media(slug, &json!({"output_format": word}), 0)[0].format;
        assert_eq!(format("seedance-2.5", "mov"), Format::Mov);
        assert_eq!(format("seedream-5.0-lite", "png"), Format::Png);
        assert_eq!(media("omnihuman-1", &json!({}), 0)[0].format, Format::Mp4);
    }
}
