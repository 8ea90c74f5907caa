//! A file of calls: bodies, curl commands, scripts, JSON lines, HAR.

use genmux::calls::{Call, Seen, read_calls};

use crate::promise::{check_length, check_message, check_silent};

/// Bytes that one body may have.
const MOST: u64 = 64 * 1024;

/// Each call is read or its fault is told; calls hold no more than the file does.
pub fn run(data: &[u8]) {
    match Call::read(data) {
        Ok(call) => _ = check_call(&call, data.len()),
        Err(error) => check_problem(&error.to_string()),
    }
    let (mut calls, mut length) = (0, 0);
    let read = read_calls(data, MOST, &mut |seen: Seen| {
        calls += 1;
        match &seen.call {
            Ok(call) => {
                length += check_call(call, data.len());
                check_silent(&format!("{call:?}"));
            }
            Err(unread) => check_problem(&unread.problem),
        }
    });
    if let Err(error) = read {
        check_problem(&error.to_string());
    }
    assert!(calls <= data.len() + 1, "{calls} calls in {} bytes", data.len());
    // Commands within commands are read once for each that stands around them.
    assert!(length <= 64 * data.len() + 16_384, "{} bytes became {length}", data.len());
}

/// Checks a call, and gives its length.
fn check_call(call: &Call, read: usize) -> usize {
    let length = call.body.to_string().len() + call.url.as_ref().map_or(0, String::len);
    check_length(length, read);
    length
}

/// What is wrong with a file may quote how it is written, and no body.
fn check_problem(problem: &str) {
    check_message(problem);
}
