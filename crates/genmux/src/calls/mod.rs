//! Calls as people keep them: bodies, curl commands, shell scripts, JSON lines and HAR files.
//!
//! [`Call::read`] reads one call, [`read_calls`] all of a file one by one. What a call asks for,
//! a [`Recognizer`](crate::Recognizer) finds out.

mod call;
mod curl;
mod har;
mod lines;
mod shell;
mod source;

pub use call::{Call, CallError};
pub use lines::{Line, read_line};
pub use source::{Seen, Unread, read_calls};
