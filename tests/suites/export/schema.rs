//! The JSON Schema of an offer takes what `strict` takes.

use std::sync::LazyLock;

use genmux::{Leaf, Policy, Request, UNCHECKED, Violation, context};
use genmux_tests::random::{tame, wild};
use genmux_tests::schema::{Subject, subjects};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::strategy::Union;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::unchecked::Judged;

/// An offer on a date, with its schema.
struct Exported {
    subject: Subject,
    schema: Value,
    validator: Validator,
}

static EXPORTED: LazyLock<Vec<Exported>> = LazyLock::new(|| {
    let exported = |subject: Subject| {
        let schema = subject.offer.json_schema();
        let validator = jsonschema::draft202012::new(&schema)
            .unwrap_or_else(|error| panic!("{subject}: {error}"));
        Exported { subject, schema, validator }
    };
    subjects().into_iter().map(exported).collect()
});

fn newest(name: &str) -> &'static Exported {
    EXPORTED.iter().rfind(|exported| exported.subject.offer.name() == name).unwrap()
}

impl Exported {
    /// What `strict` says against a request, with and without the listed set.
    fn violations(&self, request: &Value, allow_paths: bool) -> Result<Vec<Violation>, String> {
        let read = Request::from_json(request.to_string().as_bytes()).map_err(|e| e.to_string())?;
        let mut context = context(&read);
        context.allow_paths = allow_paths;
        let translated = self.subject.offer.translate(&read, &Policy::default(), &context);
        Ok(translated.err().map(|r| r.violations().to_vec()).unwrap_or_default())
    }

    fn agrees(&self, request: &Value, allow_paths: bool) -> Result<bool, String> {
        let violations = self.violations(request, allow_paths)?;
        let judged = Judged { subject: &self.subject, schema: &self.schema, request };
        let checked: Vec<&Violation> =
            violations.iter().filter(|violation| !judged.is_unchecked(violation)).collect();
        let refusals: Vec<String> = self
            .validator
            .iter_errors(request)
            .map(|error| format!("{} {}: {error}", error.schema_path(), error.instance_path()))
            .collect();
        if refusals.is_empty() == checked.is_empty() {
            return Ok(refusals.is_empty());
        }
        Err(format!("{}\nstrict: {checked:#?}\nschema: {refusals:#?}", self.subject))
    }
}

#[test]
fn the_schema_refuses_what_strict_refuses_and_nothing_else() {
    let times = std::env::var("LAWS_TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let config = Config {
        cases: 4000 * times,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        rng_seed: if times > 1 { RngSeed::Random } else { RngSeed::Fixed(2026) },
        ..Config::default()
    };
    let at = 0..EXPORTED.len();
    let arbitrary = (at.clone(), wild()).boxed();
    let tamed = at.map(|at| (Just(at), tame(&EXPORTED[at].subject)).boxed());
    let cases = prop_oneof![1 => arbitrary, 3 => Union::new(tamed)];
    let taken = std::cell::Cell::new([0u32; 2]);
    let law = |((at, request), allow_paths): ((usize, Value), bool)| {
        let agreed = EXPORTED[at].agrees(&request, allow_paths);
        let accepted = usize::from(agreed.map_err(TestCaseError::fail)?);
        let mut counts = taken.get();
        counts[accepted] += 1;
        taken.set(counts);
        Ok(())
    };
    if let Err(broken) = TestRunner::new(config).run(&(cases, any::<bool>()), law) {
        panic!("{broken}");
    }
    let [refused, accepted] = taken.get();
    assert!(refused > 500 && accepted > 500, "{refused} refused, {accepted} accepted");
}

/// Every ratio, tier and listed size at every offer on every date, and the two words together.
#[test]
fn every_way_of_naming_a_size_is_judged_alike() {
    let ratios = ["auto", "16:9", "32:18", "016:9", "7:3", "21:9", "9:21", "3:2", "17:5", "1:1"];
    let tiers = ["480p", "720P", "1080p", "1k", "1.5K", "2K", "3K", "4k"];
    let mut wrong = Vec::new();
    for exported in EXPORTED.iter() {
        let base = plain(&exported.subject);
        for ratio in ratios.iter().map(|ratio| json!(ratio)).chain([Value::Null]) {
            for tier in tiers.iter().map(|tier| json!(tier)).chain([Value::Null]) {
                let mut request = base.clone();
                request["aspect_ratio"] = ratio.clone();
                request["resolution"] = tier;
                wrong.extend(exported.agrees(&request, false).err());
                request["frames"] = json!({ "first": "https://a.test/b.png" });
                wrong.extend(exported.agrees(&request, false).err());
            }
        }
        for size in ["1920x1088", "01920x01088", "1024x1024", "672x3136", "680x680", "512x511"] {
            let mut request = base.clone();
            request["size"] = json!(size);
            wrong.extend(exported.agrees(&request, false).err());
        }
    }
    assert!(wrong.is_empty(), "{} cases: {}", wrong.len(), wrong[0]);
}

/// The least that an offer takes.
fn plain(subject: &Subject) -> Value {
    let mut request = json!({ "prompt": "a paper boat in the rain" });
    for leaf in [Leaf::Images, Leaf::Audios, Leaf::Videos] {
        let required = subject.attribute(leaf.path(), "required") == Some(&json!(true));
        if required {
            let name = leaf.path().rsplit('.').next().unwrap();
            request["references"][name] = json!(["https://media.test/a.bin"]);
        }
    }
    request
}

