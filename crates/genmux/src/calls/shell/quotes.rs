//! Quotes, and what a shell fills in.

use super::{Reader, Word};

impl Reader<'_> {
    fn unclosed(line: usize, what: &str) -> String {
        format!("line {line}: the {what} that opens here is never closed")
    }

    pub(super) fn single(&mut self, word: &mut Word) -> Result<(), String> {
        let line = self.line;
        self.next();
        loop {
            match self.next().ok_or_else(|| Self::unclosed(line, "quote '"))? {
                '\'' => return Ok(()),
                other => word.text.push(other),
            }
        }
    }

    pub(super) fn double(&mut self, word: &mut Word) -> Result<(), String> {
        let line = self.line;
        self.next();
        loop {
            match self.peek().ok_or_else(|| Self::unclosed(line, "quote \""))? {
                '"' => {
                    self.next();
                    return Ok(());
                }
                '$' => self.dollar(word)?,
                '`' => self.backticks(word)?,
                '\\' => {
                    self.next();
                    match self.next() {
                        Some('\n') | None => {}
                        Some(escaped @ ('"' | '\\' | '$' | '`')) => word.text.push(escaped),
                        Some(other) => word.text.extend(['\\', other]),
                    }
                }
                other => {
                    self.next();
                    word.text.push(other);
                }
            }
        }
    }

    /// `$'...'`, or something that the shell fills in, which stays as it stands.
    pub(super) fn dollar(&mut self, word: &mut Word) -> Result<(), String> {
        self.next();
        match self.peek() {
            Some('\'') => self.ansi(word),
            Some('(') if !self.rest().starts_with("((") => self.substitution(word),
            Some('{' | '(') => self.bracketed(word),
            Some(next) if next.is_ascii_alphanumeric() || next == '_' => {
                let mut name = "$".to_owned();
                while let Some(next) =
                    self.peek().filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                {
                    self.next();
                    name.push(next);
                }
                word.fill(&name);
                Ok(())
            }
            _ => {
                word.text.push('$');
                Ok(())
            }
        }
    }

    fn bracketed(&mut self, word: &mut Word) -> Result<(), String> {
        let (line, mut depth, mut name) = (self.line, 0usize, "$".to_owned());
        loop {
            let next = self.next().ok_or_else(|| Self::unclosed(line, "bracket"))?;
            name.push(next);
            match next {
                '{' | '(' => depth += 1,
                '}' | ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                word.fill(&name);
                return Ok(());
            }
        }
    }

    /// `$(...)`: its commands count as those of the script do.
    fn substitution(&mut self, word: &mut Word) -> Result<(), String> {
        let (line, begin) = (self.line, self.rest().len());
        self.deeper()?;
        self.next();
        let outer = (self.current.take(), std::mem::take(&mut self.commands));
        let (awaited, nested) = (self.awaited.take(), std::mem::take(&mut self.nested));
        self.read(true)?;
        self.depth -= 1;
        let inner = std::mem::replace(&mut self.commands, outer.1);
        (self.current, self.awaited, self.nested) = (outer.0, awaited, nested);
        self.nested.extend(inner);
        self.next().ok_or_else(|| Self::unclosed(line, "bracket"))?;
        let (whole, end) = (self.text, self.rest().len());
        let text = &whole[whole.len() - begin..whole.len() - end];
        word.fill(&format!("${text}"));
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth <= super::DEEPEST {
            return Ok(());
        }
        let (line, most) = (self.line, super::DEEPEST);
        Err(format!(
            "line {line}: commands stand within each other more than {most} deep; give the inner \
             one by itself"
        ))
    }

    pub(super) fn backticks(&mut self, word: &mut Word) -> Result<(), String> {
        let line = self.line;
        let mut name = String::new();
        name.extend(self.next());
        loop {
            let next = self.next().ok_or_else(|| Self::unclosed(line, "backtick"))?;
            name.push(next);
            if next == '`' {
                let mut inner = super::commands_within(name.trim_matches('`'), self.depth)?;
                for command in &mut inner {
                    command.line += line - 1;
                }
                self.nested.extend(inner);
                word.fill(&name);
                return Ok(());
            }
        }
    }
}

impl Reader<'_> {
    /// `$'...'`, with the escapes of C.
    fn ansi(&mut self, word: &mut Word) -> Result<(), String> {
        let line = self.line;
        self.next();
        loop {
            match self.next().ok_or_else(|| Self::unclosed(line, "quote $'"))? {
                '\'' => return Ok(()),
                '\\' => self.escape(word),
                other => word.text.push(other),
            }
        }
    }

    fn escape(&mut self, word: &mut Word) {
        let read = match self.next() {
            Some('n') => Some('\n'),
            Some('t') => Some('\t'),
            Some('r') => Some('\r'),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('x') => self.digits(16, 2, 0),
            Some('u') => self.digits(16, 4, 0),
            Some('U') => self.digits(16, 8, 0),
            Some(digit @ '0'..='7') => self.digits(8, 2, digit.to_digit(8).unwrap_or(0)),
            other => other,
        };
        word.text.extend(read);
    }

    fn digits(&mut self, radix: u32, most: usize, first: u32) -> Option<char> {
        let mut code = first;
        for _ in 0..most {
            let Some(digit) = self.peek().and_then(|next| next.to_digit(radix)) else { break };
            self.next();
            code = code * radix + digit;
        }
        char::from_u32(code)
    }
}
