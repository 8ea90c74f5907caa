//! The page of the demo, beside the files that it shows.

use std::path::{Path, PathBuf};

use super::demo::Shown;
use crate::fail::Failure;
use crate::render::{self, Picture, Scene};

/// Writes the page and gives its whole path.
pub(super) fn write(shown: &[Shown], folder: &Path) -> Result<PathBuf, Failure> {
    let scenes: Vec<Scene<'_>> = shown
        .iter()
        .map(|shown| Scene { comparison: &shown.comparison, pictures: pictures(shown) })
        .collect();
    let path = folder.join("index.html");
    let failed =
        |error| Failure::Said(format!("cannot write the page {}: {error}", path.display()));
    std::fs::write(&path, render::gallery(&scenes)).map_err(failed)?;
    path.canonicalize().map_err(failed)
}

fn pictures(shown: &Shown) -> Vec<Picture> {
    let each = shown
        .made
        .iter()
        .flat_map(|made| made.outcome.artifacts.iter().map(move |artifact| (made, artifact)));
    each.filter_map(|(made, artifact)| {
        let file = artifact.path.as_ref()?.file_name()?.to_str()?.to_owned();
        let size = artifact.width.zip(artifact.height).map(|(w, h)| format!("{w}x{h}"));
        let seconds = artifact.seconds.map(|seconds| format!("{seconds} s"));
        let bytes = artifact.bytes.map(|bytes| format!("{} KB", bytes.div_ceil(1000)));
        let facts = [size, seconds, bytes, artifact.mime.clone()].into_iter().flatten();
        Some(Picture {
            offer: made.offer.clone(),
            policy: made.policy.to_string(),
            file,
            video: artifact.kind == genmux::Kind::Video,
            facts: facts.collect::<Vec<_>>().join(" · "),
        })
    })
    .collect()
}
