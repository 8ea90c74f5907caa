//! Commands that read requests and specs, and call nobody.

use serde_json::{Value, json};

use crate::Story;
use crate::desk::Desk;
use crate::marks::Mark::{self, Media, Prompt, Signed};
use crate::marks::{HOOK_URL, PICTURE_URL, PROMPT, UPLOAD_URL, picture_uri};

/// A request with everything that is marked.
pub(crate) fn request() -> Value {
    json!({
        "kind": "image", "prompt": PROMPT, "size": "1024x1024",
        "references": { "images": [PICTURE_URL, picture_uri()] },
        "delivery": { "webhook_url": HOOK_URL, "upload_url": UPLOAD_URL },
    })
}

const RUNWARE: &str = "runware/seedream-4.0";
const SCENARIO: &str = "scenario/seedream-4.0";

/// A request on standard input, and what stands on standard output.
fn reads(
    command: &'static str,
    name: &'static str,
    line: &'static str,
    out: &'static [Mark],
) -> Story {
    Story::new(command, name, move || {
        let args: Vec<&str> = line.split(' ').collect();
        Desk::offline().run(&args, &request().to_string(), out);
    })
}

/// A command that is given nothing that is marked but the keys of the environment.
fn plain(command: &'static str, name: &'static str, line: &'static str) -> Story {
    Story::new(command, name, move || {
        let args: Vec<&str> = line.split(' ').collect();
        let run = Desk::offline().run(&args, "", &[]);
        assert_eq!(run.code, 0, "{}", run.err);
    })
}

pub(crate) fn stories() -> Vec<Story> {
    let all: &[Mark] = &[Prompt, Signed, Media];
    // Pictures stand by type and length.
    let short: &[Mark] = &[Prompt, Signed];
    let mut stories = vec![
        reads("translate", "json", "translate - --to runware/seedream-4.0", all),
        reads("translate", "payload", "translate - --to runware/seedream-4.0 --payload-only", all),
        reads("translate", "curl", "translate - --to runware/seedream-4.0 --format curl", all),
        // The picture stands in the ledger's short form, the addresses do too; a path is no query.
        reads("translate", "rejected", "translate - --to scenario/seedream-4.0", &[Prompt, Signed]),
        reads("compare", "table", "compare -", short),
        reads("compare", "markdown", "compare - --format markdown", short),
        reads("compare", "html", "compare - --format html", short),
        reads("compare", "json", "compare - --format json", all),
        reads("which", "table", "which -", &[]),
        reads("which", "json", "which - --json", &[]),
        plain("models", "table", "models"),
        plain("models", "json", "models --json"),
        plain("models", "schema", "models runware/seedream-4.0 --json-schema"),
        plain("models", "typescript", "models runware/seedream-4.0 --typescript"),
        plain("spec check", "embedded", "spec check"),
        plain("spec resolve", "embedded", "spec resolve runware/seedream-4.0"),
        plain("completions", "bash", "completions bash"),
        plain("man", "page", "man"),
    ];
    stories.push(Story::new("translate", "lines", lines));
    stories.push(Story::new("translate", "unreadable", unreadable));
    stories.push(Story::new("spec impact", "refused", impact));
    stories
}

fn lines() {
    let broken = format!(r#"{{"prompt": "{PROMPT}", "#);
    let whole = json!({ "prompt": PROMPT }).to_string();
    let args = ["translate", "--requests", "-", "--to", RUNWARE];
    let run = Desk::offline().run(&args, &format!("{broken}\n{whole}\n"), &[Prompt]);
    let error = run.out.lines().find(|line| line.contains("\"error\"")).unwrap();
    assert!(!error.contains("canary"), "{error}");
}

/// Requests that cannot be read: what is wrong is named, the prompt is not.
fn unreadable() {
    let requests = [
        json!(PROMPT),
        json!([PROMPT]),
        json!({ "prompt": [PROMPT] }),
        json!({ "prompt": { "text": PROMPT } }),
        json!({ "prompt": PROMPT, "text": PROMPT }),
        json!({ "prompt": PROMPT, "frames": { "first": 1 } }),
        json!({ "prompt": PROMPT, "references": { "images": [{ "src": PICTURE_URL, "x": 1 }] } }),
        json!({ "prompt": PROMPT, "delivery": { "webhook_url": [HOOK_URL] } }),
        json!({ "prompt": PROMPT, "provider_options": PROMPT }),
    ];
    let desk = Desk::offline();
    for request in requests {
        let run = desk.run(&["translate", "-", "--to", SCENARIO], &request.to_string(), &[]);
        assert_eq!(run.code, 2, "{request}: {}", run.err);
    }
    let text = request().to_string();
    for end in [1, text.len() / 2, text.len() - 1] {
        let cut: String = text.chars().take(end).collect();
        assert_eq!(desk.run(&["translate", "-", "--to", SCENARIO], &cut, &[]).code, 2);
    }
}

fn impact() {
    let desk = Desk::offline();
    let line = json!({ "prompt": PROMPT, "duration": 12 }).to_string();
    let from = ["spec", "impact", "-", "--from", "2026-03-13"];
    for more in [&[][..], &["--json"][..]] {
        desk.run(&[&from, more].concat(), &line, &[]);
    }
}
