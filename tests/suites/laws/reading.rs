//! Reading never panics, says where it failed, and loses nothing.

use genmux::Request;
use genmux_tests::random::wild;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::case::run;

#[test]
fn requests_survive_a_round_trip() {
    run(2000, &wild(), |json| {
        let read = Request::from_json(json.to_string().as_bytes())
            .map_err(|error| TestCaseError::fail(format!("{json}: {error}")))?;
        let written = serde_json::to_string(&read).unwrap();
        let again = Request::from_json(written.as_bytes()).unwrap();
        prop_assert!(read == again, "{json} became {written}");
        prop_assert_eq!(written, serde_json::to_string(&again).unwrap());
        Ok(())
    });
}

#[test]
fn random_bytes_are_read_or_refused() {
    run(3000, &prop::collection::vec(any::<u8>(), 0..200), |bytes| {
        let refused = Request::from_json(&bytes).is_err();
        prop_assert!(refused || serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
        Ok(())
    });
}

#[test]
fn requests_with_wounds_are_read_or_refused_with_a_place() {
    let wounds = prop::collection::vec((any::<Index>(), any::<u8>(), 0u8..3), 1..4);
    run(3000, &(wild(), wounds), |(json, wounds)| {
        let mut text = json.to_string().into_bytes();
        for (at, byte, how) in wounds {
            let at = at.index(text.len() + 1);
            match how {
                0 => text.insert(at, byte),
                1 => text.truncate(at),
                _ => text[at..].iter_mut().take(1).for_each(|old| *old = byte),
            }
        }
        if let Err(error) = Request::from_json(&text) {
            prop_assert!(!error.message.is_empty() && error.to_string().starts_with("line "));
        }
        Ok(())
    });
}