#[track_caller]
fn check(offer: &str, request: &str, taken: bool) {
    let request: Value = serde_json::from_str(request).unwrap();
    assert_eq!(newest(offer).agrees(&request, false), Ok(taken), "{offer} {request}");
}

const PRO: &str = "runware/seedance-1.0-pro";

#[test]
fn unset_is_absent_null_or_empty() {
    check(PRO, r#"{"prompt":"ab","frames":{},"references":{"images":[]},"safety":null}"#, true);
    check(PRO, r#"{"prompt":null}"#, false);
    check(PRO, "{}", false);
}

#[test]
fn ranges_are_closed() {
    check(PRO, r#"{"prompt":"ab","duration":1.2}"#, true);
    check(PRO, r#"{"prompt":"ab","duration":12.0}"#, true);
    check(PRO, r#"{"prompt":"ab","duration":12.001}"#, false);
    check(PRO, r#"{"prompt":"a"}"#, false);
    check(PRO, r#"{"prompt":"🎬🎬"}"#, true);
}

#[test]
fn sizes_and_words_do_not_mix() {
    check(PRO, r#"{"prompt":"ab","size":"1920x1088"}"#, true);
    check(PRO, r#"{"prompt":"ab","size":"1920x1080"}"#, false);
    check(PRO, r#"{"prompt":"ab","size":"1920x1088","aspect_ratio":"16:9"}"#, false);
    check(PRO, r#"{"prompt":"ab","aspect_ratio":"7:3","resolution":"1080P"}"#, true);
}

/// Whether a ratio has a size is worked out, which no schema can.
#[test]
fn ratios_without_a_size_are_of_the_listed_set() {
    let (offer, request) = ("scenario/seedream-3.0", r#"{"prompt":"ab","aspect_ratio":"10:1"}"#);
    let exported = newest(offer);
    let refused = exported.violations(&serde_json::from_str(request).unwrap(), false).unwrap();
    assert!(!refused.is_empty());
    check(offer, request, true);
    assert!(exported.schema["x-unchecked"]["worked_out_sizes"].is_string());
}

#[test]
fn rules_between_fields_hold() {
    let offer = "replicate/seedance-2.0";
    let media = |json: &str| json.replace('@', "https://a.test/b");
    check(offer, &media(r#"{"prompt":"a","frames":{"last":"@.png"}}"#), false);
    check(offer, &media(r#"{"prompt":"a","frames":{"first":"@.png","last":"@.png"}}"#), true);
    check(offer, &media(r#"{"prompt":"a","references":{"audios":["@.mp3"]}}"#), false);
    let both = r#"{"prompt":"a","frames":{"first":"@.png"},"references":{"images":["@.png"]}}"#;
    check(offer, &media(both), false);
}

#[test]
fn sums_are_expanded() {
    let sum = |images: usize, count: &str| {
        let images = vec!["\"https://a.test/b.png\""; images].join(",");
        format!(r#"{{"prompt":"a","references":{{"images":[{images}]}}{count}}}"#)
    };
    let offer = "scenario/seedream-4.0";
    let asset = |text: String| text.replace("https://a.test/b.png", "scenario:asset_a");
    check(offer, &asset(sum(5, r#","sequential_count":10"#)), true);
    check(offer, &asset(sum(5, r#","sequential_count":11"#)), false);
}

#[test]
fn options_are_those_that_the_spec_declares() {
    let with = |options: &str| format!(r#"{{"prompt":"ab","provider_options":{options}}}"#);
    check(PRO, &with(r#"{"runware":{"routing":{"a":1}},"replicate":{"x":1}}"#), true);
    check(PRO, &with(r#"{"runware":{"routing":"a"}}"#), false);
    check(PRO, &with(r#"{"runware":{"seed":1}}"#), false);
    check(PRO, &with(r#"{"runware":{"x":1}}"#), false);
    check(PRO, &with(r#"{"runware":{"x":null},"acme":{"x":[]}}"#), true);
    check(PRO, &with(r#"{"acme":{"x":1}}"#), false);
}

#[test]
fn what_cannot_be_read_is_refused_too() {
    for request in [
        r#"{"prompt":1}"#,
        r#"{"prompt":"ab","n":2}"#,
        r#"{"prompt":"ab","seed":1.5}"#,
        r#"{"prompt":"ab","seed":-1}"#,
        r#"{"prompt":"ab","duration":"5"}"#,
        r#"{"prompt":"ab","size":"1920 x 1088"}"#,
        r#"{"prompt":"ab","frames":{"first":"a b"}}"#,
        r#"{"prompt":"ab","frames":{"first":{"src":null}}}"#,
        r#"{"prompt":"ab","delivery":{"webhook_url":"ftp://a.test"}}"#,
    ] {
        assert!(Request::from_json(request.as_bytes()).is_err(), "{request}");
        let request: Value = serde_json::from_str(request).unwrap();
        assert!(!newest(PRO).validator.is_valid(&request), "{request}");
    }
}

#[test]
fn every_schema_lists_what_it_does_not_check() {
    for exported in EXPORTED.iter() {
        let listed = exported.schema["x-unchecked"].as_object().unwrap();
        assert!(UNCHECKED.iter().all(|(name, _)| listed.contains_key(*name)));
        assert!(jsonschema::draft202012::meta::is_valid(&exported.schema));
    }
}
