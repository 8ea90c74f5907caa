//! The arguments of `genmux spec`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use genmux::spec::Date;
use genmux::{Kind, Policy};

#[derive(Debug, Subcommand)]
pub(crate) enum SpecCommand {
    /// Read all spec files strictly and list every problem
    Check(SpecCheck),
    /// Show what is in force for an offer, merged over its revisions
    Resolve(SpecResolve),
    /// Say what differs between an offer's spec and what its vendor publishes
    Diff(SpecDiff),
    /// Draft the spec of a model from what its vendor publishes
    New(SpecNew),
    /// List which of your own requests a change of specs refuses, moves or makes dearer
    Impact(Impact),
}

#[derive(Debug, Args)]
pub(crate) struct SpecCheck {
    /// Directory laid over the embedded files; without it --specs or the embedded files alone
    pub(crate) directory: Option<PathBuf>,
    /// JSON instead of lines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SpecResolve {
    /// The offer, such as runware/seedream-4.0
    pub(crate) offer: String,
    /// What was in force on a day, such as 2026-03-13; without it the newest
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
}

/// Where a vendor's document comes from.
#[derive(Debug, Args)]
pub(crate) struct DocumentArgs {
    /// The vendor's document: a Runware request schema, a Replicate model or version, a Scenario
    /// model; - reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "live")]
    pub(crate) schema: Option<PathBuf>,
    /// Ask the vendor, with the key and base URL of the environment
    #[arg(long, conflicts_with = "schema")]
    pub(crate) live: bool,
    /// Date of the revision that is printed; without it today
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<Date>,
    /// Page of the revision that is printed; without it where the document is published
    #[arg(long, value_name = "URL")]
    pub(crate) source: Option<String>,
    /// Greatest document that is read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 8_000_000)]
    pub(crate) max_bytes: u64,
}

#[derive(Debug, Args)]
pub(crate) struct SpecDiff {
    /// The offer, such as runware/seedream-4.0
    pub(crate) offer: String,
    #[command(flatten)]
    pub(crate) document: DocumentArgs,
    /// Compare what was in force on a day, such as 2026-03-13; without it the newest
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    /// List as well what the spec states and the document does not
    #[arg(long)]
    pub(crate) all: bool,
    /// JSON instead of lines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SpecNew {
    /// The provider, such as replicate
    pub(crate) provider: String,
    /// The provider's own name of the model, such as bytedance/seedream-4
    pub(crate) vendor_id: String,
    #[command(flatten)]
    pub(crate) document: DocumentArgs,
    /// Who made the model; without it read from the vendor id
    #[arg(long)]
    pub(crate) lab: Option<String>,
    /// Our name of the model; without it read from the vendor id
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// What it makes, image or video; without it as its lab's file says, else guessed
    #[arg(long, value_parser = kind)]
    pub(crate) kind: Option<Kind>,
    /// Spec directory that the files are written to; without it the offer's file is printed
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Impact {
    /// Requests: files of one JSON line each, or .json files of one request; - reads lines from
    /// standard input
    #[arg(required = true, value_name = "REQUESTS")]
    pub(crate) requests: Vec<PathBuf>,
    /// Specs before: what was in force on a day, such as 2026-03-13, or a directory of spec files
    #[arg(long, value_name = "DATE|DIR")]
    pub(crate) from: String,
    /// Specs after, likewise; without it the newest
    #[arg(long, value_name = "DATE|DIR")]
    pub(crate) to: Option<String>,
    /// An offer, repeated; without it every offer of a request's kind, or every offer where that is
    /// open
    #[arg(long, value_name = "OFFER")]
    pub(crate) offer: Vec<String>,
    /// strict, fit or drop, and exceptions such as seed=drop
    #[arg(long, short, default_value = "strict")]
    pub(crate) policy: Policy,
    /// Let provider options pass that the spec does not declare
    #[arg(long)]
    pub(crate) allow_unlisted: bool,
    /// Greatest line or file that is read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64_000_000)]
    pub(crate) max_bytes: u64,
    /// JSON instead of lines
    #[arg(long)]
    pub(crate) json: bool,
}

fn kind(text: &str) -> Result<Kind, String> {
    match text {
        "image" => Ok(Kind::Image),
        "video" => Ok(Kind::Video),
        _ => Err("accepted: image, video".to_owned()),
    }
}
