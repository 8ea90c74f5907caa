//! The words of shell scripts, as far as curl commands need them.
//!
//! The crates that split words know neither `$'...'`, in which browsers copy commands, nor where a
//! command ends.

mod here;
mod quotes;

use std::iter::Peekable;
use std::str::CharIndices;

use genmux_core::one_line;

/// One command of a script.
#[derive(Debug, Default)]
pub(in crate::calls) struct Command {
    /// The line on which it begins, from 1.
    pub(in crate::calls) line: usize,
    pub(in crate::calls) words: Vec<Word>,
    /// What a here-document gives it to read.
    pub(in crate::calls) input: Option<String>,
}

/// One word.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::calls) struct Word {
    pub(in crate::calls) text: String,
    /// A variable or command in it that the shell fills in.
    pub(in crate::calls) filled_in: Option<String>,
}

/// How deep commands may stand within each other: every level takes stack, and keeps the text of
/// those within it.
const DEEPEST: usize = 16;

/// The commands of a script, in order.
pub(in crate::calls) fn commands(text: &str) -> Result<Vec<Command>, String> {
    commands_within(text, 0)
}

fn commands_within(text: &str, depth: usize) -> Result<Vec<Command>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let chars = text.char_indices().peekable();
    let mut reader = Reader {
        text,
        chars,
        line: 1,
        commands: Vec::new(),
        current: None,
        nested: Vec::new(),
        awaited: None,
        depth,
    };
    reader.read(false)?;
    Ok(reader.commands)
}

struct Reader<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
    line: usize,
    commands: Vec<Command>,
    current: Option<Command>,
    /// Commands whose output the shell fills into the current one.
    nested: Vec<Command>,
    /// What ends the here-document that begins on the next line, and the command that reads it.
    awaited: Option<(String, usize)>,
    /// How many substitutions are open.
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let (_, next) = self.chars.next()?;
        self.line += usize::from(next == '\n');
        Some(next)
    }

    fn skip(&mut self) {
        self.next();
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|(_, next)| *next)
    }

    /// Reads up to the end, or to the bracket that closes a substitution.
    fn read(&mut self, inside: bool) -> Result<(), String> {
        let mut depth = 0usize;
        while let Some(next) = self.peek() {
            depth += usize::from(next == '(');
            match next {
                ')' if inside && depth == 0 => break,
                '\n' | ';' | '&' | '|' | '(' | ')' => {
                    self.next();
                    self.end();
                    depth -= usize::from(next == ')' && depth > 0);
                    if next == '\n' {
                        self.document()?;
                    }
                }
                '#' => self.skip_line(),
                '<' if self.rest().starts_with("<<") => self.here_document()?,
                ' ' | '\t' | '\r' | '<' | '>' => self.skip(),
                '\\' if self.rest().starts_with("\\\n") || self.rest().starts_with("\\\r\n") => {
                    while self.next() != Some('\n') {}
                }
                _ => {
                    let line = self.line;
                    let word = self.word()?;
                    let command =
                        self.current.get_or_insert_with(|| Command { line, ..Command::default() });
                    command.words.push(word);
                }
            }
        }
        self.end();
        Ok(())
    }

    fn end(&mut self) {
        self.commands.extend(self.current.take());
        self.commands.append(&mut self.nested);
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|next| next != '\n') {
            self.next();
        }
    }

    fn rest(&mut self) -> &str {
        let at = self.chars.peek().map_or(self.text.len(), |(at, _)| *at);
        &self.text[at..]
    }

    fn word(&mut self) -> Result<Word, String> {
        let mut word = Word::default();
        while let Some(next) = self.peek() {
            match next {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '\'' => self.single(&mut word)?,
                '"' => self.double(&mut word)?,
                '$' => self.dollar(&mut word)?,
                '`' => self.backticks(&mut word)?,
                '\\' => {
                    self.next();
                    match self.next() {
                        Some('\n') | None => {}
                        Some(escaped) => word.text.push(escaped),
                    }
                }
                _ => {
                    self.next();
                    word.text.push(next);
                }
            }
        }
        Ok(word)
    }
}

