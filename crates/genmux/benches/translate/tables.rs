//! The tables.

use std::hint::black_box;

use genmux::{Catalog, Kind, Mode, Offer, Policy, Request};
use serde_json::{Value, json};

use crate::case::{Case, context};
use crate::measure::{both, head, line, nanoseconds};

pub(crate) fn check_and_write(cases: &[Case]) {
    head("check + write", "genmux", "by hand");
    for case in cases {
        line(case.name, both(&|out| case.genmux(out), &|out| case.hand(out)), Some(1.25));
    }
}

pub(crate) fn json_to_json(cases: &[Case]) {
    head("JSON to JSON, all limits checked", "genmux", "serde_json");
    for case in cases {
        let values = both(&|out| case.json_to_json(out), &|out| case.values_from_json(out));
        line(&format!("{}, any JSON", case.name), values, Some(1.5));
        let structs = both(&|out| case.json_to_json(out), &|out| case.structs_from_json(out));
        line(&format!("{}, structs", case.name), structs, Some(1.5));
    }
}

pub(crate) fn lift(cases: &[Case]) {
    head("read + check", "lift", "translate");
    for case in cases {
        line(case.name, both(&|out| case.lift(out), &|out| case.genmux(out)), None);
    }
}

/// Every offer with all that a plain request can say to it, beside `serde_json` writing the very
/// payload when it is at hand as a document: that looks nothing up and checks nothing, so there
/// is no aim.
pub(crate) fn every_offer() {
    head("check + write, every offer", "genmux", "payload only");
    let context = context();
    for offer in all_offers() {
        let request = fullest(&offer);
        let payload: Value = {
            let translation = offer.translate(&request, &Policy::default(), &context).unwrap();
            serde_json::to_value(translation.payload(0)).unwrap()
        };
        let ours = |out: &mut Vec<u8>| write(&offer, &request, out);
        let floor = |out: &mut Vec<u8>| serde_json::to_writer(out, black_box(&payload)).unwrap();
        line(offer.name(), both(&ours, &floor), None);
    }
}

/// One field more each time, beside the first.
pub(crate) fn fields() {
    head("check + write by number of fields", "so many", "one");
    let offer = Catalog::embedded().offer("runware/seedance-1.0-pro").unwrap();
    let requests = growing(&offer);
    for (at, request) in requests.iter().enumerate() {
        let ours = |out: &mut Vec<u8>| write(&offer, request, out);
        let first = |out: &mut Vec<u8>| write(&offer, &requests[0], out);
        line(&format!("{} fields", at + 1), both(&ours, &first), None);
    }
}

/// One request to ever more offers, beside the time of one alone: the slope is the ratio between
/// lines.
pub(crate) fn offers() {
    head("one request to so many offers", "so many", "one");
    let request = Request::from_json(br#"{"prompt": "a paper boat in the rain"}"#).unwrap();
    let all = all_offers();
    let mut last = None;
    for many in [1, 11, 22, 33, all.len()] {
        let to = |offers: &[Offer], out: &mut Vec<u8>| {
            for offer in offers {
                write_if_taken(offer, &request, out);
            }
        };
        let times = both(&|out| to(&all[..many], out), &|out| to(&all[..1], out));
        line(&format!("{many} offers"), times, None);
        if let Some((before, then)) = last.replace((many, times.0)) {
            let slope = (times.0.saturating_sub(then)) / u32::try_from(many - before).unwrap();
            println!("{:44} {:>12}", "  each further offer", nanoseconds(slope));
        }
    }
}

/// A request with ten things wrong, beside the same fields with values that are taken.
pub(crate) fn rejection() {
    const TAKEN: &str = r#"{"prompt": "a paper boat in the rain", "duration": 5, "seed": 7,
        "resolution": "1080p", "aspect_ratio": "16:9", "camera_fixed": true,
        "output": {"format": "mp4", "quality": 95},
        "delivery": {"ttl_seconds": 3600, "webhook_url": "https://app.test/hook",
            "upload_url": "https://app.test/put", "include_cost": true},
        "safety": "fast", "count": 1}"#;
    const WRONG: &str = r#"{"prompt": "a", "duration": 99, "seed": 99999999999, "fps": 1,
        "resolution": "4K", "aspect_ratio": "2:1", "camera_fixed": true,
        "output": {"format": "png", "quality": 1},
        "delivery": {"ttl_seconds": 1, "webhook_url": "https://app.test/hook",
            "upload_url": "https://app.test/put", "include_cost": true},
        "safety": "fast", "count": 1, "guidance_scale": 3, "sequential_count": 2}"#;
    head("refused for ten reasons", "refused", "taken");
    let offer = Catalog::embedded().offer("runware/seedance-1.0-pro").unwrap();
    let (policy, context) = (Policy::default(), context());
    let [taken, wrong] = [TAKEN, WRONG].map(|json| Request::from_json(json.as_bytes()).unwrap());
    let refuse = || offer.translate(black_box(&wrong), &policy, &context).unwrap_err();
    let reasons = refuse().violations().len();
    assert!(reasons >= 10, "{reasons} reasons: {}", refuse());
    let taken = |out: &mut Vec<u8>| write(&offer, &taken, out);
    line("the answer", both(&|_| drop(black_box(refuse())), &taken), Some(1.0));
    let read = |_: &mut Vec<u8>| {
        black_box(refuse().violations());
    };
    line(&format!("all {reasons} reasons in words"), both(&read, &taken), None);
}

