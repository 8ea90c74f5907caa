//! What becomes of a request between two catalogues.

use genmux_core::{Context, Number, Offer, Policy, Request, Violation};
use serde::Serialize;
use serde_json::{Map, Value};

/// What becomes of one request at one offer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Impact {
    /// The offer.
    pub offer: String,
    /// What changed; empty where nothing did.
    pub changes: Vec<Change>,
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// It was taken and is refused.
    Refused {
        /// The limits that it breaks now.
        violations: Vec<Violation>,
        /// Set where the offer itself is gone.
        gone: Option<String>,
    },
    /// It was refused, or the offer did not exist, and it is taken.
    Accepted,
    /// Something else is sent, or something else comes back.
    Moved {
        /// Wire paths whose values differ, those that took over from each other together.
        wire: Vec<WireMove>,
        /// What is expected otherwise, in words.
        expect: Vec<String>,
    },
    /// The same is sent, and what comes back of it was not known.
    Known {
        /// What is known, in words.
        expect: Vec<String>,
    },
    /// It costs more.
    Dearer {
        /// The price before.
        was: Number,
        /// The price after.
        is: Number,
        /// The unit of both.
        unit: Option<String>,
    },
}

/// Wire paths before and after.
///
/// One path on both sides has another value; an empty side means that nothing stood, or stands,
/// there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WireMove {
    /// Paths before.
    pub from: Vec<String>,
    /// Paths after.
    pub to: Vec<String>,
}

impl WireMove {
    /// The move in words: `referenceImages -> inputs.referenceImages`.
    fn says(&self) -> String {
        let (from, to) = (self.from.join(", "), self.to.join(", "));
        match (self.from.is_empty(), self.to.is_empty()) {
            _ if from == to => format!("{from} has another value"),
            (true, _) => format!("{to} sent now"),
            (_, true) => format!("{from} sent no more"),
            _ => format!("{from} -> {to}"),
        }
    }
}

impl Change {
    /// Whether a team should know: everything but what is newly taken, or newly known.
    pub const fn is_bad(&self) -> bool {
        !matches!(self, Change::Accepted | Change::Known { .. })
    }

    /// The change in words, one line each.
    pub fn says(&self) -> Vec<String> {
        match self {
            Change::Refused { violations, gone } => {
                let violations = violations.iter().map(|it| format!("refused: {}", it.message));
                gone.iter().map(|gone| format!("refused: {gone}")).chain(violations).collect()
            }
            Change::Accepted => vec!["accepted".to_owned()],
            Change::Moved { wire, expect } => {
                let wire = wire.iter().map(WireMove::says);
                let told: Vec<String> = wire.chain(expect.iter().cloned()).collect();
                vec![format!("moved: {}", told.join("; "))]
            }
            Change::Known { expect } => vec![format!("known: {}", expect.join("; "))],
            Change::Dearer { was, is, unit } => {
                let unit = unit.as_deref().map_or(String::new(), |unit| format!(" {unit}"));
                vec![format!("dearer: {was}{unit} is now {is}{unit}")]
            }
        }
    }
}

/// What becomes of a request at an offer, before and after; `None` where it is not offered.
///
/// ```
/// use genmux::drift::impact;
/// use genmux::{Catalog, Policy, Request};
///
/// let catalog = Catalog::embedded();
/// let mut request = Request::video("a paper boat");
/// request.duration = Some(genmux::Duration::seconds(8));
/// let then = catalog.as_of("2025-11-01".parse()?).offer("runware/seedance-1.0-pro")?;
/// let now = catalog.offer("runware/seedance-1.0-pro")?;
/// let context = genmux::context(&request);
/// let impact = impact(&request, &context, &Policy::default(), (Some(&now), Some(&then)));
/// assert_eq!(impact.unwrap().changes[0].says(), ["refused: duration 8 is not among the accepted values; accepted 5, 10"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When a payload cannot be written as JSON.
pub fn impact(
    request: &Request,
    context: &Context,
    policy: &Policy,
    (before, after): (Option<&Offer>, Option<&Offer>),
) -> serde_json::Result<Impact> {
    let taken = |offer: Option<&Offer>| {
        offer.map(|offer| taken(offer, request, (policy, context))).transpose()
    };
    let name = before.or(after).map_or("", Offer::name).to_owned();
    let (before, after) = (taken(before)?, taken(after)?);
    let changes = match (before, after) {
        (Some(Fate::Taken(before)), Some(Fate::Taken(after))) => differences(&before, &after),
        (Some(Fate::Taken(_)), Some(Fate::Refused(violations, gone))) => {
            vec![Change::Refused { violations, gone }]
        }
        (Some(Fate::Taken(_)), None) => {
            let gone = Some("it is not offered".to_owned());
            vec![Change::Refused { violations: Vec::new(), gone }]
        }
        (None | Some(Fate::Refused(..)), Some(Fate::Taken(_))) => vec![Change::Accepted],
        _ => Vec::new(),
    };
    Ok(Impact { offer: name, changes })
}

