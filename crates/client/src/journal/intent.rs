//! What is written down before anything is sent, and read again by whoever goes on.

use std::io;
use std::path::Path;

use genmux_core::{Charged, ErrorKind, MaxCost, Media, MediaSource, Policy, Request, VendorError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::entry::Journal;
use super::record::{Intent, Record};
use crate::error::Error;
use crate::options::{RunOptions, SaveTo};

/// Longer media within a request are not written into the journal.
const KEPT: usize = 256 * 1024;

/// How a request is to be run, as far as another process must know it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each named")]
struct Manner {
    /// As on the command line.
    policy: String,
    allow_unlisted: bool,
    allow_outdated: bool,
    /// As on the command line, and whether an unknown price is accepted.
    #[serde(default)]
    max_cost: Option<(String, bool)>,
    /// Whether assets that another vendor holds may be copied.
    #[serde(default)]
    copies: bool,
    /// Whether media of the request were left out, so that it cannot be sent from here.
    media_left_out: bool,
}

/// The intent to run a request at one offer.
pub(super) fn intent(
    (key, account, offer): (&str, &str, &str),
    request: &Request,
    options: &RunOptions,
) -> Intent {
    let (kept, media_left_out) = without_large_media(request);
    let manner = Manner {
        policy: options.policy.to_string(),
        allow_unlisted: options.allow_unlisted,
        allow_outdated: options.allow_outdated,
        max_cost: options.max_cost.map(|most| (most.to_string(), most.allow_unknown)),
        copies: !options.copy_from.is_empty(),
        media_left_out,
    };
    // All of it is made of JSON values only: it cannot fail to be one.
    Intent {
        key: key.to_owned(),
        digest: digest(request, offer, options),
        offer: offer.to_owned(),
        account: account.to_owned(),
        request: serde_json::to_value(kept).unwrap_or_default(),
        options: serde_json::to_value(manner).unwrap_or_default(),
        tags: options.tags.clone(),
        save_to: options.save.as_ref().map(|save| whole(&save.folder)),
        created_at: Journal::now(),
    }
}

/// A path as it is found from anywhere.
pub(super) fn whole(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.to_string_lossy().into_owned()
}

/// Tells requests apart: whatever changes what is sent changes it.
fn digest(request: &Request, offer: &str, options: &RunOptions) -> String {
    let mut hash = Hashing(Sha256::new());
    // Hashing takes every byte, and a request is made of JSON values only.
    let _written = serde_json::to_writer(
        &mut hash,
        &(offer, request, options.policy.to_string(), options.allow_unlisted, &options.base_url),
    );
    let digest = hash.0.finalize();
    digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn without_large_media(request: &Request) -> (Request, bool) {
    let mut kept = request.clone();
    let pinned = kept.frames.first.iter_mut().chain(&mut kept.frames.last);
    let lists =
        [&mut kept.references.images, &mut kept.references.videos, &mut kept.references.audios];
    let mut left_out = false;
    for media in pinned.chain(lists.into_iter().flatten()) {
        let large = match media.source() {
            MediaSource::Data(uri) => uri.len() > KEPT,
            MediaSource::Bytes { bytes, .. } => bytes.len() > KEPT,
            _ => false,
        };
        if large {
            *media = Media::bytes(Vec::new(), "application/octet-stream");
            left_out = true;
        }
    }
    (kept, left_out)
}

impl Manner {
    fn max_cost(&self) -> Option<MaxCost> {
        let (most, allow_unknown) = self.max_cost.as_ref()?;
        Some(MaxCost { allow_unknown: *allow_unknown, ..most.parse().ok()? })
    }
}

impl Record {
    /// The request and the way in which it was to be run, as the first process was told; deadline,
    /// progress and keys are the caller's.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] where it cannot be sent from here.
    pub fn again(&self, options: &RunOptions) -> Result<(Request, RunOptions), Error> {
        let unreadable = |what: &str| {
            let message = format!("the {what} of the job was written by another version of genmux");
            Error::new(ErrorKind::Invalid, message)
        };
        let manner = Manner::deserialize(&self.intent.options);
        let manner = manner.map_err(|error| unreadable("manner").caused_by(error))?;
        if manner.media_left_out {
            let message = "the media of the request were too large for the journal; send the \
                           request again with the same idempotency key";
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let request = Request::from_json(self.intent.request.to_string().as_bytes());
        let request = request.map_err(|error| unreadable("request").caused_by(error))?;
        let policy = manner.policy.parse::<Policy>();
        let policy = policy.map_err(|error| unreadable("policy").caused_by(error))?;
        Ok((request, self.with_manner(&manner, policy, options)))
    }

    fn with_manner(&self, manner: &Manner, policy: Policy, options: &RunOptions) -> RunOptions {
        let mut options = options.clone();
        options.policy = policy;
        options.allow_unlisted = manner.allow_unlisted;
        options.allow_outdated = manner.allow_outdated;
        options.copy_from.retain(|_| manner.copies);
        options.max_cost = options.max_cost.or_else(|| manner.max_cost());
        options.idempotency_key = Some(self.intent.key.clone());
        options.tags.clone_from(&self.intent.tags);
        options.save = options.save.or_else(|| self.folder());
        options
    }

    /// Where outputs are to be saved. Whatever lies there under the names of this job is its own.
    pub(super) fn folder(&self) -> Option<SaveTo> {
        let folder = self.intent.save_to.as_ref()?.into();
        Some(SaveTo { folder, overwrite: true })
    }
}

/// A failed submission in the form that is kept.
pub(super) fn refusal(error: &Error) -> VendorError {
    let mut kept = VendorError::new(error.kind, &error.message);
    kept.charged = error.charged;
    (kept.status, kept.retry_after) = (error.status, error.retry_after);
    kept
}

/// The refusal that a record keeps, or that its last word makes.
pub(super) fn refused(record: &Record) -> Error {
    let kept = record.outcome.as_ref().map(VendorError::deserialize);
    if let Some(Ok(kept)) = kept {
        return Error::from(kept);
    }
    let why = record.error.as_deref().unwrap_or("the job was given up");
    Error::new(ErrorKind::Canceled, why).charged(Charged::Unknown)
}

/// Longer words are no news.
const SAID: usize = 300;

/// One sentence for the list of jobs.
pub(super) fn said(error: &Error) -> String {
    error.to_string().chars().take(SAID).collect()
}

/// What is kept of values that serialize; all of them do.
pub(super) fn value(kept: &impl Serialize) -> Option<Value> {
    serde_json::to_value(kept).ok()
}

/// Why work is refused whose key was used for other work.
pub(super) fn other_request(record: &Record) -> Error {
    let message = format!(
        "idempotency key {:?} was used for another request, or for another offer or policy ({}); \
         nothing was sent; accepted: the same request again, or another key",
        record.intent.key, record.intent.offer
    );
    Error::new(ErrorKind::Invalid, message)
}
