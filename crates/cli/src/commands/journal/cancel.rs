//! `genmux cancel`: asks the vendor to stop a job.

use std::time::Duration;

use genmux::journal::State;
use genmux::{Catalog, Provider as _, RunOptions, Unsaid};

use super::{find, name, open};
use crate::Done;
use crate::args::Cancel;
use crate::commands::run::{block_on, vendors};
use crate::commands::say as talk;
use crate::fail::Failure;

/// How long the end of a job that is stopped is waited for, so that the journal knows it.
const END: Duration = Duration::from_secs(10);

pub(crate) fn cancel(catalog: &Catalog, args: &Cancel) -> Result<Done, Failure> {
    block_on(async {
        let journal = open(&args.journal).await?;
        let record = find(&journal, &args.job).await?;
        let provider = vendors(catalog, Some(journal))?.journaled(&record.intent.offer)?;
        let job = name(&record).to_owned();
        let say = |text: String| talk(format_args!("{job}: {text}"));
        match record.state {
            state if state.is_final() => {
                say(format!("is {state} already"))?;
                return Ok(Done::Accepted);
            }
            State::Intended => {
                provider.give_up(&record.intent.key, &RunOptions::default()).await?;
                say("was never sent, and will not be".to_owned())?;
                return Ok(Done::Accepted);
            }
            _ => {}
        }
        let Some(handle) = record.handle()? else {
            let message = format!(
                "nobody knows yet whether the vendor accepted {job}; find out with genmux resume \
                 {job}, or let it go with genmux resume {job} --give-up"
            );
            return Err(Failure::Said(message));
        };
        let unsaid = Unsaid::of_json(&record.intent.request);
        let options = RunOptions { deadline: Some(END), unsaid, ..RunOptions::default() };
        if !provider.cancel(&handle, &options).await? {
            say("the vendor does not stop it; it goes on".to_owned())?;
            return Ok(Done::Failed);
        }
        // What it says in the end is written down; a job may be done all the same.
        let state = match provider.wait(&handle, &options).await {
            Ok(_made) => "was done before it could be stopped".to_owned(),
            Err(error) if error.outcome.is_some() => "is stopped".to_owned(),
            Err(_late) => "the vendor was asked to stop it".to_owned(),
        };
        say(state)?;
        Ok(Done::Accepted)
    })
}
