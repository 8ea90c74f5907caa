//! What is marked, and how it is found again in whatever form.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// Keys, by the variables that hold them.
pub(crate) const KEYS: [(&str, &str); 4] = [
    ("RUNWARE_API_KEY", "rwQz81canary0123456789abcdefghij"),
    ("REPLICATE_API_TOKEN", "r8_JmX4canary0123456789abcdefghijklmnop"),
    ("SCENARIO_SDK_API_KEY", "api_VtL7canary0123456789"),
    ("SCENARIO_SDK_API_SECRET", "9/sKcanary0123456789abcdefghij+="),
];

/// So much of a key is as good as all of it.
const TELLING: usize = 8;

pub(crate) const PROMPT: &str = "canaryprompt of a paper boat on a lake at dawn";

/// Where the caller's pictures, hooks and outputs lie; each a secret by itself.
pub(crate) const PICTURE_URL: &str = "https://media.test/in.png?sig=canarysigned";
pub(crate) const HOOK_URL: &str = "https://app.test/hook/canarysigned?t=canarysigned";
pub(crate) const UPLOAD_URL: &str = "https://store.test/put?X-Amz-Signature=canarysigned";

/// What the address of an output ends with, once a fault has added it.
pub(crate) const MADE: &str = "sig=canarymade";

/// The bytes of a medium behind its header; base64 of them stands by itself, as the header is a
/// multiple of three bytes long.
const BYTES: &[u8] = b"canarymedia!";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    Key,
    Prompt,
    /// Addresses of the request.
    Signed,
    /// Addresses of outputs.
    Made,
    Media,
}

/// The header of a picture, and marked bytes.
pub(crate) fn picture() -> Vec<u8> {
    let header = BASE64_STANDARD.decode("iVBORw0KGgoAAAANSUhEUgAABAAAAAQACAIAAADwf7zU").unwrap();
    assert_eq!(header.len() % 3, 0);
    [header, BYTES.repeat(30)].concat()
}

pub(crate) fn picture_uri() -> String {
    format!("data:image/png;base64,{}", BASE64_STANDARD.encode(picture()))
}

/// What a key is told by: beginning and end of it, as it is and as base64, alone and with what it
/// is sent with.
fn key_forms() -> Vec<String> {
    let pair = format!("{}:{}", KEYS[2].1, KEYS[3].1);
    let all = KEYS.map(|(_, key)| key.to_owned()).into_iter().chain([pair]);
    let forms = all.flat_map(|key| [BASE64_STANDARD.encode(&key), key.replace('_', "%5F"), key]);
    // The end of a long form is enough, too: whoever cuts a key has to cut all of it.
    let told = |form: String| [form[..TELLING].to_owned(), form[form.len() - 12..].to_owned()];
    forms.flat_map(told).collect()
}

fn forms() -> Vec<(Mark, String)> {
    let keys = key_forms().into_iter().map(|form| (Mark::Key, form));
    let texts = [
        (Mark::Prompt, "canaryprompt"),
        (Mark::Signed, "canarysigned"),
        (Mark::Made, "canarymade"),
        (Mark::Made, "Signature=sandbox"),
        (Mark::Made, "&Signature="),
        (Mark::Media, "canarymedia!"),
    ];
    let texts = texts.into_iter().map(|(mark, text)| (mark, text.to_owned()));
    let media = (Mark::Media, BASE64_STANDARD.encode(BYTES));
    keys.chain(texts).chain([media]).collect()
}

/// The marks that some bytes hold.
pub(crate) fn found(bytes: &[u8]) -> BTreeSet<Mark> {
    let holds = |form: &str| bytes.windows(form.len()).any(|window| window == form.as_bytes());
    forms().into_iter().filter(|(_, form)| holds(form)).map(|(mark, _)| mark).collect()
}

/// A control of the search itself.
pub(crate) fn find_every_form() {
    let is = |text: &str, mark: Mark| assert_eq!(found(text.as_bytes()), BTreeSet::from([mark]));
    for (_, key) in KEYS {
        is(&format!("a {}… key", &key[..TELLING]), Mark::Key);
        is(&BASE64_STANDARD.encode(key), Mark::Key);
    }
    is(&BASE64_STANDARD.encode(format!("{}:{}", KEYS[2].1, KEYS[3].1)), Mark::Key);
    is("r8%5FJmX4canary", Mark::Key);
    is(PROMPT, Mark::Prompt);
    for url in [PICTURE_URL, HOOK_URL, UPLOAD_URL] {
        is(url, Mark::Signed);
    }
    is(MADE, Mark::Made);
    is(&picture_uri(), Mark::Media);
    assert_eq!(found(&picture()), BTreeSet::from([Mark::Media]));
    assert_eq!(found(b"RUNWARE_API_KEY is set, a prompt, https://a.b/c"), BTreeSet::new());
}
