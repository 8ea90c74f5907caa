//! A comparison as one page: no script, nothing from outside, light and dark, printable.

mod below;
mod gallery;
mod grid;
mod markup;

use super::Comparison;
use super::cells::{Line, lines};
use super::heads::summary;
use super::values::one_line;
use markup::{Element, element, raw};

pub(crate) use gallery::gallery;

/// What is shown of the prompt at the top; the request has more of it.
const PROMPT: usize = 600;
const STYLE: &str = include_str!("html/style.css");
/// Even if a value were read as markup, nothing in it would run or load.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(crate) fn html(comparison: &Comparison, changed: bool) -> String {
    let lines = lines(comparison, changed);
    page(&title(comparison), POLICY, body(comparison, &lines, changed))
}

/// A whole page: what it may load is said in the policy.
fn page(title: &str, policy: &str, body: Element) -> String {
    let page = element("html").attribute("lang", "en").all([head(title, policy), body]);
    format!("<!doctype html>\n{}\n", page.render())
}

fn head(title: &str, policy: &str) -> Element {
    let meta = |name: &str, content: &str| {
        element("meta").attribute("name", name).attribute("content", content)
    };
    element("head").all([
        element("meta").attribute("charset", "utf-8"),
        element("meta")
            .attribute("http-equiv", "Content-Security-Policy")
            .attribute("content", policy),
        meta("viewport", "width=device-width, initial-scale=1"),
        meta("color-scheme", "light dark"),
        meta("referrer", "no-referrer"),
        element("title").text(title),
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

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn page(comparison: &Comparison) -> String {
        html(comparison, false)
    }

    /// Names of all elements, in order; end tags with their slash.
    fn tags(page: &str) -> Vec<&str> {
        let tags = page.split('<').skip(1).map(|rest| rest.split(['>', ' ']).next().unwrap());
        tags.filter(|tag| *tag != "!doctype").collect()
    }

    #[test]
    fn every_element_is_ours_and_closed_whatever_the_values() {
        for comparison in [samples::storyboard(), samples::video(), samples::hostile()] {
            let page = page(&comparison);
            let mut open = Vec::new();
            for tag in tags(&page) {
                match tag.strip_prefix('/') {
                    Some(name) => assert_eq!(open.pop(), Some(name)),
                    None if ["meta", "wbr"].contains(&tag) => {}
                    None => open.push(tag),
                }
                assert!(!["script", "img", "b", "iframe", "link"].contains(&tag), "{tag}");
            }
            assert!(open.is_empty(), "{open:?}");
        }
    }

    #[test]
    fn nothing_comes_from_outside() {
        let page = page(&samples::storyboard());
        for part in ["src=", "url(", "@import", "<link", "<script", "onclick"] {
            assert!(!page.contains(part), "{part}");
        }
        let hostile = self::page(&samples::hostile());
        assert!(hostile.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"));
        assert!(!hostile.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'));
    }

    #[test]
    fn it_is_a_page_with_all_that_a_decision_needs() {
        let page = page(&samples::storyboard());
        let parts = [
            "<!doctype html>",
            "<html lang=\"en\">",
            "name=\"viewport\"",
            "<title>",
            "prefers-color-scheme: dark",
            "@media print",
            "what to expect back",
            "retired 20",
            "differs",
            "nothing is sent",
            "<span class=\"key\">&quot;maxImages&quot;</span>",
            "The request",
            env!("CARGO_PKG_VERSION"),
        ];
        for part in parts {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("SECRET"));
    }

    #[test]
    fn it_is_the_same_page_every_time() {
        assert_eq!(page(&samples::video()), page(&samples::video()));
    }

    #[test]
    fn changed_is_shorter() {
        let comparison = samples::video();
        let changed = html(&comparison, true);
        assert!(changed.len() < page(&comparison).len() && changed.contains("Fields that change"));
    }
}
