//! What a request should cost, by the prices that its spec states.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Call, Expect};
use crate::adapter::{Cost, CostBasis, Unit};
use crate::leaf::Leaf;
use crate::number::Number;
use crate::request::{Resolution, Size};
use crate::spec::{Date, Per, Rate};

/// What all calls of a request should cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Estimate {
    /// Most that it costs.
    pub amount: Number,
    /// Least that it costs, where the model decides how many images it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<Number>,
    /// In what the amounts are counted.
    pub unit: Unit,
    /// Who says so: reckoned from prices.
    pub basis: CostBasis,
    /// Page that states the price.
    pub source: String,
    /// Date of the price.
    pub since: Date,
}

impl Estimate {
    /// The most that it costs.
    pub const fn most(&self) -> Cost {
        Cost { amount: self.amount, unit: self.unit, basis: self.basis }
    }
}

/// `0.75 USD`, `0.03 to 0.12 USD`.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(least) = self.least {
            write!(f, "{} to ", self.unit.counted(least))?;
        }
        self.most().fmt(f)
    }
}

/// What the request should cost; `None` is unknown, and never stands for nothing to pay.
pub(super) fn estimate(call: Call<'_>, expect: &Expect) -> Option<Estimate> {
    let (price, origin) = call.plan.price.as_ref()?;
    // What stands in no spec may move the price.
    if call.request.provider_options.of(&call.plan.provider).is_some() {
        return None;
    }
    let rate = rate(&price.rates, call, expect)?;
    let (least, most) = measured(price.per, call, expect)?;
    let least = (least < most).then(|| rate.amount.times(least));
    Some(Estimate {
        amount: rate.amount.times(most),
        least,
        unit: price.unit,
        basis: CostBasis::Estimated,
        source: origin.page.to_string(),
        since: origin.since,
    })
}

/// The first rate that holds; one of which nobody knows whether it holds leaves the price open.
fn rate<'a>(rates: &'a [Rate], call: Call<'_>, expect: &Expect) -> Option<&'a Rate> {
    let possible = rates.iter().find(|rate| holds(rate, call, expect) != Some(false))?;
    holds(possible, call, expect).map(|_| possible)
}

/// Whether all conditions of a rate hold; `None` where it depends on what is not known.
fn holds(rate: &Rate, call: Call<'_>, expect: &Expect) -> Option<bool> {
    let conditions = [
        rate.resolution.map(|wanted| tier(call).map(|tier| tier == wanted)),
        rate.size.map(|wanted| expect.size.map(|size| size == wanted)),
        rate.up_to.map(|most| within(most, call)),
        rate.max_pixels.map(|most| expect.size.map(|size| size.area() <= most)),
        rate.duration.map(|wanted| expect.duration.map(|seconds| seconds == wanted)),
        rate.audio.map(|wanted| expect.audio.map(|audio| audio == wanted)),
        rate.video_input.map(|wanted| Some(call.writes(Leaf::Videos) == wanted)),
    ];
    let mut stated = conditions.into_iter().flatten();
    if stated.clone().any(|condition| condition == Some(false)) {
        return Some(false);
    }
    stated.all(|condition| condition.is_some()).then_some(true)
}

/// The tier of the results: the vendor's word, that of the size, or the one asked for.
fn tier(call: Call<'_>) -> Option<Resolution> {
    let wired = &call.settlement.wired;
    if let Some(tier) = call.plan.geometry.tier_of(wired) {
        return Some(tier);
    }
    if wired.pixels.is_none() {
        let (default, _) = call.plan.field(Leaf::Resolution)?.default.as_ref()?;
        return default.as_str()?.parse().ok();
    }
    match call.settlement.moved(Leaf::Resolution) {
        Some(moved) => moved.as_str()?.parse().ok(),
        None => call.request.resolution.filter(|_| call.writes(Leaf::Resolution)),
    }
}

/// Whether results are of at most a tier: by that of a listed size, by the pixels that are sent, or
/// by its word.
fn within(most: Resolution, call: Call<'_>) -> Option<bool> {
    let wired = &call.settlement.wired;
    let listed = call.plan.geometry.tier_of(wired).map(Resolution::area);
    let area = listed.or_else(|| wired.pixels.map(Size::area));
    let area = area.or_else(|| tier(call).map(Resolution::area))?;
    Some(area <= most.area())
}

