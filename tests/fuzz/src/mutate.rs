//! Changes of inputs, the same in every run: bytes, numbers, and the tokens of JSON.

use std::ops::Range;

/// Makes inputs of others. Two with the same start make the same.
pub struct Mutator(u64);

/// Numbers at the edge of something.
const NUMBERS: [&str; 14] = [
    "0",
    "-0",
    "-1",
    "1e999",
    "1e-999",
    "0.1",
    "5.0",
    "255",
    "65536",
    "2147483648",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
];

/// Values that stand where none of the kind is expected.
const TOKENS: [&str; 16] = [
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "\"\\u0000\"",
    "\"\\u001b[2J\"",
    "\"\\u202etxt\"",
    "\"\\ud83d\"",
    "\"../../a\"",
    "\"\\r\\nX: y\"",
    "\"data:image/png;base64,%%\"",
    "\"[Image9]\"",
    "\"http://[::1]:80/?k=v\"",
    "{\"a\":{\"a\":1}}",
    "[[],[1]]",
];

/// How deep a value is put into lists: within what is read, at its edge, far beyond.
const DEPTHS: [usize; 4] = [2, 60, 130, 5_000];

impl Mutator {
    /// A mutator with a start of its own.
    pub const fn new(start: u64) -> Mutator {
        Mutator(start)
    }

    /// A number below `end`; 0 where that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
        let number = (mixed ^ (mixed >> 31)) as usize;
        number.checked_rem(end).unwrap_or(0)
    }

    /// An input with one to four changes; `other` lends parts of itself.
    pub fn change(&mut self, seed: &[u8], other: &[u8]) -> Vec<u8> {
        let mut input = seed.to_vec();
        for _ in 0..=self.below(4) {
            self.change_once(&mut input, other);
        }
        input
    }

    fn change_once(&mut self, input: &mut Vec<u8>, other: &[u8]) {
        match self.below(12) {
            0 => self.flip(input),
            1 => input.truncate(self.below(input.len())),
            2 => {
                let part = self.range(input.len());
                input.drain(part);
            }
            3 => self.repeat(input),
            4 => self.lend(input, other),
            5 => self.replace(input, is_number, &NUMBERS),
            6 | 7 => self.replace(input, |_| true, &TOKENS),
            8 => self.swap(input),
            9 => self.nest(input),
            10 => self.lengthen(input),
            _ => self.repeat_member(input),
        }
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    fn range(&mut self, len: usize) -> Range<usize> {
        let from = self.below(len);
        from..(from + self.below(40)).min(len)
    }

    fn flip(&mut self, input: &mut [u8]) {
        let (at, bit) = (self.below(input.len()), self.below(8));
        if let Some(byte) = input.get_mut(at) {
            *byte ^= 1 << bit;
        }
    }

    fn repeat(&mut self, input: &mut Vec<u8>) {
        let part = self.range(input.len());
        let times = [1, 2, 50][self.below(3)];
        let at = part.end;
        let part = input[part].repeat(times);
        input.splice(at..at, part);
    }

    fn lend(&mut self, input: &mut Vec<u8>, other: &[u8]) {
        let part = self.token(other).unwrap_or_else(|| self.range(other.len()));
        let place = self.token(input).unwrap_or_else(|| self.range(input.len()));
        input.splice(place, other[part].iter().copied());
    }

    fn replace(&mut self, input: &mut Vec<u8>, which: fn(&[u8]) -> bool, by: &[&str]) {
        let mut places = tokens(input);
        places.retain(|place| which(&input[place.clone()]));
        if let (Some(place), Some(by)) = (self.one(&places).cloned(), self.one(by)) {
            input.splice(place, by.bytes());
        }
    }

    fn swap(&mut self, input: &mut Vec<u8>) {
        let places = tokens(input);
        let two = (self.one(&places).cloned(), self.one(&places).cloned());
        let (Some(one), Some(two)) = two else { return };
        let (first, second) = if one.start < two.start { (one, two) } else { (two, one) };
        if first.end > second.start {
            return;
        }
        let (head, tail) = (input[first.clone()].to_vec(), input[second.clone()].to_vec());
        input.splice(second, head);
        input.splice(first, tail);
    }

    fn nest(&mut self, input: &mut Vec<u8>) {
        let Some(place) = self.token(input) else { return };
        let depth = DEPTHS[self.below(DEPTHS.len())];
        let (open, close) = [("[", "]"), ("{\"a\":", "}"), ("$(", ")")][self.below(3)];
        let inside = input[place.clone()].to_vec();
        let parts = [open.repeat(depth).into_bytes(), inside, close.repeat(depth).into_bytes()];
        input.splice(place, parts.concat());
    }

    /// A string that is much longer.
    fn lengthen(&mut self, input: &mut Vec<u8>) {
        let Some(place) = self.token(input) else { return };
        let (unit, times) = (["A", "é", "\\n", "/", "%"][self.below(5)], self.below(5_000));
        let at = place.start + usize::from(input[place].starts_with(b"\""));
        input.splice(at..at, unit.repeat(times).into_bytes());
    }

    /// A key and its value twice.
    fn repeat_member(&mut self, input: &mut Vec<u8>) {
        let commas: Vec<usize> = (0..input.len()).filter(|at| input[*at] == b',').collect();
        let at = self.below(commas.len());
        if let (Some(from), Some(to)) = (commas.get(at), commas.get(at + 1)) {
            let member = input[*from..*to].to_vec();
            input.splice(*to..*to, member);
        }
    }

    fn token(&mut self, input: &[u8]) -> Option<Range<usize>> {
        self.one(&tokens(input)).cloned()
    }
}

fn is_number(token: &[u8]) -> bool {
    token.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
}

/// Strings, numbers and words of a text, as JSON has them.
fn tokens(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let from = at;
        at += match text[at] {
            b'"' => string(&text[at..]),
            byte if is_of_word(byte) => {
                text[at..].iter().take_while(|byte| is_of_word(**byte)).count()
            }
            _ => {
                at += 1;
                continue;
            }
        };
        found.push(from..at);
    }
    found
}

const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_')
}

/// The length of a string with its quotes.
fn string(text: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
