//! What a person or a worker does with records: go on, settle, give up.

use genmux_core::{Charged, ErrorKind};

use super::begun::Begun;
use super::decide::{is_unsent, is_unsettled};
use super::ended::handle;
use super::entry::{Entry, unwritten};
use super::error::StoreError;
use super::journaled::Journaled;
use super::record::Record;
use super::state::State;
use crate::error::{Error, RunError};
use crate::options::RunOptions;
use crate::outcome::Outcome;
use crate::provider::Provider;

impl<P: Provider> Journaled<P> {
    /// Goes on with a piece of work wherever it stands: submits what was never sent, finds out what
    /// became of what may have been, waits, saves.
    ///
    /// # Errors
    /// As [`Provider::run`]; [`ErrorKind::Ambiguous`] where nobody knows whether a job exists and a
    /// person has to settle it.
    pub async fn resume(&self, key: &str, options: &RunOptions) -> Result<Outcome, RunError> {
        let record = self.read(key).await?;
        if !is_unsent(record.state) {
            return Ok(self.wait(&handle(&record)?, &kept_folder(&record, options)).await?);
        }
        let record = self.own(key, options).await?;
        if !is_unsent(record.state) {
            // Whoever worked on it came through.
            Entry::of(self.journal(), &record).release().await;
            return Ok(self.wait(&handle(&record)?, &kept_folder(&record, options)).await?);
        }
        let begun = record.begun();
        self.go_on(&record, begun, options).await
    }

    /// Says that a job of the vendor is the one that the work became.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where the vendor does not know it, [`ErrorKind::Invalid`] where the
    /// record needs no settling or the job belongs to another record.
    pub async fn adopt(
        &self,
        key: &str,
        id: &str,
        options: &RunOptions,
    ) -> Result<Outcome, RunError> {
        let record = self.unsettled(key).await?;
        let adopted = record.begun().and_then(|begun| begun.adopted(id));
        let begun = adopted.ok_or_else(|| invalid("no call of the job is on its way"))?;
        let owner = self.journal().store().find_vendor_job(record.provider(), id).await;
        if let Some(other) = owner.map_err(unwritten)?.filter(|it| it.intent.key != key) {
            return Err(invalid(&StoreError::VendorJobTaken(Box::new(other)).to_string()).into());
        }
        let known = self.inner().status(&begun.job, &record.quietly(options)).await?;
        if known.calls.last().is_none_or(Option::is_none) {
            let message = format!("{} does not know a job {id:?}", record.provider());
            return Err(Error::new(ErrorKind::NotFound, message).into());
        }
        let record = self.own_unsettled(key, options).await?;
        self.go_on(&record, Some(begun), options).await
    }

    /// Sends again what may have been accepted: a second charge is possible.
    ///
    /// # Errors
    /// As [`Provider::run`]; [`ErrorKind::Invalid`] where the record needs no settling.
    pub async fn send_again(&self, key: &str, options: &RunOptions) -> Result<Outcome, RunError> {
        self.unsettled(key).await?;
        let record = self.own_unsettled(key, options).await?;
        let begun = record.begun().map(|begun| begun.forgotten());
        self.go_on(&record, begun, options).await
    }

    /// Ends work that was never sent or is unsettled; whatever the vendor has stays there.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] where the work goes on, is done, or is held by another process.
    pub async fn give_up(&self, key: &str, options: &RunOptions) -> Result<Record, Error> {
        let record = self.own(key, options).await?;
        let entry = Entry::of(self.journal(), &record);
        if !is_unsent(record.state) {
            entry.release().await;
            let way_out = if record.state.is_final() {
                "there is nothing to settle"
            } else {
                "cancel it instead"
            };
            return Err(invalid(&format!("the job is {}: {way_out}", record.state)));
        }
        if record.state == State::Submitting {
            entry.change(entry.to(State::Ambiguous)).await.map_err(unwritten)?;
        }
        let mut change = entry.to(State::Canceled);
        let sent = record.state != State::Intended;
        let said = if sent { "given up; it may have been charged" } else { "given up, unsent" };
        change.error = Some(said.to_owned());
        change.release = true;
        entry.change(change).await.map_err(unwritten)
    }

    /// Submits and waits, from a beginning.
    async fn go_on(
        &self,
        record: &Record,
        begun: Option<Begun>,
        options: &RunOptions,
    ) -> Result<Outcome, RunError> {
        let entry = Entry::of(self.journal(), record).beginning(begun);
        let turn = self.journal().turn(&record.intent.key).await;
        let sent = match record.again(options) {
            Ok((request, options)) => {
                self.send(&entry, &request, &options).await.map(|job| (job, options))
            }
            Err(error) => {
                entry.release().await;
                Err(error.into())
            }
        };
        drop(turn);
        let (job, options) = sent?;
        Ok(self.wait(&job, &options).await?)
    }

    /// Takes a record for this process, as soon as nobody else works on it.
    async fn own(&self, key: &str, options: &RunOptions) -> Result<Record, Error> {
        let held = |error: StoreError| {
            let charged = Charged::Unknown;
            let kind = match error {
                StoreError::Leased(_) => ErrorKind::Timeout,
                _ => ErrorKind::Invalid,
            };
            Error::new(kind, error.to_string()).charged(charged).caused_by(error)
        };
        self.journal().acquire(key, options.waits()).await.map_err(held)
    }

    /// A record of which nobody knows whether a job exists.
    async fn unsettled(&self, key: &str) -> Result<Record, Error> {
        still_unsettled(self.read(key).await?)
    }

    /// Takes a record that is to be settled: whoever had it may have come through meanwhile.
    async fn own_unsettled(&self, key: &str, options: &RunOptions) -> Result<Record, Error> {
        let record = self.own(key, options).await?;
        let entry = Entry::of(self.journal(), &record);
        let unsettled = still_unsettled(record);
        if unsettled.is_err() {
            entry.release().await;
        }
        unsettled
    }
}

fn still_unsettled(record: Record) -> Result<Record, Error> {
    if is_unsettled(record.state) {
        return Ok(record);
    }
    Err(invalid(&format!("the job is {}: there is nothing to settle", record.state)))
}

/// Outputs go where the first process was told, unless the caller says otherwise.
fn kept_folder(record: &Record, options: &RunOptions) -> RunOptions {
    let mut options = options.clone();
    options.save = options.save.or_else(|| record.folder());
    options
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::Invalid, message)
}
