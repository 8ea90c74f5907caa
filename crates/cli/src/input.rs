//! Reading requests and specs.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use genmux::{Catalog, Context, FileAccess, Offer, Request};

use crate::args::Reading;
use crate::fail::Failure;

/// The embedded specs, under those of a directory if one is given.
pub(crate) fn catalog(directory: Option<&Path>) -> Result<Catalog, Failure> {
    match directory {
        Some(directory) => Ok(Catalog::with_directory(directory)?),
        None => Ok(Catalog::embedded()),
    }
}

/// The catalogue on the day that the arguments name.
pub(crate) fn dated(catalog: &Catalog, as_of: Option<genmux::spec::Date>) -> Catalog {
    as_of.map_or_else(|| catalog.clone(), |day| catalog.as_of(day))
}

/// The offers by name, in the order given.
pub(crate) fn offers(catalog: &Catalog, names: &[String]) -> Result<Vec<Offer>, Failure> {
    names.iter().map(|name| Ok(catalog.offer(name)?)).collect()
}

/// Opens a file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let failed =
        |error: io::Error| Failure::Said(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(Failure::Said(format!("cannot read {}: it is a folder", path.display())));
    }
    Ok(Box::new(file))
}

/// Reads a whole input of bounded length.
pub(crate) fn bytes(path: &Path, max_bytes: u64) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let failed =
        |error: io::Error| Failure::Said(format!("cannot read {}: {error}", path.display()));
    open(path)?.take(max_bytes.saturating_add(1)).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > max_bytes {
        let message = format!(
            "{} is larger than {max_bytes} bytes; give media as files or URLs, or raise --max-bytes",
            path.display(),
        );
        return Err(Failure::Said(message));
    }
    Ok(text)
}

/// Reads one request.
pub(crate) fn request(path: &Path, reading: &Reading) -> Result<Request, Failure> {
    let text = bytes(path, reading.max_bytes)?;
    Request::from_json(&text).map_err(|error| Failure::Said(format!("{}: {error}", path.display())))
}

/// The context of a request; local paths are taken from the current folder.
pub(crate) fn context(request: &Request, reading: &Reading) -> Context {
    let mut context = genmux::context_with_files(request, FileAccess::Anywhere);
    context.allow_unlisted = reading.allow_unlisted;
    context
}
