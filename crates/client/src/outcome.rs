//! What came of a request.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use genmux_core::{Cost, CostBasis, JobStatus, Kind, Number, Range, Unit, VendorError};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The form of outcomes that this version writes.
const VERSION: u32 = 1;

/// What came of a request: all artifacts, and everything that differs from what was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Version of this form.
    pub version: u32,
    /// How the work ended: succeeded as soon as there is one artifact.
    pub status: JobStatus,
    /// The offer that served it, as `provider/model`.
    pub offer: String,
    /// Name of the work, as in its handle.
    pub job: String,
    /// What was made, in order.
    pub artifacts: Vec<Artifact>,
    /// What failed, beside artifacts or instead of them.
    pub failures: Vec<VendorError>,
    /// Fewer results than asked.
    pub shortfall: Option<Shortfall>,
    /// What came out otherwise than the translation said.
    pub differences: Vec<Difference>,
    /// What it costs.
    #[serde(serialize_with = "serialize_cost", deserialize_with = "deserialize_cost")]
    pub cost: Option<Cost>,
}

impl Outcome {
    pub(crate) fn new(status: JobStatus, offer: &str, job: &str) -> Outcome {
        Outcome {
            version: VERSION,
            status,
            offer: offer.to_owned(),
            job: job.to_owned(),
            artifacts: Vec::new(),
            failures: Vec::new(),
            shortfall: None,
            differences: Vec::new(),
            cost: None,
        }
    }
}

/// One file that was made.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Artifact {
    /// Picture or clip.
    pub kind: Kind,
    /// Where the vendor holds it; signed and short-lived at most vendors.
    pub url: String,
    /// The canonical string for a next request, where the vendor holds it as an asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// Where it was saved.
    pub path: Option<PathBuf>,
    /// Type by magic bytes where the bytes are here, else by the vendor's word.
    pub mime: Option<String>,
    /// Pixels per row.
    pub width: Option<u32>,
    /// Rows.
    pub height: Option<u32>,
    /// Playing time.
    pub seconds: Option<Number>,
    /// Size.
    pub bytes: Option<u64>,
    /// SHA-256 of the bytes that were saved, in hex.
    pub sha256: Option<String>,
    /// The seed that made it.
    pub seed: Option<u64>,
    /// Whether the vendor's content check flagged it.
    pub flagged: Option<bool>,
}

/// The URL may be signed.
impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Artifact { kind, path, mime, width, height, bytes, .. } = self;
        write!(f, "Artifact({kind} {mime:?} {width:?}x{height:?} {bytes:?} bytes, {path:?})")
    }
}

/// Fewer results than asked: success all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// Results asked for.
    pub asked: u64,
    /// Results that came.
    pub got: u64,
}

impl Shortfall {
    /// The shortfall of results against the most that was asked for.
    pub(crate) fn of(asked: Range, got: u64) -> Option<Shortfall> {
        (got < asked.max).then_some(Shortfall { asked: asked.max, got })
    }
}

/// A property of an artifact that is not what the translation said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which artifact, from 0.
    pub artifact: usize,
    /// Canonical field.
    pub field: Cow<'static, str>,
    /// What was to be expected.
    pub asked: String,
    /// What came.
    pub got: String,
}

// Serde gives the field as it is.
#[allow(clippy::ref_option)]
fn serialize_cost<S: Serializer>(cost: &Option<Cost>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_struct("Cost", 3)?;
    object.serialize_field("amount", &cost.map(|cost| cost.amount))?;
    object.serialize_field("unit", &cost.map(|cost| cost.unit))?;
    match cost {
        Some(cost) => object.serialize_field("basis", &cost.basis)?,
        None => object.serialize_field("basis", "unknown")?,
    }
    object.end()
}

/// What is read back: an amount that is not known is none.
fn deserialize_cost<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Cost>, D::Error> {
    #[derive(Deserialize)]
    struct Written {
        amount: Option<Number>,
        unit: Option<Unit>,
        basis: Option<Value>,
    }
    let written = Written::deserialize(reader)?;
    let basis = written.basis.and_then(|basis| CostBasis::deserialize(basis).ok());
    let known = written.amount.zip(written.unit).zip(basis);
    Ok(known.map(|((amount, unit), basis)| Cost { amount, unit, basis }))
}

/// The cost of several jobs: known when each is known, in one unit.
pub(crate) fn total(costs: &[Option<Cost>]) -> Option<Cost> {
    let mut known = costs.iter().copied();
    let first = known.next()??;
    known.try_fold(first, |sum, cost| {
        let cost = cost.filter(|cost| cost.unit == sum.unit)?;
        let reported = [sum.basis, cost.basis].iter().all(|it| *it == CostBasis::Reported);
        let basis = if reported { CostBasis::Reported } else { CostBasis::Estimated };
        Some(Cost { amount: sum.amount.plus(cost.amount), unit: sum.unit, basis })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(amount: u64, unit: Unit) -> Cost {
        Cost { amount: Number::whole(amount), unit, basis: CostBasis::Reported }
    }

    #[test]
    fn costs_add_up_only_where_all_are_known_in_one_unit() {
        let two = Some(cost(2, Unit::Cu));
        assert_eq!(total(&[two, Some(cost(3, Unit::Cu))]), Some(cost(5, Unit::Cu)));
        assert_eq!(total(&[two, Some(cost(3, Unit::Usd))]), None);
        assert_eq!(total(&[two, None]), None);
        assert_eq!(total(&[]), None);
    }

    #[test]
    fn an_unknown_cost_is_said_to_be_unknown() {
        let json = serde_json::to_value(Outcome::new(JobStatus::Failed, "a/b", "c")).unwrap();
        let expected = serde_json::json!({ "amount": null, "unit": null, "basis": "unknown" });
        assert_eq!(json["cost"], expected);
        assert_eq!(serde_json::from_value::<Outcome>(json).unwrap().cost, None);
    }

    #[test]
    fn an_outcome_is_read_back_as_it_was() {
        let mut outcome = Outcome::new(JobStatus::Succeeded, "a/b", "c");
        outcome.cost = Some(cost(5, Unit::Cu));
        outcome.shortfall = Some(Shortfall { asked: 4, got: 3 });
        let json = serde_json::to_string(&outcome).unwrap();
        assert_eq!(serde_json::from_str::<Outcome>(&json).unwrap(), outcome);
    }

    #[test]
    fn a_shortfall_is_reckoned_from_the_most_that_was_asked() {
        let asked = Range { min: 1, max: 4 };
        assert_eq!(Shortfall::of(asked, 3), Some(Shortfall { asked: 4, got: 3 }));
        assert_eq!(Shortfall::of(asked, 4), None);
    }
}
