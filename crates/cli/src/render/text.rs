//! Text that is safe to show, measured in the columns that it takes on a terminal.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Where a word that is too long for a line may break.
const BREAKS: [char; 10] = ['/', '.', '=', '-', '_', ',', '&', '?', ':', ';'];

/// Columns that a text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Writes control characters, and those that turn the direction of writing, as JSON escapes.
///
/// Raw, the first would drive the terminal and the second would make a line read as another one.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_unsafe(c) => {
                // Writing into a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// As [`clean`], with line ends left as they are.
pub(crate) fn clean_lines(text: &str) -> String {
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// The text cut to at most `room` columns, `…` included.
pub(super) fn shorten(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    for cluster in clusters(text) {
        if width(&out) + width(cluster) + 1 > room {
            break;
        }
        out.push_str(cluster);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// The text with blanks to the right up to `room` columns.
pub(crate) fn pad(text: &str, room: usize) -> String {
    let missing = room.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// The text in lines of at most `room` columns, broken at blanks where that is possible.
pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if width(word) <= room {
            add(&mut lines, word, room, true);
            continue;
        }
        for (at, piece) in pieces(word).enumerate() {
            add_piece(&mut lines, piece, room, at == 0);
        }
    }
    lines
}

/// A word cut after signs and before capitals, as in `providerSettings.cameraFixed`.
pub(super) fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let pairs = rest.char_indices().zip(rest.chars().skip(1));
        let mut cuts = pairs.filter(|((_, last), next)| {
            BREAKS.contains(last) || (last.is_lowercase() && next.is_uppercase())
        });
        let end = cuts.next().map_or(rest.len(), |((at, last), _)| at + last.len_utf8());
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

fn add_piece(lines: &mut Vec<String>, piece: &str, room: usize, blank: bool) {
    if width(piece) <= room {
        return add(lines, piece, room, blank);
    }
    for (at, cluster) in clusters(piece).enumerate() {
        let fits = width(cluster) <= room;
        add(lines, if fits { cluster } else { "…" }, room, blank && at == 0);
    }
}

/// Adds what must stay together to the last line, or to a new one if it does not fit.
fn add(lines: &mut Vec<String>, piece: &str, room: usize, blank: bool) {
    if let Some(line) = lines.last_mut() {
        let gap = if blank && !line.is_empty() { " " } else { "" };
        if line.is_empty() || width(line) + gap.len() + width(piece) <= room {
            line.push_str(gap);
            line.push_str(piece);
            return;
        }
    }
    lines.push(piece.to_owned());
}

/// Characters with what is drawn over them: accents, joined emoji, skin tones, flags.
fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (head, tail) = rest.split_at(cluster_end(rest)?);
        rest = tail;
        Some(head)
    })
}

fn cluster_end(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let (_, mut last) = chars.next()?;
    for (at, next) in chars {
        let flag = is_regional(last) && is_regional(next) && at == last.len_utf8();
        if !flag && !joins(last, next) {
            return Some(at);
        }
        last = next;
    }
    Some(text.len())
}

fn joins(last: char, next: char) -> bool {
    last == '\u{200d}'
        || UnicodeWidthChar::width(next) == Some(0)
        || matches!(next, '\u{1f3fb}'..='\u{1f3ff}')
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_drives_a_terminal_gets_through() {
        assert_eq!(
            clean("a\u{1b}[31m\nb\u{9b}\u{7f}\u{202e}"),
            "a\\u001b[31m\\nb\\u009b\\u007f\\u202e"
        );
        assert_eq!(clean("日本 👩‍👩‍👧 é"), "日本 👩‍👩‍👧 é");
    }

    #[test]
    fn width_is_what_a_terminal_shows() {
        assert_eq!((width("日本"), width("é"), width("👩‍👩‍👧")), (4, 1, 2));
        assert_eq!(width(&pad("日本", 6)), 6);
    }

    #[test]
    fn cuts_keep_within_the_room_and_never_within_a_character() {
        let check = |text: &str, room: usize, short: &str| assert_eq!(shorten(text, room), short);
        check("short", 5, "short");
        check("longer", 5, "long…");
        check("日本語の", 5, "日本…");
        check("👩‍👩‍👧👩‍👩‍👧", 3, "👩‍👩‍👧…");
        check("🇩🇪🇫🇷🇮🇹", 5, "🇩🇪🇫🇷…");
    }

    #[test]
    fn lines_break_at_blanks_then_at_signs_then_anywhere() {
        let check = |text: &str, room: usize, lines: &[&str]| assert_eq!(wrap(text, room), lines);
        check("one two three", 7, &["one two", "three"]);
        check("sent settings.long.path", 14, &["sent settings.", "long.path"]);
        check("sequentialImageGeneration=auto", 16, &["sequentialImage", "Generation=auto"]);
        check("日本語の雨", 4, &["日本", "語の", "雨"]);
        check("", 4, &[""]);
    }

    #[test]
    fn no_line_is_wider_than_the_room() {
        let texts = [
            "🇩🇪🇫🇷🇮🇹 👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧 日本語の長い",
            "a.b/c=d e\u{301}e\u{301}e\u{301} x-y-z",
            "한국어 العربية",
        ];
        for (text, room) in texts.iter().flat_map(|text| (2..20).map(move |room| (text, room))) {
            for line in wrap(text, room) {
                assert!(width(&line) <= room, "{line:?} in {room}");
            }
            assert!(width(&shorten(text, room)) <= room, "{text:?} in {room}");
        }
    }
}
