//! `genmux spec new`: the draft of a spec.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use genmux::Catalog;
use genmux::drift::{DraftOptions, draft};
use serde_json::Value;

use super::diff::plain;
use super::document::{Document, document};
use crate::Done;
use crate::args::SpecNew;
use crate::commands::print_json;
use crate::fail::Failure;

pub(crate) fn spec_new(catalog: &Catalog, args: &SpecNew) -> Result<Done, Failure> {
    let named = (args.provider.as_str(), args.vendor_id.as_str());
    let Document { published, since, source } = document(catalog, named, &args.document)?;
    let options = DraftOptions {
        lab: args.lab.clone(),
        model: args.model.clone(),
        kind: args.kind,
        since,
        source,
    };
    let draft = draft(catalog, named, &published, &options)
        .map_err(|error| Failure::Said(error.to_string()))?;
    let mut talk = anstream::stderr();
    let options = draft.options();
    if !options.is_empty() {
        let (paths, noun) =
            (plain(&options.join(", ")), if options.len() == 1 { "option" } else { "options" });
        writeln!(talk, "{} {noun}, for which requests have no field: {paths}", options.len())?;
    }
    for said in &draft.left_out {
        writeln!(talk, "left out: {}", plain(said))?;
    }
    let Some(directory) = &args.out else {
        if let Some((path, _)) = &draft.model {
            writeln!(talk, "{path} is wanted as well; --out writes both")?;
        }
        print_json(&draft.file)?;
        return Ok(Done::Accepted);
    };
    let files = draft.model.iter().map(|(path, file)| (path, file));
    for (path, file) in files.chain([(&draft.path, &draft.file)]) {
        write(&directory.join(path), file)?;
    }
    Ok(Done::Accepted)
}

/// Writes a file that is not there yet.
fn write(path: &Path, file: &Value) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::Said(format!("cannot write {}: {error}", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut text = serde_json::to_string_pretty(file)?;
    text.push('\n');
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)?;
    writeln!(crate::commands::stdout(), "{}", path.display())?;
    Ok(())
}
