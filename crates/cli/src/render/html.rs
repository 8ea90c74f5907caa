//! A comparison as one page: no script, nothing from outside, light and dark, printable.

mod below;
mod grid;
mod markup;

use super::Comparison;
use super::cells::{Line, lines};
use super::heads::summary;
use super::values::one_line;
use markup::{Element, element, raw};

/// What is shown of the prompt at the top; the request has more of it.
const PROMPT: usize = 600;
const STYLE: &str = include_str!("html/style.css");
/// Even if a value were read as markup, nothing in it would run or load.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(crate) fn html(comparison: &Comparison, changed: bool) -> String {
    let lines = lines(comparison, changed);
    let page = element("html")
        .attribute("lang", "en")
        .all([head(comparison), body(comparison, &lines, changed)]);
    format!("<!doctype html>\n{}\n", page.render())
}

fn head(comparison: &Comparison) -> Element {
    let meta = |name: &str, content: &str| {
        element("meta").attribute("name", name).attribute("content", content)
    };
    element("head").all([
        element("meta").attribute("charset", "utf-8"),
        element("meta")
            .attribute("http-equiv", "Content-Security-Policy")
            .attribute("content", POLICY),
        meta("viewport", "width=device-width, initial-scale=1"),
        meta("color-scheme", "light dark"),
        meta("referrer", "no-referrer"),
        element("title").text(&title(comparison)),
        element("style").child(raw(STYLE)),
    ])
}

fn title(comparison: &Comparison) -> String {
    match prompt(comparison) {
        Some(prompt) => format!("{} – genmux compare", one_line(prompt, 60)),
        None => "genmux compare".to_owned(),
    }
}

fn prompt(comparison: &Comparison) -> Option<&str> {
    comparison.request.get("prompt")?.as_str()
}

fn body(comparison: &Comparison, lines: &[Line], changed: bool) -> Element {
    element("body")
        .child(banner(comparison))
        .child(
            element("main")
                .child(grid::section(comparison, lines, changed))
                .child(below::refusals(comparison))
                .child(below::payloads(comparison)),
        )
        .child(below::footer(comparison))
}

fn banner(comparison: &Comparison) -> Element {
    let quote = prompt(comparison).map(|prompt| {
        element("p").class("prompt").attribute("dir", "auto").text(&one_line(prompt, PROMPT))
    });
    element("header")
        .child(element("p").class("brand").text("genmux compare"))
        .child(element("h1").text(&summary(comparison)))
        .all(quote)
}
