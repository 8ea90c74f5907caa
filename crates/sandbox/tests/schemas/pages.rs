//! The requests that the pages of 2025-10-27 (000) and 2026-03 (001) print.

use std::path::Path;

use genmux_sandbox::schema;
use serde_json::json;

use crate::support::{files_below, merge, read, refused_by, validator, words};

#[test]
fn the_requests_that_the_pages_print_are_accepted() {
    let mut files = files_below("pages");
    for (file, model, as_of, repair) in PAGES {
        let path = Path::new("pages").join(file);
        assert!(files.remove(&path), "{file} is missing");
        let it = schema("runware", model, as_of).expect(model);
        let validator = validator(it);
        let mut task = read(&path);
        if let Some((keywords, patch)) = repair {
            assert_eq!(refused_by(&validator, &json!([task])), words(keywords), "{file}");
            merge(&mut task, serde_json::from_str(patch).expect(patch));
        }
        assert_eq!(refused_by(&validator, &json!([task])), words(""), "{file}");
    }
    assert!(files.is_empty(), "pages that nothing reads: {files:?}");
}

/// File, model, day, and for an example that breaks its own page: by which keyword, and the patch
/// that repairs it.
type Page = (&'static str, &'static str, &'static str, Option<(&'static str, &'static str)>);

const PAGES: [Page; 15] = [
    ("000-seededit-3.0.json", "seededit-3.0", OLD, Some(("minimum", r#"{"CFGScale": 5.5}"#))),
    ("000-seedream-4.0-sequence.json", "seedream-4.0", OLD, Some(("anyOf", LISTED_SIZE))),
    ("000-seedream-4.0-sequence-from-reference.json", "seedream-4.0", OLD, None),
    ("000-seedance-1.0-lite-text.json", "seedance-1.0-lite", OLD, None),
    ("000-seedance-1.0-lite-first-frame.json", "seedance-1.0-lite", OLD, None),
    ("000-seedance-1.0-pro-text.json", "seedance-1.0-pro", OLD, None),
    ("000-seedance-1.0-pro-first-frame.json", "seedance-1.0-pro", OLD, None),
    ("000-seedance-1.0-pro-fast-text.json", "seedance-1.0-pro-fast", OLD, None),
    ("000-seedance-1.0-pro-fast-first-frame.json", "seedance-1.0-pro-fast", OLD, None),
    ("000-seedance-1.0-pro-fast-short-clip.json", "seedance-1.0-pro-fast", OLD, None),
    ("000-omnihuman-1.json", "omnihuman-1", OLD, None),
    ("001-seedance-1.0-pro-puppet-caravan.json", "seedance-1.0-pro", NEW, None),
    ("001-seedance-1.0-pro-laundromat.json", "seedance-1.0-pro", NEW, None),
    ("001-seedance-1.0-pro-arcade.json", "seedance-1.0-pro", NEW, None),
    ("001-seedance-1.0-pro-subway.json", "seedance-1.0-pro", NEW, None),
];
const OLD: &str = "2025-10-27";
const NEW: &str = "2026-03-13";
const LISTED_SIZE: &str = r#"{"width": 2560, "height": 1440}"#;
