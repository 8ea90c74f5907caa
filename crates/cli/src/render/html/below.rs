//! Below the table: refusals with their sources, request and payloads, the footer.

use genmux::Violation;
use serde_json::Value;

use super::super::cell::word;
use super::super::json::{Token, pieces};
use super::super::values::value_text;
use super::super::{Column, Comparison};
use super::markup::{Element, element, nothing};

pub(super) fn refusals(comparison: &Comparison) -> Element {
    let mut refused = comparison.columns.iter().filter(|column| !column.is_accepted()).peekable();
    if refused.peek().is_none() {
        return nothing();
    }
    let cards = refused.map(|column| {
        let list = element("ul").all(column.violations.iter().map(refusal));
        element("article").class("card").child(element("h3").text(&column.offer)).child(list)
    });
    let cards = element("div").class("cards").all(cards);
    element("section").child(element("h2").text("Refused, and why")).child(cards)
}

fn refusal(violation: &Violation) -> Element {
    let kind = word(violation.kind).replace('_', " ");
    let head = element("p")
        .child(element("code").text(&violation.field))
        .text(" ")
        .child(element("span").class("badge bad").text(&kind));
    let facts = [
        ("with", violation.other.clone()),
        ("given", violation.actual.as_ref().map(value_text)),
        ("accepted", violation.accepted.as_ref().map(accepted)),
        ("nearest", violation.nearest.as_ref().map(value_text)),
        ("enforced", violation.stage.map(|stage| format!("at {stage}, after accepting"))),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| Some(fact(name, &value?)));
    element("li")
        .child(head)
        .child(element("p").text(&violation.message))
        .child(element("dl").class("facts").all(facts).all(violation.source.as_deref().map(source)))
}

fn fact(name: &str, value: &str) -> Element {
    let value = element("dd").child(element("code").attribute("dir", "auto").text(value));
    element("div").child(element("dt").text(name)).child(value)
}

/// A range in words, a closed set with commas.
fn accepted(accepted: &Value) -> String {
    let bound = |name: &str| accepted.get(name).map(value_text);
    let range = match (bound("min"), bound("max")) {
        (Some(min), Some(max)) if min == max => Some(min),
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("from {min}")),
        (None, Some(max)) => Some(format!("up to {max}")),
        (None, None) => None,
    };
    let step = bound("step").map(|step| format!(" in steps of {step}")).unwrap_or_default();
    match (range, accepted) {
        (Some(range), _) => format!("{range}{step}"),
        (None, Value::Array(items)) if items.is_empty() => "none".to_owned(),
        _ => value_text(accepted),
    }
}

/// The page that states the limit; its address can be followed.
fn source(source: &str) -> Element {
    let (page, rest) = source.split_once(", ").unwrap_or((source, ""));
    let value = if page.starts_with("https://") {
        let link =
            element("a").attribute("href", page).attribute("rel", "noreferrer noopener").text(page);
        let rest = if rest.is_empty() { String::new() } else { format!(", {rest}") };
        element("dd").child(link).text(&rest)
    } else {
        element("dd").text(source)
    };
    element("div").child(element("dt").text("source")).child(value)
}

pub(super) fn payloads(comparison: &Comparison) -> Element {
    let request =
        code_card("The request", "as genmux reads it", &comparison.request).class("request");
    let payloads = comparison.columns.iter().filter_map(|column| {
        let about = match column.calls {
            0 | 1 => column.title.clone(),
            calls => format!("{}, first of {calls} calls", column.title),
        };
        Some(code_card(&column.offer, &about, column.payload.as_ref()?))
    });
    let cards: Vec<Element> = payloads.collect();
    let title = if cards.is_empty() { "Request" } else { "Request and payloads" };
    let cards = element("div").class("payloads").child(request).all(cards);
    element("section").child(element("h2").text(title)).child(cards)
}

fn code_card(title: &str, about: &str, value: &Value) -> Element {
    let head = element("h3").text(title).child(element("span").class("about").text(about));
    let code =
        pieces(value).into_iter().fold(element("code"), |code, (token, text)| match class(token) {
            Some(class) => code.child(element("span").class(class).text(&text)),
            None => code.text(&text),
        });
    element("article").child(head).child(element("pre").child(code))
}

const fn class(token: Token) -> Option<&'static str> {
    match token {
        Token::Key => Some("key"),
        Token::Text => Some("text"),
        Token::Number => Some("number"),
        Token::Word => Some("word"),
        Token::Mark => None,
    }
}

pub(super) fn footer(comparison: &Comparison) -> Element {
    let made = format!(
        "Made by genmux {}. Nothing was sent. Long strings, data URIs and queries of addresses are shortened.",
        env!("CARGO_PKG_VERSION")
    );
    let revisions: Vec<String> = comparison.columns.iter().map(revision).collect();
    let revisions = format!("Revisions in force: {}.", revisions.join(", "));
    element("footer").child(element("p").text(&made)).child(element("p").text(&revisions))
}

fn revision(column: &Column) -> String {
    format!("{} {}", column.offer, column.revision)
}
