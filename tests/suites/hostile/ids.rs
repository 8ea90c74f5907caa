//! Ids that would be paths, options, addresses or words of a terminal.

use std::fmt::Write as _;

use crate::cases::{Case, Cases};
use crate::played::Played;
use crate::scene::Scene;
use crate::vendor::Step;

/// What the id is, in words, and the id.
fn all() -> Vec<(&'static str, String)> {
    let mut ids: Vec<(&'static str, String)> = [
        ("a path upwards", "../../../etc/passwd"),
        ("a path of Windows", "..\\..\\C:\\boot.ini"),
        ("a path from the root", "/etc/passwd"),
        ("two dots", ".."),
        ("one dot", "."),
        ("an escaped path", "%2e%2e%2f%2e%2e%2fetc"),
        ("an id with a zero byte", "a\0b"),
        ("an id with line ends and a header", "a\r\nX-Evil: 1\r\n\r\nGET / HTTP/1.1"),
        ("an id with escapes of a terminal", "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31mred"),
        ("an id that turns the direction of writing", "\u{202e}gnp.exe"),
        ("an id with quotes", "a\"b'c`d$(id)"),
        ("an id with a query and a fragment", "a?webhook=1#b"),
        ("an address", "//evil.example/a"),
        ("an option", "--force"),
        ("a device of Windows", "CON"),
        ("blanks in an id", " a b "),
        ("an id of other alphabets", "задача-日本語-é"),
    ]
    .map(|(what, id)| (what, id.to_owned()))
    .to_vec();
    ids.push(("an id of a thousand characters", "a".repeat(1000)));
    ids.push(("an id of a megabyte", "b".repeat(1 << 20)));
    ids
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::of("Ids");
    for (what, id) in all() {
        cases.add(format!("calls a job by {what}"), move |mut scene: Scene| {
            scene.role.job.clone_from(&id);
            let id = id.clone();
            async move {
                let played = scene.play().await;
                played.judge();
                stays_itself(&played, &id);
                if played.ended.is_err() { played.seen() } else { named(&played) }
            }
        });
        cases.only(&["replicate", "scenario"]);
    }
    cases.list
}

/// The id is one segment of a path and of no line but the first.
fn stays_itself(played: &Played, id: &str) {
    for asked in played.vendor.asked(Step::Poll) {
        let prefix = if played.is("replicate") { "/v1/predictions/" } else { "/v1/jobs/" };
        let segment = asked.path.strip_prefix(prefix).expect("below the jobs");
        let dots = if id.chars().all(|c| c == '.') { "%00" } else { "" };
        assert_eq!(segment, format!("{dots}{}", escaped(id)));
        assert!(asked.headers.iter().all(|line| !line.starts_with("X-Evil")));
    }
}

/// Everything but letters, digits and four marks, written another way than the client does.
fn escaped(id: &str) -> String {
    id.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'-' | b'_' | b'.' | b'~' => text.push(byte as char),
            _ if byte.is_ascii_alphanumeric() => text.push(byte as char),
            _ => {
                // Writing to a string does not fail.
                let _infallible = write!(text, "%{byte:02X}");
            }
        }
        text
    })
}

/// The result under a name that is a name and nothing else.
fn named(played: &Played) -> String {
    let files = played.files();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    assert!(file.chars().all(plain) && !file.starts_with(['.', '-']), "{file:?}");
    let short: String = file.chars().take(40).collect();
    let more = if short.len() < file.len() { "…" } else { "" };
    format!("a result, saved as `{short}{more}`")
}
