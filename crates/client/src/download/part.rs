//! A file that has no name of its own until it is whole.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::mem::take;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use genmux_media::{extension, inspect};
use sha2::{Digest, Sha256};
use tempfile::{Builder, NamedTempFile};
use tokio::task::spawn_blocking;

use super::{DownloadError, Saved, Sink, Target, safe_stem};

/// A file on its way; it is removed when this is dropped.
pub(super) struct Part {
    folder: PathBuf,
    stem: String,
    /// `None` while the disk works on it, and for good when the disk failed.
    open: Option<Open>,
    len: u64,
}

struct Open {
    file: NamedTempFile,
    hash: Sha256,
}

impl Part {
    pub(super) async fn create(target: &Target<'_>) -> Result<Part, DownloadError> {
        let (folder, stem) = (target.folder.to_owned(), safe_stem(target.stem));
        let (place, prefix) = (folder.clone(), format!(".{stem}."));
        let open = move || Ok(Open { file: create(&place, &prefix)?, hash: Sha256::new() });
        let open = on_disk(open).await.map_err(DownloadError::disk(&folder))?;
        Ok(Part { folder, stem, open: Some(open), len: 0 })
    }

    /// Writes everything through, and gives the file its name.
    pub(super) async fn keep(
        mut self,
        overwrite: bool,
        declared: Option<String>,
    ) -> Result<Saved, DownloadError> {
        let (folder, stem) = (self.folder.clone(), take(&mut self.stem));
        let open = self.open.take().ok_or_else(gone);
        let keep = move || {
            let open = open.map_err(DownloadError::disk(&folder))?;
            open.keep(&folder, &stem, overwrite, declared)
        };
        let kept = spawn_blocking(keep).await;
        kept.unwrap_or_else(|error| Err(DownloadError::disk(&self.folder)(io::Error::other(error))))
    }

    async fn change(
        &mut self,
        work: impl FnOnce(&mut Open) -> io::Result<()> + Send + 'static,
    ) -> Result<(), DownloadError> {
        let open = self.open.take().ok_or_else(gone);
        let work = move || {
            let mut open = open?;
            work(&mut open).map(|()| open)
        };
        let open = on_disk(work).await.map_err(DownloadError::disk(&self.folder))?;
        self.open = Some(open);
        Ok(())
    }
}

impl Sink for Part {
    fn len(&self) -> u64 {
        self.len
    }

    /// One trip to the disk for each piece, so that only one is held.
    async fn write(&mut self, bytes: Bytes) -> Result<(), DownloadError> {
        self.len += bytes.len() as u64;
        self.change(move |open| {
            open.hash.update(&bytes);
            open.file.write_all(&bytes)
        })
        .await
    }

    async fn restart(&mut self) -> Result<(), DownloadError> {
        self.len = 0;
        self.change(|open| {
            open.hash = Sha256::new();
            open.file.as_file().set_len(0)?;
            open.file.rewind()
        })
        .await
    }
}

impl Open {
    fn keep(
        self,
        folder: &Path,
        stem: &str,
        overwrite: bool,
        declared: Option<String>,
    ) -> Result<Saved, DownloadError> {
        let Open { mut file, hash } = self;
        let facts = inspect(file.as_file_mut()).map_err(DownloadError::disk(folder))?;
        let mime = facts.mime.map(str::to_owned).or(declared);
        let extension = mime.as_deref().and_then(extension).unwrap_or("bin");
        let path = folder.join(format!("{stem}.{extension}"));
        file.as_file().sync_all().map_err(DownloadError::disk(&path))?;
        name(file, &path, overwrite)?;
        // Best effort: some systems cannot open a folder, and the file itself is on disk.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        let bytes = facts.bytes.unwrap_or_default();
        Ok(Saved { path, bytes, sha256: hex(&hash.finalize()), facts, mime })
    }
}

fn create(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(prefix).suffix(".part");
    // As any new file: temporary ones are private, and this one will not stay temporary.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn name(file: NamedTempFile, path: &Path, overwrite: bool) -> Result<(), DownloadError> {
    let named = if overwrite { file.persist(path) } else { file.persist_noclobber(path) };
    match named {
        Ok(_) => Ok(()),
        Err(error) if !overwrite && error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(DownloadError::Exists { path: path.to_owned() })
        }
        Err(error) => Err(DownloadError::disk(path)(error.error)),
    }
}

/// The SHA-256 of bytes in hex, as [`Saved::sha256`] has it.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn gone() -> io::Error {
    io::Error::other("the temporary file is gone")
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
