//! Checks of single values: each is one file, and each says what is accepted and what is nearest.

mod media;
mod number;
mod text;
mod word;

pub(crate) use media::{MediaLimits, are_media_accepted, check_media, unknown_facts};
pub(crate) use number::{NumberLimits, accepted, check_number, describe, nearest};
pub(crate) use text::{Tag, check_chars, check_url, has_accepted_length, is_https, tags_of};
pub(crate) use word::{check_items, check_word};

use serde_json::Value;

/// Joins accepted values for a message.
pub(crate) fn list(values: &[Value]) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    values.iter().map(text).collect::<Vec<_>>().join(", ")
}
