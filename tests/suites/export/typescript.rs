//! TypeScript types are those that were read.

use std::fs;
use std::path::Path;

use genmux::Catalog;

fn check(name: &str) {
    let fresh = Catalog::embedded().offer(name).unwrap().typescript();
    let file = format!("tests/snapshots/{}.ts", name.replace('/', "-"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &fresh).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == fresh, "{file} is stale; UPDATE_GOLDEN=1 writes it anew:\n{fresh}");
}

#[test]
fn a_clip_of_listed_sizes() {
    check("runware/seedance-1.0-pro");
}

#[test]
fn a_clip_of_words_with_references() {
    check("replicate/seedance-2.0");
}

#[test]
fn a_picture_of_free_sides() {
    check("scenario/seedream-5.0-pro");
}
