//! Which offers take a request, the best first.

use std::cmp::Reverse;

use genmux_core::{
    Auth, CatalogError, Context, Estimate, Kind, Loss, MaxCost, Mode, Offer, Policy, Rejection,
    Request, Row, RowOutcome, Translation, Violation, spec::Status,
};
use serde::Serialize;

use crate::catalog::Catalog;
use crate::providers::adapter;

/// What the caller wishes beside the request.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Offers of this model come first, such as `seedream-4.0`; there may be none at `provider`.
    pub model: Option<String>,
    /// Only offers of this provider.
    pub provider: Option<String>,
    /// The one policy that is tried; without it the first of strict, fit and drop that an offer
    /// accepts.
    pub policy: Option<Policy>,
    /// Most that the request may cost.
    pub max_cost: Option<MaxCost>,
    /// Providers that there are keys for; without it nobody asks for keys.
    pub keyed: Option<Vec<String>>,
}

/// What one offer would make of a request.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Choice {
    /// The offer, as `provider/slug`.
    pub offer: String,
    /// Whether it takes the request under the policy.
    pub accepted: bool,
    /// Whether it can be used, and if not, the first thing in the way.
    pub status: Standing,
    /// Everything in the way but limits of the offer, in words.
    pub reason: Option<String>,
    /// The variables to set, where there is no key for the provider; in `reason`, too.
    pub missing_key: Option<String>,
    /// The policy under which it takes the request; none where it is refused.
    #[serde(serialize_with = "as_text")]
    pub policy: Option<Policy>,
    /// How much would be changed; none where it is refused.
    pub loss: Option<Loss>,
    /// Calls that the request becomes; 0 where it is refused.
    pub calls: u64,
    /// What it should cost; none is unknown.
    pub price: Option<Estimate>,
    /// The rows of the ledger that tell what would be changed.
    pub changes: Vec<Row>,
    /// Why it is refused, by the strictest policy that was tried.
    pub violations: Vec<Violation>,
}

/// Whether an offer can be used for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// It can.
    Ready,
    /// It takes the request and there is no key for its provider.
    NoKey,
    /// It takes the request, and whether it costs too much is not known beforehand.
    UnknownCost,
    /// It takes the request and costs too much.
    OverCost,
    /// It does not take the request.
    Refused,
    /// Its provider no longer offers it.
    Retired,
}

/// Why nobody can say which offers take a request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WhichError {
    /// Nothing in the request tells images from video.
    #[error("the request could be for an image or a video; set kind, or name a model")]
    OpenKind,
    /// No offer is of the model that is named.
    #[error("no offer is of model {0:?}; genmux models lists all")]
    UnknownModel(String),
    /// No provider has the name.
    #[error("no provider is named {0:?}; there are {1}")]
    UnknownProvider(String, String),
    /// The specs have mistakes.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Catalog {
    /// What every offer of the request's kind would make of it, the best first.
    ///
    /// The order: what can be used, then what takes the request and is without a key or retired,
    /// then what refuses it; within each the model that is named, then the least [`Loss`], then the
    /// lowest price, an unknown one last. Prices of different units are not compared.
    ///
    /// # Errors
    /// When the request's kind is open, or the specs have mistakes.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut request = genmux::Request::video("a paper boat in the rain");
    /// request.duration = Some(genmux::Duration::seconds(5));
    /// let choices = genmux::Catalog::embedded().which(&request)?;
    /// assert!(choices[0].accepted && choices[0].loss == Some(genmux::Loss::default()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn which(&self, request: &Request) -> Result<Vec<Choice>, WhichError> {
        self.which_as(request, &crate::context(request), &Wish::default())
    }

    /// As [`Catalog::which`], with what is known of the media and what the caller wishes.
    ///
    /// # Errors
    /// As [`Catalog::which`], and where the wish names a model or provider that does not exist.
    pub fn which_as(
        &self,
        request: &Request,
        context: &Context,
        wish: &Wish,
    ) -> Result<Vec<Choice>, WhichError> {
        let offers = self.eligible(request, wish)?;
        let judged = offers.iter().map(|offer| (offer, judge(offer, request, context, wish)));
        let mut judged: Vec<(&Offer, Choice)> = judged.collect();
        judged.sort_by_cached_key(|(offer, choice)| rank(offer, choice, wish));
        Ok(judged.into_iter().map(|(_, choice)| choice).collect())
    }

    /// Offers of the request's kind, and of the model that is named.
    fn eligible(&self, request: &Request, wish: &Wish) -> Result<Vec<Offer>, WhichError> {
        if let Some(provider) = &wish.provider {
            let known: Vec<&str> = self.providers().collect();
            if !known.contains(&provider.as_str()) {
                return Err(WhichError::UnknownProvider(provider.clone(), known.join(", ")));
            }
        }
        let offers = self.offers()?;
        let mut of_model = offers.iter().filter(|offer| is_named(offer, wish)).peekable();
        if let (Some(model), None) = (&wish.model, of_model.peek()) {
            return Err(WhichError::UnknownModel(model.clone()));
        }
        let named: Option<Kind> = of_model.next().map(Offer::kind);
        let kind = request.kind().or(named).ok_or(WhichError::OpenKind)?;
        let wanted = |offer: &Offer| {
            let here = wish.provider.as_deref().is_none_or(|it| it == offer.provider());
            here && (offer.kind() == kind || is_named(offer, wish))
        };
        Ok(offers.into_iter().filter(wanted).collect())
    }
}

