//! What a sandbox can be told at its start.

use std::net::{Ipv4Addr, SocketAddr};

use crate::faults::Rule;

/// How a sandbox behaves; `Default` is fast, generous and without faults.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen. Loopback only; port 0 takes a free one.
    pub addr: SocketAddr,
    /// Ids, drawn seeds and thereby all outputs depend on it.
    pub seed: u64,
    /// How long jobs take.
    pub pace: Pace,
    /// How much faster than the wall the sandbox's clock runs: 60 makes a minute a second.
    pub clock_scale: f64,
    /// The day whose rules hold, as `YYYY-MM-DD`.
    pub as_of: String,
    /// Keys that are taken; empty takes any.
    ///
    /// Always special: `invalid-key` is refused (401), `no-credit` cannot pay (402),
    /// `no-plan` lacks the right (403), `throttled` is over its rate (429).
    pub keys: Vec<String>,
    /// How strictly payloads are read where the vendors' behaviour is not certain.
    pub strictness: Strictness,
    /// Faults in force from the start; `POST /_sandbox/faults` replaces them.
    pub faults: Vec<Rule>,
    /// Scenario: how many jobs may run at once; more are 429. `None` is no limit.
    pub scenario_parallel: Option<usize>,
    /// Signs Replicate's webhooks: `whsec_` and base64.
    pub webhook_secret: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 0,
            pace: Pace::Millis(50),
            clock_scale: 1.0,
            as_of: "9999-12-31".to_owned(),
            keys: Vec::new(),
            strictness: Strictness::default(),
            faults: Vec::new(),
            scenario_parallel: None,
            // The sample secret of Replicate's page on verifying webhooks.
            webhook_secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".to_owned(),
        }
    }
}

/// When a job is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// This many milliseconds of the sandbox's clock after it was accepted.
    Millis(u64),
    /// After this many reads that found it unfinished.
    Polls(u32),
}

/// Switches for what no source settles.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each named")]
pub struct Strictness {
    /// Runware: refuse the payload shape of 2025 (`frameImages` at the top, `checkNSFW`) where the
    /// model's current schema no longer has it. Official SDKs still send it; off by default.
    pub refuse_legacy: bool,
    /// Runware: HTTP 400 instead of 200 for a poll that finds only failed tasks.
    pub failed_poll_is_400: bool,
    /// Scenario: refuse body fields that the model does not have, instead of ignoring them.
    pub refuse_unknown_inputs: bool,
    /// Scenario: refuse what is forbidden only by the descriptions' text (such as references and
    /// images being 15 together), instead of failing the job.
    pub enforce_text_rules: bool,
}

impl Default for Strictness {
    fn default() -> Self {
        Self {
            refuse_legacy: false,
            failed_poll_is_400: false,
            refuse_unknown_inputs: true,
            enforce_text_rules: true,
        }
    }
}
