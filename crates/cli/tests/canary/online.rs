//! Commands that call vendors: keys go out, and come back from nowhere.

use std::io::Read as _;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::Story;
use crate::desk::{Desk, holds};
use crate::marks::Mark::{self, Made, Media, Prompt, Signed};
use crate::marks::{HOOK_URL, KEYS, MADE, PICTURE_URL, PROMPT, picture, picture_uri};
use crate::support::interrupted;

/// An offer, and a request that it takes, with everything marked that it can hold.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    pub(crate) offer: &'static str,
    pub(crate) request: fn() -> serde_json::Value,
    /// What of the request is in its journal and its manifest.
    journal: &'static [Mark],
    manifest: &'static [Mark],
}

pub(crate) const RUNWARE: Work = Work {
    offer: "runware/seedream-4.0",
    request: || {
        json!({ "prompt": PROMPT, "size": "1024x1024", "delivery": { "webhook_url": HOOK_URL },
            "references": { "images": [PICTURE_URL, picture_uri()] } })
    },
    journal: &[Prompt, Signed, Media],
    manifest: &[Prompt, Signed],
};

pub(crate) const REPLICATE: Work = Work {
    offer: "replicate/seedream-4.0",
    request: || {
        json!({ "prompt": PROMPT, "size": "1024x1024", "delivery": { "webhook_url": HOOK_URL },
            "references": { "images": [PICTURE_URL, picture_uri()] } })
    },
    journal: &[Prompt, Signed, Media],
    manifest: &[Prompt, Signed],
};

pub(crate) const SCENARIO: Work = Work {
    offer: "scenario/seedream-4.0",
    request: || json!({ "prompt": PROMPT, "references": { "images": [picture_uri()] } }),
    journal: &[Prompt, Media],
    manifest: &[Prompt],
};

impl Work {
    pub(crate) fn generate(self, desk: &Desk, more: &[&str]) -> crate::support::Run {
        let out = desk.out();
        let args = ["generate", "-", "--to", self.offer, "--out", out.as_str()];
        desk.run(&[&args[..], more].concat(), &(self.request)().to_string(), &[])
    }

    /// The journal and the manifest of this work, with or without addresses of outputs.
    #[track_caller]
    pub(crate) fn search(self, desk: &Desk, made: &[Mark]) {
        desk.search(&[self.journal, made].concat(), &[self.manifest, made].concat());
    }
}

impl Work {
    /// As [`Work::search`], where it depends on the vendor whether there is a manifest.
    #[track_caller]
    pub(crate) fn search_some(self, desk: &Desk) {
        desk.search_within(self.journal, self.manifest);
    }
}

pub(crate) fn stories() -> Vec<Story> {
    let mut stories = vec![
        Story::new("generate", "dry_run", dry_run),
        Story::new("generate", "file", file),
        Story::new("generate", "rejected", rejected),
        Story::new("resume", "manifest", manifest),
        Story::new("cancel", "running", cancel),
        Story::new("spec diff", "live", || spec(&["diff", "replicate/seedream-4.0"])),
        Story::new("spec new", "live", || spec(&["new", "replicate", "bytedance/seedream-4"])),
        Story::new("demo", "sandbox", demo),
        Story::new("sandbox", "serves", serves),
    ];
    let works = [("runware", RUNWARE), ("replicate", REPLICATE), ("scenario", SCENARIO)];
    stories.extend(works.map(|(name, work)| Story::new("generate", name, move || made(work))));
    stories.push(Story::new("jobs", "table_and_json", jobs));
    stories
}

/// Outputs of these two have plain addresses; Scenario's are signed anyway.
const SIGNS: fn() -> serde_json::Value =
    || json!({ "kind": "replace", "from": ".jpg\"", "to": format!(".jpg?{MADE}\"") });

