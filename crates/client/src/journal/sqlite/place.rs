//! The file's place on disk.

use std::fs;
use std::io;
use std::path::Path;

/// Makes the file, and its folder, where there is none: readable by this user only.
///
/// `SQLite` gives the files that it puts beside it the same permissions.
pub(super) fn make(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if fs::symlink_metadata(file).is_ok() {
        return Ok(());
    }
    make_folder(folder)?;
    // Made under another name and closed before it has its own: closing a file gives up all the
    // locks that this process has on it, another store's too.
    let made = tempfile::Builder::new().prefix(".journal").tempfile_in(folder)?;
    match made.into_temp_path().persist_noclobber(file) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => sync(folder),
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)?;
    // The name of a new folder is durable once the folder around it is.
    folder.parent().filter(|around| !around.as_os_str().is_empty()).map_or(Ok(()), sync)
}

#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Folders cannot be synced elsewhere.
#[cfg(not(unix))]
fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
}
