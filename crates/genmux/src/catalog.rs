//! The catalogue of embedded specs, and of a directory laid over them.

use std::borrow::Cow;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// All offers: the embedded specs, file by file under those of a directory if one is given.
#[derive(Clone, Debug)]
pub struct Catalog(pub(crate) genmux_core::Catalog);

/// A spec directory cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read spec file {}: {source}", path.display())]
pub struct LoadError {
    /// The file or folder.
    pub path: PathBuf,
    /// Why not.
    pub source: io::Error,
}

impl Catalog {
    /// The specs that this build carries.
    pub fn embedded() -> Catalog {
        Catalog(genmux_core::Catalog::new(embedded_files()))
    }

    /// The embedded specs with a directory laid over them, file by file.
    ///
    /// # Errors
    /// When the directory or a file in it cannot be read. Mistakes within files are reported when
    /// an offer is asked for, all at once by [`genmux_core::Catalog::check`].
    pub fn with_directory(directory: &Path) -> Result<Catalog, LoadError> {
        let mut files: Vec<_> = embedded_files().collect();
        files.extend(read_directory(directory)?);
        Ok(Catalog(genmux_core::Catalog::new(files)))
    }

    /// The same specs as they were in force on a day.
    #[must_use]
    pub fn as_of(&self, day: genmux_core::spec::Date) -> Catalog {
        Catalog(self.0.as_of(day))
    }
}

impl Deref for Catalog {
    type Target = genmux_core::Catalog;
    fn deref(&self) -> &genmux_core::Catalog {
        &self.0
    }
}

fn embedded_files() -> impl Iterator<Item = (String, Cow<'static, str>)> {
    genmux_specs::files().iter().map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(*text)))
}

type Files = Vec<(String, Cow<'static, str>)>;

fn read_directory(root: &Path) -> Result<Files, LoadError> {
    let mut files = Files::new();
    let mut folders = vec![(root.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        let failed = |source| LoadError { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let path = entry.path();
            // Following links is deliberate; three levels are all that the format has.
            if path.is_dir() && depth < 3 {
                folders.push((path, format!("{name}/"), depth + 1));
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let text =
                    fs::read_to_string(&path).map_err(|source| LoadError { path, source })?;
                files.push((name, Cow::Owned(text)));
            }
        }
    }
    Ok(files)
}