fn is_named(offer: &Offer, wish: &Wish) -> bool {
    wish.model.as_deref() == Some(offer.model())
}

/// A translation under the first policy that the offer accepts, or the refusal of the strictest.
///
/// # Errors
/// When the offer accepts none; the refusal names every limit that is broken.
pub fn translate_under<'a>(
    offer: &'a Offer,
    request: &'a Request,
    context: &'a Context,
    policies: &[Policy],
) -> (Policy, Result<Translation<'a>, Box<Rejection>>) {
    let (first, others) =
        policies.split_first().map_or((Policy::default(), &[][..]), |it| (*it.0, it.1));
    let strictest = offer.translate(request, &first, context);
    if strictest.is_ok() {
        return (first, strictest);
    }
    let mut others =
        others.iter().map(|policy| (*policy, offer.translate(request, policy, context)));
    others.find(|(_, result)| result.is_ok()).unwrap_or((first, strictest))
}

fn judge(offer: &Offer, request: &Request, context: &Context, wish: &Wish) -> Choice {
    let all = Mode::ALL.map(Policy::from);
    let policies = wish.policy.as_ref().map_or(&all[..], std::slice::from_ref);
    let (policy, result) = translate_under(offer, request, context, policies);
    let mut choice = Choice {
        offer: offer.name().to_owned(),
        accepted: result.is_ok(),
        status: Standing::Ready,
        reason: None,
        missing_key: None,
        policy: None,
        loss: None,
        calls: 0,
        price: None,
        changes: Vec::new(),
        violations: Vec::new(),
    };
    match result {
        Ok(translation) => accept(&mut choice, policy, &translation),
        Err(rejection) => choice.violations = rejection.violations().to_vec(),
    }
    stand(&mut choice, offer, wish);
    choice
}

fn accept(choice: &mut Choice, policy: Policy, translation: &Translation<'_>) {
    let changed = |row: &Row| matches!(row.outcome, RowOutcome::Adjusted | RowOutcome::Dropped);
    choice.policy = Some(policy);
    choice.loss = Some(translation.loss());
    choice.calls = translation.calls();
    choice.price = translation.expect().price;
    choice.changes = translation.ledger().into_iter().filter(changed).collect();
}

