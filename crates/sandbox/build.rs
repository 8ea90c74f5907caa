//! Lists `schemas/<provider>/<model>@<date>.json` as Rust source, so that a new file needs no code.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    writeln!(io::stdout(), "cargo::rerun-if-changed=schemas")?;
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("schemas");
    let target = PathBuf::from(variable("OUT_DIR")?).join("schemas.rs");
    fs::write(target, source(&root)?)
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}

/// A slice expression with one `VendorSchema` a file, ordered by provider, model and date.
fn source(root: &Path) -> io::Result<String> {
    let mut rows = Vec::new();
    for folder in entries(root)?.into_iter().filter(|path| path.is_dir()) {
        for file in entries(&folder)? {
            rows.extend(row(&folder, &file));
        }
    }
    rows.sort();
    let mut text = String::from("&[\n");
    for (provider, model, since, path) in rows {
        writeln!(
            text,
            "VendorSchema {{ provider: {provider:?}, model: {model:?}, since: {since:?}, \
             json: include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?})) }},"
        )
        .map_err(io::Error::other)?;
    }
    text.push(']');
    Ok(text)
}

/// Provider, model, date and path; `None` for a file that is not named `<model>@<date>.json`.
fn row(folder: &Path, file: &Path) -> Option<(String, String, String, String)> {
    let provider = folder.file_name()?.to_str()?;
    let name = file.file_name()?.to_str()?.strip_suffix(".json")?;
    let (model, since) = name.split_once('@')?;
    // Relative to the crate, so that a checkout that moves needs no new build of this list.
    let path = format!("/schemas/{provider}/{name}.json");
    Some((provider.into(), model.into(), since.into(), path))
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}
