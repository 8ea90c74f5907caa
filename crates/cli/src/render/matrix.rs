//! Models by vendors.

use genmux::Offer;
use genmux::spec::Status;

use super::text::{pad, width};

/// A line a model, a column a provider: the date of what is in force, or the day it was retired on.
pub(crate) fn matrix(offers: &[Offer], providers: &[&str]) -> String {
    let head = ["MODEL", "KIND"].map(str::to_owned).into_iter();
    let head = head.chain(providers.iter().map(|provider| provider.to_uppercase())).collect();
    let mut models: Vec<&Offer> = offers.iter().collect();
    models.sort_by_key(|offer| offer.model());
    models.dedup_by_key(|offer| offer.model());
    let lines = models.iter().map(|first| line(first, offers, providers));
    laid_out(&std::iter::once(head).chain(lines).collect::<Vec<_>>())
}

fn line(first: &Offer, offers: &[Offer], providers: &[&str]) -> Vec<String> {
    let of_model = |offer: &&Offer| offer.model() == first.model();
    let at =
        |provider: &str| offers.iter().filter(of_model).find(|offer| offer.provider() == provider);
    let cells = providers.iter().map(|provider| at(provider).map_or("-".to_owned(), in_force));
    [first.model().to_owned(), first.kind().to_string()].into_iter().chain(cells).collect()
}

/// The date alone says that it can be had.
fn in_force(offer: &Offer) -> String {
    match (offer.status(), offer.retired_on()) {
        (Status::Retired, Some(day)) => format!("retired {day}"),
        (Status::Retired, None) => "retired".to_owned(),
        (Status::Live, _) => offer.revision().to_string(),
    }
}

fn laid_out(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let widest = |column: usize| lines.iter().map(|line| width(&line[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, room)| pad(cell, *room)).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let line = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let text = laid_out(&[line(["A", "B"]), line(["long", "-"]), line(["c", ""])]);
        assert_eq!(text, "A     B\nlong  -\nc\n");
    }
}
