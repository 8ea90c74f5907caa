//! Inputs to begin with: goldens, pages, recorded bodies and specs as they lie in the workspace.

#[cfg(feature = "client")]
mod kept;
mod replies;
mod sent;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::fixtures;
use crate::promise::MARK;

#[cfg(feature = "client")]
pub(crate) use kept::journal;
pub(crate) use replies::replies;
#[cfg(feature = "client")]
pub(crate) use replies::webhooks;
pub(crate) use sent::{calls, payloads};

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// The JSON files of a folder, and of those within it, in order.
fn json_files(folder: &Path) -> Vec<Value> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().flatten().map(|it| it.path()).collect();
    paths.sort();
    let files = paths.iter().flat_map(|path| match path.extension() {
        None => json_files(path),
        Some(_) => serde_json::from_slice(&fs::read(path).unwrap()).ok().into_iter().collect(),
    });
    files.collect()
}

/// An offer, a policy and a request that somebody wrote down.
struct Asked {
    offer: String,
    policy: String,
    request: Value,
}

/// The requests of goldens and pages, whose prompts and media are marked.
fn asked() -> Vec<Asked> {
    let mut asked = Vec::new();
    for (path, _) in genmux_specs::files() {
        let golden = root().join("tests/golden").join(path);
        let Ok(text) = fs::read(golden) else { continue };
        let cases: Vec<Value> = serde_json::from_slice(&text).unwrap();
        asked.extend(cases.iter().map(|case| one(path.trim_end_matches(".json"), case)));
    }
    let pages = json_files(&root().join("tests/pages"));
    let pages = pages.iter().filter(|page| page["offer"].is_string());
    asked.extend(pages.map(|page| one(page["offer"].as_str().unwrap(), page)));
    asked
}

fn one(offer: &str, case: &Value) -> Asked {
    let mut request = case["request"].clone();
    mark(&mut request);
    let policy = case["policy"].as_str().unwrap_or("strict").to_owned();
    Asked { offer: offer.to_owned(), policy, request }
}

/// Puts the mark into prompt and URLs.
fn mark(request: &mut Value) {
    if let Some(Value::String(prompt)) = request.get_mut("prompt") {
        prompt.extend([" ", MARK]);
    }
    for part in ["frames", "references", "delivery"] {
        request.get_mut(part).into_iter().for_each(mark_urls);
    }
}

fn mark_urls(value: &mut Value) {
    match value {
        Value::String(url) if url.starts_with("http") => url.extend(["?key=", MARK]),
        Value::Array(items) => items.iter_mut().for_each(mark_urls),
        Value::Object(members) => members.values_mut().for_each(mark_urls),
        _ => {}
    }
}

/// Words, then a body.
fn input(words: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    [words.as_bytes(), b"\n", body.as_ref()].concat()
}

pub(crate) fn requests() -> Vec<Vec<u8>> {
    let seed = |it: &Asked| input(&format!("{} {}", it.offer, it.policy), it.request.to_string());
    let mut seeds: Vec<_> = asked().iter().map(seed).collect();
    let examples = ["clip", "first-frame", "product-shot", "sequence", "storyboard"];
    seeds.extend(examples.map(|name| input("fit", read(&format!("examples/{name}.json")))));
    seeds
}

pub(crate) fn specs() -> Vec<Vec<u8>> {
    let seeds = genmux_specs::files().iter().map(|(path, text)| {
        // Without its indentation, so that changes hit what is said.
        let text: Value = serde_json::from_str(text).unwrap();
        input(path, text.to_string())
    });
    seeds.collect()
}

pub(crate) fn waits() -> Vec<Vec<u8>> {
    let day = "Sat, 21 Nov 2026 10:00:00 GMT";
    let later = "Saturday, 21-Nov-26 10:00:30 GMT";
    let seeds = [
        "retry-after: 5".to_owned(),
        "retry-after: 0.25".to_owned(),
        "retry-after: -1".to_owned(),
        "retry-after: 1e400".to_owned(),
        "retry-after: NaN".to_owned(),
        "retry-after-ms: 1500\nretry-after: 2".to_owned(),
        "retry-after-ms: 18446744073709551615".to_owned(),
        format!("date: {day}\nretry-after: {later}"),
        format!("date: {later}\nretry-after: {day}"),
        format!("retry-after: {day}"),
        "date: x\nretry-after: Sat Nov 21 10:00:00 2026".to_owned(),
    ];
    seeds.iter().map(|headers| input("", format!("{headers}\n\n"))).collect()
}

pub(crate) fn media() -> Vec<Vec<u8>> {
    fixtures::all().into_iter().map(|fixture| fixture.bytes).collect()
}

pub(crate) fn data_uris() -> Vec<Vec<u8>> {
    let coded = fixtures::all().into_iter().map(|it| {
        format!("data:{};base64,{}", it.sniffed, fixtures::base64(&it.bytes)).into_bytes()
    });
    let others = [
        "data:,%89PNG%0D%0A%1A%0A",
        "data:text/plain;charset=utf-8;base64,QQ==",
        "DATA:image/gif;BASE64,R0lGODlhQAHwAAAAAA==",
        "https://media.test/a.png?key=v",
        "runware:a4c1d2e3-0000-4000-8000-0000000000aa",
        "scenario:asset_abc",
        "file:///pictures/a%20b.png",
        "C:\\pictures\\a.png",
        "a4c1d2e3-0000-4000-8000-0000000000aa",
    ];
    coded.chain(others.map(|text| text.as_bytes().to_vec())).collect()
}

/// Keys and short texts of everything in JSON that lies in the workspace.
pub(crate) fn words() -> Vec<String> {
    let mut found = BTreeSet::new();
    for seeds in [requests(), specs(), payloads(), replies()] {
        for seed in seeds {
            let begin = seed.iter().position(|byte| *byte == b'{').unwrap_or(0);
            if let Ok(value) = serde_json::from_slice(&seed[begin..]) {
                collect(&value, &mut found);
            }
        }
    }
    let is_plain = |word: &String| {
        (2..24).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_graphic())
    };
    found.into_iter().filter(is_plain).collect()
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => _ = found.insert(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.iter().for_each(|(key, member)| {
            found.insert(key.clone());
            collect(member, found);
        }),
        _ => {}
    }
}
