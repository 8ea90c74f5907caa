//! Arguments of the commands that read payloads.

use std::path::PathBuf;

use clap::ValueEnum;
use genmux::Policy;
use genmux::spec::Date;

/// Where a payload comes from and whose it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Sending {
    /// The payload as JSON, bare or in the body that is sent, or its curl command; - reads standard
    /// input
    pub(crate) payload: PathBuf,
    /// The offer or the provider that it is for; without it told from the payload
    #[arg(long, value_name = "OFFER|PROVIDER")]
    pub(crate) from: Option<String>,
    /// What was in force on a day, such as 2026-03-13; without it the newest
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    /// Greatest input that is read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64_000_000)]
    pub(crate) max_bytes: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Lift {
    #[command(flatten)]
    pub(crate) sending: Sending,
    /// Only the request
    #[arg(long)]
    pub(crate) request_only: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Convert {
    #[command(flatten)]
    pub(crate) sending: Sending,
    /// An offer, such as runware/seedream-4.0; repeated, one result each
    #[arg(long, required = true, value_name = "OFFER")]
    pub(crate) to: Vec<String>,
    /// strict, fit or drop, and exceptions such as seed=drop
    #[arg(long, short, default_value = "strict")]
    pub(crate) policy: Policy,
    /// Send provider options that the spec does not declare, noted as unlisted
    #[arg(long)]
    pub(crate) allow_unlisted: bool,
    /// Take assets of another vendor that generate --copy-assets can copy when run
    #[arg(long)]
    pub(crate) copy_assets: bool,
    /// Only the payload
    #[arg(long)]
    pub(crate) payload_only: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Audit {
    /// A HAR file, JSON lines of bodies or of {"url", "body"}, or a shell script with curl
    /// commands; - reads standard input
    pub(crate) file: PathBuf,
    /// The offer or the provider that bodies without an address are for
    #[arg(long, value_name = "OFFER|PROVIDER")]
    pub(crate) from: Option<String>,
    /// What was in force on a day, such as 2026-03-13; without it the newest
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    /// Greatest single body that is read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64_000_000)]
    pub(crate) max_bytes: u64,
    /// JSON, as with --format json
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub(crate) format: AuditFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// For a terminal
    Text,
    /// For programs
    Json,
    /// For code review tools
    Sarif,
}
