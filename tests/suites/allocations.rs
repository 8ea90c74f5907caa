//! Allocations, counted exactly: none rises above what is committed in
//! `tests/snapshots/allocations.txt`, check and write make at most four, media is never copied.
//!
//! `cargo test -p genmux-tests --test allocations` prints the counts; `UPDATE_GOLDEN=1` writes what
//! changed. No harness: other threads would not disturb the count, but their output would hide the
//! figures.
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
    let counts: Vec<u64> = subjects().iter().map(count).collect();
    let worst = counts.into_iter().max().expect("there are offers");
    assert!(worst <= MOST, "{worst} allocations are above {MOST}");
    let mut all = vec![("check and write, the worst offer on any day".to_owned(), worst)];
    all.extend(documents());
    all.extend(rejections());
    all.push(("fit on a table of sizes".to_owned(), moved()));
    large_media();
    compare(&all);
}

/// What is counted, and how often it allocates.
type Count = (String, u64);

/// Holds the counts against those that are committed.
fn compare(counts: &[Count]) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/allocations.txt");
    println!("allocations of one call each:");
    let lines: Vec<String> =
        counts.iter().map(|(name, count)| format!("{count:4} {name}")).collect();
    let text = lines.join("\n") + "\n";
    print!("{text}");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, text).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let known = |name: &str| {
        let line = committed.lines().find(|line| line[5..] == *name)?;
        line[..4].trim().parse::<u64>().ok()
    };
    for (name, count) in counts {
        match known(name) {
            Some(before) => assert!(*count <= before, "{name}: {count} now, {before} before"),
            None => panic!("{name} is not committed; UPDATE_GOLDEN=1 adds it"),
        }
    }
    assert_eq!(text, committed, "there are fewer now: UPDATE_GOLDEN=1 keeps it so");
}

/// From the text of a request to the text of a payload, and back.
fn documents() -> Vec<Count> {
    let documents = [
        ("runware/seedance-1.0-pro", RUNWARE),
        ("replicate/seedance-2.0-fast", REPLICATE),
        ("scenario/seedream-4.0", SCENARIO),
    ];
    let catalog = Catalog::embedded();
    documents
        .into_iter()
        .flat_map(|(name, json)| document(&catalog.offer(name).unwrap(), json))
        .collect()
}

const RUNWARE: &str = r#"{
    "prompt": "A courier in a mustard coat weaves through a flooded arcade, low tracking shot",
    "size": "1920x1088", "duration": 8, "seed": 55583, "camera_fixed": false,
    "frames": {"first": "https://media.test/first.jpg", "last": "https://media.test/last.jpg"},
    "output": {"format": "mp4", "quality": 95}, "delivery": {"ttl_seconds": 3600, "include_cost": true}
}"#;

const REPLICATE: &str = r#"{
    "prompt": "The dancer of [Image1] turns to the beat of [Audio1] in the hall of [Image2]",
    "aspect_ratio": "16:9", "resolution": "720p", "duration": 8, "seed": 7, "generate_audio": true,
    "references": {"images": ["https://media.test/a.png", "https://media.test/b.png"],
                   "audios": ["https://media.test/c.mp3"]}
}"#;

const SCENARIO: &str = r#"{
    "prompt": "Four panels of a fox that carries a lantern home, watercolour",
    "aspect_ratio": "16:9", "resolution": "2K", "sequential_count": 4,
    "references": {"images": ["scenario:asset_fox", "scenario:asset_wood"]}
}"#;

fn document(offer: &Offer, json: &str) -> [Count; 2] {
    let context = context(&Request::from_json(json.as_bytes()).unwrap());
    let mut out = Vec::with_capacity(64 * 1024);
    let there = allocations(|| {
        out.clear();
        let request = Request::from_json(json.as_bytes()).unwrap();
        let translation = offer.translate(&request, &Policy::default(), &context).unwrap();
        translation.payload(0).write(&mut out).unwrap();
    });
    let payload: Value = serde_json::from_slice(&out).unwrap();
    let back = allocations(|| drop(black_box(offer.lift(&payload).unwrap())));
    let name = offer.name();
    [(format!("JSON to JSON, {name}"), there), (format!("lift, {name}"), back)]
}

fn rejections() -> [Count; 2] {
    let wrong = br#"{"prompt": "a", "duration": 99, "seed": 99999999999, "fps": 1,
        "resolution": "4K", "aspect_ratio": "2:1", "camera_fixed": true,
        "output": {"format": "png", "quality": 1}, "delivery": {"ttl_seconds": 1},
        "guidance_scale": 3, "sequential_count": 2}"#;
    let request = Request::from_json(wrong).unwrap();
    let (policy, context) = (Policy::default(), context(&request));
    let offer = Catalog::embedded().offer("runware/seedance-1.0-pro").unwrap();
    let refuse = || offer.translate(&request, &policy, &context).unwrap_err();
    let reasons = refuse().violations().len();
    assert!(reasons >= 10, "{reasons} reasons");
    let answer = allocations(|| drop(black_box(refuse())));
    let words = allocations(|| {
        black_box(refuse().violations());
    });
    [("refused for ten reasons".to_owned(), answer), ("their words read too".to_owned(), words)]
}

/// A size that moves to the nearest of a table.
fn moved() -> u64 {
    let request = Request::from_json(br#"{"prompt": "a boat", "size": "640x480"}"#).unwrap();
    let (policy, context) = (Policy::from(Mode::Fit), context(&request));
    let offer = Catalog::embedded().offer("runware/seedance-1.0-pro").unwrap();
    let mut out = Vec::with_capacity(64 * 1024);
    allocations(|| {
        let translation = offer.translate(&request, &policy, &context).unwrap();
        translation.payload(0).write(&mut out).unwrap();
    })
}

/// Allocations of a call that was made once before.
fn allocations(mut call: impl FnMut()) -> u64 {
    call();
    measure(call).count_total
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
        translation.payload(0).write(&mut buffer).unwrap();
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
