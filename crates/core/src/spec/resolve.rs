//! Merging dated revisions into what is in force on a day.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Common, Date, DatedBy, OfferFile, Origin, Price, Revision, StatedPrice, Status};
use crate::leaf::Leaf;

/// What an offer says on one day, with the origin of every attribute.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// Date of the newest revision in force.
    pub(crate) revision: Date,
    /// How that date is known.
    pub(crate) dated_by: DatedBy,
    /// Page of the newest revision in force.
    pub(crate) source: Arc<str>,
    /// The newest page that states fields: a retirement says nothing of what the offer took.
    pub(crate) facts: Origin,
    /// Whether the offer can still be had.
    pub(crate) status: Status,
    /// Since when it cannot.
    pub(crate) retired_on: Option<Date>,
    /// What it costs, if that is known.
    pub(crate) price: Option<(Price, Origin)>,
    /// The notes of the revisions in force, oldest first.
    pub(crate) notes: Vec<String>,
    /// The merged body: `fields`, `options`, `rules`, `constants`.
    pub(crate) body: Map<String, Value>,
    /// Where each attribute is stated.
    pub(crate) origins: Origins,
}

/// The origin of every attribute of the merged body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    by_path: HashMap<(String, String, String), Origin>,
}

impl Origins {
    /// The origin of an attribute such as `fields`, `duration`, `max`.
    pub(crate) fn of(&self, section: &str, name: &str, attribute: &str) -> Option<&Origin> {
        let key = (section.to_owned(), name.to_owned(), attribute.to_owned());
        self.by_path.get(&key)
    }
}

/// Merges the revisions in force on `as_of` (all of them without it); none in force is `None`.
pub(crate) fn resolve(
    offer: &OfferFile,
    common: Option<&Common>,
    as_of: Option<Date>,
) -> Option<Resolved> {
    let in_force = |revision: &&Revision| as_of.is_none_or(|day| revision.since <= day);
    let revisions: Vec<&Revision> = offer.revisions.iter().filter(in_force).collect();
    let newest = *revisions.last()?;
    let mut merged = Merge::default();
    if let Some(common) = common {
        merged.add(&common.body, &origin(&common.source, common.since));
    }
    for revision in &revisions {
        merged.add(&revision.body, &origin(&revision.source, revision.since));
    }
    merged.order_fields();
    let status = revisions.iter().rev().find_map(|r| r.status.map(|status| (status, r.since)));
    let (status, changed) = status.unwrap_or((Status::Live, newest.since));
    let states_fields = |revision: &&&Revision| revision.body.contains_key("fields");
    let stated = revisions.iter().rev().find(states_fields).copied().unwrap_or(newest);
    let facts = origin(&stated.source, stated.since);
    Some(Resolved {
        revision: newest.since,
        dated_by: newest.dated_by,
        source: newest.source.as_str().into(),
        facts,
        status,
        retired_on: (status == Status::Retired).then_some(changed),
        price: price(&revisions, as_of),
        notes: revisions.iter().filter_map(|revision| revision.note.clone()).collect(),
        body: merged.body,
        origins: merged.origins,
    })
}

/// The newest price in force; one may be younger than the revision that it stands in.
fn price(revisions: &[&Revision], as_of: Option<Date>) -> Option<(Price, Origin)> {
    let in_force = |since: Date| as_of.is_none_or(|day| since <= day);
    revisions.iter().rev().find_map(|revision| match &revision.price {
        StatedPrice::Silent => None,
        StatedPrice::Unknown => Some(None),
        StatedPrice::Known(price) => {
            let since = price.since.unwrap_or(revision.since);
            let page = price.source.as_ref().unwrap_or(&revision.source);
            in_force(since).then(|| Some((price.clone(), origin(page, since))))
        }
    })?
}

fn origin(page: &str, since: Date) -> Origin {
    Origin { page: page.into(), since, at_run: false }
}

#[derive(Default)]
struct Merge {
    body: Map<String, Value>,
    origins: Origins,
}

impl Merge {
    fn add(&mut self, body: &Map<String, Value>, origin: &Origin) {
        for (section, entries) in body {
            let target =
                self.body.entry(section.clone()).or_insert_with(|| Value::Object(Map::new()));
            match (target, entries) {
                (Value::Object(target), Value::Object(entries)) => {
                    for (name, entry) in entries {
                        merge_entry(target, &mut self.origins, (section, name, entry), origin);
                    }
                }
                // A section of another type is a mistake, which reading the body reports.
                (target, other) => *target = other.clone(),
            }
        }
    }

    /// Fields in canonical order, whichever revision named them first.
    fn order_fields(&mut self) {
        let Some(Value::Object(fields)) = self.body.get_mut("fields") else { return };
        let mut ordered: Vec<(String, Value)> = std::mem::take(fields).into_iter().collect();
        ordered.sort_by_key(|(path, _)| {
            Leaf::from_path(path).map_or(usize::MAX, |leaf| leaf as usize)
        });
        fields.extend(ordered);
    }
}

