//! The files of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

/// One text file: its path from the root of the workspace, and its text.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// The lines before the first test module.
    pub(crate) fn own_lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines().take_while(|line| !line.trim_start().starts_with("#[cfg(test)]"))
    }
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the member lies in a workspace").to_owned()
}

/// Every text file of the workspace, build products and the repository's own files aside.
pub(crate) fn files() -> Vec<File> {
    let (root, mut files) = (root(), Vec::new());
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder that was just listed").flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() {
                let skipped = matches!(name.to_str(), Some("target" | ".git" | "node_modules"));
                folders.extend((!skipped).then_some(path));
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(&root).unwrap_or(&path);
                files.push(File { path: path.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Fails with every finding, one a line.
pub(crate) fn none(what: &str, found: impl IntoIterator<Item = String>) {
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

/// Where a text stands, as `path:line: text`.
pub(crate) fn lines_with(file: &File, needle: &str) -> Vec<String> {
    let lines = file.text.lines().enumerate().filter(|(_, line)| line.contains(needle));
    lines.map(|(at, line)| format!("{}:{}: {}", file.path, at + 1, line.trim())).collect()
}
