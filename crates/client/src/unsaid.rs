//! What is not repeated after a vendor: keys nowhere, prompts and private addresses in no message.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use genmux_core::{Request, VendorError};
use memchr::memmem;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::error::Error;
use crate::job::{Call, Job};
use crate::options::Credentials;
use crate::outcome::Outcome;

/// What stands in place of what is not repeated.
const SHOWN: &str = "[…]";

/// So many letters in a row that a request has too are a quotation of it; phrases are shorter.
const QUOTED: usize = 16;

/// Texts that are shorter are words of every language.
const WORD: usize = 4;

/// The texts of a request that no error and no event repeats, whatever a vendor says: its prompt,
/// and the addresses that only the vendor is to know.
///
/// A quotation is found where it has sixteen letters in a row of the text, or all of a shorter one.
#[derive(Clone, Default)]
pub struct Unsaid(Arc<[String]>);

impl Unsaid {
    /// What is not repeated of a request.
    pub fn of(request: &Request) -> Unsaid {
        let delivery = &request.delivery;
        let texts = [&request.prompt, &delivery.webhook_url, &delivery.upload_url];
        Unsaid(texts.into_iter().flatten().filter_map(|text| normal(text)).collect())
    }

    /// The same of a request in its JSON form, as journals and manifests keep it.
    pub fn of_json(request: &Value) -> Unsaid {
        let paths = ["/prompt", "/delivery/webhook_url", "/delivery/upload_url"];
        let texts = paths.iter().filter_map(|path| request.pointer(path)?.as_str());
        Unsaid(texts.filter_map(normal).collect())
    }

    /// A text without its quotations.
    pub(crate) fn clean(&self, text: &mut String) {
        for quoted in self.0.iter() {
            if let Some(cleaned) = without(text, quoted) {
                *text = cleaned;
            }
        }
    }

    pub(crate) fn clean_error(&self, error: &mut Error) {
        self.clean(&mut error.message);
        for violation in &mut error.violations {
            self.clean(&mut violation.field);
            self.clean(&mut violation.message);
            violation.accepted.iter_mut().for_each(|it| self.clean_value(it));
        }
        error.outcome.iter_mut().for_each(|it| self.clean_outcome(it));
        error.job.iter_mut().for_each(|it| self.clean_job(it));
    }

    pub(crate) fn clean_outcome(&self, outcome: &mut Outcome) {
        outcome.failures.iter_mut().for_each(|it| self.clean_failure(it));
    }

    /// The refusals that a handle keeps.
    pub(crate) fn clean_job(&self, job: &mut Job) {
        for call in &mut job.calls {
            if let Call::Refused(error) = call {
                self.clean_failure(error);
            }
        }
    }

    fn clean_failure(&self, error: &mut VendorError) {
        self.clean(&mut error.message);
        error.code.iter_mut().for_each(|it| self.clean(it));
        for problem in &mut error.problems {
            self.clean(&mut problem.wire);
            self.clean(&mut problem.message);
            problem.accepted.iter_mut().for_each(|it| self.clean_value(it));
        }
    }

    fn clean_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.clean(text),
            Value::Array(items) => items.iter_mut().for_each(|it| self.clean_value(it)),
            Value::Object(fields) => fields.values_mut().for_each(|it| self.clean_value(it)),
            _ => {}
        }
    }
}

/// Its texts are just what is not to be shown.
impl fmt::Debug for Unsaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unsaid({})", self.0.len())
    }
}

/// A text with single spaces, as vendors' texts are repeated.
fn normal(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (text.chars().count() >= WORD).then_some(text)
}

/// A text without what it quotes; `None` where it quotes nothing.
fn without(text: &str, quoted: &str) -> Option<String> {
    let least = QUOTED.min(quoted.chars().count());
    let (mut rest, mut cleaned, mut found) = (text, String::new(), false);
    while let Some(letter) = rest.chars().next() {
        let run = run(rest, quoted, least);
        found |= run > 0;
        let taken = if run > 0 { SHOWN } else { &rest[..letter.len_utf8()] };
        cleaned.push_str(taken);
        rest = &rest[run.max(letter.len_utf8())..];
    }
    found.then_some(cleaned)
}

/// How many bytes at the beginning of a text are a quotation.
fn run(text: &str, quoted: &str, least: usize) -> usize {
    let ends = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
    ends.skip(least - 1).take_while(|end| quoted.contains(&text[..*end])).last().unwrap_or(0)
}

/// So many characters of a key tell it from everything else.
const TELLING: usize = 8;

/// Keys that are shorter are none that a vendor gives out: only all of one is looked for.
const KEY: usize = 16;

impl Credentials {
    /// What a vendor sent, without what it repeats of key or secret: all of it or its beginning,
    /// plain, percent-encoded, as base64 or as Basic authorization.
    pub fn blotted(&self, body: Bytes) -> Bytes {
        blot(body, &self.forms())
    }

