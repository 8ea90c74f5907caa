//! The most that a request may cost.

use std::fmt;
use std::str::FromStr;

use serde_json::json;

use crate::adapter::{Cost, Unit};
use crate::number::Number;
use crate::violation::{Violation, ViolationKind};

/// The most that a request may cost: all of its calls together, at whichever offer serves it.
///
/// ```
/// let most: genmux_core::MaxCost = "0.50USD".parse().unwrap();
/// assert_eq!(most.to_string(), "0.50 USD");
/// assert!(most.check(None).is_some(), "an unknown price may be above it");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxCost {
    /// Decimal amount.
    pub amount: Number,
    /// Its unit; a price in another one counts as unknown.
    pub unit: Unit,
    /// Whether a price that nobody knows beforehand is accepted.
    pub allow_unknown: bool,
}

impl MaxCost {
    /// The violation of a price above it, or of one that nobody knows.
    pub fn check(&self, price: Option<Cost>) -> Option<Violation> {
        let message = match price {
            Some(price) if price.unit == self.unit => {
                return (price.amount > self.amount).then(|| self.above(price));
            }
            _ if self.allow_unknown => return None,
            Some(price) => format!(
                "the price is {price}, which cannot be compared with a max_cost of {self}; give it \
                 in {}, or allow an unknown cost",
                price.unit
            ),
            None => format!(
                "the price is unknown, so it may be above {self}; allow an unknown cost, or choose \
                 another offer"
            ),
        };
        Some(self.violation(ViolationKind::Requires, message))
    }

    /// The violation of a maximum in another unit than that in which a vendor tells its prices:
    /// known without asking.
    pub fn check_unit(&self, told: Unit) -> Option<Violation> {
        let message = format!(
            "prices are told in {told} here, which cannot be compared with a max_cost of {self}; \
             give it in {told}, or allow an unknown cost"
        );
        let alike = told == self.unit || self.allow_unknown;
        (!alike).then(|| self.violation(ViolationKind::Requires, message))
    }

    fn above(&self, price: Cost) -> Violation {
        let message = format!("costs up to {price}, which is above {self}; raise it to send this");
        self.violation(ViolationKind::AboveMaximum, message).actual(json!(price.amount))
    }

    fn violation(&self, kind: ViolationKind, message: String) -> Violation {
        Violation::named("max_cost", kind, message).accepted(json!({ "max": self.amount }))
    }
}

/// The text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no cost; accepted: an amount of 0 or more in USD or CU, such as 0.50, 0.50USD or 12CU"
)]
pub struct ParseMaxCostError(String);

impl FromStr for MaxCost {
    type Err = ParseMaxCostError;
    fn from_str(text: &str) -> Result<MaxCost, ParseMaxCostError> {
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text[number.len()..].to_ascii_uppercase().as_str() {
            "" | "USD" => Some(Unit::Usd),
            "CU" => Some(Unit::Cu),
            _ => None,
        };
        let number = number.trim();
        let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let amount = number.parse::<f64>().ok().filter(|_| plain).map(Number::float);
        match amount.zip(unit) {
            Some((amount, unit)) => Ok(MaxCost { amount, unit, allow_unknown: false }),
            None => Err(ParseMaxCostError(text.chars().take(40).collect())),
        }
    }
}

impl fmt::Display for MaxCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.unit.counted(self.amount), self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::CostBasis;

    fn check(most: &str, price: Option<(u64, Unit)>, kind: Option<ViolationKind>) {
        let price = price.map(|(cents, unit)| Cost {
            amount: Number::millionths(cents * 10_000),
            unit,
            basis: CostBasis::Estimated,
        });
        let violation = most.parse::<MaxCost>().unwrap().check(price);
        assert_eq!(violation.as_ref().map(|violation| violation.kind), kind, "{violation:?}");
    }

    #[test]
    fn a_price_at_the_maximum_is_accepted() {
        check("0.30", Some((30, Unit::Usd)), None);
        check("0.3 USD", Some((29, Unit::Usd)), None);
    }

    #[test]
    fn a_price_above_it_is_refused() {
        check("0.3", Some((31, Unit::Usd)), Some(ViolationKind::AboveMaximum));
        check("0", Some((1, Unit::Usd)), Some(ViolationKind::AboveMaximum));
    }

    #[test]
    fn what_cannot_be_compared_is_refused_unless_it_is_allowed() {
        check("100", None, Some(ViolationKind::Requires));
        check("100", Some((1, Unit::Cu)), Some(ViolationKind::Requires));
        check("1cu", Some((1, Unit::Usd)), Some(ViolationKind::Requires));
        let lenient = MaxCost { allow_unknown: true, ..MaxCost::from_str("100").unwrap() };
        assert_eq!(lenient.check(None), None);
    }

    #[test]
    fn units_are_compared_before_anybody_is_asked() {
        let most: MaxCost = "1CU".parse().unwrap();
        assert_eq!(most.check_unit(Unit::Cu), None);
        let told = most.check_unit(Unit::Usd).unwrap().message;
        assert!(told.contains("a max_cost of 1 CU; give it in USD"), "{told}");
        assert_eq!(MaxCost { allow_unknown: true, ..most }.check_unit(Unit::Usd), None);
    }

    #[test]
    fn only_amounts_are_read() {
        for text in ["", "USD", "-1", "1EUR", "1e3", "1 2", "nan", "inf", "1.2.3"] {
            assert!(text.parse::<MaxCost>().is_err(), "{text}");
        }
        assert_eq!("12 cu".parse::<MaxCost>().unwrap().to_string(), "12 CU");
    }
}
