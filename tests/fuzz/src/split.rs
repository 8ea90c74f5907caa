//! How an input says what is to be done with its body: words on its first line, then headers.

use http::{HeaderMap, HeaderName, HeaderValue};

/// An input with words in front of its body, and headers where a target has some.
pub(crate) struct Input<'a> {
    words: Vec<&'a str>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: &'a [u8],
}

impl<'a> Input<'a> {
    /// Words up to the end of the first line, then the body.
    pub(crate) fn with_words(data: &'a [u8]) -> Input<'a> {
        let (line, body) = line(data);
        let words = std::str::from_utf8(line).unwrap_or_default().split_whitespace().collect();
        Input { words, headers: HeaderMap::new(), body }
    }

    /// Words, then headers up to an empty line, then the body.
    pub(crate) fn with_headers(data: &'a [u8]) -> Input<'a> {
        let mut input = Input::with_words(data);
        loop {
            let (line, rest) = line(input.body);
            input.body = rest;
            if line.is_empty() {
                return input;
            }
            if let Some((name, value)) = header(line) {
                input.headers.append(name, value);
            }
        }
    }

    /// The first word that is one of these, else the one that the input's bytes stand for.
    pub(crate) fn one_of<T: Copy>(&self, named: &[(&str, T)]) -> T {
        let word = self.words.iter().find_map(|word| named.iter().find(|(name, _)| name == word));
        word.map_or_else(|| named[self.number() % named.len()].1, |(_, one)| *one)
    }

    /// The first word that can be read so.
    pub(crate) fn read<T>(&self, read: impl Fn(&'a str) -> Option<T>) -> Option<T> {
        self.words.iter().find_map(|word| read(word))
    }

    /// A number that stands for the input.
    pub(crate) fn number(&self) -> usize {
        self.body
            .iter()
            .fold(7, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)))
    }
}

fn line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n');
    let (line, rest) = data.split_at(end.unwrap_or(data.len()));
    (line, rest.get(1..).unwrap_or_default())
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
    Some((name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?))
}
