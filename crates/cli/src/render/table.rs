//! A comparison on a terminal.
//!
//! A column an offer where the columns fit; else the offers stand below each field, a line each.
//! No line above the payloads is wider than asked for; payloads are never broken to a width, so
//! that they can be copied.

mod below;
mod columns;
mod lines;
mod style;

use super::Comparison;
use super::cell::Cell;
use super::cells::{Line, lines as all_lines, notes};
use super::heads::summary;
use super::text::{clean, width};
use style::{BOLD, paint};

/// Narrower than this nothing can be laid out; lines are then wider than the terminal.
const NARROWEST: usize = 50;

pub(crate) fn table(comparison: &Comparison, room: usize, changed: bool) -> String {
    let room = room.max(NARROWEST);
    let lines = all_lines(comparison, changed);
    let mut out = format!("{}\n\n", paint(BOLD, summary(comparison)));
    match columns::Layout::fit(comparison, &lines, room) {
        Some(layout) => columns::write(&mut out, comparison, &lines, &layout),
        None => self::lines::write(&mut out, comparison, &lines, room),
    }
    below::write(&mut out, comparison, &notes(&lines), room);
    out
}

/// A cell as one text: the outcome first, values and reasons as they fit.
fn cell_text(cell: &Cell, notes: &[&str], room: usize, most_lines: usize) -> String {
    let mut text = cell.word();
    let form = cell.form(room);
    let reason = cell.reason();
    if !form.is_empty() {
        text = format!("{text} {form}");
    } else if !reason.is_empty() {
        let whole = format!("{text}: {reason}");
        let fits = super::text::wrap(&whole, room).len() <= most_lines;
        text = if fits { whole } else { format!("{text}: {}", cell.short_reason()) };
    }
    let numbers =
        notes.iter().enumerate().filter(|(_, note)| cell.notes.iter().any(|n| n == *note));
    for (at, _) in numbers {
        text = format!("{text} [{}]", at + 1);
    }
    text
}

fn write_line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

/// The widest offer name.
fn names_width(comparison: &Comparison) -> usize {
    comparison.columns.iter().map(|column| width(&clean(&column.offer))).max().unwrap_or(0)
}

/// The rows of one group.
fn of_group(lines: &[Line], group: super::cells::Group) -> impl Iterator<Item = &Line> {
    lines.iter().filter(move |line| line.group == group)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    /// The text as a terminal shows it: without our own styles, which are all that may be there.
    fn shown(comparison: &Comparison, room: usize, changed: bool) -> String {
        let styled = table(comparison, room, changed);
        let mut out = String::new();
        for (at, part) in styled.split('\u{1b}').enumerate() {
            let text = if at == 0 { part } else { part.split_once('m').unwrap().1 };
            let style = part.len() - text.len();
            let ours = |c: char| c.is_ascii_digit() || matches!(c, '[' | ';' | 'm');
            assert!(part[..style].chars().all(ours), "{part:?}");
            out.push_str(text);
        }
        out
    }

    fn comparisons() -> [Comparison; 4] {
        let pair = samples::column_of("runware/seedance-1.0-pro", samples::VIDEO);
        [samples::storyboard(), samples::video(), samples::hostile(), pair]
    }

    #[test]
    fn no_line_is_wider_than_asked_for() {
        for comparison in comparisons() {
            for (room, changed) in
                [50, 80, 120, 200].map(|room| [(room, false), (room, true)]).concat()
            {
                let text = shown(&comparison, room, changed);
                let above = text.split("\npayload for ").next().unwrap();
                for line in above.lines() {
                    assert!(width(line) <= room, "{room}: {line}");
                }
            }
        }
    }

    #[test]
    fn columns_stand_below_each_other() {
        let text = shown(&samples::storyboard(), 200, false);
        let line =
            |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
        let (prompt, seed) = (line("prompt"), line("seed"));
        let starts = |line: &str, word: &str| line.find(word).map(|at| width(&line[..at]));
        assert_eq!(starts(&prompt, "sent"), starts(&seed, "sent"));
        let last = |line: &str, word: &str| line.rfind(word).map(|at| width(&line[..at]));
        assert_eq!(last(&prompt, "sent"), last(&seed, "dropped"));
    }

    #[test]
    fn seven_offers_on_eighty_columns_stand_in_lines() {
        let text = shown(&samples::storyboard(), 80, false);
        assert!(
            text.contains("\n  runware/seedream-4.0        sent settings.maxSequentialImages"),
            "{text}"
        );
        assert!(text.contains("retired 20") && text.contains("images 1 to 4"));
    }

    #[test]
    fn outcomes_are_whole_and_coloured() {
        let text = table(&samples::video(), 200, false);
        let red = style::of_outcome(genmux::RowOutcome::Rejected);
        assert!(text.contains(&format!("{red}rejected{red:#}")), "{text}");
        assert!(shown(&samples::video(), 80, false).contains("adjusted 640x480 -> 736x544"));
    }

    #[test]
    fn values_never_drive_the_terminal() {
        for room in [80, 200] {
            let text = shown(&samples::hostile(), room, false);
            assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'));
        }
    }

    #[test]
    fn refusals_name_their_source_and_payloads_follow() {
        let text = shown(&samples::video(), 120, false);
        let (refused, payload) =
            (text.find("refused by").unwrap(), text.find("payload for").unwrap());
        assert!(refused < payload && text.contains("source: "));
    }

    #[test]
    fn no_offers_and_no_width_are_no_trouble() {
        let none = Comparison { request: serde_json::json!({}), columns: Vec::new() };
        assert!(table(&none, 0, false).contains("0 offers"));
    }
}