/// A run that succeeds: the address of the output stands in the manifest and in the journal, and
/// standard output names the file.
fn made(work: Work) {
    let desk = Desk::online();
    desk.fault("poll", 0, &SIGNS());
    let run = work.generate(&desk, &["--json", "--idempotency-key", "k"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let outcome = run.json();
    let url = outcome["artifacts"][0]["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1"), "{url}");
    assert!(url.ends_with("?…"), "{url}");
    work.search(&desk, &[Made]);
    let job = outcome["job"].as_str().unwrap();
    desk.run(&["resume", job, "--json", "--out", desk.path("again").to_str().unwrap()], "", &[]);
    work.search(&desk, &[Made]);
}

fn jobs() {
    let desk = Desk::online();
    for work in [RUNWARE, REPLICATE, SCENARIO] {
        assert_eq!(work.generate(&desk, &[]).code, 0);
    }
    for more in [&[][..], &["--json"][..], &["--prune", "0s"][..]] {
        let run = desk.run(&[&["jobs"][..], more].concat(), "", &[]);
        assert_eq!(run.code, 0, "{}", run.err);
    }
}

fn dry_run() {
    let desk = Desk::online();
    let args = ["generate", "-", "--to", SCENARIO.offer, "--dry-run"];
    let run = desk.run(&args, &(SCENARIO.request)().to_string(), &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    desk.search(&[], &[]);
}

/// A picture from a file is uploaded; its bytes stay out of everything.
fn file() {
    let desk = Desk::online();
    let request = json!({ "prompt": PROMPT,
        "references": { "images": [desk.own("in.png", picture())] } });
    let out = desk.out();
    for offer in [SCENARIO.offer, REPLICATE.offer] {
        let args = ["generate", "-", "--to", offer, "--out", out.as_str()];
        let run = desk.run(&args, &request.to_string(), &[]);
        assert_eq!(run.code, 0, "{}", run.err);
    }
    desk.search(&[Prompt, Made], &[Prompt, Made]);
}

/// What no offer takes: standard output has the ledger, standard error the violations.
fn rejected() {
    let desk = Desk::online();
    let mut request = (RUNWARE.request)();
    request["duration"] = 5.into();
    let args = ["generate", "-", "--to", RUNWARE.offer];
    assert_eq!(desk.run(&args, &request.to_string(), &[]).code, 1);
    let json = [&args[..], &["--json"]].concat();
    assert_eq!(desk.run(&json, &request.to_string(), &[Prompt, Signed]).code, 1);
    desk.search(&[], &[]);
}

/// A run that ends before its job, and one that goes on with its manifest alone.
fn manifest() {
    let desk = Desk::online();
    desk.fault("submit", 0, &json!({ "kind": "slow", "ms": 2000 }));
    let out = desk.out();
    std::fs::create_dir(&out).unwrap();
    let args = ["generate", "-", "--to", REPLICATE.offer, "--out", out.as_str()];
    let variables = desk.variables();
    let variables: Vec<_> = variables.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let request = (REPLICATE.request)().to_string();
    let run = interrupted(&variables, &args, &request, out.as_ref());
    assert_eq!(run.code, 130, "{}", run.err);
    holds("both streams", &args, format!("{}{}", run.out, run.err).as_bytes(), &[]);
    REPLICATE.search(&desk, &[]);
    desk.fault("poll", 0, &SIGNS());
    let mut entries = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
    let manifest = entries.find(|path| path.extension().is_some_and(|it| it == "json"));
    let elsewhere = desk.path("other-journal.db");
    let args = ["resume", manifest.as_ref().unwrap().to_str().unwrap(), "--json", "--journal"];
    let run = desk.run(&[&args[..], &[elsewhere.to_str().unwrap()]].concat(), "", &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    desk.search(REPLICATE.journal, &[REPLICATE.manifest, &[Made]].concat());
}

fn cancel() {
    let desk = Desk::online();
    desk.fault("submit", 0, &json!({ "kind": "slow", "ms": 60_000 }));
    let run = REPLICATE.generate(&desk, &["--deadline", "1s", "--idempotency-key", "k"]);
    assert_eq!(run.code, 4, "{}", run.err);
    desk.fault(
        "cancel",
        1,
        &json!({ "kind": "status", "status": 422,
        "body": json!({ "detail": crate::told::echo(REPLICATE) }).to_string() }),
    );
    let refused = desk.run(&["cancel", "k"], "", &[]);
    assert_ne!(refused.code, 0, "{}", refused.err);
    let run = desk.run(&["cancel", "k"], "", &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    REPLICATE.search(&desk, &[]);
}

/// A vendor's document is asked for with a key, and refused or none.
fn spec(args: &[&str]) {
    let desk = Desk::online();
    let args = [&["spec"][..], args, &["--live"]].concat();
    for fault in [
        json!({ "kind": "status", "status": 401, "body": crate::told::echo(REPLICATE) }),
        json!({ "kind": "status", "status": 200, "body": crate::told::echo(REPLICATE) }),
        json!({ "kind": "status", "status": 200,
            "body": json!({ KEYS[1].1: KEYS[1].1 }).to_string() }),
        json!({ "kind": "redirect", "to": format!("http://127.0.0.1:1/?key={}", KEYS[1].1) }),
        json!({ "kind": "reset_before" }),
    ] {
        desk.fault("other", 1, &fault);
        let run = desk.run(&args, "", &[]);
        assert_ne!(run.code, 0, "{} {}", run.out, run.err);
    }
}

fn demo() {
    let desk = Desk::offline();
    let out = desk.out();
    let run = desk.run(&["demo", "--out", out.as_str()], "", &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    // Its outputs are the embedded sandbox's, whose addresses of Scenario's are signed.
    desk.search(&[], &[Made]);
}

/// The sandbox sees all keys, prompts and media, and tells of none.
fn serves() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_genmux"));
    command.args(["sandbox", "--addr", "127.0.0.1:0"]).env("RUST_LOG", "trace");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let mut line = String::new();
    while line.lines().count() < 3 || !line.ends_with('\n') {
        let mut byte = [0];
        out.read_exact(&mut byte).unwrap();
        line.push(byte[0].into());
    }
    let url = |at: usize| line.lines().nth(at).unwrap().to_owned();
    let desk = Desk::offline();
    let mut variables = desk.variables();
    let urls = [("RUNWARE_BASE_URL", url(0)), ("REPLICATE_BASE_URL", url(1))];
    variables.extend(urls.map(|(name, url)| (name.to_owned(), url)));
    let variables: Vec<_> = variables.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let folder = desk.out();
    for work in [RUNWARE, REPLICATE] {
        let args = ["generate", "-", "--to", work.offer, "--out", folder.as_str()];
        let run = crate::support::genmux_with(&variables, &args, &(work.request)().to_string());
        assert_eq!(run.code, 0, "{}", run.err);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut said = line.into_bytes();
    out.read_to_end(&mut said).unwrap();
    err.read_to_end(&mut said).unwrap();
    assert!(String::from_utf8_lossy(&said).contains("any key is taken"));
    holds("both streams", &["sandbox"], &said, &[]);
}