/// Everything in the way, the worst of it as the status.
fn stand(choice: &mut Choice, offer: &Offer, wish: &Wish) {
    let mut hindrances: Vec<(Standing, Option<String>)> = Vec::new();
    if offer.status() == Status::Retired {
        let day = offer.retired_on().map(|day| format!(" on {day}")).unwrap_or_default();
        hindrances.push((Standing::Retired, Some(format!("retired{day}"))));
    }
    if !choice.accepted {
        hindrances.push((Standing::Refused, None));
    } else if let Some(most) = &wish.max_cost {
        hindrances.extend(too_dear(choice.price.as_ref(), most));
    }
    if !has_key(offer, wish) {
        choice.missing_key = key_names(offer);
        let missing = choice.missing_key.as_ref().map(|key| format!("no key; set {key}"));
        let unknown = || format!("provider {} is not built in", offer.provider());
        hindrances.push((Standing::NoKey, Some(missing.unwrap_or_else(unknown))));
    }
    choice.status = hindrances.iter().map(|it| it.0).max().unwrap_or(Standing::Ready);
    let reasons: Vec<String> = hindrances.into_iter().filter_map(|it| it.1).collect();
    choice.reason = (!reasons.is_empty()).then(|| reasons.join("; "));
}

/// Whether an offer costs too much, or nobody knows.
fn too_dear(price: Option<&Estimate>, most: &MaxCost) -> Option<(Standing, Option<String>)> {
    most.check(price.map(Estimate::most))?;
    Some(match price {
        Some(price) if price.unit == most.unit => {
            (Standing::OverCost, Some(format!("above {most}")))
        }
        _ => (Standing::UnknownCost, Some(format!("not known to be within {most}"))),
    })
}

fn has_key(offer: &Offer, wish: &Wish) -> bool {
    wish.keyed.as_ref().is_none_or(|keyed| keyed.iter().any(|it| it == offer.provider()))
}

fn key_names(offer: &Offer) -> Option<String> {
    Some(match adapter(offer.provider()).map(genmux_core::Adapter::auth)? {
        Auth::Bearer(key) => key.to_owned(),
        Auth::Basic(key, secret) => format!("{key} and {secret}"),
    })
}

/// The key that choices are sorted by: what refuses last, before it what is retired or keyless.
fn rank(offer: &Offer, choice: &Choice, wish: &Wish) -> impl Ord + use<> {
    let cost = match choice.status {
        Standing::UnknownCost => 1,
        Standing::OverCost => 2,
        _ => 0,
    };
    let retired = offer.status() == Status::Retired;
    let hindered = (!choice.accepted, retired, !has_key(offer, wish), cost);
    let price = choice.price.as_ref().map(|price| (price.unit.to_string(), price.amount));
    // What is known comes first; units keep apart.
    let price = (price.is_none(), price.map(|(unit, amount)| (Reverse(unit), amount)));
    (hindered, !is_named(offer, wish), choice.loss, price, choice.offer.clone())
}

