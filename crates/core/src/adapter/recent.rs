//! What a vendor shows of an account's recent jobs, and which of them is a payload that was sent.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// One page of an account's recent jobs.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Recent {
    /// The jobs in the vendor's order, those of other models and programs among them.
    pub jobs: Vec<Sighting>,
    /// Names the next page to [`Adapter::recent`](super::Adapter::recent); nothing on the last.
    pub next: Option<String>,
}

impl Recent {
    /// A page.
    pub fn new(jobs: Vec<Sighting>, next: Option<String>) -> Recent {
        Recent { jobs, next }
    }
}

/// A job as a vendor's list shows it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Sighting {
    /// The vendor's id of the job.
    pub id: String,
    /// The vendor's name of the model; `None` where its jobs do not tell.
    pub model: Option<String>,
    /// When it was made, by the vendor's clock: milliseconds since 1970.
    pub created_at: Option<i64>,
    /// The payload as the vendor shows it; `None` where it does not, or no longer.
    pub input: Option<Value>,
}

impl Sighting {
    /// A job of which only the id is known.
    pub fn new(id: impl Into<String>) -> Sighting {
        Sighting { id: id.into(), model: None, created_at: None, input: None }
    }

    /// Whether the job is what a payload became: the same model and the same input.
    ///
    /// Inputs are the same if they have the same keys with the same values; numbers compare by
    /// value, objects without regard to order, data URIs by the digest of their text, so that
    /// `payload` may have gone through [`digest_media`]. A key that one side lacks makes them
    /// different: no source says that a vendor fills in its defaults. Where the vendor shows no
    /// input the answer is no; where its jobs name no model, the input alone decides.
    pub fn is_of(&self, vendor_id: &str, payload: &Value) -> bool {
        let same_model = self.model.as_deref().is_none_or(|model| model == vendor_id);
        same_model && self.input.as_ref().is_some_and(|input| is_same(input, payload))
    }
}

/// Inputs are prompts and media.
impl fmt::Debug for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sighting { id, model, created_at, input } = self;
        let input = if input.is_some() { "shown" } else { "not shown" };
        let id = super::safe_text(id);
        write!(f, "Sighting({id} of {model:?}, created at {created_at:?}, input {input})")
    }
}

/// Puts a digest in the place of every data URI, so that a payload can be kept without its media
/// and still be compared by [`Sighting::is_of`].
pub fn digest_media(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(digest) = digest(text) {
                *text = digest;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(digest_media),
        Value::Object(members) => members.values_mut().for_each(digest_media),
        _ => {}
    }
}

/// What a digest begins with: no vendor takes a URI of such a form.
const DIGEST: &str = "data:sha256:";

/// The digest of a data URI that is none already.
fn digest(text: &str) -> Option<String> {
    let is_media = text.starts_with("data:") && !text.starts_with(DIGEST);
    is_media.then(|| {
        let digest = Sha256::digest(text);
        digest.iter().fold(DIGEST.to_owned(), |hex, byte| hex + &format!("{byte:02x}"))
    })
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        // `5` and `5.0` are one duration; integers are never compared as floats.
        (Value::Number(it), Value::Number(that)) if it.is_f64() != that.is_f64() => {
            it.as_f64() == that.as_f64()
        }
        (Value::String(one), Value::String(other)) => is_same_text(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => has_same_members(one, other),
        _ => one == other,
    }
}

fn is_same_text(one: &str, other: &str) -> bool {
    let text = |text: &str| digest(text).unwrap_or_else(|| text.to_owned());
    one == other || text(one) == text(other)
}

fn has_same_members(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let found =
        |(key, value): (&String, &Value)| other.get(key).is_some_and(|it| is_same(value, it));
    one.len() == other.len() && one.iter().all(found)
}

/// The last millisecond of the year 9999, after which dates have no such form.
const LAST: u64 = 253_402_300_799_999;

