//! The catalogue as one page of Markdown.

use std::fmt::Write;

use super::SheetLine;
use crate::catalog::{Catalog, CatalogError, Offer};
use crate::spec::Status;

/// All offers on one page: models by vendors, then what each offer takes, with its sources.
///
/// # Errors
/// When a spec has mistakes.
pub fn catalogue_page(catalog: &Catalog) -> Result<String, CatalogError> {
    let offers = catalog.offers()?;
    let providers: Vec<&str> = catalog.providers().collect();
    let mut page =
        "# Catalogue\n\nEvery offer with what it takes, generated from the specs: facts \
                    with page and date, newest revisions. `genmux models` shows the same for any \
                    day.\n\n"
            .to_owned();
    matrix(&mut page, &offers, &providers);
    for offer in &offers {
        section(&mut page, offer);
    }
    Ok(page)
}

fn matrix(page: &mut String, offers: &[Offer], providers: &[&str]) {
    let mut models: Vec<(&str, String)> =
        offers.iter().map(|offer| (offer.model(), offer.kind().to_string())).collect();
    models.sort();
    models.dedup();
    let _ = writeln!(page, "| model | kind | {} |", providers.join(" | "));
    let _ = writeln!(page, "|---|---|{}", "---|".repeat(providers.len()));
    for (model, kind) in models {
        let cell = |provider: &&str| {
            let served = |offer: &&Offer| offer.model() == model && offer.provider() == *provider;
            offers.iter().find(served).map_or("–".to_owned(), link)
        };
        let cells: Vec<String> = providers.iter().map(cell).collect();
        let _ = writeln!(page, "| {model} | {kind} | {} |", cells.join(" | "));
    }
}

fn link(offer: &Offer) -> String {
    let place: String = offer.name().chars().filter(|c| !matches!(c, '/' | '.')).collect();
    let retired = if offer.status() == Status::Retired { "retired, " } else { "" };
    format!("[{retired}{}](#{place})", offer.revision())
}

fn section(page: &mut String, offer: &Offer) {
    let _ = writeln!(page, "\n## {}\n", offer.name());
    let status = match (offer.status(), offer.retired_on()) {
        (Status::Live, _) => "live".to_owned(),
        (Status::Retired, day) => {
            format!("retired{}", day.map(|day| format!(" {day}")).unwrap_or_default())
        }
    };
    let _ = writeln!(
        page,
        "{} by {}, `{}`: {}. Revision {}, {status}.\n",
        offer.title(),
        offer.lab(),
        offer.vendor_id(),
        offer.workflows().join(", "),
        offer.revision()
    );
    let mut sources = Sources::default();
    let _ = writeln!(page, "| field | takes | source |\n|---|---|---|");
    for line in offer.sheet() {
        let (says, stated) = (escaped(&line.says), sources.numbers(&line));
        let _ = writeln!(page, "| `{}` | {says} | {stated} |", line.field);
    }
    let rules = offer.rules();
    if !rules.is_empty() {
        page.push('\n');
    }
    for line in &rules {
        let _ = writeln!(page, "- {} {}", line.says, sources.numbers(line));
    }
    sizes(page, offer, &mut sources);
    for note in offer.notes() {
        let _ = writeln!(page, "\n{note}");
    }
    page.push('\n');
    for (at, source) in sources.0.iter().enumerate() {
        let _ = writeln!(page, "{}. {source}", at + 1);
    }
}

fn sizes(page: &mut String, offer: &Offer, sources: &mut Sources) {
    for (at, line) in offer.table().iter().enumerate() {
        let gap = if at == 0 { "\n" } else { "" };
        let _ = writeln!(page, "{gap}- {}: {} {}", line.field, line.says, sources.numbers(line));
    }
}

/// Pages, each once, by number.
#[derive(Default)]
struct Sources(Vec<String>);

impl Sources {
    fn numbers(&mut self, line: &SheetLine) -> String {
        let numbers: Vec<String> = line.sources.iter().map(|source| self.number(source)).collect();
        format!("({})", numbers.join(", "))
    }

    fn number(&mut self, source: &str) -> String {
        let at = self.0.iter().position(|known| known == source).unwrap_or_else(|| {
            self.0.push(source.to_owned());
            self.0.len() - 1
        });
        (at + 1).to_string()
    }
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}
