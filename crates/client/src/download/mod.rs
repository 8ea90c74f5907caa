//! What vendors made comes here: resumed where it broke off, checked, and never half a file.

mod data;
mod error;
mod follow;
mod memory;
mod name;
mod part;
mod transfer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use genmux_media::Facts;
use http::HeaderValue;
use tokio::time::{Instant, timeout_at};
use url::{Origin, Url};

pub use error::DownloadError;
pub use name::safe_stem;
pub use part::sha256;

use crate::transport::{Reach, Transport};
use memory::Memory;
use part::Part;

/// What to download, and within which limits.
///
/// `Debug` shows the host of the URL alone: its query may be a signature.
#[derive(Clone)]
#[non_exhaustive]
pub struct Download<'a> {
    /// An `http:`, `https:` or `data:` URL.
    pub url: &'a str,
    /// Where the URL may lead; each redirect is checked too, and never reaches farther.
    pub reach: Reach,
    /// Most bytes of the file; 2 GiB.
    pub most_bytes: u64,
    /// Most time without a byte; 60 s.
    pub idle: Duration,
    /// When to give up, attempts and pauses included; never.
    pub deadline: Option<Instant>,
    /// An `Authorization` for this origin, which no other origin gets to see; none.
    pub authorize: Option<(Origin, HeaderValue)>,
    /// Attempts in a row that bring less than 1 MiB; 5.
    pub attempts: u32,
    /// Pause after the first failed attempt, doubled after each further one; 250 ms. A longer
    /// `Retry-After` is honoured up to 30 s.
    pub pause: Duration,
}

impl<'a> Download<'a> {
    /// A download with the usual limits.
    pub fn new(url: &'a str, reach: Reach) -> Download<'a> {
        Download {
            url,
            reach,
            most_bytes: 2 << 30,
            idle: Duration::from_mins(1),
            deadline: None,
            authorize: None,
            attempts: 5,
            pause: Duration::from_millis(250),
        }
    }

    fn is_data(&self) -> bool {
        self.url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
    }
}

impl fmt::Debug for Download<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = if self.is_data() { None } else { Url::parse(self.url).ok() };
        f.debug_struct("Download")
            .field("host", &url.as_ref().and_then(Url::host_str))
            .field("reach", &self.reach)
            .field("most_bytes", &self.most_bytes)
            .field("authorize", &self.authorize.as_ref().map(|(origin, _)| origin))
            .finish_non_exhaustive()
    }
}

/// Where a download goes: `{folder}/{stem}.{extension}`.
///
/// The stem is made safe by [`safe_stem`]; the extension is that of the true type, told by magic
/// bytes, else that of the declared type, else `bin`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Target<'a> {
    /// A folder that exists.
    pub folder: &'a Path,
    /// Name of the file without its extension.
    pub stem: &'a str,
    /// Whether a file of that name may be replaced; no.
    pub overwrite: bool,
}

impl<'a> Target<'a> {
    /// A place that must be free.
    pub fn new(folder: &'a Path, stem: &'a str) -> Target<'a> {
        Target { folder, stem, overwrite: false }
    }
}

/// A file that is on disk, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// Where it is.
    pub path: PathBuf,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
    /// What its header says.
    pub facts: Facts,
    /// The type by magic bytes, else as declared.
    pub mime: Option<String>,
}

/// Downloads a file to disk.
///
/// The bytes go to a temporary file in the same folder, whose name ends in `.part`; once they are
/// all there and written through, it is renamed. It is removed when the download fails or its
/// future is dropped. No file is ever overwritten unless [`Target::overwrite`] says so.
///
/// A transfer that breaks off is resumed where the server says that the file is still the same
/// (strong `ETag`, or a `Last-Modified` that is old enough), else begun again. At most 5 redirects
/// are followed.
///
/// # Errors
/// See [`DownloadError`]; nothing is left on disk then.
pub async fn download(
    transport: &dyn Transport,
    from: &Download<'_>,
    to: &Target<'_>,
) -> Result<Saved, DownloadError> {
    let mut part = Part::create(to).await?;
    let declared = bring(transport, from, &mut part).await?;
    part.keep(to.overwrite, declared).await
}

/// Downloads a file to memory, by the same rules as [`download`].
///
/// # Errors
/// See [`DownloadError`].
pub async fn fetch(transport: &dyn Transport, from: &Download<'_>) -> Result<Bytes, DownloadError> {
    let mut memory = Memory::default();
    bring(transport, from, &mut memory).await?;
    Ok(memory.into_bytes())
}

/// Where the bytes of a download go.
trait Sink: Send {
    /// How many there are.
    fn len(&self) -> u64;

    /// How many there will be, if the server is right.
    fn expect(&mut self, _len: u64) {}

    /// Adds some.
    fn write(&mut self, bytes: Bytes) -> impl Future<Output = Result<(), DownloadError>> + Send;

    /// Forgets all of them.
    fn restart(&mut self) -> impl Future<Output = Result<(), DownloadError>> + Send;
}

/// Brings all bytes, and tells the declared type.
async fn bring<S: Sink>(
    transport: &dyn Transport,
    from: &Download<'_>,
    sink: &mut S,
) -> Result<Option<String>, DownloadError> {
    let work = async {
        if from.is_data() {
            data::read(from, sink).await
        } else {
            transfer::run(transport, from, sink).await
        }
    };
    match from.deadline {
        None => work.await,
        Some(deadline) => timeout_at(deadline, work).await.unwrap_or(Err(DownloadError::Deadline)),
    }
}

/// Adds bytes as long as there may be more.
async fn put<S: Sink>(sink: &mut S, bytes: Bytes, most: u64) -> Result<(), DownloadError> {
    if sink.len() + bytes.len() as u64 > most {
        return Err(DownloadError::TooLarge { most });
    }
    sink.write(bytes).await
}
