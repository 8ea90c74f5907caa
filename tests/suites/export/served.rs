//! Models that several vendors serve: one request for each compares over all of them.

use std::collections::BTreeMap;

use genmux::spec::Status;
use genmux::{Catalog, Kind, Leaf, Mode, Offer, Policy, Request, context};
use serde_json::json;

/// Offers that can be had, by model.
fn served(catalog: &Catalog) -> BTreeMap<String, Vec<Offer>> {
    let mut models: BTreeMap<String, Vec<Offer>> = BTreeMap::new();
    for offer in catalog.offers().unwrap() {
        if offer.status() == Status::Live {
            models.entry(offer.model().to_owned()).or_default().push(offer);
        }
    }
    models.retain(|_, offers| offers.len() > 1);
    models
}

/// A prompt where all take one, and the media without which any of the offers refuses.
fn request(offers: &[Offer]) -> Request {
    let needs = |leaf: Leaf| {
        let required =
            |offer: &Offer| offer.capability()["fields"][leaf.path()]["required"] == true;
        offers.iter().any(required)
    };
    let mut request = json!({});
    if offers.iter().all(|offer| offer.takes(Leaf::Prompt)) {
        request["prompt"] = json!("a paper boat in the rain");
    }
    if needs(Leaf::Images) {
        request["references"]["images"] = json!(["https://media.test/a.png"]);
    }
    if needs(Leaf::Audios) {
        request["references"]["audios"] = json!(["https://media.test/a.mp3"]);
    }
    if offers[0].kind() == Kind::Video {
        request["kind"] = json!("video");
    }
    Request::from_json(request.to_string().as_bytes()).unwrap()
}

#[test]
fn one_request_for_each_model_compares_over_all_of_its_vendors() {
    let catalog = Catalog::embedded();
    let models = served(&catalog);
    assert!(models.len() >= 11, "{} models at several vendors", models.len());
    let mut refused = Vec::new();
    for offers in models.values() {
        let request = request(offers);
        let context = context(&request);
        for offer in offers {
            let takes =
                |mode: &Mode| offer.translate(&request, &Policy::from(*mode), &context).is_ok();
            let under = [Mode::Strict, Mode::Fit, Mode::Drop].iter().any(takes);
            refused.extend((!under).then(|| offer.name().to_owned()));
        }
    }
    assert!(refused.is_empty(), "offers that refuse a plain request: {refused:?}");
}
