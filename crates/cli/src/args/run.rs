//! Arguments of the commands that run requests.

use std::path::PathBuf;
use std::time::Duration;

use genmux::journal::State;
use genmux::{MaxCost, Policy};

use clap::builder::NonEmptyStringValueParser;

use super::Reading;

#[expect(clippy::struct_excessive_bools, reason = "a flag of the command line each")]
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
    /// The same key is the same work, charged once, however often it is asked for
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) idempotency_key: Option<String>,
    /// Copy assets that another vendor holds and gives out by their ids, such as scenario:asset_...
    #[arg(long)]
    pub(crate) copy_assets: bool,
    /// Ask the next offer also after a content check refused the request
    #[arg(long)]
    pub(crate) after_moderation: bool,
    #[command(flatten)]
    pub(crate) spending: Spending,
    /// Print what the request should cost at every offer instead of running it: the vendor's own
    /// word where it can be asked, else what the prices in the specs give
    #[arg(long, conflicts_with_all = ["out", "idempotency_key"])]
    pub(crate) dry_run: bool,
    /// Run on the embedded sandbox: no key, no cost
    #[arg(long)]
    pub(crate) sandbox: bool,
    /// Send it also while nobody knows what became of the very same request before; a second
    /// charge is possible
    #[arg(long)]
    pub(crate) allow_duplicate: bool,
    /// Ask the vendor to stop the job on Ctrl-C and at the deadline, too
    #[arg(long)]
    pub(crate) cancel_on_interrupt: bool,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
    #[command(flatten)]
    pub(crate) journal: JournalFile,
}

/// What may be spent.
#[derive(Debug, clap::Args)]
pub(crate) struct Spending {
    /// Refuse each request that may cost more, such as 0.50, 0.50USD or 12CU, with nothing
    /// submitted; Scenario is asked for its price, elsewhere the prices in the specs decide
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_cost: Option<MaxCost>,
    /// Run also where the price cannot be known beforehand, or is of another unit
    #[arg(long, requires = "max_cost")]
    pub(crate) allow_unknown_cost: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Resume {
    /// A job as `genmux jobs` names it, its vendor's id, or its manifest; without it all that are
    /// on their way
    pub(crate) job: Option<String>,
    #[command(flatten)]
    pub(crate) settle: Settle,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
    #[command(flatten)]
    pub(crate) journal: JournalFile,
}

/// What becomes of a job of which nobody knows whether its vendor accepted it.
#[derive(Debug, clap::Args)]
#[group(multiple = false, requires = "job")]
pub(crate) struct Settle {
    /// It is this job of the vendor
    #[arg(long, value_name = "VENDOR-JOB")]
    pub(crate) adopt: Option<String>,
    /// Send it again; a second charge is possible
    #[arg(long)]
    pub(crate) allow_duplicate: bool,
    /// Let it go; what the vendor may have made stays there
    #[arg(long)]
    pub(crate) give_up: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Jobs {
    /// Only jobs in this state: intended, submitting, submitted, ambiguous, running, succeeded,
    /// failed, canceled or expired
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Vec<State>,
    /// Only jobs at this provider
    #[arg(long, short)]
    pub(crate) provider: Option<String>,
    /// All jobs instead of the fifty newest
    #[arg(long)]
    pub(crate) all: bool,
    /// Forget jobs that ended longer ago than this, such as 30d, and their idempotency keys,
    /// before the rest is listed
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) prune: Option<Duration>,
    /// JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) journal: JournalFile,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Cancel {
    /// A job as `genmux jobs` names it, or its vendor's id
    pub(crate) job: String,
    #[command(flatten)]
    pub(crate) journal: JournalFile,
}

/// Where jobs are written down before they are sent.
#[derive(Debug, clap::Args)]
pub(crate) struct JournalFile {
    /// The journal of jobs; without it genmux/journal.db in the user's folder of state
    #[arg(long, value_name = "FILE", env = "GENMUX_JOURNAL")]
    pub(crate) journal: Option<PathBuf>,
    /// How long a job is left to a process that is no longer heard of
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30s",
        env = "GENMUX_LEASE", hide = true)]
    pub(crate) lease: Duration,
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
