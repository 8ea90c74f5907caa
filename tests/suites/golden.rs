//! Golden ring: every case of `golden/<provider>/<model>.json` is a trial of its own.
//!
//! `UPDATE_GOLDEN=1 cargo test -p genmux-tests --test golden` records anew what becomes of the
//! requests in the files; read the difference before you commit it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use genmux::Catalog;
use genmux_tests::golden::{self, Result, trial};
use libtest_mimic::Trial;

fn main() -> ExitCode {
    golden::run(trials())
}

fn trials() -> Result<Vec<Trial>> {
    let catalog = Catalog::embedded();
    let folder = golden::folder().join("golden");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1");
    let mut trials =
        vec![trial("every offer has a golden file and the reverse", every_offer_has_a_file)];
    for offer in files(&folder)? {
        let path = golden::file_of(&folder, &offer);
        if update {
            golden::record(&catalog, &offer, &path)?;
        }
        for case in golden::read(&path)? {
            let (catalog, offer) = (catalog.clone(), offer.clone());
            let name = format!("{offer}/{}", case.case);
            trials.push(trial(name, move || golden::check(&catalog, &offer, &case)));
        }
    }
    Ok(trials)
}

fn every_offer_has_a_file() -> Result<()> {
    let catalog = Catalog::embedded();
    let offers: BTreeSet<String> = catalog.names().map(str::to_owned).collect();
    let files = files(&golden::folder().join("golden"))?;
    if offers == files {
        return Ok(());
    }
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        one.difference(other).cloned().collect::<Vec<_>>().join(", ")
    };
    let (no_file, no_offer) = (only(&offers, &files), only(&files, &offers));
    Err(format!("without a golden file: [{no_file}]; without an offer: [{no_offer}]").into())
}

/// The names of the offers that have a golden file.
fn files(folder: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for provider in std::fs::read_dir(folder)? {
        let provider = provider?;
        for file in std::fs::read_dir(provider.path())? {
            let file = file?.file_name().to_string_lossy().into_owned();
            let model = file.strip_suffix(".json").ok_or(format!("{file} is no golden file"))?;
            names.insert(format!("{}/{model}", provider.file_name().to_string_lossy()));
        }
    }
    Ok(names)
}