fn merge_entry(
    target: &mut Map<String, Value>,
    origins: &mut Origins,
    (section, name, entry): (&str, &str, &Value),
    origin: &Origin,
) {
    let by_attribute = matches!(section, "fields");
    let (Value::Object(attributes), true) = (entry, by_attribute) else {
        if entry.is_null() {
            drop(target.shift_remove(name));
        } else {
            drop(target.insert(name.into(), entry.clone()));
        }
        origins.by_path.insert((section.into(), name.into(), String::new()), origin.clone());
        return;
    };
    let origin = &stated_beside(attributes, origin);
    let slot = target.entry(name).or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(slot) = slot else { return };
    for (attribute, value) in attributes {
        if value.is_null() {
            slot.shift_remove(attribute);
        } else {
            slot.insert(attribute.clone(), value.clone());
        }
        origins.by_path.insert((section.into(), name.into(), attribute.clone()), origin.clone());
    }
    for stated in ["source", "since", "dated_by"] {
        slot.shift_remove(stated);
    }
}

/// A field that names its own page and date speaks for the attributes given beside them.
fn stated_beside(attributes: &Map<String, Value>, origin: &Origin) -> Origin {
    let text = |key: &str| attributes.get(key).and_then(Value::as_str);
    Origin {
        page: text("source").map_or_else(|| origin.page.clone(), Into::into),
        since: text("since").and_then(|date| date.parse().ok()).unwrap_or(origin.since),
        at_run: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> OfferFile {
        serde_json::from_value(serde_json::json!({
            "lab": "acme", "vendor_id": "x", "revisions": [
                { "since": "2025-01-01", "dated_by": "page", "source": "old",
                  "fields": { "duration": { "to": "len", "values": [5, 10], "default": 5 }, "seed": { "to": "seed" } } },
                { "since": "2026-01-01", "dated_by": "page", "source": "new",
                  "fields": { "duration": { "values": null, "min": 1, "max": 12 }, "seed": null } },
                { "since": "2026-06-01", "dated_by": "schema", "source": "last", "status": "retired" }
            ]
        }))
        .unwrap()
    }

    fn on(date: &str) -> Option<Resolved> {
        resolve(&offer(), None, Some(date.parse().unwrap()))
    }

    #[test]
    fn before_the_first_revision_there_is_no_offer() {
        assert!(on("2024-12-31").is_none());
    }

    #[test]
    fn silence_leaves_the_earlier_fact_with_its_own_origin() {
        let resolved = on("2026-02-01").unwrap();
        assert_eq!(resolved.body["fields"]["duration"]["default"], 5);
        assert_eq!(&*resolved.origins.of("fields", "duration", "default").unwrap().page, "old");
        assert_eq!(&*resolved.origins.of("fields", "duration", "max").unwrap().page, "new");
    }

    #[test]
    fn null_takes_back() {
        let resolved = on("2026-02-01").unwrap();
        assert!(resolved.body["fields"]["duration"].get("values").is_none());
        assert!(resolved.body["fields"].get("seed").is_none());
        assert!(on("2025-12-31").unwrap().body["fields"].get("seed").is_some());
    }

    fn price_on(date: &str) -> Option<(String, String)> {
        let offer: OfferFile = serde_json::from_value(serde_json::json!({
            "lab": "acme", "vendor_id": "x", "revisions": [
                { "since": "2025-01-01", "dated_by": "page", "source": "old",
                  "price": { "unit": "USD", "per": "image", "rates": [{ "amount": 0.1 }] } },
                { "since": "2026-01-01", "dated_by": "page", "source": "new",
                  "price": { "unit": "USD", "per": "image", "rates": [{ "amount": 0.2 }],
                             "source": "prices", "since": "2026-03-01", "dated_by": "page" } },
                { "since": "2026-06-01", "dated_by": "page", "source": "silent" },
                { "since": "2026-09-01", "dated_by": "page", "source": "last", "price": null }
            ]
        }))
        .unwrap();
        let (price, origin) = resolve(&offer, None, Some(date.parse().unwrap()))?.price?;
        Some((price.rates[0].amount.to_string(), origin.to_string()))
    }

    #[test]
    fn a_price_holds_from_its_own_day_until_another_or_none_is_stated() {
        let is = |date: &str, amount: &str, origin: &str| {
            assert_eq!(price_on(date), Some((amount.to_owned(), origin.to_owned())), "{date}");
        };
        is("2025-06-01", "0.1", "old, 2025-01-01");
        is("2026-02-01", "0.1", "old, 2025-01-01");
        is("2026-03-01", "0.2", "prices, 2026-03-01");
        is("2026-07-01", "0.2", "prices, 2026-03-01");
        assert_eq!(price_on("2026-09-01"), None);
    }

    #[test]
    fn retirement_has_a_date() {
        assert_eq!(on("2026-05-31").unwrap().status, Status::Live);
        let resolved = resolve(&offer(), None, None).unwrap();
        assert_eq!(
            (resolved.status, resolved.retired_on),
            (Status::Retired, "2026-06-01".parse().ok())
        );
    }
}
