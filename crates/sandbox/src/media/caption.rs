//! What is written on every picture: how its prompt begins, which of how many it is, and its size.
//!
//! The text stands on a dark band over the whole width, at the bottom. Letters are drawn in
//! `font.txt`; a letter that is not there is a box.

use std::ops::Range;
use std::sync::Arc;

use super::Spec;

/// Glyphs of 5 x 8 from the space on, 16 side by side; the last is the box.
const FONT: &str = include_str!("font.txt");
/// Width and height of a letter with its distance to the next one and to the next line.
const CELL: (u32, u32) = (6, 9);
/// Lines that a picture's height would hold.
const LINES: u32 = 20;
/// Letters that a line holds at least, unless the picture is tiny.
const LETTERS: u32 = 20;
/// Lines of the prompt that are shown.
const SHOWN: usize = 4;
/// Distance of the text from the edges of the band, in dots of the font.
const MARGIN: u32 = 3;
/// The band begins at a multiple of it, so that a video's blocks are inside or outside.
const BLOCK: u32 = 16;

/// Brightness of the letters.
pub(crate) const INK: u8 = 235;
/// Brightness of the band.
pub(crate) const PAPER: u8 = 24;

/// What one output says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    prompt: Arc<str>,
    /// From 1.
    number: u64,
    of: u64,
}

impl Label {
    /// More of the prompt than any picture shows is not kept.
    pub(crate) fn new(prompt: &str, of: u64) -> Self {
        Self { prompt: prompt.chars().take(1000).collect::<String>().into(), number: 1, of }
    }

    /// The same for another output of the job, counted from 0.
    pub(crate) fn at(&self, index: u64) -> Self {
        Self { number: index + 1, ..self.clone() }
    }
}

/// The band of a picture and the text on it.
pub(crate) struct Band {
    /// The first row of the band, in pixels.
    pub(crate) top: u32,
    width: u32,
    scale: u32,
    /// Inked dots of each row of the text.
    rows: Vec<Vec<u32>>,
}

impl Band {
    pub(crate) fn of(spec: &Spec) -> Self {
        let scale = scale(spec);
        let letters = (spec.width / scale).saturating_sub(2 * MARGIN) / CELL.0;
        let rows: Vec<Vec<u32>> =
            lines(spec, letters.max(1) as usize).iter().flat_map(|line| dots(line)).collect();
        let height = scale * (u32::try_from(rows.len()).unwrap_or(0) + 2 * MARGIN);
        let top = spec.height.saturating_sub(height) / BLOCK * BLOCK;
        Self { top, width: spec.width, scale, rows }
    }

    /// The inked parts of a row of the picture.
    pub(crate) fn runs(&self, y: u32) -> impl Iterator<Item = Range<usize>> {
        let row = (y.saturating_sub(self.top) / self.scale).checked_sub(MARGIN);
        let dots = row.and_then(|row| self.rows.get(row as usize)).map_or(&[][..], |row| row);
        let edge = |dot: u32| (dot * self.scale).min(self.width) as usize;
        dots.iter().map(move |dot| edge(dot + MARGIN)..edge(dot + MARGIN + 1))
    }
}

/// Pixels a dot.
fn scale(spec: &Spec) -> u32 {
    let tall = (spec.height + LINES * CELL.1 / 2) / (LINES * CELL.1);
    tall.min(spec.width / (LETTERS * CELL.0)).max(1)
}

fn lines(spec: &Spec, letters: usize) -> Vec<Vec<char>> {
    let Label { prompt, number, of } = &spec.label;
    let mut lines = wrapped(prompt, letters);
    let size = format!("{}x{}", spec.width, spec.height);
    let foot = if *of > 1 { format!("{number} of {of}, {size}") } else { size };
    lines.push(foot.chars().collect());
    lines
}

/// The beginning of a text in lines; dots show that there is more of it.
fn wrapped(text: &str, letters: usize) -> Vec<Vec<char>> {
    let mut lines: Vec<Vec<char>> = Vec::new();
    for word in text.split_whitespace() {
        let word: Vec<char> = word.chars().collect();
        for piece in word.chunks(letters) {
            append(&mut lines, piece, letters);
        }
    }
    if lines.len() > SHOWN {
        lines.truncate(SHOWN);
        let last = &mut lines[SHOWN - 1];
        last.truncate(letters.saturating_sub(3));
        last.extend("...".chars());
    }
    lines
}

