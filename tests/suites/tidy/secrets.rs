//! What must be seen nowhere: content of requests in `Debug`, places of the machine in files.

use genmux::{Catalog, Media, Policy, Request, context};
use serde_json::json;

use crate::tree::{files, none};

fn request() -> Request {
    let data = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAA+gAAAPoCANARYCANARY";
    let request = json!({
        "prompt": "canary",
        "references": { "images": ["https://media.test/a.png?key=canary", data] },
        "delivery": { "webhook_url": "https://app.test/hook?key=canary" },
        "provider_options": { "runware": { "outputType": "canary" } },
    });
    serde_json::from_value(request).unwrap()
}

fn check(what: &str, debug: &str) {
    assert!(!debug.is_empty() && !debug.to_lowercase().contains("canary"), "{what}: {debug}");
}

#[test]
fn debug_of_a_request_and_its_parts_shows_no_content() {
    let request = request();
    check("Request", &format!("{request:?} {request:#?}"));
    check("References", &format!("{:?}", request.references));
    check("Delivery", &format!("{:?}", request.delivery));
    check("Media", &format!("{:?}", request.references.images));
    check("Media", &format!("{:?}", Media::bytes(&b"canary"[..], "image/png")));
    check("MediaSource", &format!("{:?}", request.references.images[0].shortened()));
}

#[test]
fn debug_of_a_context_shows_no_content() {
    check("Context", &format!("{:?}", context(&request())));
    let broken = json!({ "references": { "images": ["data:image/png;base64,%%canary%%"] } });
    let broken: Request = serde_json::from_value(broken).unwrap();
    check("Context", &format!("{:?}", context(&broken)));
}

#[test]
fn debug_of_an_answer_shows_no_content() {
    let mut request = request();
    request.provider_options.0.clear();
    let context = context(&request);
    let catalog = Catalog::embedded();
    let offer = catalog.offer("runware/seedream-4.0").unwrap();
    let translation = offer.translate(&request, &Policy::default(), &context).unwrap();
    let http = genmux::http(&offer, &translation.payload(0)).unwrap();
    assert!(
        http.body.as_bytes().unwrap().windows(6).any(|bytes| bytes == b"canary"),
        "the body holds the prompt"
    );
    check("HttpRequest", &format!("{http:?} {http:#?}"));
    check("Translation", &format!("{translation:?}"));
    check("Offer", &format!("{offer:?} {catalog:?}"));
    let offer = catalog.offer("scenario/dreamina-3.1").unwrap();
    let rejection = offer.translate(&request, &Policy::default(), &context).unwrap_err();
    check("Rejection", &format!("{rejection:?} {rejection}"));
}

#[test]
fn files_name_no_place_of_a_machine() {
    // Put together here, so that this file does not find itself.
    let places =
        [concat!("/t", "mp"), concat!("/wo", "rk"), concat!("/ro", "ot"), concat!("/fa", "rm")];
    let mut found = Vec::new();
    for file in files() {
        for (at, line) in file.text.lines().enumerate() {
            let named = places.iter().any(|place| names_place(line, place));
            found.extend(named.then(|| format!("{}:{}: {}", file.path, at + 1, line.trim())));
        }
    }
    none("absolute paths of a machine", found);
}

/// Whether a line holds an absolute path below a place; a part of a longer path or URL is none.
fn names_place(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let part = |c: char| c.is_alphanumeric() || "/._-~*]})>".contains(c);
        let before = line[..at].chars().next_back().is_none_or(|c| !part(c));
        let after = line[at + place.len()..].chars().next();
        before && after.is_none_or(|c| c == '/' || !(c.is_alphanumeric() || c == '_' || c == '-'))
    })
}

#[test]
fn files_name_no_host_of_a_registry() {
    let hosts = [
        concat!("index.crates", ".io"),
        concat!("static.crates", ".io"),
        concat!("registry.npmjs", ".org"),
        concat!("pypi", ".org/simple"),
        concat!("files.pythonhosted", ".org"),
        concat!("proxy.golang", ".org"),
    ];
    let files = files();
    let read = files.iter().filter(|file| file.path != "Cargo.lock");
    let found = read.flat_map(|file| hosts.map(|host| crate::tree::lines_with(file, host)));
    none("hosts of registries", found.flatten());
}
