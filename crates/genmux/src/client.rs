//! Accounts at all providers, and the offers served through them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use genmux_client::journal::{Journal, Journaled};
use genmux_client::{
    Account, Credentials, Error, Fallback, HttpOptions, HttpTransport, Inspect, Job, Provider,
    RunOptions, Transport, Vendor,
};
use genmux_core::{Auth, ErrorKind, Request};

use crate::catalog::Catalog;
use crate::files::Files;
use crate::providers::{adapter, adapters};
use crate::which::{Standing, Wish};

/// Accounts at all providers, and the offers served through them.
///
/// Offers of one provider share its connections and are asked about together.
///
/// ```no_run
/// use genmux::{Client, Provider as _, Request, RunOptions};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new(genmux::Settings::default())?;
/// let provider = client.provider("replicate/seedance-2.0-fast")?;
/// let outcome = provider.run(&Request::video("a paper boat"), &RunOptions::default()).await?;
/// println!("{}", outcome.artifacts[0].url);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    catalog: Catalog,
    transport: Arc<dyn Transport>,
    inspect: Arc<dyn Inspect>,
    accounts: Mutex<BTreeMap<&'static str, Arc<Account>>>,
}

/// How a client reaches the providers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The offers; without it those that this build carries.
    pub catalog: Option<Catalog>,
    /// Which local files a request may name; none unless it is said.
    pub files: Files,
    /// Base URLs by provider, in place of those of the specs.
    pub base_urls: BTreeMap<String, String>,
    /// Credentials by provider.
    pub credentials: BTreeMap<String, Credentials>,
    /// Whether what is not given here is looked for in the environment, under the names that each
    /// vendor's own SDK uses (`RUNWARE_API_KEY`, `REPLICATE_API_TOKEN`, `SCENARIO_SDK_API_KEY` and
    /// `SCENARIO_SDK_API_SECRET`, and `RUNWARE_BASE_URL` and so on).
    pub environment: bool,
    /// How requests get out; without it over HTTP.
    pub transport: Option<Arc<dyn Transport>>,
    /// Where work is written down before it is sent; without it a process that dies loses it.
    pub journal: Option<Journal>,
    /// How long one call may take, as [`Account::reply_within`] has it; without it 90 s.
    pub reply_within: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            catalog: None,
            files: Files::default(),
            base_urls: BTreeMap::new(),
            credentials: BTreeMap::new(),
            environment: true,
            transport: None,
            journal: None,
            reply_within: None,
        }
    }
}

impl Client {
    /// A client; nothing is sent and no key is read yet.
    ///
    /// # Errors
    /// When the system offers no way to set up TLS.
    pub fn new(settings: Settings) -> Result<Client, Error> {
        let transport = match &settings.transport {
            Some(transport) => transport.clone(),
            None => Arc::new(HttpTransport::new(HttpOptions::default())),
        };
        Ok(Client {
            catalog: settings.catalog.clone().unwrap_or_else(Catalog::embedded),
            inspect: Arc::new(settings.files.clone()),
            settings,
            transport,
            accounts: Mutex::default(),
        })
    }

    /// The offers.
    pub const fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The journal, if this client has one.
    pub const fn journal(&self) -> Option<&Journal> {
        self.settings.journal.as_ref()
    }

    /// An offer by name, such as `runware/seedream-4.0`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a name that the catalogue does not know,
    /// [`ErrorKind::Invalid`] for a base URL that is none.
    pub fn provider(&self, offer: &str) -> Result<Arc<dyn Provider>, Error> {
        let vendor = self.vendor(offer)?;
        Ok(match &self.settings.journal {
            Some(journal) => Arc::new(self.with_journal(vendor, journal)?),
            None => Arc::new(vendor),
        })
    }

    /// An offer by name whose work is written down, with what only a journal makes possible: going
    /// on from another process, settling what nobody knows.
    ///
    /// # Errors
    /// As [`Client::provider`]; [`ErrorKind::Invalid`] for a client without a journal.
    pub fn journaled(&self, offer: &str) -> Result<Journaled<Vendor>, Error> {
        let none = || Error::new(ErrorKind::Invalid, "this client has no journal");
        let journal = self.settings.journal.as_ref().ok_or_else(none)?;
        self.with_journal(self.vendor(offer)?, journal)
    }