enum Fate {
    Taken(Box<Taken>),
    Refused(Vec<Violation>, Option<String>),
}

/// What is sent and what comes back.
struct Taken {
    wire: Map<String, Value>,
    expect: Map<String, Value>,
}

fn taken(
    offer: &Offer,
    request: &Request,
    (policy, context): (&Policy, &Context),
) -> serde_json::Result<Fate> {
    // What is retired is still translated, and no longer sent.
    if let Some(day) = offer.retired_on() {
        return Ok(Fate::Refused(Vec::new(), Some(format!("it was retired on {day}"))));
    }
    let translation = match offer.translate(request, policy, context) {
        Ok(translation) => translation,
        Err(rejection) => return Ok(Fate::Refused(rejection.violations().to_vec(), None)),
    };
    let mut wire = Map::new();
    flatten(&mut wire, "", serde_json::to_value(translation.payload(0))?);
    wire.insert("calls".to_owned(), translation.calls().into());
    wire.insert("model".to_owned(), offer.vendor_id().into());
    let Value::Object(expect) = serde_json::to_value(translation.expect())? else {
        return Ok(Fate::Taken(Box::new(Taken { wire, expect: Map::new() })));
    };
    Ok(Fate::Taken(Box::new(Taken { wire, expect })))
}

/// Values by dotted path; lists are one value.
fn flatten(flat: &mut Map<String, Value>, path: &str, value: Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = if path.is_empty() { key } else { format!("{path}.{key}") };
                flatten(flat, &path, value);
            }
        }
        value => drop(flat.insert(path.to_owned(), value)),
    }
}

fn differences(before: &Taken, after: &Taken) -> Vec<Change> {
    let wire = moves(&before.wire, &after.wire);
    let words = |key: String| {
        let told = |expect: &Map<String, Value>| {
            expect.get(&key).filter(|it| !it.is_null()).map_or("unknown".to_owned(), shown)
        };
        format!("{key} {} is now {}", told(&before.expect), told(&after.expect))
    };
    let keys = changed(&before.expect, &after.expect).into_iter().filter(|key| key != "price");
    let keys: Vec<String> = keys.collect();
    let learnt = |key: &String| before.expect.get(key).is_none_or(Value::is_null);
    let only_learnt = wire.is_empty() && keys.iter().all(learnt);
    let expect: Vec<String> = keys.into_iter().map(words).collect();
    let moved = (!wire.is_empty() || !expect.is_empty()).then_some(if only_learnt {
        Change::Known { expect }
    } else {
        Change::Moved { wire, expect }
    });
    moved.into_iter().chain(dearer(&before.expect, &after.expect)).collect()
}

/// What changed on the wire: equal values at other paths, other values, and the rest.
fn moves(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<WireMove> {
    let paths = changed(before, after);
    let (kept, lone): (Vec<_>, Vec<_>) =
        paths.into_iter().partition(|path| before.contains_key(path) && after.contains_key(path));
    let (mut gone, mut new): (Vec<_>, Vec<_>) =
        lone.into_iter().partition(|path| before.contains_key(path));
    let mut moves = Vec::new();
    gone.retain(|old| {
        let Some(at) = new.iter().position(|path| after.get(path) == before.get(old)) else {
            return true;
        };
        moves.push(WireMove { from: vec![old.clone()], to: vec![new.remove(at)] });
        false
    });
    moves
        .extend(kept.into_iter().map(|path| WireMove { from: vec![path.clone()], to: vec![path] }));
    if !gone.is_empty() || !new.is_empty() {
        moves.push(WireMove { from: gone, to: new });
    }
    moves
}

fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
    keys.filter(|key| before.get(*key) != after.get(*key)).cloned().collect()
}

/// What to expect is never a prompt and never long.
fn shown(value: &Value) -> String {
    let range = (&value["min"], &value["max"]);
    match value {
        Value::String(text) => text.clone(),
        Value::Object(_) if range.0 == range.1 => range.0.to_string(),
        Value::Object(_) => format!("{} to {}", range.0, range.1),
        value => value.to_string(),
    }
}