/// Milliseconds since 1970 as vendors write a date and time: `2026-11-20T10:15:30.123Z`.
///
/// What lies outside of the years 1970 to 9999 becomes the nearest moment within.
pub fn write_time(millis: i64) -> String {
    let millis = u64::try_from(millis).unwrap_or_default().min(LAST);
    humantime::format_rfc3339_millis(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
        .to_string()
}

/// A vendor's date and time (RFC 3339 in UTC, up to nine digits of a second) in milliseconds since
/// 1970, rounded down; `None` where the text is none.
pub fn read_time(text: &str) -> Option<i64> {
    let time = humantime::parse_rfc3339(text.trim()).ok()?;
    i64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::needless_pass_by_value)] // Cases are easier to read so.

    use serde_json::json;

    use super::*;

    fn sighting(input: Value) -> Sighting {
        Sighting {
            id: "job_1".into(),
            model: Some("acme/clip".into()),
            created_at: Some(0),
            input: Some(input),
        }
    }

    #[track_caller]
    fn check(shown: Value, sent: &Value, same: bool) {
        assert_eq!(sighting(shown.clone()).is_of("acme/clip", sent), same, "{shown} and {sent}");
    }

    #[test]
    fn the_same_input_of_the_same_model_is_it() {
        let sent = json!({"prompt": "a boat", "seed": 0, "images": ["https://a.b/c.png"]});
        check(sent.clone(), &sent, true);
        assert!(!sighting(sent.clone()).is_of("acme/picture", &sent));
    }

    #[test]
    fn the_order_of_keys_does_not_matter_and_that_of_items_does() {
        check(
            json!({"b": 1, "a": {"d": 1, "c": 2}}),
            &json!({"a": {"c": 2, "d": 1}, "b": 1}),
            true,
        );
        check(json!({"a": [1, 2]}), &json!({"a": [2, 1]}), false);
        check(json!({"a": [1]}), &json!({"a": [1, 1]}), false);
    }

    #[test]
    fn numbers_compare_by_value() {
        check(json!({"duration": 5.0}), &json!({"duration": 5}), true);
        check(json!({"duration": 5.1}), &json!({"duration": 5}), false);
        check(json!({"seed": u64::MAX}), &json!({"seed": u64::MAX - 1}), false);
        check(json!({"seed": 0}), &json!({"seed": "0"}), false);
        check(json!({"seed": 0}), &json!({"seed": false}), false);
        check(json!({"seed": -1}), &json!({"seed": 1}), false);
    }

    #[test]
    fn a_key_more_on_either_side_is_another_input() {
        check(json!({"prompt": "a", "duration": 5}), &json!({"prompt": "a"}), false);
        check(json!({"prompt": "a"}), &json!({"prompt": "a", "duration": 5}), false);
        check(json!({"prompt": "a", "seed": null}), &json!({"prompt": "a"}), false);
        check(json!({"prompt": "a", "b": 1}), &json!({"prompt": "a", "c": 1}), false);
    }

    #[test]
    fn an_input_that_is_not_shown_is_nobodys() {
        let mut job = sighting(json!({}));
        job.input = None;
        assert!(!job.is_of("acme/clip", &json!({})));
        check(json!({}), &json!({"prompt": "a"}), false);
    }

    #[test]
    fn the_input_decides_where_jobs_name_no_model() {
        let mut job = sighting(json!({"prompt": "a"}));
        job.model = None;
        assert!(job.is_of("model_x", &json!({"prompt": "a"})));
        assert!(!job.is_of("model_x", &json!({"prompt": "b"})));
    }

    #[test]
    fn media_compare_by_text_or_digest() {
        let media = |text: &str| json!({"image": text, "list": [text]});
        let uri = "data:image/png;base64,iVBORw0KGgo=";
        let mut kept = media(uri);
        digest_media(&mut kept);
        assert!(!kept.to_string().contains("iVBOR"), "{kept}");
        check(media(uri), &media(uri), true);
        check(media(uri), &kept, true);
        check(kept.clone(), &media(uri), true);
        check(media("data:image/png;base64,iVBORw0KGgp="), &kept, false);
        check(media("https://replicate.delivery/a.png"), &kept, false);
        let mut again = kept.clone();
        digest_media(&mut again);
        assert_eq!(again, kept);
    }

    #[test]
    fn nothing_of_an_input_is_shown() {
        let job = sighting(json!({"prompt": "a secret boat"}));
        let page = format!("{:?}", Recent::new(vec![job], None));
        assert!(page.contains("job_1") && !page.contains("boat"), "{page}");
    }

    #[track_caller]
    fn check_time(text: &str, millis: Option<i64>) {
        assert_eq!(read_time(text), millis, "{text:?}");
    }

    #[test]
    fn times_are_read_with_any_digits_of_a_second() {
        check_time("2026-11-20T00:00:00Z", Some(1_795_132_800_000));
        check_time("2026-11-20T00:00:00.5Z", Some(1_795_132_800_500));
        check_time("2023-09-08T16:19:34.791859Z", Some(1_694_189_974_791));
        check_time(" 2026-11-20T00:00:00.123456789Z ", Some(1_795_132_800_123));
    }

    #[test]
    fn texts_that_are_no_times_are_none() {
        for text in ["", "yesterday", "2026-11-20", "2026-13-20T00:00:00Z", "1795132800000", "ü"] {
            check_time(text, None);
        }
    }

    #[test]
    fn times_are_written_and_read_back() {
        assert_eq!(write_time(1_795_132_800_007), "2026-11-20T00:00:00.007Z");
        assert_eq!(write_time(i64::MIN), "1970-01-01T00:00:00.000Z");
        assert_eq!(write_time(i64::MAX), "9999-12-31T23:59:59.999Z");
        assert_eq!(read_time(&write_time(1_795_132_800_007)), Some(1_795_132_800_007));
    }
}
