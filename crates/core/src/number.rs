//! Exact decimals for limits and values.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const UNITS: i128 = 1_000_000_000;
/// The step of whole numbers.
const WHOLE: i64 = 1_000_000_000;

/// A decimal with nine places: compares and steps exactly where a float would not.
///
/// Reaches beyond 64-bit integers, because one vendor prints a seed maximum of
/// 9223372036854776000, which no `i64` holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(i128);

impl Number {
    /// A whole number.
    pub const fn whole(value: u64) -> Number {
        Number(value as i128 * UNITS)
    }

    /// Thousandths, as durations are kept.
    pub const fn millis(value: i64) -> Number {
        Number(value as i128 * (UNITS / 1000))
    }

    /// The nearest decimal of nine places; huge floats saturate.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    pub fn float(value: f64) -> Number {
        Number((value * UNITS as f64).round() as i128)
    }

    /// Millionths.
    pub const fn millionths(value: u64) -> Number {
        Number(value as i128 * (UNITS / 1_000_000))
    }

    /// Thousandths, if it is a whole number of them.
    pub fn as_millis(self) -> Option<i64> {
        let unit = UNITS / 1000;
        (self.0 % unit == 0).then(|| i64::try_from(self.0 / unit).ok()).flatten()
    }

    /// The value as a whole number, if it is one and not negative.
    pub fn as_whole(self) -> Option<u64> {
        (self.0 % UNITS == 0).then(|| u64::try_from(self.0 / UNITS).ok()).flatten()
    }

    /// The nearest float.
    #[allow(clippy::cast_precision_loss)]
    pub fn as_float(self) -> f64 {
        self.0 as f64 / UNITS as f64
    }

    /// Whether it is a whole multiple of a step counted from zero.
    pub fn is_multiple_of(self, step: Number) -> bool {
        // Division of 128-bit integers is many times slower, and most values need 64 bits.
        match (i64::try_from(self.0), i64::try_from(step.0)) {
            (_, Ok(0)) => true,
            // Known while compiling, so that it costs no division at all.
            (Ok(value), Ok(WHOLE)) => value % WHOLE == 0,
            (Ok(value), Ok(step)) => value % step == 0,
            _ => self.0 % step.0 == 0,
        }
    }

    /// The multiple of the step just below or at the value.
    #[must_use]
    pub const fn round_down(self, step: Number) -> Number {
        if step.0 == 0 { self } else { Number(self.0 - self.0.rem_euclid(step.0)) }
    }

    /// The sum.
    #[must_use]
    pub const fn plus(self, other: Number) -> Number {
        Number(self.0.saturating_add(other.0))
    }

    /// The product, to nine places; huge ones saturate.
    #[must_use]
    pub const fn times(self, other: Number) -> Number {
        Number(self.0.saturating_mul(other.0) / UNITS)
    }

    /// One of so many equal parts, to nine places.
    #[must_use]
    pub const fn part(self, parts: u64) -> Number {
        if parts == 0 { self } else { Number(self.0 / parts as i128) }
    }

    /// The distance between two values.
    #[must_use]
    pub const fn distance(self, other: Number) -> Number {
        Number(self.0.saturating_sub(other.0).saturating_abs())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / UNITS, (self.0 % UNITS).unsigned_abs());
        if self.0 < 0 && whole == 0 {
            f.write_str("-")?;
        }
        if rest == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{}", format!("{rest:09}").trim_end_matches('0'))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0 % UNITS, self.0 / UNITS) {
            (0, whole) if whole >= 0 => match u64::try_from(whole) {
                Ok(whole) => serializer.serialize_u64(whole),
                Err(_) => serializer.serialize_f64(self.as_float()),
            },
            (0, whole) => match i64::try_from(whole) {
                Ok(whole) => serializer.serialize_i64(whole),
                Err(_) => serializer.serialize_f64(self.as_float()),
            },
            _ => serializer.serialize_f64(self.as_float()),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number::whole(value))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number(i128::from(value) * UNITS))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number::float(value))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_without_needless_places() {
        let check = |number: Number, text: &str| assert_eq!(number.to_string(), text);
        check(Number::whole(5), "5");
        check(Number::millis(1200), "1.2");
        check(Number::millis(-500), "-0.5");
        check(Number::float(5.5), "5.5");
        check(Number::whole(9223372036854776000), "9223372036854776000");
    }

    #[test]
    fn steps_are_exact_where_floats_are_not() {
        let step = Number::float(0.1);
        assert!(Number::float(0.1 + 0.2).is_multiple_of(step));
        assert!(Number::millis(8500).is_multiple_of(step));
        assert!(!Number::millis(2350).is_multiple_of(step));
        assert_eq!(Number::millis(2350).round_down(step), Number::millis(2300));
    }

    #[test]
    fn products_are_exact_where_floats_are_not() {
        assert_eq!(Number::float(0.1).times(Number::whole(3)), Number::float(0.3));
        assert_eq!(Number::float(0.15).times(Number::millis(1200)), Number::float(0.18));
        let area = Number::millionths(2048 * 2048);
        assert_eq!(Number::float(0.05).times(area).to_string(), "0.2097152");
    }

    #[test]
    fn parts_are_equal_to_nine_places() {
        assert_eq!(Number::float(0.12).part(4), Number::float(0.03));
        assert_eq!(Number::whole(1).part(3).to_string(), "0.333333333");
        assert_eq!(Number::whole(1).part(0), Number::whole(1));
    }

    #[test]
    fn a_seed_maximum_beyond_i64_survives_json() {
        let number: Number = serde_json::from_str("9223372036854776000").unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), "9223372036854776000");
    }
}
