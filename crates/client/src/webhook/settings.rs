//! What a receiver has to be told.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use genmux_core::Adapter;
use secrecy::SecretString;

/// Tells the seconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What a receiver has to be told.
#[derive(Clone)]
pub struct Settings {
    /// The vendors that may deliver.
    pub adapters: Vec<&'static dyn Adapter>,
    /// The secrets that vendors sign with, by provider, such as Replicate's `whsec_...`; several
    /// while one is rotated.
    pub signing_secrets: BTreeMap<String, Vec<SecretString>>,
    /// Secrets of the tokens in URLs, of 16 bytes or more: random, and the same in every process
    /// that receives. The first one signs; all are accepted, so that one can be rotated while jobs
    /// with its URLs are still running.
    pub url_secrets: Vec<SecretString>,
    /// Against which the time of signed deliveries is held.
    pub clock: Clock,
    /// The greatest body, in bytes; greater ones are refused before they are hashed. Runware sends
    /// whole images where base64 is asked for: give it room then.
    pub most_body: usize,
    /// How many deliveries, and states of jobs, are remembered.
    pub remembered: usize,
}

impl Settings {
    /// No secrets, the system's clock, bodies of 4 MiB, and 10,000 deliveries remembered (about
    /// 2 MB).
    pub fn new(adapters: Vec<&'static dyn Adapter>) -> Settings {
        Settings {
            adapters,
            signing_secrets: BTreeMap::new(),
            url_secrets: Vec::new(),
            clock: Arc::new(system_clock),
            most_body: 4 * 1024 * 1024,
            remembered: 10_000,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "signed deliveries are held against the day")]
fn system_clock() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let providers: Vec<&str> = self.adapters.iter().map(|it| it.provider()).collect();
        let count: Vec<(&str, usize)> =
            self.signing_secrets.iter().map(|(name, all)| (&**name, all.len())).collect();
        f.debug_struct("Settings")
            .field("adapters", &providers)
            .field("signing_secrets", &count)
            .field("url_secrets", &self.url_secrets.len())
            .field("most_body", &self.most_body)
            .field("remembered", &self.remembered)
            .finish_non_exhaustive()
    }
}
