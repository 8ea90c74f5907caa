//! A refusal names what is wrong with the request, and repeats nothing of its content.

use genmux::ViolationKind;
use genmux_tests::random::CANARIES;
use proptest::prelude::*;
use serde_json::json;

use crate::case::check;

#[test]
fn every_violation_names_a_set_leaf_or_one_that_is_missing() {
    check(4000, |read| {
        let Err(rejection) = read.translate() else { return Ok(()) };
        prop_assert!(!rejection.violations().is_empty());
        let set = read.set();
        let named = |path: &str| set.contains(&path) || path.starts_with("provider_options.");
        for violation in rejection.violations() {
            // An unset kind is read off the fields that only one kind has.
            let unset = matches!(violation.kind, ViolationKind::Missing | ViolationKind::WrongKind);
            let other = violation.other.as_deref().is_some_and(named);
            prop_assert!(unset || other || named(&violation.field), "{violation:?}");
            let lacking = is_lacking(&violation.field, read);
            prop_assert!(violation.kind != ViolationKind::Missing || lacking, "{violation:?}");
        }
        Ok(())
    });
}

/// Whether a leaf is unset, or an empty prompt.
fn is_lacking(field: &str, read: &crate::case::Read<'_>) -> bool {
    !read.set().contains(&field) || read.case.json["prompt"] == ""
}

#[test]
fn violations_repeat_neither_prompts_nor_media_nor_urls() {
    check(4000, |read| {
        let Err(rejection) = read.translate() else { return Ok(()) };
        let said = format!("{} {rejection} {rejection:?}", json!(rejection.violations()));
        let said = said.to_lowercase();
        for canary in CANARIES {
            prop_assert!(!said.contains(canary), "{said}");
        }
        Ok(())
    });
}

#[test]
fn messages_are_sentences_in_lower_case_that_stand_once() {
    check(3000, |read| {
        let Err(rejection) = read.translate() else { return Ok(()) };
        let mut said: Vec<&str> = Vec::new();
        for violation in rejection.violations() {
            let message = violation.message.as_str();
            let option = violation.field.starts_with("provider_options.");
            let lower = option || !message.starts_with(char::is_uppercase);
            prop_assert!(lower && !message.is_empty() && !message.ends_with('.'), "{message}");
            prop_assert!(!message.chars().any(char::is_control), "{message:?}");
            prop_assert!(!said.contains(&message), "{message}");
            said.push(message);
        }
        Ok(())
    });
}