/// The name of what is filled in, and nothing of commands and defaults: they may hold keys.
fn shown(text: &str) -> String {
    match text.strip_prefix("${") {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let (name, rest) = rest.split_at(end.unwrap_or(rest.len()));
            let name = one_line(name, 40);
            if rest == "}" { format!("${{{name}}}") } else { format!("${{{name}…}}") }
        }
        None if text.starts_with("$(") => "$(…)".to_owned(),
        None if text.starts_with('`') => "`…`".to_owned(),
        None => one_line(text, 40),
    }
}

impl Word {
    fn fill(&mut self, name: &str) {
        self.text.push_str(name);
        self.filled_in.get_or_insert_with(|| shown(name));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // A script that cannot be read should stop the test.

    use super::*;

    fn check(script: &str, expected: &[&[&str]]) {
        let read = commands(script).unwrap();
        let words = |command: &Command| -> Vec<String> {
            command.words.iter().map(|word| word.text.clone()).collect()
        };
        assert_eq!(read.iter().map(words).collect::<Vec<_>>(), expected, "{script}");
    }

    #[test]
    fn words_are_those_that_a_shell_makes() {
        check("a 'b c'\"d e\"f\\ g # h\ni", &[&["a", "b cd ef g"], &["i"]]);
        check("a \\\n  b; c && d | e", &[&["a", "b"], &["c"], &["d"], &["e"]]);
        check(r#"a "\"\$b\\c\d" '\n'"#, &[&["a", r#""$b\c\d"#, "\\n"]]);
        check(r"a $'b\'\n\x41\u00e9\101\\'", &[&["a", "b'\nA\u{e9}A\\"]]);
        check("a > b 2>&1", &[&["a", "b", "2"], &["1"]]);
        check("a '' \"\"", &[&["a", "", ""]]);
        check("", &[]);
        check("\u{feff}a b", &[&["a", "b"]]);
    }

    #[test]
    fn what_the_shell_fills_in_stays_and_is_named() {
        let read = commands(r#"a "x $KEY y" ${B:-(c)} $(date `id`) `id` $ 1$"#).unwrap();
        let named: Vec<_> = read[0].words.iter().map(|word| word.filled_in.as_deref()).collect();
        let expected = [None, Some("$KEY"), Some("${B…}"), Some("$(…)"), Some("`…`"), None, None];
        assert_eq!(named, expected);
        assert_eq!(read[0].words[1].text, "x $KEY y");
    }

    #[test]
    fn here_documents_are_the_input_of_their_command() {
        let read =
            commands("a <<'EOF' | b\none\n two\nEOF\nc <<-X\n\tthree\n\tX\nd <<< 'four'").unwrap();
        let inputs: Vec<_> = read.iter().map(|command| command.input.as_deref()).collect();
        assert_eq!(inputs, [Some("one\n two\n"), None, Some("three\n"), Some("four")]);
        assert_eq!(read.iter().map(|command| command.line).collect::<Vec<_>>(), [1, 1, 5, 8]);
    }

    #[test]
    fn what_is_half_typed_is_told_with_its_line() {
        let check = |script: &str, expected: &str| {
            let error = commands(script).unwrap_err();
            assert!(error.contains(expected), "{script}: {error}");
        };
        check("a\nb 'c\nd", "line 2: the quote ' that opens here is never closed");
        check("a \"b", "line 1: the quote \"");
        check("a $(b", "bracket");
        check("a `b", "backtick");
        check(&"$(".repeat(100_000), "more than 16 deep");
        check(&"\"$(".repeat(100_000), "more than 16 deep");
        check("a <<EOF\nb", "line 1: the here-document never ends; it needs a line EOF");
    }
}
