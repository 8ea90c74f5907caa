//! Addresses that a vendor returns: where its outputs are said to be.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use genmux::Names;

use crate::cases::{Case, Cases};
use crate::scene::Scene;
use crate::vendor::{Step, answer};

/// A name server: one answer after the other for each name, the last one for ever.
#[derive(Debug)]
struct Changing {
    answers: Vec<(&'static str, Vec<Vec<&'static str>>)>,
    asked: AtomicUsize,
    log: Mutex<Vec<String>>,
}

#[async_trait]
impl Names for Changing {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.log.lock().unwrap().push(name.to_owned());
        let unknown = || io::Error::from(io::ErrorKind::NotFound);
        let (_, answers) = self.answers.iter().find(|it| it.0 == name).ok_or_else(unknown)?;
        let at = if answers.len() > 1 { self.asked.fetch_add(1, Ordering::SeqCst) } else { 0 };
        let answer = &answers[at.min(answers.len() - 1)];
        Ok(answer.iter().map(|it| it.parse().unwrap()).collect())
    }
}

fn names(answers: Vec<(&'static str, Vec<Vec<&'static str>>)>) -> Arc<Changing> {
    Arc::new(Changing { answers, asked: AtomicUsize::new(0), log: Mutex::default() })
}

/// The vendor under a public name, as far as its client knows.
fn public(mut scene: Scene, output: &str) -> Scene {
    let inner = ["169.254.169.254"].to_vec();
    scene.names = Some(names(vec![
        ("vendor.test", vec![["127.0.0.1"].to_vec()]),
        ("metadata.test", vec![inner]),
        ("intranet.test", vec![["8.8.8.8", "10.0.0.1"].to_vec()]),
        ("localhost", vec![["127.0.0.1"].to_vec()]),
    ]));
    scene.host = "http://vendor.test";
    scene.role.output = output.to_owned();
    scene
}

/// What is refused, and one or several ways to write it.
const REFUSED: &[(&str, &[&str])] = &[
    ("loopback", &["https://127.0.0.1:{port}/out/0", "https://localhost:{port}/out/0"]),
    ("loopback in decimal", &["https://2130706433:{port}/out/0"]),
    (
        "loopback in octal",
        &["https://0177.0.0.1:{port}/out/0", "https://017700000001:{port}/out/0"],
    ),
    (
        "loopback in hexadecimal",
        &["https://0x7f000001:{port}/out/0", "https://0x7f.1:{port}/out/0"],
    ),
    ("loopback in its short form", &["https://127.1:{port}/out/0", "https://127.0.1:{port}/out/0"]),
    ("loopback with a dot at its end", &["https://127.0.0.1.:{port}/out/0"]),
    ("loopback in other digits", &["https://①②⑦.0.0.1:{port}/out/0", "https://%31%32%37.0.0.1/"]),
    ("loopback of IPv6", &["https://[::1]:{port}/out/0", "https://[0:0:0:0:0:0:0:1]/"]),
    (
        "loopback mapped to IPv6",
        &["https://[::ffff:127.0.0.1]:{port}/out/0", "https://[::ffff:7f00:1]/"],
    ),
    (
        "nowhere (0.0.0.0)",
        &["https://0.0.0.0:{port}/out/0", "https://[::]:{port}/out/0", "https://0/"],
    ),
    (
        "metadata services",
        &["https://169.254.169.254/latest", "https://[fd00:ec2::254]/", "https://168.63.129.16/"],
    ),
    (
        "metadata services in decimal and hexadecimal",
        &["https://2852039166/", "https://0xa9fea9fe/"],
    ),
    (
        "metadata services mapped to IPv6",
        &["https://[::ffff:169.254.169.254]/", "https://[::ffff:a9fe:a9fe]/"],
    ),
    (
        "metadata services by NAT64",
        &["https://[64:ff9b::169.254.169.254]/", "https://[64:ff9b::a9fe:a9fe]/"],
    ),
    ("loopback by 6to4 and Teredo", &["https://[2002:7f00:1::]/", "https://[2001:0:7f00:1::]/"]),
    (
        "private networks",
        &[
            "https://10.0.0.1/",
            "https://192.168.0.1/",
            "https://172.16.0.1/",
            "https://[fc00::1]/",
            "https://100.64.0.1/",
        ],
    ),
    ("a name of a metadata service", &["https://metadata.test/latest"]),
    ("a name with one private address among its public ones", &["https://intranet.test/"]),
    (
        "a host behind a user name",
        &["https://cdn.example@127.0.0.1:{port}/out/0", "https://a:b@127.0.0.1/"],
    ),
    ("a host behind a backslash", &["https://127.0.0.1\\@cdn.example/"]),
    ("plain HTTP", &["http://vendor.test:{port}/out/0", "http://8.8.8.8/a.png"]),
    ("a name of 10,000 characters", &["https://{name}.example/"]),
];

