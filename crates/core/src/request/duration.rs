//! How long a video plays.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::number::Number;

/// Seconds, kept to the millisecond, or `auto`: the model chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duration {
    /// The model picks the length.
    Auto,
    /// Thousandths of a second; a vendor's limits decide whether it is accepted.
    Millis(i64),
}

impl Duration {
    /// Whole seconds.
    pub const fn seconds(seconds: u32) -> Duration {
        Duration::Millis(seconds as i64 * 1000)
    }

    /// Seconds as a number, unless the model chooses.
    pub const fn as_number(self) -> Option<Number> {
        match self {
            Duration::Auto => None,
            Duration::Millis(millis) => Some(Number::millis(millis)),
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Duration::Auto => f.write_str("auto"),
            Duration::Millis(millis) => Number::millis(*millis).fmt(f),
        }
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Duration::Auto => serializer.serialize_str("auto"),
            Duration::Millis(millis) => Number::millis(*millis).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds as a number, or \"auto\"")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Duration, E> {
        let millis = i64::try_from(value).ok().and_then(|value| value.checked_mul(1000));
        millis
            .map(Duration::Millis)
            .ok_or_else(|| E::custom(format!("{value} seconds is out of reach")))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Duration, E> {
        let millis = value.checked_mul(1000);
        millis
            .map(Duration::Millis)
            .ok_or_else(|| E::custom(format!("{value} seconds is out of reach")))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Duration, E> {
        let too_fine =
            || E::custom(format!("{value} seconds is not a number of whole milliseconds"));
        Number::float(value).as_millis().map(Duration::Millis).ok_or_else(too_fine)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
        if text == "auto" {
            return Ok(Duration::Auto);
        }
        Err(E::invalid_type(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_exactly() {
        let check = |json: &str, printed: &str| {
            let duration: Duration = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&duration).unwrap(), printed);
        };
        check("5", "5");
        check("5.0", "5");
        check("1.2", "1.2");
        check("-1", "-1");
        check("-0.0", "0");
        check("\"auto\"", "\"auto\"");
    }

    #[test]
    fn refuses_what_it_could_not_keep() {
        for json in ["1.23456", "\"5\"", "1e300", "true", "99999999999999999999"] {
            assert!(serde_json::from_str::<Duration>(json).is_err(), "{json}");
        }
    }
}
