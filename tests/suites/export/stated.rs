//! Every fact cites the page that states it, and only what can be had is listed.

use genmux::{Catalog, Offer, Policy, Request, context};
use serde_json::{Value, json};

const LAB: &str = "https://runware.ai/docs/en/providers/bytedance";

fn offer(name: &str) -> Offer {
    Catalog::embedded().offer(name).unwrap()
}

#[track_caller]
fn check_pages(name: &str, field: &str, pages: &[&str]) {
    let capability = offer(name).capability();
    let sources = capability["fields"][field]["sources"].as_array().unwrap().clone();
    let found: Vec<&str> = sources.iter().map(|source| source["page"].as_str().unwrap()).collect();
    assert_eq!(found, pages, "{name} {field}");
}

#[test]
fn facts_of_the_lab_cite_its_page() {
    check_pages("scenario/seedance-1.0-pro", "fps", &[LAB]);
    check_pages("scenario/seedance-1.0-pro", "size", &[LAB]);
    check_pages("replicate/seedance-1.0-pro", "size", &[LAB]);
    let vendor = "https://replicate.com/bytedance/seedance-1-pro";
    check_pages("replicate/seedance-1.0-pro", "fps", &[vendor]);
    check_pages("replicate/seedance-1.0-pro", "aspect_ratio", &[vendor]);
}

#[test]
fn tiers_of_a_table_cite_their_own_pages() {
    let pages = [
        "https://replicate.com/bytedance/seedance-2.0",
        "https://runware.ai/docs/models/bytedance-seedance-2-0",
    ];
    check_pages("replicate/seedance-2.0", "size", &pages);
    check_pages("scenario/seedance-2.0", "size", &pages);
    let cites = |tier: &str| {
        let table = offer("replicate/seedance-2.0").table();
        let line = table.into_iter().find(|line| line.field == tier).unwrap();
        line.sources
    };
    assert!(cites("480p")[0].starts_with(pages[0]), "{:?}", cites("480p"));
    assert!(cites("4K")[0].starts_with(pages[1]), "{:?}", cites("4K"));
}

#[test]
fn a_size_that_no_table_lists_is_refused_by_the_page_of_the_table() {
    let request = Request::from_json(br#"{"prompt":"ab","size":"1234x567"}"#).unwrap();
    let offer = offer("scenario/seedance-1.0-pro");
    let refused = offer.translate(&request, &Policy::default(), &context(&request)).unwrap_err();
    let source = refused.violations()[0].source.clone().unwrap();
    assert_eq!(source, format!("{LAB}, 2025-10-27"));
}

#[track_caller]
fn check_tiers(name: &str, tiers: &[&str]) {
    let offer = offer(name);
    assert_eq!(offer.capability()["fields"]["resolution"]["values"], json!(tiers), "{name}");
    let shown = offer.sheet().into_iter().find(|line| line.field == "resolution").unwrap();
    let last = tiers.last().unwrap();
    assert!(shown.says.contains(&format!("or {last}")), "{name}: {}", shown.says);
}

#[test]
fn tiers_that_no_ratio_reaches_are_not_listed() {
    check_tiers("scenario/seedream-3.0", &["1K", "1.5K", "2K"]);
    check_tiers("scenario/seedream-5.0-lite", &["2K", "3K", "4K"]);
}

#[track_caller]
fn check_says(name: &str, field: &str, part: &str) {
    let says = offer(name).sheet().into_iter().find(|line| line.field == field).unwrap().says;
    assert!(says.contains(part), "{name} {field}: {says}");
}

#[test]
fn forms_of_tags_are_shown_for_what_the_offer_takes() {
    let tags = offer("scenario/seedance-2.0").capability()["fields"]["prompt"]["tags"].clone();
    let all = json!({
        "references.images": "@image1",
        "references.videos": "@video1",
        "references.audios": "@audio1",
    });
    assert_eq!(tags, all);
    check_says("scenario/seedance-2.0", "prompt", "references by @image1, @video1, @audio1");
    check_says("replicate/seedance-2.0", "prompt", "references by [Image1], [Video1], [Audio1]");
    let none = offer("replicate/seedance-2.5").capability();
    assert_eq!(none["fields"]["prompt"]["tags"], Value::Null);
}

#[test]
fn limits_that_nobody_states_are_said_to_be_unstated() {
    check_says("replicate/seedance-2.5", "references.images", "pictures, no limit stated");
}

#[test]
fn only_what_a_source_states_is_taken_of_seedance_2_5() {
    let offer = offer("scenario/seedance-2.5");
    assert!(offer.capability()["fields"].get("frames.first").is_none());
    assert!(offer.rules().is_empty(), "{:?}", offer.rules());
}
