//! One offer in full.

use std::fmt::Write as _;

use genmux::spec::Status;
use genmux::{Offer, SheetLine};

use super::text::{clean, pad, width, wrap};

/// Columns of the left margin and of a field's name.
const NAME: usize = 24;

/// What an offer takes, as a person would want to read it, in lines of at most `room` columns.
pub(crate) fn sheet(offer: &Offer, room: usize) -> String {
    let mut sheet = Sheet { text: String::new(), sources: Vec::new(), room };
    sheet.head(offer);
    sheet.title("Takes");
    for line in offer.sheet() {
        let says = sheet.cited(&line);
        sheet.entry(&line.field, &says);
    }
    sheet.rules(&offer.rules());
    sheet.sizes(&offer.table());
    sheet.foot(offer);
    sheet.text
}

struct Sheet {
    text: String,
    /// Pages, each once; a fact cites them by number.
    sources: Vec<String>,
    room: usize,
}

impl Sheet {
    fn head(&mut self, offer: &Offer) {
        let title = format!("{}: {} by {}", offer.name(), offer.title(), offer.lab());
        self.line(&title);
        self.entry("vendor id", offer.vendor_id());
        self.entry("makes", &format!("{}: {}", offer.kind(), offer.workflows().join(", ")));
        let status = match (offer.status(), offer.retired_on()) {
            (Status::Live, _) => "live".to_owned(),
            (Status::Retired, Some(day)) => format!("retired {day}"),
            (Status::Retired, None) => "retired".to_owned(),
        };
        self.entry("revision", &format!("{}, {status}", offer.revision()));
        self.entry("source", offer.source());
    }

    fn rules(&mut self, rules: &[SheetLine]) {
        if rules.is_empty() {
            return;
        }
        self.title("Rules");
        for line in rules {
            let says = self.cited(line);
            self.hanging("  ", "  ", &says);
        }
    }

    fn sizes(&mut self, table: &[SheetLine]) {
        if table.is_empty() {
            return;
        }
        self.title("Sizes");
        for line in table {
            let says = self.cited(line);
            self.entry(&line.field, &says);
        }
    }

    fn foot(&mut self, offer: &Offer) {
        if !offer.notes().is_empty() {
            self.title("Notes");
        }
        for note in offer.notes() {
            self.hanging("  ", "  ", note);
        }
        self.title("Sources");
        for (at, source) in std::mem::take(&mut self.sources).iter().enumerate() {
            self.hanging(&format!("  [{}] ", at + 1), "      ", source);
        }
    }

    /// What a line says, with the numbers of its sources.
    fn cited(&mut self, line: &SheetLine) -> String {
        let numbers: Vec<String> =
            line.sources.iter().map(|source| self.number(source).to_string()).collect();
        format!("{} [{}]", line.says, numbers.join(","))
    }

    fn number(&mut self, source: &str) -> usize {
        let at = self.sources.iter().position(|known| known == source);
        at.unwrap_or_else(|| {
            self.sources.push(source.to_owned());
            self.sources.len() - 1
        }) + 1
    }

    fn title(&mut self, title: &str) {
        self.text.push('\n');
        self.line(title);
    }

    fn line(&mut self, line: &str) {
        // Writing into a string cannot fail.
        let _ = writeln!(self.text, "{}", clean(line).trim_end());
    }

    fn entry(&mut self, name: &str, says: &str) {
        let name = pad(&format!("  {name}"), NAME);
        self.hanging(&name, &" ".repeat(NAME), says);
    }

    /// A text whose further lines stand under its first.
    fn hanging(&mut self, first: &str, further: &str, text: &str) {
        let room = self.room.saturating_sub(width(further)).max(40);
        for (at, line) in wrap(text, room).iter().enumerate() {
            let margin = if at == 0 { first } else { further };
            self.line(&format!("{margin}{line}"));
        }
    }
}
