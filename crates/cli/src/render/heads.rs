//! What stands over a column: whether the offer takes the request, and what should come back.

use genmux::{Expect, Range};

use super::difference::marks;
use super::{Column, Comparison};

/// A short statement about an offer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) text: String,
    pub(super) tone: Tone,
}

/// How a statement is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Changed,
    Bad,
}

/// One property of what should come back, over all offers.
pub(super) struct Fact {
    pub(super) label: &'static str,
    /// `?` is unknown; none where it does not apply or nothing comes back.
    pub(super) cells: Vec<Option<String>>,
    /// Which cells differ from the others.
    pub(super) differs: Vec<bool>,
}

impl Column {
    /// Whether the offer takes the request under the column's policy.
    pub(super) fn is_accepted(&self) -> bool {
        self.violations.is_empty()
    }
}

/// Accepted or refused, under which policy, in how many calls, retired since when.
pub(super) fn tags(column: &Column) -> Vec<Tag> {
    let tag = |tone, text| Tag { text, tone };
    let mut tags = vec![match (column.is_accepted(), column.policy.as_str()) {
        (true, "strict") => tag(Tone::Good, "accepted".to_owned()),
        (true, policy) => tag(Tone::Changed, format!("accepted with {policy}")),
        (false, "strict") => tag(Tone::Bad, "refused".to_owned()),
        (false, policy) => tag(Tone::Bad, format!("refused with {policy}")),
    }];
    if column.calls > 1 {
        tags.push(tag(Tone::Changed, format!("{} calls", column.calls)));
    }
    if let Some(day) = &column.retired_on {
        tags.push(tag(Tone::Bad, format!("retired {day}")));
    }
    tags
}

/// How many offers there are and how many take the request.
pub(super) fn summary(comparison: &Comparison) -> String {
    let all = comparison.columns.len();
    let accepted = comparison.columns.iter().filter(|column| column.is_accepted()).count();
    let noun = if all == 1 { "offer" } else { "offers" };
    format!("{all} {noun}: {accepted} accepted, {} refused", all - accepted)
}

/// What should come back: only what is known somewhere, and always how many results.
pub(super) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let rows = ROWS.iter().map(|(label, read)| {
        let read = |column: &Column| column.expect.as_ref().and_then(read);
        let cells: Vec<Option<String>> = comparison.columns.iter().map(read).collect();
        // What is not known does not differ.
        let known: Vec<_> = cells.iter().map(|cell| cell.as_deref().filter(is_known)).collect();
        Fact { label, differs: marks(&known), cells }
    });
    rows.filter(|fact| fact.cells.iter().flatten().any(|text| is_known(&text.as_str()))).collect()
}

fn is_known(text: &&str) -> bool {
    *text != UNKNOWN
}

const UNKNOWN: &str = "?";

type Read = fn(&Expect) -> Option<String>;

const ROWS: [(&str, Read); 7] = [
    ("size", |expect| Some(known(expect.size))),
    ("duration", |expect| of_video(expect, expect.duration.map(|seconds| format!("{seconds} s")))),
    ("fps", |expect| of_video(expect, expect.fps)),
    ("audio", |expect| of_video(expect, expect.audio.map(|on| if on { "yes" } else { "no" }))),
    ("images", |expect| expect.images.map(range)),
    ("videos", |expect| expect.videos.map(range)),
    ("price", |expect| Some(known(expect.price.as_ref()))),
];

fn known(value: Option<impl ToString>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| value.to_string())
}

fn of_video(expect: &Expect, value: Option<impl ToString>) -> Option<String> {
    expect.videos.map(|_| known(value))
}

fn range(range: Range) -> String {
    let Range { min, max } = range;
    if min == max { min.to_string() } else { format!("{min} to {max}") }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn fact<'a>(facts: &'a [Fact], label: &str) -> Option<&'a Fact> {
        facts.iter().find(|fact| fact.label == label)
    }

    #[test]
    fn what_comes_back_is_shown_where_it_is_known() {
        let facts = facts(&samples::storyboard());
        assert!(fact(&facts, "images").is_some());
        assert!(fact(&facts, "size").is_some());
        for label in ["videos", "duration"] {
            assert!(fact(&facts, label).is_none(), "{label}");
        }
    }

    #[test]
    fn of_video_the_count_is_always_shown_and_unknown_is_a_question_mark() {
        let comparison = samples::video();
        let facts = facts(&comparison);
        let audio = fact(&facts, "audio").unwrap();
        assert!(audio.cells.iter().flatten().any(|text| text == "?"), "{:?}", audio.cells);
        assert!(fact(&facts, "videos").unwrap().cells.iter().flatten().all(|text| text == "1"));
    }

    #[test]
    fn a_retired_offer_is_marked() {
        let comparison = samples::storyboard();
        let column = comparison.columns.iter().find(|column| column.retired_on.is_some()).unwrap();
        let tags = tags(column);
        assert!(tags.iter().any(|tag| tag.text.starts_with("retired 20") && tag.tone == Tone::Bad));
    }
}