fn append(lines: &mut Vec<Vec<char>>, piece: &[char], letters: usize) {
    match lines.last_mut() {
        Some(line) if line.len() + 1 + piece.len() <= letters => {
            line.push(' ');
            line.extend(piece);
        }
        _ => lines.push(piece.to_vec()),
    }
}

/// The inked dots of each row of a line of text.
fn dots(line: &[char]) -> Vec<Vec<u32>> {
    let font: Vec<&[u8]> = FONT.lines().map(str::as_bytes).collect();
    let row = |row: u32| {
        let letters = (0..).zip(line);
        letters.flat_map(|(at, letter)| glyph(&font, *letter, row, at * CELL.0)).collect()
    };
    (0..CELL.1).map(row).collect()
}

/// The inked dots of one row of a letter that begins at `from`; below its 8 rows there are none.
fn glyph(font: &[&[u8]], letter: char, row: u32, from: u32) -> Vec<u32> {
    let index = if matches!(letter, ' '..='~') { u32::from(letter) - 32 } else { 95 };
    let line = (row < 8).then(|| font.get((index / 16 * 8 + row) as usize)).flatten();
    let inked =
        |dot: &u32| line.is_some_and(|it| it.get((index % 16 * 6 + dot) as usize) == Some(&b'#'));
    (0..5).filter(inked).map(|dot| from + dot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Format, tests::spec};

    fn shown(text: &str, letters: usize) -> Vec<String> {
        wrapped(text, letters).into_iter().map(String::from_iter).collect()
    }

    /// The band of a picture as text, a letter a dot.
    fn printed(spec: &Spec) -> Vec<String> {
        let band = Band::of(spec);
        let row = |y: u32| {
            let mut line = vec!['.'; (spec.width / band.scale) as usize];
            for run in band.runs(y) {
                line[run.start / band.scale as usize] = '#';
            }
            line.into_iter().collect::<String>().trim_end_matches('.').to_owned()
        };
        (band.top..spec.height).step_by(band.scale as usize).map(row).collect()
    }

    #[test]
    fn words_are_kept_whole_and_the_rest_is_cut_off() {
        assert_eq!(shown("a paper  boat\nin the rain", 10), ["a paper", "boat in", "the rain"]);
        assert_eq!(shown("incomprehensibilities", 8), ["incompre", "hensibil", "ities"]);
        assert_eq!(shown("one two six ten more", 3), ["one", "two", "six", "..."]);
        assert_eq!(shown("one two six tens or more", 5), ["one", "two", "six", "te..."]);
        assert_eq!(shown("", 10), [""; 0]);
    }

    #[test]
    fn letters_are_drawn_as_in_the_font() {
        let label = Label::new("Hi\u{e9}", 1);
        let printed = printed(&Spec { label, ..spec(Format::Png, 128, 96) });
        let text = ["...#...#...#...#####", "...#...#.......#...#", "...#...#..##...#...#"];
        let at = printed.iter().position(|row| row == text[0]).unwrap();
        assert_eq!(printed[at..at + 3], text);
        assert_eq!(printed[at + 8], "", "lines are a row apart");
        assert!(printed[at + 9].starts_with(".....#....###"), "{:?}", &printed[at + 9..]);
    }

    #[test]
    fn text_is_a_twentieth_of_the_height_where_the_width_allows_it() {
        let scale = |width, height| scale(&spec(Format::Png, width, height));
        assert_eq!(scale(2560, 1440), 8);
        assert_eq!(scale(864, 480), 3);
        assert_eq!(scale(416, 960), 3);
        assert_eq!(scale(8, 8), 1);
    }

    #[test]
    fn the_band_lies_on_blocks_and_nothing_leaves_the_picture() {
        for (width, height) in [(1470, 630), (1112, 834), (14, 14), (1, 1), (6000, 300)] {
            let asked = Spec {
                label: Label::new(&"word ".repeat(400), 9),
                ..spec(Format::Png, width, height)
            };
            let band = Band::of(&asked);
            assert_eq!(band.top % BLOCK, 0);
            let right = (band.top..height).flat_map(|y| band.runs(y)).map(|run| run.end).max();
            assert!(right.unwrap_or(0) <= width as usize);
        }
    }

    #[test]
    fn the_foot_counts_only_where_there_are_several() {
        let foot = |label: Label| {
            let lines = lines(&Spec { label, ..spec(Format::Png, 2560, 1440) }, 40);
            String::from_iter(lines.last().unwrap())
        };
        assert_eq!(foot(Label::new("a", 1)), "2560x1440");
        assert_eq!(foot(Label::new("a", 4).at(1)), "2 of 4, 2560x1440");
    }
}
