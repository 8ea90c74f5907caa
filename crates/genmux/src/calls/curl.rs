//! What a curl command sends, and where.

use super::shell::{Command, Word};

/// The body of a curl command and its address.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) url: Option<String>,
    pub(super) body: String,
    /// A part of the body that the shell would fill in.
    pub(super) filled_in: Option<String>,
    /// Names of headers that change what the vendor does.
    pub(super) headers: Vec<String>,
}

const BODY: [&str; 5] = ["--data", "--data-raw", "--data-binary", "--data-ascii", "--json"];
/// Long options whose value may look like an address; other values are told from one by their look.
const ADDRESSED: [&str; 8] = [
    "--proxy",
    "--preproxy",
    "--referer",
    "--doh-url",
    "--socks5",
    "--socks5-hostname",
    "--cookie",
    "--output",
];
/// Short options with a value; other letters are switches.
const VALUED: &str = "AbcCDeEFhHKmoPQrtTuUwxXyYz";

/// A curl command whose body cannot be read.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) url: Option<String>,
    pub(super) problem: String,
}

/// What a command sends; a command that is not curl, or sends no body, is none.
pub(super) fn read(command: &Command) -> Option<Result<Sent, Broken>> {
    // Words before it are settings such as KEY=value, or time.
    let at = command.words.iter().position(|word| is_curl(&word.text))?;
    let mut parts = Parts::default();
    let mut words = command.words[at + 1..].iter();
    while let Some(word) = words.next() {
        parts.word(word, &mut words);
    }
    match parts.body(command) {
        Ok(None) => None,
        Ok(Some((body, filled_in))) => {
            Some(Ok(Sent { url: parts.url, body, filled_in, headers: parts.headers }))
        }
        Err(problem) => {
            let problem = format!("line {}: {problem}", command.line);
            Some(Err(Broken { url: parts.url, problem }))
        }
    }
}

/// The name of a header that changes what the vendor does, and is none of every call's.
fn telling(header: &str) -> Option<String> {
    let name = header.split(':').next()?.trim().to_lowercase();
    matches!(&*name, "prefer" | "cancel-after" | "x-runware-dry-run").then_some(name)
}

/// Why the curl commands that are there send no body, as far as that can be seen.
pub(super) fn without_body(commands: &[Command]) -> &'static str {
    let has = |options: &[&str]| {
        let mut words = commands.iter().flat_map(|command| &command.words);
        words.any(|word| options.contains(&word.text.as_str()))
    };
    if has(&["^"]) {
        "; its lines end in ^ as cmd wants it: copy it as for bash"
    } else if has(&["-F", "--form"]) {
        "; -F sends a form, and a payload is JSON"
    } else if has(&["-T", "--upload-file"]) {
        "; -T sends a file, and a payload is JSON"
    } else {
        ""
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
    headers: Vec<String>,
}

impl<'a> Parts<'a> {
    fn word(&mut self, word: &'a Word, rest: &mut impl Iterator<Item = &'a Word>) {
        let text = word.text.as_str();
        if BODY.contains(&text) {
            self.data(text, rest);
        } else if text == "--url" {
            self.url = self.value(text, rest).map(|url| url.text.clone()).or(self.url.take());
        } else if matches!(text, "-H" | "--header") {
            let header = self.value(text, rest);
            self.headers.extend(header.and_then(|word| telling(&word.text)));
        } else if matches!(text, "-X" | "--request") || ADDRESSED.contains(&text) {
            self.value(text, rest);
        } else if let Some(letters) = text.strip_prefix('-').filter(|rest| !rest.starts_with('-')) {
            self.letters(word, letters, rest);
        } else if !text.starts_with('-') {
            self.address(text);
        }
    }

    /// What the shell fills in may be an address; one that stands there is.
    fn address(&mut self, text: &str) {
        let is_there = text.contains("://");
        let has_one = self.url.as_deref().is_some_and(|url| !is_there || url.contains("://"));
        if (is_there || text.starts_with('$')) && !has_one {
            self.url = Some(text.to_owned());
        }
    }

    /// The value of an option, which may be missing.
    fn value(
        &mut self,
        option: &'a str,
        rest: &mut impl Iterator<Item = &'a Word>,
    ) -> Option<&'a Word> {
        let value = rest.next();
        self.cut_off = if value.is_some() { self.cut_off } else { Some(option) };
        value
    }

    fn data(&mut self, option: &'a str, rest: &mut impl Iterator<Item = &'a Word>) {
        let body = self.value(option, rest);
        self.bodies.extend(body.map(|body| (body.text.as_str(), body.filled_in.as_deref())));
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
        check("curl --proxy http://p:8080 --referer https://r https://a.b -d 1", "https://a.b 1");
        check("curl $OPTS https://a.b $MORE -d '{}'", "https://a.b {}");
        check("curl $BASE/v1 -d '{}'", "$BASE/v1 {}");
        check("curl --user k:s --json '{}' https://a.b", "https://a.b {}");
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
        check("curl --proxy", "line 1: --proxy has no value; the command is cut off");
        check("curl https://a.b -H", "line 1: -H has no value; the command is cut off");
    }
}
