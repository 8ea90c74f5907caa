//! Sizes of files and lines, and words that mean unfinished work.

use crate::tree::{File, files, lines_with, none};

/// Lines of a file, tests aside.
const LINES: usize = 300;
/// Characters of a line.
const WIDTH: usize = 100;

fn rust() -> Vec<File> {
    let folders = ["crates/", "provider-specs/", "tests/"];
    let ours = |file: &File| folders.iter().any(|folder| file.path.starts_with(folder));
    files().into_iter().filter(|file| file.is_rust() && ours(file)).collect()
}

#[test]
fn files_stay_within_their_lines() {
    let long = rust().into_iter().filter_map(|file| {
        let lines = file.own_lines().count();
        (lines > LINES).then(|| format!("{}: {lines} lines", file.path))
    });
    none("files of more than 300 lines, tests aside", long);
}

/// What rustfmt does not break: a text, and an address.
fn is_whole(line: &str) -> bool {
    line.contains('"') || line.contains("https://")
}

#[test]
fn lines_stay_within_their_width() {
    let mut wide = Vec::new();
    for file in rust() {
        for (at, line) in file.text.lines().enumerate().filter(|(_, line)| !is_whole(line)) {
            let width = line.chars().count();
            wide.extend((width > WIDTH).then(|| format!("{}:{}: {width}", file.path, at + 1)));
        }
    }
    none("lines of more than 100 characters", wide);
}

#[test]
fn nothing_is_left_unfinished() {
    // Put together here, so that this file does not find itself.
    let needles = [
        concat!("todo", "!"),
        concat!("unimplemented", "!"),
        concat!("dbg", "!"),
        concat!("FIX", "ME"),
        concat!("#[ig", "nore"),
    ];
    let found = files();
    let found = found.iter().flat_map(|file| needles.map(|needle| lines_with(file, needle)));
    none("unfinished work", found.flatten());
}

#[test]
fn no_vendor_needs_a_quirk() {
    let quirk = concat!("fn qui", "rk");
    let providers = ["crates/runware/", "crates/replicate/", "crates/scenario/"];
    let files = rust();
    let of_provider =
        files.iter().filter(|file| providers.iter().any(|folder| file.path.starts_with(folder)));
    none("true oddities of vendors", of_provider.flat_map(|file| lines_with(file, quirk)));
}
