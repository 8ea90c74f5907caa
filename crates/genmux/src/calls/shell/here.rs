//! Here-documents and here-strings.

use super::{Command, Reader};

impl Reader<'_> {
    /// `<<< word`, or `<< END` with the document from the next line on.
    pub(super) fn here_document(&mut self) -> Result<(), String> {
        let string = self.rest().starts_with("<<<");
        for _ in 0..if string { 3 } else { 2 } {
            self.next();
        }
        while self.peek().is_some_and(|next| matches!(next, ' ' | '\t' | '-')) {
            self.next();
        }
        let line = self.line;
        let word = self.word()?.text;
        if string {
            let command = || Command { line, ..Command::default() };
            self.current.get_or_insert_with(command).input = Some(word);
        } else {
            self.awaited = Some((word, self.commands.len()));
        }
        Ok(())
    }

    /// The lines up to the one that ends the document.
    pub(super) fn document(&mut self) -> Result<(), String> {
        let Some((end, reader)) = self.awaited.take() else { return Ok(()) };
        let (began, mut input) = (self.line - 1, String::new());
        loop {
            let line = self.line();
            let Some(line) = line else {
                let message =
                    format!("line {began}: the here-document never ends; it needs a line {end}");
                return Err(message);
            };
            let line = line.trim_start_matches('\t');
            if line.trim_end_matches(['\r', '\n']) == end {
                break;
            }
            input.push_str(line);
        }
        if let Some(command) = self.commands.get_mut(reader) {
            command.input = Some(input);
        }
        Ok(())
    }

    /// One line with its end; tabs before it count for nothing, as after `<<-`.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        while let Some(next) = self.next() {
            line.push(next);
            if next == '\n' {
                break;
            }
        }
        (!line.is_empty()).then_some(line)
    }
}