fn dearer(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Change> {
    let ((was, unit), (is, other)) = (price(before)?, price(after)?);
    (unit == other && is > was).then_some(Change::Dearer { was, is, unit })
}

/// The price of all calls, if it is known: a number, or an amount with its unit.
fn price(expect: &Map<String, Value>) -> Option<(Number, Option<String>)> {
    let price = expect.get("price")?;
    let amount = price.get("amount").or_else(|| price.get("max")).unwrap_or(price);
    let amount = match amount {
        Value::String(text) => serde_json::from_str(text).ok()?,
        Value::Number(_) => serde_json::from_value(amount.clone()).ok()?,
        _ => return None,
    };
    Some((amount, price.get("unit").and_then(Value::as_str).map(str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROVIDER: &str = r#"{"name": "Acme", "base_url": "https://acme.example", "source": "page",
        "since": "2026-01-01", "dated_by": "page", "media": []}"#;
    const MODEL: &str = r#"{"name": "Clip", "kind": "video", "workflows": [], "source": "page",
        "since": "2026-01-01", "dated_by": "page"}"#;

    /// An offer with these fields, of which a second revision says the rest.
    fn offer(later: &str) -> Offer {
        let first = r#"{"since": "2026-01-01", "dated_by": "page", "source": "page", "fields":
            {"prompt": {"to": "prompt"}, "duration": {"to": "seconds", "max": 10}, "seed": {"to": "seed"}}}"#;
        let text =
            format!(r#"{{"lab": "lab", "vendor_id": "clip", "revisions": [{first}{later}]}}"#);
        let files = [
            ("acme/provider.json", PROVIDER.to_owned()),
            ("models/lab/clip.json", MODEL.to_owned()),
            ("acme/clip.json", text),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.into()));
        genmux_core::Catalog::new(files).offer("acme/clip").unwrap()
    }

    fn revision(body: &str) -> String {
        format!(r#", {{"since": "2026-02-01", "dated_by": "page", "source": "page", {body}}}"#)
    }

    #[track_caller]
    fn check(later: &str, expected: &[&str]) {
        let mut request = Request::video("a paper boat");
        request.duration = Some(genmux_core::Duration::seconds(8));
        let (before, after) = (offer(""), offer(&revision(later)));
        let context = crate::context(&request);
        let both = (Some(&before), Some(&after));
        let impact = impact(&request, &context, &Policy::default(), both).unwrap();
        let says: Vec<String> = impact.changes.iter().flat_map(Change::says).collect();
        assert_eq!(says, expected);
    }

    #[test]
    fn a_limit_that_the_request_keeps_changes_nothing() {
        check(r#""fields": {"duration": {"max": 9}, "seed": null}"#, &[]);
    }

    #[test]
    fn a_limit_that_it_breaks_refuses_it() {
        let says = "refused: duration 8 is above 5; accepted up to 5";
        check(r#""fields": {"duration": {"max": 5}}"#, &[says]);
    }

    #[test]
    fn another_name_or_constant_moves_it() {
        let says = "moved: seconds -> length";
        check(r#""fields": {"duration": {"to": "length"}}"#, &[says]);
        check(r#""constants": {"mode": "new"}"#, &["moved: mode sent now"]);
    }

    #[test]
    fn what_is_only_known_now_moved_nothing() {
        let says = "known: audio unknown is now true";
        check(r#""fields": {"generate_audio": {"to": "audio", "default": true}}"#, &[says]);
        assert!(!Change::Known { expect: Vec::new() }.is_bad());
    }

    #[test]
    fn wire_paths_are_told_with_what_took_over() {
        let told = |before: Value, after: Value| {
            let flat = |it: Value| it.as_object().cloned().unwrap();
            let moves = moves(&flat(before), &flat(after));
            moves.iter().map(WireMove::says).collect::<Vec<_>>().join("; ")
        };
        let of = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let images = told(of(r#"{"a": ["x"], "b": 1}"#), of(r#"{"in.a": ["x"], "b": 2}"#));
        assert_eq!(images, "a -> in.a; b has another value");
        let sides = told(of(r#"{"ratio": "1:1"}"#), of(r#"{"width": 9, "height": 9}"#));
        assert_eq!(sides, "ratio -> width, height");
        assert_eq!(told(of(r#"{"a": 1, "b": 2}"#), of(r#"{"a": 1}"#)), "b sent no more");
        assert_eq!(told(of("{}"), of(r#"{"a": 1}"#)), "a sent now");
    }

    #[test]
    fn a_retired_offer_refuses_it() {
        check(r#""status": "retired""#, &["refused: it was retired on 2026-02-01"]);
    }

    #[test]
    fn an_offer_that_is_new_takes_it_and_one_that_is_gone_refuses_it() {
        let request = Request::video("a paper boat");
        let context = crate::context(&request);
        let offer = offer("");
        let of = |both| impact(&request, &context, &Policy::default(), both).unwrap().changes;
        assert_eq!(of((None, Some(&offer))), [Change::Accepted]);
        assert_eq!(of((Some(&offer), None))[0].says(), ["refused: it is not offered"]);
        assert_eq!(of((None, None)), []);
    }

    #[test]
    fn only_known_prices_of_one_unit_compare() {
        let told = |was: Value, is: Value| {
            let expect = |price| Map::from_iter([("price".to_owned(), price)]);
            dearer(&expect(was), &expect(is)).map(|change| change.says().concat())
        };
        let usd = |amount: &str| serde_json::json!({"amount": amount, "unit": "USD"});
        assert_eq!(told(1.into(), 2.into()).unwrap(), "dearer: 1 is now 2");
        assert_eq!(told(usd("0.03"), usd("0.05")).unwrap(), "dearer: 0.03 USD is now 0.05 USD");
        assert_eq!(told(usd("0.05"), usd("0.03")), None);
        assert_eq!(told(usd("1"), serde_json::json!({"amount": "2", "unit": "CU"})), None);
        assert_eq!(told(Value::Null, 2.into()), None);
        assert_eq!(told(1.into(), "soon".into()), None);
    }
}
