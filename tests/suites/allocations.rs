//! Allocations, counted exactly: check and write make at most four, and media is never copied.
//!
//! No harness: other threads would not disturb the count, but their output would hide the figures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)] // A panic fails the test.

use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};
use genmux::{Catalog, Leaf, Mode, Offer, Policy, Request, context};
use genmux_tests::schema::{Subject, subjects};
use serde_json::{Value, json};

/// What check and write of one request at one offer may allocate.
const MOST: u64 = 4;
/// What translating a 10 MB medium for all offers may allocate, in bytes.
const MOST_BYTES: u64 = 100_000;

fn main() {
    println!("check and write, allocations and bytes:");
    let subjects = subjects();
    let counts: Vec<u64> = subjects.iter().map(count).collect();
    let worst = counts.iter().max().expect("there are offers");
    assert!(*worst <= MOST, "{worst} allocations are above {MOST}");
    large_media();
}

/// Everything that the offer takes, in one request that it accepts.
fn all_fields(subject: &Subject) -> Request {
    let mut request = json!({ "kind": subject.spec["kind"] });
    for leaf in Leaf::ALL.iter().filter(|leaf| **leaf != Leaf::Kind) {
        let mut more = request.clone();
        put(&mut more, leaf.path(), sample(subject, *leaf));
        if subject.field(leaf.path()).is_some() && !is_refused_for_good(subject, &more) {
            request = more;
        }
    }
    serde_json::from_value(request).unwrap()
}

/// Whether a request is refused for more than fields that are still to come.
fn is_refused_for_good(subject: &Subject, request: &Value) -> bool {
    let request: Request = serde_json::from_value(request.clone()).unwrap();
    let context = context(&request);
    let result = subject.offer.translate(&request, &Policy::default(), &context);
    let missing = genmux::ViolationKind::Missing;
    result.is_err_and(|found| found.violations().iter().any(|one| one.kind != missing))
}

fn put(object: &mut Value, path: &str, value: Value) {
    match path.split_once('.') {
        Some((head, rest)) => put(&mut object[head], rest, value),
        None => object[path] = value,
    }
}

fn sample(subject: &Subject, leaf: Leaf) -> Value {
    let attribute = |name: &str| subject.attribute(leaf.path(), name);
    let picture = json!("https://media.test/a.png");
    let first = |words: &Value| match words {
        Value::Object(words) => words.keys().next().map(|word| json!(word)),
        list => list.get(0).cloned(),
    };
    if let Some(value) = attribute("values").or_else(|| attribute("implied")) {
        return value[0].clone();
    }
    if let Some(word) = attribute("words").and_then(first).filter(|_| leaf != Leaf::Safety) {
        return word;
    }
    match leaf {
        Leaf::Prompt => "a paper boat in the rain, seen from a lighthouse at night".into(),
        Leaf::Size => listed_size(subject),
        Leaf::FirstFrame | Leaf::LastFrame => picture,
        Leaf::Images | Leaf::Videos | Leaf::Audios => json!([picture]),
        Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost => true.into(),
        Leaf::Safety => "fast".into(),
        Leaf::WebhookUrl | Leaf::UploadUrl => "https://app.test/hook".into(),
        Leaf::SequentialCount | Leaf::Count => 2.into(),
        _ => attribute("max").or_else(|| attribute("min")).cloned().unwrap_or_else(|| 7.into()),
    }
}

fn listed_size(subject: &Subject) -> Value {
    let tiers = subject.spec["sizes"].as_object().into_iter().flatten();
    let mut sizes = tiers.filter_map(|(_, sizes)| sizes.get("1:1"));
    sizes.next_back().cloned().unwrap_or_else(|| "2048x2048".into())
}

fn count(subject: &Subject) -> u64 {
    let request = all_fields(subject);
    let context = context(&request);
    let policy = Policy::default();
    let mut buffer = Vec::with_capacity(64 * 1024);
    let mut run = || {
        buffer.clear();
        let translation = subject.offer.translate(&request, &policy, &context).unwrap();
        serde_json::to_writer(&mut buffer, &translation.payload(0)).unwrap();
        black_box(&buffer);
    };
    run();
    let AllocationInfo { count_total, bytes_total, .. } = measure(&mut run);
    let leaves = request.leaves().iter().count();
    println!("  {count_total} ({bytes_total:>4} bytes, {leaves:>2} leaves) {subject}");
    count_total
}

/// One 10 MB data URI in one request that goes to all offers.
fn large_media() {
    const HEAD: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAA+gAAAPo";
    let uri = format!("{HEAD}{}", "A".repeat(10_000_000));
    let catalog = Catalog::embedded();
    let offers = catalog.offers().expect("the embedded specs are right");
    println!("one 10 MB medium, looked at and translated by {} offers:", offers.len());
    let first = json!({ "prompt": "a boat", "frames": { "first": uri } });
    let images = json!({ "prompt": "a boat", "references": { "images": [uri] } });
    for (field, request) in [("frames.first", first), ("references.images", images)] {
        let request: Request = serde_json::from_value(request).unwrap();
        for mode in Mode::ALL {
            let bytes = to_all(&offers, &request, &Policy::from(mode));
            println!("  {bytes} bytes, {field}, {}", mode.name());
            assert!(bytes < MOST_BYTES, "{bytes} bytes are above {MOST_BYTES}");
        }
    }
}

/// Bytes that one request to all offers allocates, its media looked at once.
fn to_all(offers: &[Offer], request: &Request, policy: &Policy) -> u64 {
    let run = || {
        let context = context(request);
        for offer in offers {
            translate(offer, request, policy, &context);
        }
    };
    measure(run).bytes_total
}

/// Translates and writes to nowhere, so that only genmux itself allocates.
fn translate(offer: &Offer, request: &Request, policy: &Policy, context: &genmux::Context) {
    match offer.translate(request, policy, context) {
        Ok(translation) => serde_json::to_writer(std::io::sink(), &translation.payload(0)).unwrap(),
        Err(rejection) => drop(black_box(rejection)),
    }
}
