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
    let mut written = String::with_capacity(prompt.len());
    let mut done = 0;
    for tag in tags_of(prompt) {
        let name = match tag.leaf {
            Leaf::Videos => "video",
            Leaf::Audios => "audio",
            _ => "image",
        };
        written.push_str(&prompt[done..tag.start]);
        let _ = write!(written, "@{name}{}", tag.number);
        done = tag.end;
    }
    if done == 0 {
        return Cow::Borrowed(prompt);
    }
    written.push_str(&prompt[done..]);
    Cow::Owned(written)
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
        // Only what is written back as it stands here.
        if digits.parse::<usize>().is_ok_and(|number| number.to_string() == digits) {
            let _ = write!(read, "{}[{tag}{digits}]", &prompt[done..at]);
            done = at + 1 + name.len() + digits.len();
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
        check_back("é@image10é", "é[Image10]é");
    }
}
