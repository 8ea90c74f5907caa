//! The page of promises is fresh, and every test that it names is written.
//!
//! `cargo run -p genmux-tests --bin promises` runs them.
#![allow(clippy::unwrap_used)] // A panic is a failed test.

use genmux_tests::{page, promises};

#[test]
fn every_promise_has_tests_that_are_written() {
    let promises = promises::read();
    let held = promises.iter().flat_map(|promise| &promise.tests);
    let wrong: Vec<String> = held.filter_map(|held| held.is_written().err()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let bare = promises.iter().filter(|promise| promise.tests.is_empty());
    assert_eq!(bare.map(|promise| promise.title.as_str()).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_test_that_is_not_written_is_found_missing() {
    let missing = |package: &str, target: &str, filter: &str| {
        let [package, target, filter] = [package, target, filter].map(str::to_owned);
        promises::Held { package, target, filter }.is_written().unwrap_err()
    };
    let name = concat!("no_such", "_test_is_written");
    assert!(missing("genmux-tests", "laws", name).contains("no file names it"));
    assert!(missing("genmux-tests", "no-such-suite", "").contains("no such target"));
    assert!(missing("genmux-client", "transport", &format!("guard::{name}")).contains(name));
}

#[test]
fn a_promise_is_one_sentence() {
    for promise in promises::read() {
        let ends = promise.promise.matches(". ").count();
        assert!(ends == 0 && promise.promise.ends_with('.'), "{}", promise.promise);
        assert!(promise.not_covered.ends_with('.'), "{}", promise.not_covered);
    }
}

#[test]
fn the_page_is_fresh() {
    page::check(&promises::page(&promises::read())).unwrap();
}
