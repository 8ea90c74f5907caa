//! What is promised of every message, and of whatever is written and read again.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A text that stands in prompts, media and keys of seeds, and never in a message.
pub(crate) const MARK: &str = "ca11ab1e";

/// Characters of the longest message: a size table and the way out go into it.
const LONGEST: usize = 2000;

/// A message is short, of one line, and holds nothing that steers a terminal.
pub(crate) fn check_message(message: &str) {
    assert!(!message.trim().is_empty(), "an empty message");
    let length = message.chars().count();
    assert!(length <= LONGEST, "a message of {length} characters: {}", begin(message));
    let steering = message.chars().find(|c| c.is_control() || is_format(*c));
    assert!(steering.is_none(), "{steering:?} in the message {message:?}");
}

/// Turns the direction of text around, so that a message reads as another one.
const fn is_format(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What is told or shown does not repeat what it may not.
pub(crate) fn check_silent(text: &str) {
    assert!(!text.contains(MARK), "content is repeated: {}", begin(text));
}

fn begin(text: &str) -> String {
    text.chars().take(600).collect()
}

/// Written and read again, a value is the same.
pub(crate) fn check_kept<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).expect("what was read can be written");
    let again: T = serde_json::from_str(&text).expect("what was written can be read");
    assert!(again == *value, "{text} is read as {}", serde_json::to_string(&again).unwrap());
}

/// What is written is not much longer than what was read.
pub(crate) fn check_length(written: usize, read: usize) {
    assert!(written <= 8 * read + 16_384, "{read} bytes became {written}");
}