/// What Replicate's adapter does not even take for an address.
const NO_ADDRESS: &[(&str, &[&str])] = &[
    ("a file of this machine", &["file:///etc/passwd", "FILE:/etc/passwd"]),
    (
        "FTP, gopher and other schemes",
        &["ftp://127.0.0.1/a", "gopher://127.0.0.1/", "jar:https://a/!"],
    ),
    ("a path and no address", &["/etc/passwd", "//127.0.0.1/out/0", "..\\..\\a"]),
    ("an address with backslashes alone", &["https:\\\\127.0.0.1:{port}\\out\\0"]),
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::of("Addresses");
    for (what, urls) in REFUSED {
        cases.add(format!("has outputs at {what}"), move |scene| refused(scene, urls));
    }
    for (what, urls) in NO_ADDRESS {
        cases.add(format!("has outputs at {what}"), move |scene| refused(scene, urls));
        cases.only(&["runware", "scenario"]);
    }
    cases.add("has outputs at `data:` of a page", |mut scene| {
        scene.role.output = "data:text/html,<script>alert(1)</script>".to_owned();
        scene.seen()
    });
    cases.add("has an output at an address of 100,000 characters", |mut scene| {
        scene.role.output = format!("https://cdn.example/{}", "a".repeat(100_000));
        scene.seen()
    });
    cases.add("redirects outputs in a circle", |scene| {
        let to = "302 Go\r\nLocation: /out/again";
        scene.sends(Step::Output, answer(to, b"")).seen()
    });
    changes(&mut cases);
    cases.list
}

/// Each is refused before anything is sent, and the result stays a result.
async fn refused(scene: Scene, urls: &'static [&'static str]) -> String {
    let (subject, mut seen) = (scene.subject, Vec::new());
    for url in urls {
        let url = url.replace("{name}", &"a".repeat(10_000));
        let played = public(Scene::new(subject), &url).play().await;
        played.judge();
        assert_eq!(played.vendor.asked(Step::Output).len(), 0, "{url} was asked for");
        assert_eq!(played.ended.as_ref().unwrap().failures.len(), 1, "{url}");
        assert_eq!(played.files(), [""; 0], "nothing is saved");
        seen.push(played.seen());
    }
    seen.swap_remove(0)
}

fn changes(cases: &mut Cases) {
    let here = || vec!["127.0.0.1"];
    cases.add(
        "has its name changed to a private address between two requests",
        move |mut scene| {
            scene.role.output = "http://cdn.test:{port}/out/0".to_owned();
            let found = names(vec![("cdn.test", vec![here(), vec!["10.0.0.1"]])]);
            scene.names = Some(Arc::clone(&found) as Arc<dyn Names>);
            // It breaks off, so that it is connected to once more.
            let cut = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 99\r\n\r\npart";
            let scene = scene.wrong(Step::Output, move |_, out| out.write_all(cut.as_bytes()));
            async move {
                let played = scene.play().await;
                played.judge();
                assert_eq!(played.vendor.asked(Step::Output).len(), 1);
                assert_eq!(found.log.lock().unwrap().len(), 2, "looked up for each connection");
                played.seen()
            }
        },
    );
    cases.add("has a name of one good and one private address", move |mut scene| {
        scene.role.output = "http://cdn.test:{port}/out/0".to_owned();
        scene.names = Some(names(vec![("cdn.test", vec![vec!["127.0.0.1", "169.254.169.254"]])]));
        async move {
            let played = scene.play().await;
            played.judge();
            assert_eq!(played.vendor.asked(Step::Output).len(), 0);
            played.seen()
        }
    });
}