/// Least and most of what an amount pays for, over all calls.
fn measured(per: Per, call: Call<'_>, expect: &Expect) -> Option<(Number, Number)> {
    let results = match per {
        Per::Image | Per::Megapixel => expect.images?,
        Per::Second | Per::Video => expect.videos?,
        Per::Call => {
            let calls = Number::whole(call.settlement.calls);
            return Some((calls, calls));
        }
    };
    let each = match per {
        Per::Megapixel => Number::millionths(expect.size?.area()),
        Per::Second => expect.duration?,
        _ => Number::whole(1),
    };
    Some((Number::whole(results.min).times(each), Number::whole(results.max).times(each)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{Catalog, Context, Mode, Policy, Request, TaskKey};

    /// The estimate of a request at an offer with such prices, under fit.
    fn estimate(kind: &str, price: &Value, request: &str) -> Option<String> {
        let provider = json!({ "name": "Acme", "base_url": "https://acme.example", "source": "p",
            "since": "2026-01-01", "dated_by": "page", "media": ["https"] });
        let model = json!({ "name": "M", "kind": kind, "workflows": [], "source": "p",
            "since": "2026-01-01", "dated_by": "page", "default_tier": "720p",
            "default_ratio": "16:9",
            "sizes": [{ "tier": "480p", "entries": { "16:9": "864x480" } },
                      { "tier": "720p", "entries": { "16:9": "1248x704" } }] });
        let offer = json!({ "lab": "lab", "vendor_id": "m", "revisions": [{
            "since": "2026-01-01", "dated_by": "page", "source": "p", "price": price,
            "fields": {
                "prompt": { "to": "prompt" },
                "size": { "to": ["w", "h"], "table": true },
                "duration": { "to": "seconds", "max": 10, "words": { "auto": -1 } },
                "references.videos": { "to": "videos" },
                "sequential_count": { "to": "most", "max": 4 },
                "count": { "to": "n", "max": 2 },
                "generate_audio": { "to": "audio", "default": true }
            },
            "options": { "mood": { "type": "string" } } }] });
        let files = [("acme/provider.json", provider), ("models/lab/m.json", model)];
        let files = files.into_iter().chain([("acme/m.json", offer)]);
        let catalog =
            Catalog::new(files.map(|(path, file)| (path.to_owned(), file.to_string().into())));
        let offer = catalog.offer("acme/m").unwrap();
        let request = Request::from_json(request.as_bytes()).unwrap();
        let context = Context::new(TaskKey::derived(&[]));
        let translation = offer.translate(&request, &Policy::from(Mode::Fit), &context).unwrap();
        translation.expect().price.map(|price| price.to_string())
    }

    fn check(kind: &str, price: &Value, request: &str, expected: Option<&str>) {
        let found = estimate(kind, price, request);
        assert_eq!(found.as_deref(), expected, "{price} {request}");
    }

    fn per(per: &str, rates: &Value) -> Value {
        json!({ "unit": "USD", "per": per, "rates": rates })
    }

    #[test]
    fn images_are_counted_over_all_calls() {
        let price = per("image", &json!([{ "amount": 0.03 }]));
        check("image", &price, r#"{"kind":"image"}"#, Some("0.03 USD"));
        check("image", &price, r#"{"kind":"image","count":5}"#, Some("0.15 USD"));
    }

    #[test]
    fn a_sequence_costs_from_its_fewest_to_its_most() {
        let price = per("image", &json!([{ "amount": 0.03 }]));
        check("image", &price, r#"{"sequential_count":4}"#, Some("0.03 to 0.12 USD"));
        check("image", &price, r#"{"sequential_count":1}"#, Some("0.03 USD"));
        let request = r#"{"sequential_count":9,"count":2}"#;
        check("image", &price, request, Some("0.06 to 0.24 USD"));
    }

    #[test]
    fn calls_are_counted_where_a_call_has_a_price() {
        let price = json!({ "unit": "CU", "per": "call", "rates": [{ "amount": 7.25 }] });
        check("image", &price, r#"{"kind":"image","count":3}"#, Some("14.5 CU"));
    }

    #[test]
    fn seconds_cost_by_the_tier() {
        let rates = json!([
            { "amount": 0.07, "resolution": "480p" }, { "amount": 0.15, "resolution": "720p" }
        ]);
        let price = per("second", &rates);
        let small = r#"{"resolution":"480p","duration":5}"#;
        check("video", &price, small, Some("0.35 USD"));
        check("video", &price, r#"{"size":"1248x704","duration":1.2}"#, Some("0.18 USD"));
        check("video", &price, r#"{"size":"860x480","duration":99}"#, Some("0.70 USD"));
        check("video", &price, r#"{"resolution":"480p","duration":5,"count":2}"#, Some("0.70 USD"));
        // No tier is named, and the vendor states no default.
        check("video", &price, r#"{"duration":5}"#, None);
    }

    #[test]
    fn an_open_duration_leaves_the_price_open() {
        let price = per("second", &json!([{ "amount": 0.1 }]));
        check("video", &price, r#"{"duration":"auto"}"#, None);
        check("video", &price, r#"{"kind":"video"}"#, None);
        let flat = per("video", &json!([{ "amount": 0.1 }]));
        check("video", &flat, r#"{"duration":"auto"}"#, Some("0.10 USD"));
    }

    #[test]
    fn the_first_rate_that_holds_is_taken() {
        let rates = json!([
            { "amount": 3, "video_input": true }, { "amount": 2, "audio": true },
            { "amount": 1, "audio": false }
        ]);
        let price = per("video", &rates);
        check("video", &price, r#"{"kind":"video"}"#, Some("2.00 USD"));
        check("video", &price, r#"{"generate_audio":false}"#, Some("1.00 USD"));
        let clip = r#"{"generate_audio":false,"references":{"videos":["https://a.b/c.mp4"]}}"#;
        check("video", &price, clip, Some("3.00 USD"));
    }

    #[test]
    fn where_no_rate_holds_the_price_is_unknown() {
        let price = per("video", &json!([{ "amount": 1, "size": "864x480", "duration": 8 }]));
        check("video", &price, r#"{"size":"864x480","duration":8}"#, Some("1.00 USD"));
        check("video", &price, r#"{"size":"864x480","duration":7}"#, None);
        check("video", &price, r#"{"duration":8}"#, None);
    }

    #[test]
    fn pixels_count_where_they_are_known() {
        let price = per("megapixel", &json!([{ "amount": 0.1 }]));
        check("image", &price, r#"{"size":"864x480","kind":"image"}"#, Some("0.041472 USD"));
        check("image", &price, r#"{"kind":"image"}"#, None);
        let rates = json!([{ "amount": 1, "max_pixels": 414720 }, { "amount": 2 }]);
        let price = per("image", &rates);
        check("image", &price, r#"{"size":"864x480","kind":"image"}"#, Some("1.00 USD"));
        check("image", &price, r#"{"size":"1248x704","kind":"image"}"#, Some("2.00 USD"));
        check("image", &price, r#"{"kind":"image"}"#, None);
    }

    #[test]
    fn a_tier_and_its_pixels_cost_the_same() {
        let rates = json!([{ "amount": 1, "up_to": "480p" }, { "amount": 2, "up_to": "720p" }]);
        let price = per("image", &rates);
        for small in
            [r#"{"size":"864x480","kind":"image"}"#, r#"{"kind":"image","resolution":"480p"}"#]
        {
            check("image", &price, small, Some("1.00 USD"));
        }
        check("image", &price, r#"{"size":"1248x704","kind":"image"}"#, Some("2.00 USD"));
        check("image", &price, r#"{"kind":"image"}"#, None);
    }

    #[test]
    fn options_of_the_vendor_leave_the_price_open() {
        let price = per("image", &json!([{ "amount": 1 }]));
        let own = r#"{"kind":"image","provider_options":{"acme":{"mood":"calm"}}}"#;
        check("image", &price, own, None);
    }

    #[test]
    fn without_a_price_it_is_unknown_and_free_is_said_to_be() {
        check("image", &Value::Null, r#"{"kind":"image"}"#, None);
        let price = per("image", &json!([{ "amount": 0 }]));
        check("image", &price, r#"{"kind":"image"}"#, Some("0.00 USD"));
    }
}