    fn with_journal(&self, vendor: Vendor, journal: &Journal) -> Result<Journaled<Vendor>, Error> {
        let account = self.account(vendor.offer().provider())?.label();
        Ok(Journaled::new(vendor, journal.clone(), account))
    }

    /// An offer by name, with what only a single vendor can: its price, its offer.
    ///
    /// # Errors
    /// As [`Client::provider`].
    pub fn vendor(&self, offer: &str) -> Result<Vendor, Error> {
        let unknown = |error| Error::new(ErrorKind::NotFound, format!("{error}"));
        let offer = self.catalog.offer(offer).map_err(unknown)?;
        let account = self.account(offer.provider())?;
        Ok(Vendor::new(offer, account, self.inspect.clone()))
    }

    /// Offers by name in a chain.
    ///
    /// # Errors
    /// As [`Client::provider`]; [`ErrorKind::Invalid`] for a chain of none.
    pub fn chain<S: AsRef<str>>(&self, offers: &[S]) -> Result<Fallback, Error> {
        let mut members = Vec::new();
        for offer in offers {
            members.push(self.provider(offer.as_ref())?);
        }
        let mut members = members.into_iter();
        let none = || Error::new(ErrorKind::Invalid, "a chain needs at least one offer");
        Ok(Fallback::new(members.next().ok_or_else(none)?, members))
    }

