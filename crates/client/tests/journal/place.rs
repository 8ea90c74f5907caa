//! Where the file lies: made in private, refused where it cannot be written.

use std::path::Path;

use genmux_client::journal::{SqliteOptions, SqliteStore, StoreError};

use crate::work::{check_message, insert, open, whole};

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_journal_is_for_this_user_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some/new/journal.db");
    let store = open(&file).await.unwrap();
    insert(&store, "one").await.unwrap();
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    let files: Vec<_> = std::fs::read_dir(file.parent().unwrap()).unwrap().flatten().collect();
    assert!(files.len() > 1, "the log lies beside the file");
    for file in files {
        assert_eq!(mode(&file.path()), 0o600, "{file:?}");
    }
}

#[tokio::test]
async fn a_folder_in_its_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = open(folder.path()).await.unwrap_err();
    assert!(error.to_string().contains("is a folder"), "{error}");
    check_message(&error, folder.path());
}

#[tokio::test]
async fn a_file_in_place_of_its_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("blocked");
    std::fs::write(&blocked, "text").unwrap();
    let error = open(&blocked.join("journal")).await.unwrap_err();
    check_message(&error, &blocked.join("journal"));
    assert_eq!(std::fs::read(&blocked).unwrap(), b"text");
}

const PLACE: &str = "GENMUX_TEST_READ_ONLY_JOURNAL";

/// The part of the next test that must not run as root, whom permissions do not stop.
#[cfg(unix)]
#[tokio::test]
async fn read_only_places_are_told() {
    let Some(folder) = std::env::var_os(PLACE) else { return };
    let folder = Path::new(&folder);
    for name in ["missing", "missing/too", "file-in-folder", "open/file"] {
        let error = open(&folder.join(name)).await.unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly(_)), "{name}: {error}");
        check_message(&error, &folder.join(name));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn read_only_places_are_told_to_a_user_without_rights() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let folder = tempfile::tempdir().unwrap();
    let permit = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    for name in ["file-in-folder", "open/file"] {
        let store = open(&folder.path().join(name)).await.unwrap();
        insert(&store, "one").await.unwrap();
        store.close().await;
    }
    // The one may be written to but nothing may be put beside it; with the other, the reverse.
    permit(&folder.path().join("file-in-folder"), 0o666);
    permit(&folder.path().join("open/file"), 0o444);
    permit(&folder.path().join("open"), 0o777);
    permit(folder.path(), 0o555);
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "place::read_only_places_are_told"]).env(PLACE, folder.path());
    if std::fs::metadata(folder.path()).unwrap().uid() == 0 {
        child.uid(65534).gid(65534);
    }
    let output = child.output().unwrap();
    permit(folder.path(), 0o755);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    for name in ["file-in-folder", "open/file"] {
        assert_eq!(whole(&open(&folder.path().join(name)).await.unwrap()).await.unwrap(), ["one"]);
    }
}

#[tokio::test]
async fn a_full_journal_says_so_and_takes_work_again_after_pruning() {
    use genmux_client::journal::{Change, JobStore as _, State, Version};
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    let options = SqliteOptions { max_bytes: Some(256 << 10), ..SqliteOptions::default() };
    let store = SqliteStore::open(&file, options).await.unwrap();
    let mut kept = 0;
    let error = loop {
        match insert(&store, &format!("key-{kept}")).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full(_)) && kept > 10, "{kept}: {error}");
    check_message(&error, &file);
    assert_eq!(whole(&store).await.unwrap().len(), kept);
    for key in 0..10 {
        let give_up = Change::to(State::Canceled, "", crate::work::NOW);
        store.change(&format!("key-{key}"), Version::FIRST, give_up).await.unwrap();
    }
    assert_eq!(store.prune(crate::work::NOW + 1).await.unwrap(), 10);
    insert(&store, "after").await.unwrap();
}
