//! What a curl command sends, and where.

use super::shell::{Command, Word};

/// The body of a curl command and its address.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) url: Option<String>,
    pub(crate) body: String,
    /// A part of the body that the shell would fill in.
    pub(crate) filled_in: Option<String>,
}

const BODY: [&str; 5] = ["--data", "--data-raw", "--data-binary", "--data-ascii", "--json"];
/// Short options with a value; other letters are switches.
const VALUED: &str = "AbcCDeEFhHKmoPQrtTuUwxXyYz";

/// A curl command whose body cannot be read.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) url: Option<String>,
    pub(crate) problem: String,
}

/// What a command sends; a command that is not curl, or sends no body, is none.
pub(crate) fn read(command: &Command) -> Option<Result<Sent, Broken>> {
    // Words before it are settings such as KEY=value, or time.
    let at = command.words.iter().position(|word| is_curl(&word.text))?;
    let mut parts = Parts::default();
    let mut words = command.words[at + 1..].iter();
    while let Some(word) = words.next() {
        parts.word(word, &mut words);
    }
    match parts.body(command) {
        Ok(None) => None,
        Ok(Some((body, filled_in))) => Some(Ok(Sent { url: parts.url, body, filled_in })),
        Err(problem) => {
            let problem = format!("line {}: {problem}", command.line);
            Some(Err(Broken { url: parts.url, problem }))
        }
    }
}

fn is_curl(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    matches!(name, "curl" | "curl.exe")
}

#[derive(Default)]
struct Parts<'a> {
    url: Option<String>,
    /// Texts, and what the shell would fill in.
    bodies: Vec<(&'a str, Option<&'a str>)>,
    /// An option that takes a value and stands last.
    cut_off: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn word(&mut self, word: &'a Word, rest: &mut impl Iterator<Item = &'a Word>) {
        let text = word.text.as_str();
        if BODY.contains(&text) {
            self.data(text, rest);
        } else if matches!(text, "--url" | "-X" | "--request" | "-H" | "--header") {
            let value = rest.next();
            self.cut_off = if value.is_some() { self.cut_off } else { Some(text) };
            if text == "--url" {
                self.url = value.map(|url| url.text.clone());
            }
        } else if let Some(letters) = text.strip_prefix('-').filter(|rest| !rest.starts_with('-')) {
            self.letters(word, letters, rest);
        } else if !text.starts_with('-') && is_address(text) {
            self.url.get_or_insert_with(|| text.to_owned());
        }
    }

    fn data(&mut self, option: &'a str, rest: &mut impl Iterator<Item = &'a Word>) {
        match rest.next() {
            Some(body) => self.bodies.push((&body.text, body.filled_in.as_deref())),
            None => self.cut_off = Some(option),
        }
    }

    /// `-sSd body`, `-XPOST`: switches, and at most one option with its value.
    fn letters(
        &mut self,
        word: &'a Word,
        letters: &'a str,
        rest: &mut impl Iterator<Item = &'a Word>,
    ) {
        let valued = letters.find(|letter| letter == 'd' || VALUED.contains(letter));
        let Some(at) = valued else { return };
        let glued = at + 1 < letters.len();
        match (letters.as_bytes()[at], glued) {
            (b'd', false) => self.data(word.text.as_str(), rest),
            (b'd', true) => {
                self.bodies.push((&letters[at + 1..], word.filled_in.as_deref()));
            }
            (_, false) if rest.next().is_none() => self.cut_off = Some(word.text.as_str()),
            _ => {}
        }
    }

    /// The body, and what the shell would fill in.
    fn body(&self, command: &Command) -> Result<Option<(String, Option<String>)>, String> {
        if let Some(option) = self.cut_off {
            return Err(format!("{option} has no value; the command is cut off"));
        }
        let [(text, filled_in)] = self.bodies.as_slice() else {
            let several = "the command sends several pieces of data, which are no JSON";
            return if self.bodies.is_empty() { Ok(None) } else { Err(several.to_owned()) };
        };
        match (text.strip_prefix('@'), &command.input) {
            (Some("-"), Some(input)) => Ok(Some((input.clone(), None))),
            (Some("-"), None) => {
                Err("the body comes from another command; give it itself".to_owned())
            }
            (Some(file), _) => Err(format!("the body stands in {file}; give that file itself")),
            (None, _) => Ok(Some(((*text).to_owned(), filled_in.map(str::to_owned)))),
        }
    }
}

fn is_address(text: &str) -> bool {
    text.contains("://") || text.starts_with('$')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // A command that cannot be read should stop the test.

    use super::super::shell::commands;
    use super::*;

    fn check(script: &str, expected: &str) {
        let script_read = commands(script).unwrap();
        let answer = match script_read.iter().find_map(read) {
            None => "nothing".to_owned(),
            Some(Err(broken)) => broken.problem,
            Some(Ok(sent)) => format!("{} {}", sent.url.unwrap_or_default(), sent.body),
        };
        assert_eq!(answer, expected, "{script}");
    }

    #[test]
    fn bodies_and_addresses_are_found_among_the_options() {
        check("curl -s https://a.b/c -H 'X: y' -d '{}'", "https://a.b/c {}");
        check("time curl -sSX POST --url https://a.b --data-raw '{}'", "https://a.b {}");
        check("/usr/bin/curl --json '[1]' -o out https://a.b", "https://a.b [1]");
        check("curl -XPOST https://a.b -u k:s --data-binary @- <<E\n{}\nE", "https://a.b {}\n");
        check("curl -sd'{}' https://a.b", "https://a.b {}");
        check("curl --max-time 5 https://a.b -d '{}'", "https://a.b {}");
    }

    #[test]
    fn what_sends_no_body_is_no_call() {
        check("curl https://a.b/c", "nothing");
        check("echo -d '{}'", "nothing");
        check("curl -F file=@a.png https://a.b", "nothing");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        check("\ncurl https://a.b -d", "line 2: -d has no value; the command is cut off");
        check(
            "curl -d @a.json https://a.b",
            "line 1: the body stands in a.json; give that file itself",
        );
        check(
            "cat x | curl -d @- https://a.b",
            "line 1: the body comes from another command; give it itself",
        );
        check(
            "curl -d a=1 -d b=2 https://a.b",
            "line 1: the command sends several pieces of data, which are no JSON",
        );
        check("curl https://a.b -H", "line 1: -H has no value; the command is cut off");
    }
}
