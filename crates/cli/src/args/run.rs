//! Arguments of the commands that run requests.

use std::path::PathBuf;
use std::time::Duration;

use genmux::Policy;

use super::Reading;

#[derive(Debug, clap::Args)]
pub(crate) struct Generate {
    /// Requests as JSON, one job each, run side by side; - reads standard input
    #[arg(required = true)]
    pub(crate) requests: Vec<PathBuf>,
    /// An offer, such as runware/seedream-4.0; further ones take over where nothing was charged
    #[arg(long, required = true, value_name = "OFFER", value_delimiter = ',')]
    pub(crate) to: Vec<String>,
    /// strict, fit or drop, and exceptions such as seed=drop
    #[arg(long, short, default_value = "strict")]
    pub(crate) policy: Policy,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// The same key is the same work: at Runware it is charged once, however often it is sent
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Ask the next offer also after a content check refused the request
    #[arg(long)]
    pub(crate) after_moderation: bool,
    /// Ask the vendor for the price instead of running the request
    #[arg(long, conflicts_with_all = ["out", "idempotency_key"])]
    pub(crate) dry_run: bool,
    /// Run on the embedded sandbox: no key, no cost
    #[arg(long)]
    pub(crate) sandbox: bool,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Resume {
    /// The manifest that generate wrote beside the outputs
    pub(crate) manifest: PathBuf,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// How long to wait and where results go.
#[derive(Debug, clap::Args)]
pub(crate) struct Waiting {
    /// Folder of the outputs; without it the current one, or that of the manifest
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace outputs of the same name; send to retired offers and past revisions
    #[arg(long)]
    pub(crate) force: bool,
    /// How long to wait, such as 90s or 10m; the job itself goes on
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30m")]
    pub(crate) deadline: Duration,
    /// Ask the vendor to stop the job at the deadline
    #[arg(long)]
    pub(crate) cancel_at_deadline: bool,
    /// The outcome as JSON instead of paths
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// Folder of the page and its pictures
    #[arg(long, short, value_name = "DIR", default_value = "genmux-demo")]
    pub(crate) out: PathBuf,
}

/// A time with its unit; a number alone is seconds.
fn time(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().map(Duration::try_from_secs_f64);
    let read = match seconds {
        Some(read) => read.map_err(|error| error.to_string()),
        None => humantime::parse_duration(text).map_err(|error| error.to_string()),
    };
    match read {
        Ok(time) if time.is_zero() => Err("a deadline of zero leaves no time to wait".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; accepted: 90s, 10m, 1h30m, or a number of seconds")),
    }
}
