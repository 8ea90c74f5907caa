//! The size that applies while no side is sent.

use genmux_core::Leaf;
use genmux_core::spec::Field;
use serde_json::{Value, json};

use super::diff::find;
use super::finding::{Finding, FindingKind};
use super::json_schema::number;
use super::published::Published;
use super::stated::Stated;

/// Both sides together, where they hold without a word beside them.
pub(super) fn of_sides(field: &Field, published: &Published) -> Option<Value> {
    let [width, height] = field.to.as_ref()?.0.as_slice() else { return None };
    let side = |path: &str| number(find(published, path)?.default.as_ref()?);
    let sides = side(width).zip(side(height)).filter(|_| field.with.is_none());
    sides.map(|(width, height)| json!(format!("{width}x{height}")))
}

/// Another size that applies; a vendor's silence leaves the one that is stated in force.
pub(super) fn moved(all: &[Stated], published: &Published) -> Option<Finding> {
    let one = all.iter().find(|one| one.place.leaf == Some(Leaf::Size) && one.place.at == 0)?;
    let is = of_sides(&one.field, published)?;
    let shown = is.as_str().unwrap_or_default();
    let says = match one.field.default.as_ref() {
        Some(was) if *was == is => return None,
        Some(was) => format!("default {} is now {shown}", super::words::shown(was)),
        None => format!("default {shown} is stated now"),
    };
    let finding = Finding::about(one, FindingKind::Default, says);
    Some(finding.patch(&one.place, vec![("default", is)]))
}
