//! What a process that is no more left in the folder of a job.

use super::intent::whole;
use super::record::Record;
use crate::download::safe_stem;
use crate::job::Job;
use crate::options::{RunOptions, SaveTo};
use crate::unsaid::Unsaid;

impl Record {
    /// Options under which errors repeat nothing of the request, whatever the vendor says.
    pub(super) fn quietly(&self, options: &RunOptions) -> RunOptions {
        RunOptions { unsaid: Unsaid::of_json(&self.intent.request), ..options.clone() }
    }

    /// What lies in the folder of a job under the names of its outputs is its own: half of it may
    /// have been saved by a process that is no more.
    pub(super) fn saving_over_its_own(&self, options: &RunOptions) -> RunOptions {
        let mut options = self.quietly(options);
        let own = |save: &&mut SaveTo| self.intent.save_to == Some(whole(&save.folder));
        if let Some(save) = options.save.as_mut().filter(own) {
            save.overwrite = true;
        }
        options
    }
}

/// Removes the half files of a job's outputs, where its names are its own: whoever has the lease
/// is the only one who fetches them.
pub(super) fn clear_halves(job: &Job, options: &RunOptions) {
    let Some(save) = options.save.as_ref().filter(|save| save.overwrite) else { return };
    let stems: Vec<String> =
        job.tickets().map(|(_, ticket)| format!(".{}-", safe_stem(&ticket.id))).collect();
    for entry in std::fs::read_dir(&save.folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let own = stems.iter().any(|stem| name.starts_with(stem));
        let is_half = own && entry.path().extension().is_some_and(|it| it == "part");
        if is_half && let Err(error) = std::fs::remove_file(entry.path()) {
            // It takes room, and that is all.
            tracing::warn!(%error, "half an output of an earlier run was not removed");
        }
    }
}
