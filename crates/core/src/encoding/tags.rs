//! Tags that point from a prompt into the references.

use std::borrow::Cow;
use std::fmt::Write;

use crate::check::tags_of;
use crate::leaf::Leaf;
use crate::spec::TagForm;

/// The prompt with its tags in the vendor's form.
pub(super) fn rewrite(prompt: &str, form: TagForm) -> Cow<'_, str> {
    if form == TagForm::Brackets {
        return Cow::Borrowed(prompt);
    }
    let mut written = String::new();
    let mut done = 0;
    for found in tags_of(prompt) {
        written.reserve(prompt.len() - done);
        written.push_str(&prompt[done..found.start]);
        // Brackets end a tag by themselves, `@image1` needs a gap: `@image12` is another reference.
        let after_tag = found.start == done && done > 0;
        if !after_tag && ends_in_word(&written) {
            written.push(' ');
        }
        written.push_str(&tag(found.leaf, found.number, form));
        if begins_with_word(&prompt[found.end..]) {
            written.push(' ');
        }
        done = found.end;
    }
    if done == 0 {
        return Cow::Borrowed(prompt);
    }
    written.push_str(&prompt[done..]);
    Cow::Owned(written)
}

/// One tag in the vendor's form.
pub(crate) fn tag(leaf: Leaf, number: usize, form: TagForm) -> String {
    let name = match leaf {
        Leaf::Videos => "Video",
        Leaf::Audios => "Audio",
        _ => "Image",
    };
    match form {
        TagForm::Brackets => format!("[{name}{number}]"),
        TagForm::At => format!("@{}{number}", name.to_ascii_lowercase()),
    }
}

/// Letters with capital and small forms, digits and `_`. Other letters are none of it: scripts
/// without spaces between words put tags right beside them.
fn is_of_word(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase() || c.is_ascii_digit() || c == '_'
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_of_word)
}

fn begins_with_word(text: &str) -> bool {
    text.chars().next().is_some_and(is_of_word)
}

/// The prompt with the vendor's tags in the canonical form.
pub(super) fn restore(prompt: &str, form: TagForm) -> Cow<'_, str> {
    const NAMES: [(&str, &str); 3] = [("image", "Image"), ("video", "Video"), ("audio", "Audio")];
    if form == TagForm::Brackets {
        return Cow::Borrowed(prompt);
    }
    let (mut read, mut done) = (String::new(), 0);
    for (at, _) in prompt.match_indices('@') {
        let rest = &prompt[at + 1..];
        let Some((name, tag)) = NAMES.iter().find(|(name, _)| rest.starts_with(name)) else {
            continue;
        };
        let digits = &rest[name.len()..];
        let digits = &digits[..digits.bytes().take_while(u8::is_ascii_digit).count()];
        let end = at + 1 + name.len() + digits.len();
        let after_tag = at == done && done > 0;
        let in_word =
            (!after_tag && ends_in_word(&prompt[..at])) || begins_with_word(&prompt[end..]);
        // Only what is written back as it stands here; `me@image1.com` points to nothing.
        if !in_word && digits.parse::<usize>().is_ok_and(|number| number.to_string() == digits) {
            let _ = write!(read, "{}[{tag}{digits}]", &prompt[done..at]);
            done = end;
        }
    }
    if done == 0 {
        return Cow::Borrowed(prompt);
    }
    read.push_str(&prompt[done..]);
    Cow::Owned(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prompt: &str, form: TagForm, expected: &str) {
        assert_eq!(rewrite(prompt, form), expected);
    }

    #[test]
    fn tags_are_written_in_the_form_of_the_offer() {
        check("a [Image1] b [Video2].", TagForm::Brackets, "a [Image1] b [Video2].");
        check("a [Image1] b [Video2].", TagForm::At, "a @image1 b @video2.");
        check("no tags [here]", TagForm::At, "no tags [here]");
    }

    #[test]
    fn a_tag_is_never_written_into_a_word() {
        check("me[Image1]com", TagForm::At, "me @image1 com");
        check("[Image1]2", TagForm::At, "@image1 2");
        check("_[Image1]é", TagForm::At, "_ @image1 é");
        check("[Image1][Video1][Audio1]x", TagForm::At, "@image1@video1@audio1 x");
        check("@image1[Image2]", TagForm::At, "@image1 @image2");
        check("让[Image1]跑, ([Image2])'s", TagForm::At, "让@image1跑, (@image2)'s");
    }

    fn check_back(prompt: &str, expected: &str) {
        let read = restore(prompt, TagForm::At);
        assert_eq!(read, expected);
        assert_eq!(rewrite(&read, TagForm::At), prompt);
    }

    #[test]
    fn tags_of_the_offer_are_read_back() {
        check_back("a @image1 b @video2.", "a [Image1] b [Video2].");
        check_back(
            "@image01 @images @image @audio99999999999999999999",
            "@image01 @images @image @audio99999999999999999999",
        );
        check_back("@image1@video1", "[Image1][Video1]");
        check_back("让@image1跑, (@image2)'s", "让[Image1]跑, ([Image2])'s");
    }

    #[test]
    fn what_looks_like_a_tag_inside_a_word_is_text() {
        for text in
            ["mail me@image1.com about it", "@image1s", "é@image10é", "7@image1", "@image1_"]
        {
            check_back(text, text);
        }
    }
}
