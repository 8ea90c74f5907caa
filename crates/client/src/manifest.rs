//! What is written beside artifacts: enough to say later where they came from and why they look so.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use genmux_core::{Expect, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::job::Job;
use crate::outcome::Outcome;
use crate::provider::Preview;

/// The form of manifests that this version writes.
const VERSION: u32 = 1;

/// What is written beside artifacts, first when a vendor accepted the work, again when it is done.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Version of this form.
    pub version: u32,
    /// The request; media that stood in it as data are named by type and length.
    pub request: Value,
    /// The offer that served it.
    pub offer: String,
    /// The dated revision of the offer.
    pub revision: String,
    /// Digest of the catalogue that was translated with.
    pub catalogue: String,
    /// What became of every field.
    pub ledger: Value,
    /// What was to be expected.
    pub expect: Expect,
    /// The handle.
    pub job: Job,
    /// What came of it; null while it is waited for.
    pub outcome: Value,
}

/// Request, ledger and outcome hold prompts and signed addresses.
impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Manifest({} {}, done: {})", self.offer, self.job.id, !self.outcome.is_null())
    }
}

impl Manifest {
    /// What is known when a vendor has accepted the work.
    pub fn new(request: &Request, preview: &Preview, job: &Job) -> Manifest {
        // All of it is made of JSON values only: it cannot fail to be one.
        let mut request = serde_json::to_value(request).unwrap_or_default();
        shorten(&mut request);
        Manifest {
            version: VERSION,
            request,
            offer: job.offer.clone(),
            revision: job.revision.to_string(),
            catalogue: job.catalogue.clone(),
            ledger: serde_json::to_value(&preview.ledger).unwrap_or_default(),
            expect: job.expect.clone(),
            job: job.clone(),
            outcome: Value::Null,
        }
    }

    /// Adds what came of the work.
    #[must_use]
    pub fn done(mut self, outcome: &Outcome) -> Manifest {
        self.outcome = serde_json::to_value(outcome).unwrap_or_default();
        self
    }

    /// Reads a manifest, to go on with its job.
    ///
    /// # Errors
    /// When the file cannot be read or is no manifest.
    pub fn read(path: &Path) -> io::Result<Manifest> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.json", crate::download::safe_stem(&self.job.id))
    }

    /// Writes the manifest as `{job}.json`, whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written to, or a file of that name exists and `overwrite` is off.
    pub fn write(&self, folder: &Path, overwrite: bool) -> io::Result<PathBuf> {
        let path = folder.join(self.file_name());
        let mut file = builder().suffix(".part").tempfile_in(folder)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.as_file().sync_all()?;
        let kept = if overwrite { file.persist(&path) } else { file.persist_noclobber(&path) };
        kept.map(|_file| path).map_err(|error| error.error)
    }
}

/// Temporary files are private; this one stays, and is readable as far as the umask says.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

/// Longer texts that are media are named only.
const SHOWN: usize = 200;

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > SHOWN && text.starts_with("data:") => {
            let head: String =
                text.split(',').next().unwrap_or_default().chars().take(80).collect();
            *text = format!("{head},… ({} characters)", text.len());
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_are_named_and_not_repeated() {
        let data = format!("data:image/png;base64,{}", "A".repeat(300));
        let mut value = serde_json::json!({ "a": [data], "prompt": "data: short" });
        shorten(&mut value);
        assert_eq!(value["a"][0], "data:image/png;base64,… (322 characters)");
        assert_eq!(value["prompt"], "data: short");
    }
}
