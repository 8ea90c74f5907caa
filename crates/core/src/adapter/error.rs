//! A vendor's refusal in our words.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::request::is_unsafe;
use crate::violation::ViolationKind;

/// What went wrong, in the words that all vendors share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// Missing or wrong credentials.
    Auth,
    /// The credentials lack the right, or the plan lacks the model.
    Plan,
    /// No credit left.
    Quota,
    /// Too many calls or jobs for now.
    RateLimited,
    /// The content check refused it.
    Moderation(Side),
    /// No such model, job or file.
    NotFound,
    /// The request breaks a rule of the vendor.
    Invalid,
    /// The vendor or its upstream failed.
    ProviderFailed,
    /// The deadline passed, here or there.
    Timeout,
    /// The job was stopped.
    Canceled,
    /// The outputs are gone.
    Expired,
    /// The network failed.
    Transport,
    /// The reply cannot be read.
    Decode,
    /// Nobody knows whether the job exists.
    Ambiguous,
}

/// Which side of a job a content check refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Prompt or media of the request.
    Input,
    /// What was made.
    Output,
    /// The vendor does not say which.
    Either,
}

impl ErrorKind {
    /// The word in JSON and messages.
    pub const fn name(self) -> &'static str {
        match self {
            ErrorKind::Auth => "auth",
            ErrorKind::Plan => "plan",
            ErrorKind::Quota => "quota",
            ErrorKind::RateLimited => "rate_limited",
            ErrorKind::Moderation(_) => "moderation",
            ErrorKind::NotFound => "not_found",
            ErrorKind::Invalid => "invalid",
            ErrorKind::ProviderFailed => "provider_failed",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Canceled => "canceled",
            ErrorKind::Expired => "expired",
            ErrorKind::Transport => "transport",
            ErrorKind::Decode => "decode",
            ErrorKind::Ambiguous => "ambiguous",
        }
    }

    /// Whether the same call may work later without a change.
    pub const fn is_transient(self) -> bool {
        use ErrorKind::{ProviderFailed, RateLimited, Timeout, Transport};
        matches!(self, RateLimited | ProviderFailed | Timeout | Transport)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether something has to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charged {
    /// Certainly not.
    No,
    /// No source says.
    Unknown,
    /// Yes.
    Yes,
}

/// A vendor's error, of a call or of a job.
///
/// `message` and `code` are the vendor's own, cut and cleaned by [`safe_text`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VendorError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// The vendor's words.
    pub message: String,
    /// The vendor's own code, such as `unsupportedDuration` or `E005`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// HTTP status of the reply that told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long the vendor asks to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
    /// Whether something has to be paid.
    pub charged: Charged,
    /// What is wrong with which wire parameter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<WireProblem>,
}

/// One wire parameter that the vendor refuses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WireProblem {
    /// Dotted path in the payload, such as `inputs.frameImages` or `duration`; empty for the whole.
    pub wire: String,
    /// What kind of limit.
    pub kind: ViolationKind,
    /// The vendor's words.
    pub message: String,
    /// What the vendor says that it accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Value>,
}

impl VendorError {
    /// An error after which nothing is owed.
    pub fn new(kind: ErrorKind, message: impl AsRef<str>) -> VendorError {
        VendorError {
            kind,
            message: reason(message.as_ref()),
            code: None,
            status: None,
            retry_after: None,
            charged: Charged::No,
            problems: Vec::new(),
        }
    }

    /// A reply that is none of the forms that the vendor documents.
    ///
    /// Whether a job came of the call is unknown: the status says that it was accepted, or nothing.
    pub fn unreadable(status: u16, what: &str) -> VendorError {
        let message = format!("the reply (HTTP {status}) cannot be read: {what}");
        VendorError {
            status: Some(status),
            charged: Charged::Unknown,
            ..VendorError::new(ErrorKind::Decode, message)
        }
    }

    /// What an HTTP status alone says, where the body says nothing better.
    pub fn of_status(status: u16, message: impl AsRef<str>) -> VendorError {
        let kind = match status {
            401 => ErrorKind::Auth,
            402 => ErrorKind::Quota,
            403 => ErrorKind::Plan,
            404 => ErrorKind::NotFound,
            408 | 504 => ErrorKind::Timeout,
            410 => ErrorKind::Expired,
            429 => ErrorKind::RateLimited,
            400..=499 => ErrorKind::Invalid,
            500..=599 => ErrorKind::ProviderFailed,
            _ => ErrorKind::Decode,
        };
        // A gateway that answers 5xx may stand before a service that has accepted the call.
        let charged = if (400..500).contains(&status) && status != 408 {
            Charged::No
        } else {
            Charged::Unknown
        };
        VendorError { status: Some(status), charged, ..VendorError::new(kind, message) }
    }

