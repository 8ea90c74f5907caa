//! Runs the binary.
#![allow(dead_code)] // Every test file takes what it needs.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

pub(crate) const SEEDREAM: &str = "runware/seedream-4.0";

/// How a run ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// Runs genmux with a request on standard input, at the root of the project.
pub(crate) fn genmux(args: &[&str], input: &str) -> Run {
    genmux_with(&[], args, input)
}

/// As [`genmux`], with variables of the environment; those of the vendors are unset otherwise.
pub(crate) fn genmux_with(variables: &[(&str, &str)], args: &[&str], input: &str) -> Run {
    ended(start(variables, args, input))
}

/// Runs genmux and sends it Ctrl-C as soon as there is a file in a folder.
#[cfg(unix)]
pub(crate) fn interrupted(
    variables: &[(&str, &str)],
    args: &[&str],
    input: &str,
    folder: &std::path::Path,
) -> Run {
    let child = start(variables, args, input);
    let is_json = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.unwrap().path().extension().is_some_and(|extension| extension == "json")
    };
    while !std::fs::read_dir(folder).unwrap().any(is_json) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    ended(child)
}

fn start(variables: &[(&str, &str)], args: &[&str], input: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_genmux"));
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).args(args);
    command.env_remove("GENMUX_SPECS").env("COLUMNS", "120");
    // Never the journal of whoever runs the tests.
    let journal = format!("{}/journal-{}.db", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    command.env("GENMUX_JOURNAL", journal);
    for vendor in ["RUNWARE", "REPLICATE", "SCENARIO"] {
        for name in ["API_KEY", "API_TOKEN", "SDK_API_KEY", "SDK_API_SECRET", "BASE_URL"] {
            command.env_remove(format!("{vendor}_{name}"));
        }
    }
    command.envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A command that reads no input closes it early.
    std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    child
}

fn ended(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Where Replicate takes clips.
pub(crate) const CLIP_URL: &str =
    "https://api.replicate.com/v1/models/bytedance/seedance-2.0-fast/predictions";

/// A clip in the form that Runware takes, without a fault.
pub(crate) fn clip_task() -> Value {
    json!([{
        "taskType": "videoInference", "taskUUID": "24cd5dff-cb81-4db5-8506-b72a9425f9d1",
        "model": "bytedance:2@1", "positivePrompt": "a paper boat", "width": 1920, "height": 1088,
        "duration": 1.2, "providerSettings": { "bytedance": { "cameraFixed": false } }
    }])
}

/// Runs genmux and checks how it ends and something that it says.
#[track_caller]
pub(crate) fn check(args: &[&str], input: &str, code: i32, expected: &str) {
    let run = genmux(args, input);
    assert_eq!(run.code, code, "{} {}", run.out, run.err);
    assert!(run.err.contains(expected) || run.out.contains(expected), "{} {}", run.out, run.err);
}

/// A running sandbox, ended with the test; the URLs of Runware, Replicate and Scenario.
pub(crate) struct Sandbox {
    child: Child,
    pub(crate) urls: Vec<String>,
}

impl Sandbox {
    pub(crate) fn start() -> Sandbox {
        let mut command = Command::new(env!("CARGO_BIN_EXE_genmux"));
        command.args(["sandbox", "--addr", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(3);
        let urls = lines.map(Result::unwrap).collect();
        Sandbox { child, urls }
    }

    /// Replaces its faults.
    pub(crate) fn fault(&self, rules: &str) {
        let host = self.urls[0].strip_prefix("http://").unwrap().split('/').next().unwrap();
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        let len = rules.len();
        write!(
            stream,
            "POST /_sandbox/faults HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len}\r\n\
             Content-Type: application/json\r\nConnection: close\r\n\r\n{rules}"
        )
        .unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
