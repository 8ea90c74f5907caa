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
}
