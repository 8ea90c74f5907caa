//! The spec files of genmux, embedded: what labs and providers say, with source and date.
//!
//! Data only. How to read and write the files stands in this crate's `README.md`.

/// Every spec file: its path, such as `runware/seedream-4.0.json`, and its text.
pub fn files() -> &'static [(&'static str, &'static str)] {
    include!(concat!(env!("OUT_DIR"), "/files.rs"))
}

/// The JSON Schema of the spec format.
pub const SCHEMA: &str = include_str!("../spec.schema.json");

#[cfg(test)]
mod tests {
    #[test]
    fn paths_are_relative_and_sorted() {
        let paths: Vec<_> = super::files().iter().map(|(path, _)| *path).collect();
        assert!(paths.contains(&"runware/provider.json") && paths.is_sorted());
    }
}
