//! Commands that run requests.

mod demo;
mod dry_run;
mod generate;
mod interruption;
mod page;
mod progress;
mod report;
mod resume;
mod sandboxed;
mod work;

pub(crate) use demo::demo;
pub(crate) use generate::generate;
pub(crate) use resume::resume;
pub(crate) use sandboxed::vendors;

use std::path::Path;

use genmux::{RunOptions, SaveTo};

use crate::args::Waiting;
use crate::fail::Failure;

pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn options(waiting: &Waiting, folder: &Path) -> RunOptions {
    RunOptions {
        deadline: Some(waiting.deadline),
        cancel_at_deadline: waiting.cancel_at_deadline,
        save: Some(SaveTo { folder: folder.to_owned(), overwrite: waiting.force }),
        allow_outdated: waiting.force,
        ..RunOptions::default()
    }
}
