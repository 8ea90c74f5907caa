//! The arguments of every command; help, completions and man page are derived from them.

mod lift;
mod run;
mod spec;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use genmux::spec::Date;
use genmux::{MaxCost, Policy, Uuid};

pub(crate) use lift::{Audit, AuditFormat, Convert, Lift, Sending};
pub(crate) use run::{Cancel, Demo, Generate, Jobs, JournalFile, Resume, Waiting};
pub(crate) use spec::{DocumentArgs, Impact, SpecCommand, SpecDiff, SpecNew, SpecResolve};

/// One request for generated images and video, the exact payload of every vendor, and what became
/// of every field.
#[derive(Debug, Parser)]
#[command(name = "genmux", version, about, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Args {
    /// Directory of spec files laid over the embedded ones, file by file
    #[arg(long, global = true, value_name = "DIR", env = "GENMUX_SPECS")]
    pub(crate) specs: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List offers, or show what one of them takes
    Models(Models),
    /// Show the payload of a request, and what became of every field
    Translate(Translate),
    /// Show a request at several offers side by side
    Compare(Compare),
    /// Rank the offers that take a request: least changed first, then cheapest
    Which(Which),
    /// Show the request that a vendor's payload stands for
    Lift(Lift),
    /// Turn a vendor's payload into another's
    Convert(Convert),
    /// Find faults in calls that are already sent: HAR files, JSON lines, curl commands
    Audit(Audit),
    /// Run requests and save what they give, with a manifest beside it
    Generate(Generate),
    /// List the jobs that were written down, with what to do next
    Jobs(Jobs),
    /// Go on with jobs wherever they stand, or settle one of which nobody knows
    Resume(Resume),
    /// Ask the vendor to stop a job
    Cancel(Cancel),
    /// Compare, then make pictures and clips on the embedded sandbox, and show all on one page
    Demo(Demo),
    /// Work on spec files
    Spec {
        #[command(subcommand)]
        command: SpecCommand,
    },
    /// Serve the three vendors' APIs on loopback, without keys and without cost
    Sandbox {
        /// Where to listen; loopback only, port 0 takes a free one
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8787")]
        addr: SocketAddr,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page
    Man,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Models {
    /// One offer, such as runware/seedream-4.0
    pub(crate) offer: Option<String>,
    /// Only offers of this provider
    #[arg(long, short)]
    pub(crate) provider: Option<String>,
    /// Only offers of this model, such as seedream-4.0
    #[arg(long, short)]
    pub(crate) model: Option<String>,
    /// What was in force on a day, such as 2026-03-13; without it the newest
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    /// Only offers that let a request choose these fields, such as frames.last,references.audios
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub(crate) takes: Vec<String>,
    /// JSON instead of a table, with what each offer takes as closed sets, ranges and flags
    #[arg(long)]
    pub(crate) json: bool,
    /// The rules of one offer as a JSON Schema over requests
    #[arg(long, requires = "offer", conflicts_with_all = ["json", "typescript"])]
    pub(crate) json_schema: bool,
    /// The requests that one offer takes as a TypeScript type
    #[arg(long, requires = "offer", conflicts_with = "json")]
    pub(crate) typescript: bool,
}

/// Where a request comes from and how it is read.
#[derive(Debug, clap::Args)]
pub(crate) struct Reading {
    /// What was in force on a day, such as 2026-03-13; without it the newest
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    /// Send provider options that the spec does not declare, noted as unlisted
    #[arg(long)]
    pub(crate) allow_unlisted: bool,
    /// Greatest input that is read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64_000_000)]
    pub(crate) max_bytes: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Translate {
    /// The request as JSON; - reads standard input
    #[arg(required_unless_present = "requests", conflicts_with = "requests")]
    pub(crate) request: Option<PathBuf>,
    /// Many requests, one JSON line each; - reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) requests: Option<PathBuf>,
    /// An offer, such as runware/seedream-4.0; repeated, one result each
    #[arg(long, required = true, value_name = "OFFER")]
    pub(crate) to: Vec<String>,
    /// strict, fit or drop, and exceptions such as seed=drop
    #[arg(long, short, default_value = "strict")]
    pub(crate) policy: Policy,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Task id of the first call; without it derived from the request
    #[arg(long, value_name = "UUID")]
    pub(crate) task_id: Option<Uuid>,
    /// Only the payload
    #[arg(long, conflicts_with_all = ["format", "requests"])]
    pub(crate) payload_only: bool,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = TranslateFormat::Json, conflicts_with = "requests")]
    pub(crate) format: TranslateFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TranslateFormat {
    /// Payload, ledger, violations and what to expect
    Json,
    /// A command line to paste into a shell; keys stand by the names of their variables
    Curl,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Compare {
    /// The request as JSON; - reads standard input
    pub(crate) request: PathBuf,
    /// The input is a payload of this offer or provider, which stands first in the comparison
    #[arg(long, value_name = "OFFER|PROVIDER")]
    pub(crate) from: Option<String>,
    /// An offer, repeated; without it every offer of the request's kind
    #[arg(long, value_name = "OFFER")]
    pub(crate) to: Vec<String>,
    /// Only offers of this model
    #[arg(long, short)]
    pub(crate) model: Option<String>,
    /// One policy for all; without it each offer takes the first of strict, fit and drop that it
    /// accepts
    #[arg(long, short)]
    pub(crate) policy: Option<Policy>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Only fields that differ or were changed
    #[arg(long)]
    pub(crate) changed: bool,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = CompareFormat::Table)]
    pub(crate) format: CompareFormat,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The request as JSON; - reads standard input
    pub(crate) request: PathBuf,
    /// Offers of this model first, such as seedream-4.0
    #[arg(long, short)]
    pub(crate) model: Option<String>,
    /// Only offers of this provider
    #[arg(long, short)]
    pub(crate) provider: Option<String>,
    /// Most that the request may cost, such as 0.50, 0.50USD or 12CU
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_cost: Option<MaxCost>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompareFormat {
    /// For a terminal
    Table,
    /// For an issue or a chat
    Markdown,
    /// One self-contained page
    Html,
    /// For programs
    Json,
}
