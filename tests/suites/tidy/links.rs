//! Links of the pages to files lead somewhere.

use std::path::Path;

use crate::tree::{File, files, none, root};

#[test]
fn links_to_files_lead_to_files() {
    let pages = files();
    let pages = pages.iter().filter(|file| file.path.to_ascii_lowercase().ends_with(".md"));
    none("links that lead nowhere", pages.flat_map(dead_links));
}

fn dead_links(page: &File) -> Vec<String> {
    let folder = root().join(&page.path);
    let folder = folder.parent().unwrap_or(Path::new("."));
    let dead = |target: &&str| !folder.join(target).exists();
    targets(&page.text).filter(dead).map(|target| format!("{}: {target}", page.path)).collect()
}

/// The files that a page links to; addresses on the web and places within a page are none.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    let prose = text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fence && !fenced
    });
    let links = prose.flat_map(|line| line.split("](").skip(1));
    let targets = links.filter_map(|rest| rest.split([')', ' ', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains(':'))
}