    fn forms(&self) -> Vec<String> {
        let (key, secret) = self.exposed();
        let pair = secret.map(|secret| BASE64_STANDARD.encode(format!("{key}:{secret}")));
        let parts = [Some(key), secret].into_iter().flatten();
        let spellings = parts.flat_map(|part| {
            let percent = utf8_percent_encode(part, NON_ALPHANUMERIC).to_string();
            [part.to_owned(), percent, part.replace('/', "\\/"), BASE64_STANDARD.encode(part)]
        });
        let mut forms: Vec<String> = spellings.chain(pair).collect();
        forms.retain(|form| form.len() >= TELLING);
        forms
    }
}

/// A body without secrets and without their beginnings.
fn blot(body: Bytes, secrets: &[String]) -> Bytes {
    let found = secrets.iter().flat_map(|secret| memmem::find_iter(&body, least(secret)));
    let found: BTreeSet<usize> = found.collect();
    if found.is_empty() {
        return body;
    }
    let (mut blotted, mut from) = (Vec::with_capacity(body.len()), 0);
    for at in found {
        // Forms may begin alike; what is left of a longer one would tell.
        let longest = secrets.iter().filter_map(|secret| told(&body[at..], secret)).max();
        if let Some(length) = longest.filter(|_| at >= from) {
            blotted.extend_from_slice(&body[from..at]);
            blotted.extend_from_slice(SHOWN.as_bytes());
            from = at + length;
        }
    }
    blotted.extend_from_slice(&body[from..]);
    blotted.into()
}

/// So much of a secret is looked for.
fn least(secret: &str) -> &[u8] {
    let secret = secret.as_bytes();
    if secret.len() < KEY { secret } else { &secret[..TELLING] }
}

/// How much of a secret a text begins with, if that is enough to tell.
fn told(text: &[u8], secret: &str) -> Option<usize> {
    let same = text.iter().zip(secret.as_bytes()).take_while(|(a, b)| a == b).count();
    (same >= least(secret).len()).then_some(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prompt: &str, said: &str, cleaned: &str) {
        let mut text = said.to_owned();
        Unsaid::of(&Request::image(prompt)).clean(&mut text);
        assert_eq!(text, cleaned);
    }

    #[test]
    fn a_prompt_is_not_repeated() {
        let prompt = "a paper boat  on a\nlake at dawn";
        check(prompt, "no a paper boat on a lake at dawn here", "no […] here");
        check(prompt, "'a paper boat on a l…' was refused", "'[…]…' was refused");
        check(prompt, "on a lake at dawn", "[…]");
        check(prompt, "a paper boat", "a paper boat");
        check("ein Füllhorn voller Äpfel", "„Füllhorn voller Äpfel“", "„[…]“");
        check("", "nothing", "nothing");
    }

    #[test]
    fn a_short_prompt_is_not_repeated_as_a_whole() {
        check("a boat", "no a boat", "no […]");
        check("a boat", "no boat", "no boat");
        check("cat", "the category", "the category");
    }

    #[test]
    fn addresses_are_not_repeated() {
        let mut request = Request::image("");
        request.delivery.webhook_url = Some("https://app.test/hook/token".to_owned());
        let mut text = "cannot reach https://app.test/hook/token now".to_owned();
        Unsaid::of(&request).clean(&mut text);
        assert_eq!(text, "cannot reach […] now");
        let mut text = "cannot reach https://app.test/hook/token now".to_owned();
        Unsaid::of_json(&serde_json::to_value(&request).unwrap()).clean(&mut text);
        assert_eq!(text, "cannot reach […] now");
    }

    #[track_caller]
    fn blots(credentials: &Credentials, said: &str, blotted: &str) {
        let body = credentials.blotted(Bytes::copy_from_slice(said.as_bytes()));
        assert_eq!(String::from_utf8_lossy(&body), blotted);
    }

    #[test]
    fn a_key_is_not_repeated_in_any_form() {
        let key = Credentials::key("r8_0123456789abcdefghij/+");
        blots(&key, "key r8_0123456789abcdefghij/+, r8_01234***", "key […], […]***");
        blots(&key, r#"{"k":"r8_0123456789abcdefghij\/+"}"#, r#"{"k":"[…]"}"#);
        blots(&key, "r8%5F0123456789abcdefghij%2F%2B", "[…]");
        blots(&key, "r8_0", "r8_0");
    }

    #[test]
    fn a_pair_is_not_repeated_as_basic_authorization() {
        let pair = Credentials::pair("api_0123456789abcdef", "sec_0123456789abcdef");
        blots(&pair, "sec_0123456789abcdef api_01234", "[…] […]");
        let basic = BASE64_STANDARD.encode("api_0123456789abcdef:sec_0123456789abcdef");
        blots(&pair, &format!("Basic {basic}"), "Basic […]");
        blots(&pair, &basic[..12], "[…]");
        blots(&pair, &BASE64_STANDARD.encode("sec_0123456789abcdef"), "[…]");
    }

    #[test]
    fn a_word_for_a_key_leaves_words_alone() {
        blots(&Credentials::key("k"), "a key", "a key");
        blots(&Credentials::key("invalid-key"), "invalid-keys, invalid-x", "[…]s, invalid-x");
    }
}