/// A size that is not in the table, beside one that is.
pub(crate) fn fit() {
    head("fit on a table of sizes", "moved", "as it is");
    let offer = Catalog::embedded().offer("runware/seedance-1.0-pro").unwrap();
    let policy = Policy::from(Mode::Fit);
    let request = |size: &str| {
        Request::from_json(json!({ "prompt": "a boat", "size": size }).to_string().as_bytes())
            .unwrap()
    };
    let (near, listed, context) = (request("640x480"), request("736x544"), context());
    let to = |request: &Request, out: &mut Vec<u8>| {
        let translation = offer.translate(request, &policy, &context).unwrap();
        translation.payload(0).write(out).unwrap();
    };
    line("640x480 to 736x544", both(&|out| to(&near, out), &|out| to(&listed, out)), None);
}

fn all_offers() -> Vec<Offer> {
    Catalog::embedded().offers().expect("the embedded specs are right")
}

fn write(offer: &Offer, request: &Request, out: &mut Vec<u8>) {
    let context = context();
    let translation = offer.translate(request, &Policy::default(), &context).unwrap();
    translation.payload(0).write(out).unwrap();
}

fn write_if_taken(offer: &Offer, request: &Request, out: &mut Vec<u8>) {
    let context = context();
    if let Ok(translation) = offer.translate(request, &Policy::default(), &context) {
        translation.payload(0).write(out).unwrap();
    }
}

/// The request that sets as many fields as the offer takes of those that all requests can have.
fn fullest(offer: &Offer) -> Request {
    growing(offer).pop().expect("every offer takes a prompt or a picture")
}

/// Requests with one field more each, all taken.
fn growing(offer: &Offer) -> Vec<Request> {
    let picture = "https://media.test/a.png";
    let fields = [
        ("/prompt", json!("a paper boat in the rain, seen from a lighthouse at night")),
        ("/frames/first", json!(picture)),
        ("/references/images", json!([picture])),
        ("/references/audios", json!(["https://media.test/a.mp3"])),
        ("/references/videos", json!(["https://media.test/a.mp4"])),
        ("/frames/last", json!("https://media.test/b.png")),
        ("/aspect_ratio", json!("16:9")),
        ("/resolution", json!("720p")),
        ("/resolution", json!("2K")),
        ("/duration", json!(5)),
        ("/seed", json!(7)),
        ("/guidance_scale", json!(5)),
        ("/camera_fixed", json!(true)),
        ("/generate_audio", json!(true)),
        ("/sequential_count", json!(4)),
        ("/output/format", json!(if offer.kind() == Kind::Video { "mp4" } else { "png" })),
        ("/output/quality", json!(95)),
        ("/safety", json!("fast")),
        ("/delivery/ttl_seconds", json!(3600)),
        ("/delivery/include_cost", json!(true)),
        ("/delivery/webhook_url", json!("https://app.test/hook")),
    ];
    let mut requests: Vec<Request> = Vec::new();
    let (mut document, context) = (json!({}), context());
    for (pointer, value) in fields {
        let mut more = document.clone();
        put(&mut more, pointer, value);
        let request: Request = serde_json::from_value(more.clone()).unwrap();
        let answer = offer.translate(&request, &Policy::default(), &context);
        let missing = genmux::ViolationKind::Missing;
        match answer {
            Ok(_) => requests.push(request.clone()),
            Err(no) if no.violations().iter().all(|one| one.kind == missing) => {}
            Err(_) => continue,
        }
        document = more;
    }
    requests
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    let mut place = document;
    for key in pointer.split('/').skip(1) {
        place = &mut place[key];
    }
    *place = value;
}
