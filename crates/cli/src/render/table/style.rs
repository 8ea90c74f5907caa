//! Colours of a terminal: by outcome, by tone, by kind of JSON.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use genmux::RowOutcome;

use super::super::heads::Tone;
use super::super::json::Token;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const PLAIN: Style = Style::new();

pub(super) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

pub(super) fn of_outcome(outcome: RowOutcome) -> Style {
    match outcome {
        RowOutcome::Sent => colour(AnsiColor::Green),
        RowOutcome::Converted => colour(AnsiColor::Cyan),
        RowOutcome::Adjusted => colour(AnsiColor::Yellow).bold(),
        RowOutcome::Dropped => colour(AnsiColor::Magenta).bold(),
        RowOutcome::Rejected => colour(AnsiColor::Red).bold(),
        RowOutcome::Defaulted => colour(AnsiColor::Blue),
        _ => DIM,
    }
}

pub(super) fn of_tone(tone: Tone) -> Style {
    match tone {
        Tone::Good => colour(AnsiColor::Green),
        Tone::Changed => colour(AnsiColor::Yellow),
        Tone::Bad => colour(AnsiColor::Red),
    }
}

pub(super) fn of_token(token: Token) -> Style {
    match token {
        Token::Key => colour(AnsiColor::Blue),
        Token::Text => colour(AnsiColor::Green),
        Token::Number | Token::Word => colour(AnsiColor::Yellow),
        Token::Mark => PLAIN,
    }
}

const fn colour(colour: AnsiColor) -> Style {
    colour.on_default()
}
