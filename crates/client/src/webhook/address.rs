//! Addresses that nobody can guess: `...?genmux=runware.k.order-17.<token>`.
//!
//! All stands in one query parameter, so that the path is the application's own and may be
//! rewritten on the way.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::About;

const PARAMETER: &str = "genmux";

/// Below this length a secret can be guessed.
const SHORTEST: usize = 16;

/// What a token vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) provider: String,
    /// `j` for a vendor's job, `k` for a key of the application.
    sort: &'static str,
    name: String,
}

impl Address {
    pub(super) fn new(provider: &str, about: About<'_>) -> Address {
        let (sort, name) = match about {
            About::Job(id) => ("j", id),
            About::Key(key) => ("k", key),
        };
        Address { provider: provider.to_owned(), sort, name: name.to_owned() }
    }

    /// `base` with the parameter behind its own, before its fragment.
    pub(super) fn write(&self, base: &str, token: &[u8]) -> String {
        let (base, fragment) = base.split_at(base.find('#').unwrap_or(base.len()));
        let mark = match base.find('?') {
            None => "?",
            Some(at) if at + 1 == base.len() || base.ends_with('&') => "",
            Some(_) => "&",
        };
        let coded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let (provider, sort, name) = (coded(&self.provider), self.sort, coded(&self.name));
        let token = URL_SAFE_NO_PAD.encode(token);
        format!("{base}{mark}{PARAMETER}={provider}.{sort}.{name}.{token}{fragment}")
    }

    /// What a parameter claims, and the token that is to prove it.
    pub(super) fn read(written: &str) -> Option<(Address, Vec<u8>)> {
        let mut parts = written.split('.');
        let mut next = || percent_decode_str(parts.next()?).decode_utf8().ok();
        let (provider, sort, name, token) = (next()?, next()?, next()?, next()?);
        let sort = ["j", "k"].into_iter().find(|it| *it == sort)?;
        let token = URL_SAFE_NO_PAD.decode(&*token).ok()?;
        let address = Address { provider: provider.into(), sort, name: name.into() };
        parts.next().is_none().then_some((address, token))
    }

    /// Whether a delivery about this job may come here.
    pub(super) fn is_about(&self, job: &str) -> bool {
        self.sort != "j" || self.name == job
    }

    pub(super) fn key(self) -> Option<String> {
        (self.sort == "k").then_some(self.name)
    }
}

/// The parameter in a path and query, or in a whole URL; the last one, since ours is put last.
pub(super) fn find(target: &str) -> Option<&str> {
    let query = target.split('#').next()?.split_once('?')?.1;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(name, _)| *name == PARAMETER).map(|(_, value)| value).next_back()
}

/// Makes and checks tokens; the first key is the one that makes.
pub(super) struct Keys(Vec<Hmac<Sha256>>);

impl Keys {
    /// `None` if a secret is too short.
    pub(super) fn new(secrets: &[SecretString]) -> Option<Keys> {
        let key = |secret: &SecretString| {
            let secret = secret.expose_secret().as_bytes();
            let long = secret.len() >= SHORTEST;
            long.then(|| Hmac::new_from_slice(secret).ok()).flatten()
        };
        secrets.iter().map(key).collect::<Option<_>>().map(Keys)
    }

    pub(super) fn sign(&self, address: &Address) -> Option<Vec<u8>> {
        let mac = over(self.0.first()?, address);
        Some(mac.finalize().into_bytes().to_vec())
    }

    /// Takes the same time wherever a token differs.
    pub(super) fn fit(&self, address: &Address, token: &[u8]) -> bool {
        self.0.iter().any(|key| over(key, address).verify_slice(token).is_ok())
    }
}

/// Every part with its length, so that no two addresses are the same text.
fn over(key: &Hmac<Sha256>, address: &Address) -> Hmac<Sha256> {
    let parts = ["genmux webhook 1", &address.provider, address.sort, &address.name];
    parts.into_iter().fold(key.clone(), |mac, part| {
        mac.chain_update((part.len() as u64).to_be_bytes()).chain_update(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secrets: &[&str]) -> Option<Keys> {
        Keys::new(&secrets.iter().map(|it| SecretString::from(*it)).collect::<Vec<_>>())
    }

    #[track_caller]
    fn check(base: &str, about: About<'_>, expected: &str) {
        let address = Address::new("runware", about);
        let token = keys(&["a secret of 16 b"]).unwrap().sign(&address).unwrap();
        let url = address.write(base, &token);
        let coded = URL_SAFE_NO_PAD.encode(&token);
        assert_eq!(url, expected.replace("TOKEN", &coded));
        assert_eq!(Address::read(find(&url).unwrap()), Some((address, token)));
    }

    #[test]
    fn an_address_is_written_and_read_back() {
        let key = About::Key("order-17");
        check("https://a.b/c", key, "https://a.b/c?genmux=runware.k.order%2D17.TOKEN");
        check("/c?x=1", key, "/c?x=1&genmux=runware.k.order%2D17.TOKEN");
        check("/c?", key, "/c?genmux=runware.k.order%2D17.TOKEN");
        check("/c?x=1&", key, "/c?x=1&genmux=runware.k.order%2D17.TOKEN");
        check("/c#top", About::Job("1"), "/c?genmux=runware.j.1.TOKEN#top");
        check("/c?genmux=old", About::Job("1"), "/c?genmux=old&genmux=runware.j.1.TOKEN");
        check("", About::Key("ä.&=#?/%"), "?genmux=runware.k.%C3%A4%2E%26%3D%23%3F%2F%25.TOKEN");
        check("", About::Key(""), "?genmux=runware.k..TOKEN");
    }

    #[test]
    fn what_we_did_not_write_is_not_read() {
        for target in ["", "/", "/hooks?", "/hooks?x=1", "/genmux=1", "/hooks#?genmux=1", "?genmux"]
        {
            assert_eq!(find(target), None, "{target}");
        }
        for written in ["", ".", "a.k.b", "a.x.b.AAAA", "a.k.b.%%", "a.k.b.AAAA.c", "a.k.%ff.AAAA"]
        {
            assert_eq!(Address::read(written), None, "{written}");
        }
    }

    #[test]
    fn a_token_vouches_for_every_part() {
        let keys = keys(&["a secret of 16 b"]).unwrap();
        let address = Address::new("runware", About::Key("ab"));
        let token = keys.sign(&address).unwrap();
        assert!(keys.fit(&address, &token));
        for other in [
            Address::new("scenario", About::Key("ab")),
            Address::new("runware", About::Job("ab")),
            Address::new("runware", About::Key("abc")),
            Address::new("runwarea", About::Key("b")),
        ] {
            assert!(!keys.fit(&other, &token), "{other:?}");
        }
        for cut in 0..token.len() {
            assert!(!keys.fit(&address, &token[..cut]));
        }
    }

    #[test]
    fn a_short_secret_is_none_and_several_may_fit() {
        assert!(keys(&["fifteen letters"]).is_none());
        assert!(keys(&["a secret of 16 b", ""]).is_none());
        let address = Address::new("runware", About::Key("ab"));
        let old = keys(&["the older secret"]).unwrap().sign(&address).unwrap();
        assert!(keys(&["the newer secret", "the older secret"]).unwrap().fit(&address, &old));
        assert!(!keys(&["the newer secret"]).unwrap().fit(&address, &old));
        assert!(
            !keys(&[]).unwrap().fit(&address, &old) && keys(&[]).unwrap().sign(&address).is_none()
        );
    }
}