    /// Adds the vendor's code.
    #[must_use]
    pub fn with_code(mut self, code: &str) -> VendorError {
        self.code = Some(safe_text(code)).filter(|code| !code.is_empty());
        self
    }
}

impl fmt::Display for VendorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)?;
        match &self.code {
            Some(code) if !self.message.contains(code.as_str()) => write!(f, " ({code})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for VendorError {}

/// A vendor's reason, [safe to repeat](safe_text); one that says nothing is told as such.
pub fn reason(text: &str) -> String {
    let text = safe_text(text);
    if text.is_empty() { "the vendor gives no reason".to_owned() } else { text }
}

/// Most characters of a vendor's text that are repeated.
const MOST: usize = 400;

/// A vendor's text, safe to repeat: short, on one line, without media and without the queries of
/// URLs, which may be signatures; and without what drives a terminal or turns the direction.
pub fn safe_text(text: &str) -> String {
    let words = text.split_whitespace().map(safe_word).filter(|word| !word.is_empty());
    let mut safe = String::new();
    for word in words {
        if !safe.is_empty() {
            safe.push(' ');
        }
        safe.push_str(&word);
        if safe.chars().count() > MOST {
            safe = safe.chars().take(MOST).collect();
            safe.push('…');
            break;
        }
    }
    safe
}

fn safe_word(word: &str) -> String {
    let shown: String = word.chars().filter(|c| !is_unsafe(*c)).collect();
    if let Some(at) = shown.find("data:") {
        return format!("{}data:…", &shown[..at]);
    }
    if let Some(start) = shown.find("://")
        && let Some(query) = shown[start..].find('?')
    {
        return format!("{}?…", &shown[..start + query]);
    }
    // Longer than any name or number: most likely base64.
    if shown.len() > 120 { "…".to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, safe: &str) {
        assert_eq!(safe_text(text), safe);
    }

    #[test]
    fn texts_lose_media_and_signatures() {
        check("no  such\nfile", "no such file");
        check("got data:image/png;base64,AAAA here", "got data:… here");
        check("see https://a.b/c?sig=SECRET now", "see https://a.b/c?… now");
        check("what? why", "what? why");
        check("a?b=https://x/y?sig=SECRET", "a?b=https://x/y?…");
        check("a\u{1b}[2J\u{202e}b", "a[2Jb");
        check(&"A".repeat(200), "…");
        assert_eq!(safe_text(&"word ".repeat(500)).chars().count(), 401);
    }

    #[test]
    fn texts_drive_no_terminal() {
        check("a\u{1b}[2Jb\u{9b}31mc\u{7}\u{7f}\0", "a[2Jb31mc");
        check("a\r\nb\u{2028}c\u{85}d \u{7} ", "a b c d");
        check("gnp\u{202e}exe\u{2066}.\u{200f}\u{feff}", "gnpexe.");
        check("日本\u{200d}語 é", "日本\u{200d}語 é");
    }

    #[test]
    fn a_reason_that_says_nothing_is_told_as_such() {
        for text in ["", " \n", "\u{1b}", "\u{202e}"] {
            let error = VendorError::new(ErrorKind::Invalid, text);
            assert_eq!(error.message, "the vendor gives no reason", "{text:?}");
        }
    }

    #[test]
    fn a_gateway_leaves_it_open_whether_something_is_owed() {
        assert_eq!(VendorError::of_status(502, "").charged, Charged::Unknown);
        assert_eq!(VendorError::of_status(422, "").charged, Charged::No);
        assert_eq!(VendorError::of_status(429, "").kind, ErrorKind::RateLimited);
    }

    #[test]
    fn the_code_is_shown_once() {
        let error = VendorError::new(ErrorKind::ProviderFailed, "busy (E003)");
        assert_eq!(error.clone().with_code("E003").to_string(), "provider_failed: busy (E003)");
        assert_eq!(error.with_code("x").to_string(), "provider_failed: busy (E003) (x)");
    }
}
