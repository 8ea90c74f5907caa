//! A medium of 10 MB is held once: what it takes beside itself to read it, to look at it, to
//! translate it for every offer and to write the payload, whatever its form. `allocations` holds
//! base64 to less.
#![allow(clippy::unwrap_used)] // A panic fails the test.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use allocation_counter::measure;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use genmux::{
    Catalog, Context, FileAccess, Media, Mode, Offer, Policy, Request, context_with_files,
};
use serde_json::json;

const MEDIUM: usize = 10_000_000;
/// Most that is allocated at a time beside the medium, in bytes.
const MOST: u64 = 1_000_000;

/// A picture of which only the header is true.
fn picture() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x04\0\x08\x02\0\0\0".to_vec();
    bytes.resize(MEDIUM, b'A');
    bytes
}

fn base64_uri() -> String {
    format!("data:image/png;base64,{}", BASE64_STANDARD.encode(picture()))
}

/// The other form of data URIs: bytes as they are, where a text may hold them.
fn percent_uri() -> String {
    let mut uri = String::from("data:image/png,");
    for byte in &picture()[..64] {
        write!(uri, "%{byte:02X}").unwrap();
    }
    uri + &"A".repeat(MEDIUM - 64)
}

/// A medium in every place that takes one, at every offer, under the first policy that takes it.
#[track_caller]
fn check(medium: &Media) {
    let catalog = Catalog::embedded();
    let (mut first, mut image) = (Request::default(), Request::default());
    for request in [&mut first, &mut image] {
        request.prompt = Some("a paper boat".into());
    }
    first.frames.first = Some(medium.clone());
    image.references.images = vec![medium.clone()];
    for request in [&first, &image] {
        let look = || drop(context_with_files(request, FileAccess::Anywhere));
        let peak = measure(look).bytes_max;
        assert!(peak < MOST, "looked at: {peak} bytes");
        let context = context_with_files(request, FileAccess::Anywhere);
        // To write so much takes its time: one offer of each kind at each provider does.
        let mut written = BTreeSet::new();
        for offer in catalog.offers().unwrap() {
            let alike = format!("{} {}", offer.provider(), offer.kind());
            let writes = !written.contains(&alike);
            let mut wrote = false;
            let run = || wrote = translate(&offer, (request, &context), writes);
            let peak = measure(run).bytes_max;
            assert!(peak < MOST, "{}: {peak} bytes", offer.name());
            written.extend(wrote.then_some(alike));
        }
        assert!(!written.is_empty(), "no offer takes it");
    }
}

/// Translates under the first policy that takes it; whether the payload was written, to nowhere.
fn translate(offer: &Offer, (request, context): (&Request, &Context), writes: bool) -> bool {
    for mode in Mode::ALL {
        match offer.translate(request, &Policy::from(mode), context) {
            Ok(translation) => {
                drop((translation.ledger(), translation.handovers()));
                if writes {
                    serde_json::to_writer(std::io::sink(), &translation.payload(0)).unwrap();
                }
                return writes;
            }
            Err(rejection) => drop((rejection.to_string(), rejection.ledger(request, context))),
        }
    }
    false
}

#[test]
fn a_data_uri_without_base64_is_not_copied() {
    check(&percent_uri().parse().unwrap());
}

#[test]
fn bytes_are_not_copied() {
    check(&Media::bytes(picture(), "image/png"));
}

#[test]
fn a_file_is_not_read() {
    let file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
    std::fs::write(file.path(), picture()).unwrap();
    check(&file.path().to_str().unwrap().parse().unwrap());
}

#[test]
fn a_request_is_read_with_one_copy_of_its_media() {
    for (name, uri) in [("base64", base64_uri()), ("percent", percent_uri())] {
        let text = json!({ "prompt": "a", "references": { "images": [uri] } }).to_string();
        let peak = measure(|| drop(Request::from_json(text.as_bytes()).unwrap())).bytes_max;
        let most = uri.len() as u64 + MOST;
        assert!(peak < most, "{name}: {peak} bytes, of which {} are the medium", uri.len());
    }
}