    /// A chain for a request: every offer that takes it under the policy of the options, is live,
    /// within `max_cost` and has a key, in the order of [`Catalog::which`].
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] where there is no such offer, or the request's kind is open.
    ///
    /// ```no_run
    /// # use genmux::{Client, Provider as _, Request, RunOptions, Settings};
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::new(Settings::default())?;
    /// let request = Request::image("a paper boat");
    /// let options = RunOptions::default();
    /// let outcome = client.for_request(&request, &options)?.run(&request, &options).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_request(&self, request: &Request, options: &RunOptions) -> Result<Fallback, Error> {
        let mut context = self.inspect.context(request);
        context.allow_unlisted = options.allow_unlisted;
        let wish = Wish {
            policy: Some(options.policy),
            keyed: options.credentials.is_none().then(|| self.keyed()),
            ..Wish::default()
        };
        let invalid = |message: String| Error::new(ErrorKind::Invalid, message);
        let choices = self.catalog.which_as(request, &context, &wish);
        let choices = choices.map_err(|error| invalid(error.to_string()))?.into_iter();
        let usable = choices.filter(|choice| {
            let retired = choice.status == Standing::Retired && options.allow_outdated;
            choice.accepted && (choice.status == Standing::Ready || retired)
        });
        let candidates = usable.map(|choice| self.provider(&choice.offer));
        let candidates: Vec<Arc<dyn Provider>> = candidates.collect::<Result<_, _>>()?;
        let none = || {
            let policy = options.policy;
            invalid(format!("no live offer with a key takes the request under {policy}"))
        };
        Fallback::for_request(candidates, request, options).ok_or_else(none)
    }

    /// The providers that there are keys for, in the settings or in the environment.
    pub fn keyed(&self) -> Vec<String> {
        let all = adapters().map(|adapter| (adapter.provider(), adapter.auth()));
        let keyed = all.filter(|(provider, auth)| self.credentials(provider, *auth).is_some());
        keyed.map(|(provider, _)| provider.to_owned()).collect()
    }

    /// The offer that serves a handle.
    ///
    /// # Errors
    /// As [`Client::provider`].
    pub fn provider_of(&self, job: &Job) -> Result<Arc<dyn Provider>, Error> {
        self.provider(&job.offer)
    }

    /// The account at a provider, made when it is first asked for.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a provider that is not built in, [`ErrorKind::Invalid`] for a
    /// base URL that is none.
    pub fn account(&self, provider: &str) -> Result<Arc<Account>, Error> {
        let adapter = adapter(provider).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("provider {provider:?} is not built in"))
        })?;
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = accounts.get(adapter.provider()) {
            return Ok(account.clone());
        }
        let base_url = self.base_url(provider)?;
        let credentials = self.credentials(provider, adapter.auth());
        let account = Account::new(adapter, self.transport.clone(), &base_url, credentials)?;
        let account = Arc::new(match self.settings.reply_within {
            Some(most) => account.reply_within(most),
            None => account,
        });
        accounts.insert(adapter.provider(), account.clone());
        Ok(account)
    }

    /// The accounts at all providers that give out what they hold: what
    /// [`RunOptions::copy_from`](crate::RunOptions::copy_from) takes.
    ///
    /// # Errors
    /// As [`Client::account`].
    pub fn lenders(&self) -> Result<Vec<Arc<Account>>, Error> {
        let lenders = adapters().filter(|adapter| adapter.capability().lends_assets);
        lenders.map(|adapter| self.account(adapter.provider())).collect()
    }

    fn base_url(&self, provider: &str) -> Result<String, Error> {
        let named = format!("{}_BASE_URL", provider.to_ascii_uppercase());
        let given = self.settings.base_urls.get(provider).cloned();
        if let Some(url) = given.or_else(|| self.variable(&named)) {
            return Ok(url);
        }
        let unknown = || Error::new(ErrorKind::NotFound, format!("no spec names {provider}"));
        self.catalog.base_url(provider).ok_or_else(unknown)
    }

    fn credentials(&self, provider: &str, auth: Auth) -> Option<Credentials> {
        let given = self.settings.credentials.get(provider).cloned();
        given.or_else(|| match auth {
            Auth::Bearer(key) => Some(Credentials::key(self.variable(key)?)),
            Auth::Basic(key, secret) => {
                Some(Credentials::pair(self.variable(key)?, self.variable(secret)?))
            }
        })
    }

    /// A variable of the environment; an empty one is none.
    fn variable(&self, name: &str) -> Option<String> {
        let value = std::env::var(name).ok().filter(|_| self.settings.environment)?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chain for a request with keys for some providers, or why there is none.
    fn chain(request: &str, keyed: &[&str], options: &RunOptions) -> Result<Vec<String>, String> {
        let keys = keyed.iter().map(|name| ((*name).to_owned(), Credentials::pair("k", "s")));
        let settings =
            Settings { environment: false, credentials: keys.collect(), ..Settings::default() };
        let client = Client::new(settings).unwrap();
        let request = Request::from_json(request.as_bytes()).unwrap();
        let chain = client.for_request(&request, options);
        chain.map(|chain| chain.offers()).map_err(|error| error.to_string())
    }

    const CLIP: &str = r#"{"prompt":"a boat","duration":5,"resolution":"480p"}"#;

    #[test]
    fn a_chain_holds_what_takes_the_request_the_best_first() {
        let offers = chain(CLIP, &["replicate", "runware"], &RunOptions::default()).unwrap();
        assert_eq!(offers[..2], ["replicate/seedance-2.0-fast", "replicate/seedance-2.0"]);
        assert!(offers.contains(&"runware/seedance-1.0-pro".to_owned()), "{offers:?}");
        assert!(!offers.contains(&"runware/seedance-1.0-lite".to_owned()), "it is retired");
        assert!(!offers.iter().any(|offer| offer.starts_with("scenario/")), "it has no key");
    }

    #[test]
    fn a_chain_keeps_within_the_maximum() {
        let options = RunOptions { max_cost: "0.35".parse().ok(), ..RunOptions::default() };
        let offers = chain(CLIP, &["replicate", "runware"], &options);
        assert_eq!(offers.unwrap(), ["replicate/seedance-2.0-fast"]);
    }

    #[test]
    fn where_nothing_takes_the_request_there_is_no_chain() {
        let why = |request: &str, keyed: &[&str]| {
            chain(request, keyed, &RunOptions::default()).unwrap_err()
        };
        assert!(why(CLIP, &[]).contains("no live offer with a key takes the request under strict"));
        assert!(why(r#"{"prompt":"a"}"#, &["runware"]).contains("set kind"));
    }
}
