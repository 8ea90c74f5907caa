//! The ledger is complete: one row for every set leaf, in order, and nothing more of the request.

use std::collections::BTreeSet;

use genmux::{Row, RowOutcome};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};

use crate::case::{Read, check, is_unset};

/// Set leaves in canonical order, then the options as they are written.
fn expected(read: &Read<'_>) -> Vec<String> {
    let mut rows: Vec<String> = read.set().into_iter().map(str::to_owned).collect();
    let providers = read.case.json["provider_options"].as_object().into_iter().flatten();
    for (provider, options) in providers {
        let options = options.as_object().into_iter().flatten();
        let set = options.filter(|(_, value)| !is_unset(value));
        rows.extend(set.map(|(key, _)| format!("provider_options.{provider}.{key}")));
    }
    rows
}

fn of_no_field(row: &Row) -> bool {
    matches!(row.outcome, RowOutcome::Added | RowOutcome::Defaulted)
}

fn ledger(read: &Read<'_>) -> Vec<Row> {
    match read.translate() {
        Ok(translation) => translation.ledger(),
        Err(rejection) => rejection.ledger(&read.request, &read.context),
    }
}

#[test]
fn every_set_leaf_has_one_row_and_the_rest_comes_after() {
    check(4000, |read| {
        let (rows, expected) = (ledger(read), expected(read));
        let (own, others) = rows.split_at(expected.len().min(rows.len()));
        let fields: Vec<&str> = own.iter().map(|row| &*row.field).collect();
        prop_assert_eq!(&fields, &expected, "rows {:?}", rows);
        prop_assert!(!own.iter().any(of_no_field), "a set leaf is called unasked: {own:?}");
        prop_assert!(others.iter().all(of_no_field), "asked for by no field: {others:?}");
        let distinct: BTreeSet<&str> = rows.iter().map(|row| &*row.field).collect();
        prop_assert_eq!(distinct.len(), rows.len(), "a field stands twice in {:?}", rows);
        Ok(())
    });
}

/// The dotted paths of all values that are no objects.
fn paths(prefix: &str, value: &Value, found: &mut Vec<String>) {
    let Value::Object(children) = value else { return found.push(prefix.to_owned()) };
    for (key, child) in children {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        paths(&path, child, found);
    }
}

#[test]
fn every_key_on_the_wire_is_explained() {
    check(3000, |read| {
        let Ok(translation) = read.translate() else { return Ok(()) };
        let payload = json!(translation.payload(0));
        let rows = translation.ledger();
        let mut found = Vec::new();
        paths("", &payload, &mut found);
        for path in found.iter().filter(|path| !path.is_empty()) {
            let below = |wire: &str| {
                path.strip_prefix(wire).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let explained = rows.iter().flat_map(|row| &row.wire).any(|wire| below(wire));
            prop_assert!(explained, "{path} is in {payload} and in no row of {rows:?}");
        }
        Ok(())
    });
}

#[test]
fn a_row_is_rejected_exactly_if_a_violation_names_it() {
    check(3000, |read| {
        let rows = ledger(read);
        let violations = match read.translate() {
            Ok(_) => Vec::new(),
            Err(rejection) => rejection.violations().to_vec(),
        };
        for row in &rows {
            let named = violations.iter().any(|violation| violation.names(&row.field));
            prop_assert_eq!(named, row.outcome == RowOutcome::Rejected, "{:?}", row);
        }
        Ok(())
    });
}

#[test]
fn adjusted_rows_say_from_what_to_what_and_others_do_not() {
    check(3000, |read| {
        for row in ledger(read) {
            let adjusted = row.outcome == RowOutcome::Adjusted;
            prop_assert_eq!(
                (row.from.is_some(), row.to.is_some()),
                (adjusted, adjusted),
                "{:?}",
                row
            );
            prop_assert!(row.from.is_none() || row.from != row.to, "moved nowhere: {row:?}");
        }
        Ok(())
    });
}

#[test]
fn what_is_sent_or_converted_names_its_wire() {
    check(3000, |read| {
        let Ok(translation) = read.translate() else { return Ok(()) };
        for row in translation.ledger() {
            let calls = &*row.field == "count" && translation.calls() > 1;
            let wired = match row.outcome {
                RowOutcome::Sent | RowOutcome::Converted => !row.wire.is_empty() || calls,
                RowOutcome::Implied
                | RowOutcome::Dropped
                | RowOutcome::Skipped
                | RowOutcome::Defaulted => row.wire.is_empty(),
                _ => true,
            };
            prop_assert!(wired, "{row:?}");
        }
        Ok(())
    });
}

#[test]
fn no_policy_moves_or_drops_what_it_may_not() {
    check(4000, |read| {
        let Ok(translation) = read.translate() else { return Ok(()) };
        translation.ledger().iter().try_for_each(|row| allowed(read, row))
    });
}

fn allowed(read: &Read<'_>, row: &Row) -> TestCaseResult {
    use genmux::{Leaf, Mode};
    let Some(leaf) = Leaf::from_path(&row.field).filter(|_| !of_no_field(row)) else {
        return Ok(());
    };
    let mode = read.case.policy().mode(leaf);
    let fixed = leaf.is_media() || matches!(leaf, Leaf::Prompt | Leaf::Seed | Leaf::Safety);
    match row.outcome {
        RowOutcome::Adjusted => prop_assert!(mode >= Mode::Fit && !fixed, "{row:?}"),
        RowOutcome::Dropped => {
            let off = read.case.json["safety"] == "off";
            let content = leaf.is_media()
                || matches!(leaf, Leaf::Kind | Leaf::Prompt | Leaf::SequentialCount)
                || matches!(leaf, Leaf::WebhookUrl | Leaf::UploadUrl)
                || (leaf == Leaf::Safety && !off);
            prop_assert!(mode == Mode::Drop, "{row:?}");
            prop_assert!(!content || read.case.names_to_drop(leaf), "{row:?}");
        }
        _ => {}
    }
    Ok(())
}

#[test]
fn counts_only_go_down() {
    check(2000, |read| {
        for row in ledger(read).iter().filter(|row| row.outcome == RowOutcome::Adjusted) {
            let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_u64);
            let moved = number(&row.from).zip(number(&row.to));
            if let (Some((from, to)), "sequential_count" | "count") = (moved, &*row.field) {
                prop_assert!(to < from, "{row:?}");
            }
        }
        Ok(())
    });
}
