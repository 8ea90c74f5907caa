//! Comparisons and what offers made of the requests, on one page.

use super::super::cells::lines;
use super::super::heads::summary;
use super::super::values::one_line;
use super::super::{Comparison, Picture, Scene};
use super::markup::{Element, element};
use super::{PROMPT, below, grid, page, prompt};

/// Pictures and clips lie beside the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:; \
                      media-src 'self' file:; base-uri 'none'; form-action 'none'";

pub(crate) fn gallery(scenes: &[Scene<'_>]) -> String {
    let title = "genmux demo: one request, the payload of every vendor, and what they made";
    let header = element("header")
        .child(element("p").class("brand").text("genmux demo"))
        .child(element("h1").text("One request, every vendor"))
        .child(element("p").text(
            "Made on the embedded sandbox: no key, no cost. Pictures and clips show their prompt.",
        ));
    let main = element("main").all(scenes.iter().flat_map(scene));
    page(title, POLICY, element("body").child(header).child(main))
}

fn scene(scene: &Scene<'_>) -> [Element; 4] {
    let lines = lines(scene.comparison, false);
    [
        head(scene.comparison),
        pictures(&scene.pictures),
        grid::section(scene.comparison, &lines, false),
        below::payloads(scene.comparison),
    ]
}

fn head(comparison: &Comparison) -> Element {
    let quote = prompt(comparison).map(|prompt| {
        element("p").class("prompt").attribute("dir", "auto").text(&one_line(prompt, PROMPT))
    });
    element("header").child(element("h2").text(&summary(comparison))).all(quote)
}

fn pictures(pictures: &[Picture]) -> Element {
    let figures = element("div").class("pictures").all(pictures.iter().map(figure));
    element("section").child(element("h2").text("What came out")).child(figures)
}

fn figure(picture: &Picture) -> Element {
    let what = format!("made by {}", picture.offer);
    let shown = if picture.video {
        ["autoplay", "loop", "muted", "playsinline", "controls"]
            .into_iter()
            .fold(element("video"), |video, name| video.attribute(name, name))
            .attribute("src", &picture.file)
            .attribute("aria-label", &what)
    } else {
        element("img").attribute("src", &picture.file).attribute("alt", &what)
    };
    let caption = element("figcaption")
        .child(element("span").class("model").text(&picture.offer))
        .child(element("span").class("about").text(&format!("policy {}", picture.policy)))
        .child(element("span").class("about").text(&picture.facts));
    element("figure").child(shown).child(caption)
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    fn page(file: &str, video: bool) -> String {
        let picture = Picture {
            offer: "runware/seedream-4.0".into(),
            policy: "strict".into(),
            file: file.into(),
            video,
            facts: "2560x1440".into(),
        };
        let comparison = samples::storyboard();
        gallery(&[Scene { comparison: &comparison, pictures: vec![picture] }])
    }

    #[test]
    fn pictures_and_clips_are_shown_beside_the_comparison() {
        let image = page("a-0.png", false);
        for part in ["<img src=\"a-0.png\"", "Field by field", "2560x1440", "policy strict"] {
            assert!(image.contains(part), "{part}");
        }
        assert!(page("a-0.mp4", true).contains("<video autoplay=\"autoplay\""));
    }

    #[test]
    fn a_file_name_stays_within_its_quotes() {
        assert!(page("\"><script>", false).contains("src=\"&quot;&gt;&lt;script&gt;\""));
    }
}
