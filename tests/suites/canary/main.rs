//! The library with marked keys, prompts and addresses: nothing of them is traced, at any level and
//! by any crate below, and nothing of them is in `Debug`, which is what panics and logs show.
//!
//! The command line has a suite of its own: `cargo test -p genmux-cli --test canary`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is a failed test.

mod heard;
mod shown;
mod traced;

/// A key of sixteen characters or more, as all vendors give out.
const KEY: &str = "kXw7canary0123456789abcdefghij";
const SECRET: &str = "sQz4canary0123456789abcdefghij";
const PROMPT: &str = "canaryprompt of a paper boat on a lake at dawn";
const HOOK: &str = "https://app.test/hook/canarysigned?t=canarysigned";
/// Signs webhooks, and makes their addresses.
const HOOK_SECRET: &str = "whsec_Y2FuYXJ5IGhvb2sgc2VjcmV0IG9mIDMyIGJ5dGVz";

/// What must not be found: keys by their beginnings, as they are and as they are sent.
fn marks() -> Vec<String> {
    use base64::Engine as _;
    let pair = base64::prelude::BASE64_STANDARD.encode(format!("{KEY}:{SECRET}"));
    let keys = [KEY, SECRET, &pair, &HOOK_SECRET["whsec_".len()..]];
    let keys = keys.map(|key| key[..8].to_owned());
    let texts = ["canary", "Signature="].map(str::to_owned);
    keys.into_iter().chain(texts).collect()
}

/// Nothing that is marked is in a text, which says something all the same.
#[track_caller]
fn silent(what: &str, text: &str) {
    assert!(!text.is_empty(), "{what} says nothing");
    for mark in marks() {
        assert!(!text.contains(&mark), "{mark} is in {what}: {text}");
    }
}
