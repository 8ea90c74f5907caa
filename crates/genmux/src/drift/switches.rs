//! Words that are written beside a value to turn it on: without them the value has no effect.

use serde_json::Value;

use super::diff::{covered, find, option_patches};
use super::finding::{Finding, FindingKind};
use super::published::Published;
use super::stated::{Role, Stated};
use super::words::shown;

/// Every such word that the vendor takes no more.
pub(super) fn gone(all: &[Stated], published: &Published) -> Vec<Finding> {
    let first = all.iter().filter(|one| one.place.at == 0);
    let found = first.flat_map(|one| match one.role {
        Role::Side => beside_pixels(one, published),
        Role::Switch => of_a_sequence(one, published),
        _ => Vec::new(),
    });
    found.collect()
}

/// `custom` among the tiers, which says that width and height hold.
fn beside_pixels(one: &Stated, published: &Published) -> Vec<Finding> {
    let with = one.field.with.iter().flatten();
    let gone = with.filter(|(path, word)| match find(published, path) {
        Some(field) => field.values.as_ref().is_some_and(|values| !values.contains(word)),
        None => !covered(published, path),
    });
    let told = |(path, word): (&String, &Value)| {
        let says = format!("takes {} no more, so no exact size can be asked for", shown(word));
        Finding { wire: path.clone(), ..useless(one, published, says) }
    };
    gone.map(told).collect()
}

/// `disabled` and `auto`: one image, or as many as stand beside it.
fn of_a_sequence(one: &Stated, published: &Published) -> Vec<Finding> {
    let values = find(published, &one.wire.path).and_then(|field| field.values.as_ref());
    let gone = |word: &str| values.is_some_and(|values| values.iter().all(|it| it != word));
    let mut findings = Vec::new();
    if gone("auto") {
        let says = "takes auto no more, so no sequence can be asked for".to_owned();
        findings.push(useless(one, published, says));
    }
    if gone("disabled") {
        let says = "takes disabled no more, so a single image cannot be asked for by name: \
                    left out of the revision";
        findings.push(Finding::about(one, FindingKind::Narrowed, says.to_owned()));
    }
    findings
}

/// The field is taken back; what it wrote is still there for those who know what it does.
fn useless(one: &Stated, published: &Published, says: String) -> Finding {
    let mut finding = Finding::about(one, FindingKind::Narrowed, says).take_back(&one.place);
    let paths = one.field.to.iter().flat_map(|to| to.0.iter());
    let fields = paths.filter_map(|path| find(published, path));
    finding.patches.extend(fields.flat_map(option_patches));
    finding
}
