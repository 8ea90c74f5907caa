//! `genmux generate --dry-run` from outside.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use support::genmux;

const PICTURE: &str = r#"{"kind":"image","prompt":"a paper boat","size":"1024x1024"}"#;
const CLIP: &str = r#"{"prompt":"a paper boat","duration":5,"resolution":"480p"}"#;

#[test]
fn a_dry_run_tells_the_vendors_price_and_makes_nothing() {
    let request = r#"{"prompt":"a boat","resolution":"2K"}"#;
    let args = ["generate", "-", "--to", "scenario/seedream-4.0", "--sandbox", "--dry-run"];
    let run = genmux(&args, request);
    assert_eq!((run.code, run.json()["cost"]["unit"].clone()), (0, "CU".into()), "{}", run.err);
}

fn check_dry_run(request: &str, offers: &str, code: i32) -> serde_json::Value {
    let run = genmux(&["generate", "-", "--to", offers, "--sandbox", "--dry-run"], request);
    assert_eq!(run.code, code, "{}", run.err);
    run.json()
}

#[test]
fn where_the_vendor_is_not_asked_a_dry_run_tells_the_price_of_the_spec() {
    let fast = check_dry_run(CLIP, "replicate/seedance-2.0-fast", 0);
    assert_eq!(
        (&fast["cost"]["unit"], &fast["cost"]["basis"]),
        (&"USD".into(), &"estimated".into())
    );
    let unknown = check_dry_run(&PICTURE.replace("1024", "2048"), "runware/seedream-4.5", 0);
    let cost = serde_json::json!({ "amount": null, "unit": null, "basis": "unknown" });
    assert_eq!((&unknown["cost"], &unknown["error"]), (&cost, &serde_json::Value::Null));
}

#[test]
fn a_dry_run_tells_the_price_at_every_offer_of_a_chain() {
    let request = r#"{"kind":"image","prompt":"a boat","resolution":"2K","count":99}"#;
    let all = "scenario/seedream-4.0,replicate/seedream-4.5,replicate/seedance-2.0";
    let prices = check_dry_run(request, all, 0);
    let basis: Vec<_> = (0..3).map(|at| prices[at]["cost"]["basis"].clone()).collect();
    assert_eq!(basis, ["reported", "estimated", "unknown"]);
    assert_eq!(prices[2]["violations"][0]["kind"], "wrong_kind");
    let refused = check_dry_run(request, "replicate/seedance-2.0", 1);
    assert_eq!(refused["violations"][0]["kind"], "wrong_kind");
}