#[allow(clippy::ref_option)] // The signature is serde's.
fn as_text<S: serde::Serializer>(policy: &Option<Policy>, to: S) -> Result<S::Ok, S::Error> {
    match policy {
        Some(policy) => to.collect_str(policy),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const CLIP: &str = r#"{"prompt":"a boat","duration":5}"#;
    const LONG: &str = r#"{"prompt":"a boat","duration":8,"seed":1}"#;

    /// Amount and unit.
    type Price = Option<(f64, &'static str)>;

    /// Offers: what a second costs, how long they make, whether seeds are taken.
    const OFFERS: [(&str, Price, u64, bool); 6] = [
        ("runware/dear", Some((0.5, "USD")), 10, true),
        ("runware/open", None, 10, true),
        ("runware/seedless", Some((0.01, "USD")), 10, false),
        ("replicate/cheap", Some((0.1, "USD")), 10, true),
        ("replicate/short", Some((0.2, "USD")), 6, true),
        ("replicate/units", Some((0.1, "CU")), 10, true),
    ];

    fn provider(name: &str) -> (String, Value) {
        let file = json!({ "name": name, "base_url": "https://acme.example", "source": "p",
            "since": "2026-01-01", "dated_by": "page", "media": [] });
        (format!("{name}/provider.json"), file)
    }

    fn model(name: &str, kind: &str) -> (String, Value) {
        let file = json!({ "name": name, "kind": kind, "workflows": [], "source": "p",
            "since": "2026-01-01", "dated_by": "page" });
        (format!("models/lab/{name}.json"), file)
    }

    fn offer(name: &str, price: Price, max: u64, seed: bool) -> (String, Value) {
        let price = price.map(|(amount, unit)| {
            json!({ "unit": unit, "per": "second", "rates": [{ "amount": amount }] })
        });
        let mut fields = json!({ "prompt": { "to": "prompt" },
            "duration": { "to": "seconds", "min": 1, "max": max } });
        if seed {
            fields["seed"] = json!({ "to": "seed" });
        }
        let revision = json!({ "since": "2026-01-01", "dated_by": "page", "source": "p",
            "price": price, "fields": fields });
        let file = json!({ "lab": "lab", "vendor_id": name, "revisions": [revision] });
        (format!("{name}.json"), file)
    }

    fn catalog() -> Catalog {
        let mut files = vec![provider("runware"), provider("replicate"), model("still", "image")];
        for (name, price, max, seed) in OFFERS {
            files.push(offer(name, price, max, seed));
            files.push(model(name.split_once('/').unwrap().1, "video"));
        }
        let (path, mut old) = offer("replicate/old", Some((0.001, "USD")), 10, true);
        let gone = json!({ "since": "2026-02-01", "dated_by": "page", "source": "p",
            "status": "retired" });
        old["revisions"].as_array_mut().unwrap().push(gone);
        files.extend([(path, old), model("old", "video")]);
        let (path, mut still) = offer("replicate/still", None, 1, true);
        still["revisions"][0]["fields"] = json!({ "prompt": { "to": "prompt" } });
        files.push((path, still));
        let files = files.into_iter().map(|(path, file)| (path, file.to_string().into()));
        Catalog(genmux_core::Catalog::new(files))
    }

    fn choices(request: &str, wish: &Wish) -> Vec<Choice> {
        let request = Request::from_json(request.as_bytes()).unwrap();
        catalog().which_as(&request, &crate::context(&request), wish).unwrap()
    }

    /// The order as `offer policy status`, one after the other.
    fn check(request: &str, wish: &Wish, expected: &[&str]) {
        let shown = |choice: &Choice| {
            let policy = choice.policy.map_or("no".to_owned(), |policy| policy.to_string());
            let status = json!(choice.status);
            format!("{} {policy} {}", choice.offer, status.as_str().unwrap())
        };
        let found: Vec<String> = choices(request, wish).iter().map(shown).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_cheapest_comes_first_and_the_unknown_last() {
        check(
            CLIP,
            &Wish::default(),
            &[
                "runware/seedless strict ready",
                "replicate/cheap strict ready",
                "replicate/short strict ready",
                "runware/dear strict ready",
                "replicate/units strict ready",
                "runware/open strict ready",
                "replicate/old strict retired",
            ],
        );
    }

    #[test]
    fn what_is_changed_weighs_more_than_the_price() {
        check(
            LONG,
            &Wish::default(),
            &[
                "replicate/cheap strict ready",
                "runware/dear strict ready",
                "replicate/units strict ready",
                "runware/open strict ready",
                "replicate/short fit ready",
                "runware/seedless drop ready",
                "replicate/old strict retired",
            ],
        );
    }

    #[test]
    fn the_model_that_is_named_comes_first() {
        let wish = Wish { model: Some("seedless".to_owned()), ..Wish::default() };
        let found = choices(LONG, &wish);
        assert_eq!((found[0].offer.as_str(), found.len()), ("runware/seedless", 7));
        assert_eq!(found[0].changes[0].field, "seed");
        assert_eq!(found[1].offer, "replicate/cheap");
        let wish = Wish { model: Some("still".to_owned()), ..Wish::default() };
        let found = choices(LONG, &wish);
        let still = found.iter().find(|choice| choice.offer == "replicate/still").unwrap();
        assert_eq!(still.violations[0].field, "kind");
    }

    #[test]
    fn without_a_key_an_offer_comes_after_those_with_one() {
        let keyed = Some(vec!["runware".to_owned()]);
        check(
            LONG,
            &Wish { keyed, ..Wish::default() },
            &[
                "runware/dear strict ready",
                "runware/open strict ready",
                "runware/seedless drop ready",
                "replicate/cheap strict no_key",
                "replicate/units strict no_key",
                "replicate/short fit no_key",
                "replicate/old strict retired",
            ],
        );
        let wish = Wish { keyed: Some(Vec::new()), ..Wish::default() };
        let reason = choices(LONG, &wish)[0].reason.clone().unwrap();
        assert_eq!(reason, "no key; set REPLICATE_API_TOKEN");
    }

    #[test]
    fn what_refuses_comes_after_what_only_lacks_a_key() {
        let wish = Wish {
            policy: Some(Policy::default()),
            keyed: Some(vec!["runware".to_owned()]),
            ..Wish::default()
        };
        check(
            LONG,
            &wish,
            &[
                "runware/dear strict ready",
                "runware/open strict ready",
                "replicate/cheap strict no_key",
                "replicate/units strict no_key",
                "replicate/old strict retired",
                "runware/seedless no refused",
                "replicate/short no refused",
            ],
        );
        let old = choices(LONG, &wish).remove(4);
        assert_eq!(old.missing_key.as_deref(), Some("REPLICATE_API_TOKEN"));
    }

    #[test]
    fn a_cap_puts_what_is_above_it_after_what_is_unknown() {
        let wish = Wish { max_cost: Some("1".parse().unwrap()), ..Wish::default() };
        check(
            CLIP,
            &wish,
            &[
                "runware/seedless strict ready",
                "replicate/cheap strict ready",
                "replicate/short strict ready",
                "replicate/units strict unknown_cost",
                "runware/open strict unknown_cost",
                "runware/dear strict over_cost",
                "replicate/old strict retired",
            ],
        );
    }

    #[test]
    fn what_refuses_comes_after_what_takes_with_every_violation() {
        let wish = Wish {
            policy: Some(Policy::default()),
            provider: Some("runware".to_owned()),
            ..Wish::default()
        };
        check(
            r#"{"prompt":"a boat","duration":99,"seed":1}"#,
            &wish,
            &["runware/dear no refused", "runware/open no refused", "runware/seedless no refused"],
        );
        let request = r#"{"prompt":"a boat","duration":99,"seed":1}"#;
        let seedless = choices(request, &wish).pop().unwrap();
        assert_eq!((seedless.violations.len(), seedless.price, seedless.loss), (2, None, None));
        let found = choices(LONG, &wish);
        assert_eq!(found[2].status, Standing::Refused, "{}", found[2].offer);
    }

    fn check_mistake(request: &str, wish: &Wish, said: &str) {
        let request = Request::from_json(request.as_bytes()).unwrap();
        let error = catalog().which_as(&request, &crate::context(&request), wish).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }

    #[test]
    fn what_cannot_be_answered_is_asked_back() {
        let named = |name: &str| Some(name.to_owned());
        check_mistake(r#"{"prompt":"a"}"#, &Wish::default(), "set kind");
        check_mistake(CLIP, &Wish { model: named("sora"), ..Wish::default() }, "\"sora\"");
        check_mistake(
            CLIP,
            &Wish { provider: named("x"), ..Wish::default() },
            "replicate, runware",
        );
        let wish = Wish { model: named("dear"), ..Wish::default() };
        assert_eq!(choices(r#"{"prompt":"a"}"#, &wish)[0].offer, "runware/dear");
    }
}
