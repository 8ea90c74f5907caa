//! The models that Replicate serves, by genmux's slug and by the vendor's name.

use serde_json::Value;

use crate::ids::{digest, hex};

/// Slug, name below `bytedance/`, and the input schema as the service has it.
const MODELS: &[(&str, &str, &str)] = &[
    ("omnihuman-1", "omni-human", include_str!("input/omnihuman-1.json")),
    ("omnihuman-1.5", "omni-human-1.5", include_str!("input/omnihuman-1.5.json")),
    ("seedance-1.0-lite", "seedance-1-lite", include_str!("input/seedance-1.0-lite.json")),
    ("seedance-1.0-pro", "seedance-1-pro", include_str!("input/seedance-1.0-pro.json")),
    (
        "seedance-1.0-pro-fast",
        "seedance-1-pro-fast",
        include_str!("input/seedance-1.0-pro-fast.json"),
    ),
    ("seedance-1.5-pro", "seedance-1.5-pro", include_str!("input/seedance-1.5-pro.json")),
    ("seedance-2.0", "seedance-2.0", include_str!("input/seedance-2.0.json")),
    ("seedance-2.0-fast", "seedance-2.0-fast", include_str!("input/seedance-2.0-fast.json")),
    ("seedance-2.5", "seedance-2.5", include_str!("input/seedance-2.5.json")),
    ("seededit-3.0", "seededit-3.0", include_str!("input/seededit-3.0.json")),
    ("seedream-3.0", "seedream-3", include_str!("input/seedream-3.0.json")),
    ("seedream-4.0", "seedream-4", include_str!("input/seedream-4.0.json")),
    ("seedream-4.5", "seedream-4.5", include_str!("input/seedream-4.5.json")),
    ("seedream-5.0-lite", "seedream-5-lite", include_str!("input/seedream-5.0-lite.json")),
];

/// A version that has a page. Of the other models only the first digits are known, so theirs are
/// the sandbox's.
const FAST: &str = "90388a62748fab7edda739f1df78e8cbc66cc9275cfe232888ce53dea3d5e7b5";

pub(crate) fn slugs() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|(slug, ..)| *slug)
}

/// The slug of `owner/name`, if there is such a model.
pub(crate) fn slug(owner: &str, name: &str) -> Option<&'static str> {
    let row = MODELS.iter().find(|(_, vendor, _)| owner == "bytedance" && *vendor == name);
    row.map(|(slug, ..)| *slug)
}

/// The name that the vendor has for a slug; a slug that is none stays as it is.
pub(crate) fn name(slug: &str) -> &str {
    MODELS.iter().find(|(own, ..)| *own == slug).map_or(slug, |(_, name, _)| name)
}

pub(crate) fn input_schema(slug: &str) -> Option<Value> {
    let (.., schema) = MODELS.iter().find(|(own, ..)| *own == slug)?;
    serde_json::from_str(schema).ok()
}

/// Whether a model answers with a list, even of one: those do that can make sequences.
pub(crate) fn gives_lists(name: &str) -> bool {
    let schema = slug("bytedance", name).and_then(input_schema).unwrap_or_default();
    !schema["properties"]["max_images"].is_null()
}

pub(crate) fn version(slug: &str) -> String {
    if slug == "seedance-2.0-fast" { FAST.to_owned() } else { hex(&digest(&[slug.as_bytes()])) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_has_an_input_schema_and_a_version_of_64_digits() {
        for slug in slugs() {
            assert!(input_schema(slug).is_some_and(|it| it["properties"].is_object()), "{slug}");
            assert_eq!(version(slug).len(), 64, "{slug}");
            assert_eq!(super::slug("bytedance", name(slug)), Some(slug));
        }
    }

    #[test]
    fn sequences_are_lists_and_everything_else_is_one_address() {
        let lists: Vec<&str> = slugs().filter(|slug| gives_lists(name(slug))).collect();
        assert_eq!(lists, ["seedream-4.0", "seedream-4.5", "seedream-5.0-lite"]);
    }
}
