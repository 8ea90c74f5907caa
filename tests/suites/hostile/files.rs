//! Outputs that are not what they are said to be.

use std::io::Write;

use genmux::{Download, HttpTransport, Reach, Target, download};

use crate::cases::{Case, Cases};
use crate::scene::Scene;
use crate::vendor::{Role, Step, Vendor, answer, png};

/// What it is, the headers that come with it, its bytes, and how its name ends.
fn all() -> Vec<(&'static str, String, Vec<u8>, &'static str)> {
    let page = b"<!DOCTYPE html><script>alert(1)</script>".to_vec();
    let png_type = "Content-Type: image/png".to_owned();
    let with = |after: &[u8]| [&png(64, 64)[..], after].concat();
    let path = "Content-Disposition: attachment; filename=\"../../../evil.sh\"".to_owned();
    let long = format!("Content-Type: image/{}", "x".repeat(50_000));
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    let boxes = b"\0\0\0\x01ftypisom\xff\xff\xff\xff\xff\xff\xff\xffmoov".repeat(1000);
    vec![
        ("a page as a picture", png_type.clone(), page, "png"),
        ("nothing as a picture", png_type.clone(), Vec::new(), "png"),
        ("a picture with an archive at its end", png_type.clone(), with(b"PK\x05\x06"), "png"),
        ("a picture with a page at its end", png_type.clone(), with(b"<script>"), "png"),
        ("an archive as a picture", png_type.clone(), b"PK\x03\x04".repeat(9000), "png"),
        ("a program as a clip", "Content-Type: video/mp4".into(), b"MZ\x90\0".repeat(99), "mp4"),
        ("a program as a program", "Content-Type: application/x-sh".into(), b"#!".into(), "bin"),
        ("a picture of 2,147,483,647 pixels a side", png_type.clone(), png(MOST, MOST), "png"),
        ("a picture of no pixels", png_type.clone(), png(0, 0), "png"),
        ("the first bytes of a picture", png_type, b"\x89PNG\r\n\x1a\n".into(), "png"),
        ("a drawing with a script", "Content-Type: image/svg+xml".into(), svg, "svg"),
        ("a clip whose boxes are endless", "Content-Type: video/mp4".into(), boxes, "mp4"),
        ("a picture under a name of its own", path, png(64, 64), "png"),
        ("bytes under a type of 50,000 characters", long, b"abc".into(), "bin"),
    ]
}

/// The largest side that the header of a PNG may state.
const MOST: u32 = 0x7fff_ffff;

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::of("Files");
    for (what, headers, bytes, ending) in all() {
        cases.add(format!("sends {what}"), move |scene| {
            let reply = answer(&format!("200 OK\r\n{headers}"), &bytes);
            saved(scene.sends(Step::Output, reply), ending)
        });
        cases.only(&["runware"]);
        cases.within(8);
    }
    cases.add("sends an output without an end, of which a megabyte is taken", endless);
    cases.only(&["runware"]);
    cases.within(8);
    cases.list
}

async fn saved(scene: Scene, ending: &'static str) -> String {
    let played = scene.play().await;
    played.judge();
    let files = played.files();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!(file.rsplit('.').next(), Some(ending), "{file}");
    let outcome = played.ended.as_ref().unwrap();
    let sides = outcome.artifacts[0].width.zip(outcome.artifacts[0].height);
    let sides = sides.map(|(width, height)| format!(", {width}x{height}")).unwrap_or_default();
    played.seen().replace("a result", &format!("a result, saved as `.{ending}`{sides}"))
}

async fn endless(scene: Scene) -> String {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let vendor = Vendor::start(
        Role::of(scene.subject.name),
        vec![(
            Step::Output,
            Box::new(|_, out: &mut dyn Write| {
                out.write_all(head)?;
                loop {
                    out.write_all(b"ffff\r\n")?;
                    out.write_all(&[b'x'; 0xffff])?;
                    out.write_all(b"\r\n")?;
                }
            }),
        )],
        Vendor::plain(),
    );
    let folder = tempfile::tempdir().unwrap();
    let url = format!("http://127.0.0.1:{}/out/0", vendor.port);
    let mut from = Download::new(&url, Reach::Loopback);
    from.most_bytes = 1 << 20;
    let target = Target::new(folder.path(), "an-output");
    let error = download(&HttpTransport::default(), &from, &target).await.unwrap_err();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
    assert_eq!(vendor.asked(Step::Output).len(), 1, "that is final");
    error.to_string()
}
