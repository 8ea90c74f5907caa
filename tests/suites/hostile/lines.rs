//! Lines that are slow, endless or no HTTP.

use std::io::{self, Write};
use std::thread::sleep;
use std::time::Duration;

use crate::cases::{Case, Cases};
use crate::scene::{SHORT, Scene};
use crate::vendor::{Asked, Step, answer};

const STEPS: [(Step, &str); 3] =
    [(Step::Submit, "the submission"), (Step::Poll, "each poll"), (Step::Output, "each output")];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::of("Lines");
    for (step, at) in STEPS {
        cases.add(format!("answers {at} with headers that drip for ever"), move |scene| {
            scene
                .at(step)
                .patient(SHORT)
                .wrong(step, |_, out| drip(out, b"HTTP/1.1 200 OK\r\nX-A: "))
                .seen()
        });
        once(&mut cases, step);
        cases.add(format!("answers {at} with a body that drips for ever"), move |scene| {
            scene
                .at(step)
                .patient(SHORT)
                .wrong(step, |_, out| drip(out, b"HTTP/1.1 200 OK\r\n\r\n "))
                .seen()
        });
        once(&mut cases, step);
        cases.add(format!("answers {at} with 1xx answers for ever"), move |scene| {
            scene.at(step).patient(SHORT).wrong(step, |_, out| flood(out)).seen()
        });
        once(&mut cases, step);
    }
    endless(&mut cases);
    for step in [STEPS[0], STEPS[2]] {
        lengths(&mut cases, step);
        chunks(&mut cases, step);
        versions(&mut cases, step);
    }
    cases.list
}

/// A byte now and then, for ever.
pub(crate) fn drip(out: &mut dyn Write, head: &[u8]) -> io::Result<()> {
    out.write_all(head)?;
    loop {
        out.write_all(b" ")?;
        out.flush()?;
        sleep(Duration::from_millis(30));
    }
}

fn flood(out: &mut dyn Write) -> io::Result<()> {
    let many = b"HTTP/1.1 102 Processing\r\nX-A: b\r\n\r\n".repeat(20);
    loop {
        out.write_all(&many)?;
        sleep(Duration::from_millis(20));
    }
}

fn endless(cases: &mut Cases) {
    for (step, at) in STEPS {
        cases.add(format!("answers {at} with ten thousand headers"), move |scene| {
            let headers =
                (0..10_000).fold(String::new(), |all, at| all + &format!("X-{at}: y\r\n"));
            let reply = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: 2\r\n\r\n{{}}");
            scene.at(step).sends(step, reply).seen()
        });
        once(cases, step);
        cases.add(format!("answers {at} with one endless header"), move |scene| {
            scene
                .at(step)
                .wrong(step, |_, out| for_ever(out, b"HTTP/1.1 200 OK\r\nX-A: ", b'a'))
                .seen()
        });
        measured(cases, step, 24);
        cases.add(format!("answers {at} with a gzip bomb"), move |scene| {
            scene.at(step).sends(step, bomb()).seen()
        });
        measured(cases, step, 24);
    }
    for (step, at) in [STEPS[0], STEPS[1]] {
        cases.add(format!("answers {at} with an endless body"), move |scene| {
            scene
                .at(step)
                .wrong(step, |_, out| for_ever(out, b"HTTP/1.1 200 OK\r\n\r\n", b' '))
                .seen()
        });
        // At most 32 MB of a reply are read, into memory that doubles.
        measured(cases, step, 72);
    }
}

/// Outputs come the same way from everybody. What is measured runs alone, so there is little of it.
fn measured(cases: &mut Cases, step: Step, megabytes: usize) {
    if step == Step::Submit {
        cases.within(megabytes);
    }
    once(cases, step);
}

fn once(cases: &mut Cases, step: Step) {
    if step == Step::Output {
        cases.only(&["replicate"]);
    }
}

fn for_ever(out: &mut dyn Write, head: &[u8], byte: u8) -> io::Result<()> {
    out.write_all(head)?;
    let piece = vec![byte; 1 << 16];
    loop {
        out.write_all(&piece)?;
    }
}

/// A megabyte that unpacks to a hundred and sixty: one literal of nothing, and then copies of 258
/// bytes in 13 bits each, eight of which are 13 bytes.
fn bomb() -> Vec<u8> {
    let mut body = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x63".to_vec();
    let copies = b"\x18\x05\xa3\x60\x14\x8c\x82\x51\x30\x0a\x46\xc1\x28";
    body.extend(copies.repeat(80_000));
    answer("200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip", &body)
}

/// The good body under these headers.
fn under(headers: &'static str) -> impl Fn(&Asked, &mut dyn Write) -> io::Result<()> {
    move |asked, out| {
        write!(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n{headers}\r\n\r\n")?;
        out.write_all(&asked.good)
    }
}

fn lengths(cases: &mut Cases, (step, at): (Step, &str)) {
    for (what, headers) in [
        ("a length above the body's", "Content-Length: 100000"),
        ("a length below the body's", "Content-Length: 5"),
        ("a length below zero", "Content-Length: -1"),
        ("two lengths that differ", "Content-Length: 5\r\nContent-Length: 6"),
        ("a length beyond 64 bits", "Content-Length: 99999999999999999999999"),
        ("a length of 300 GB", "Content-Length: 300000000000"),
    ] {
        add(cases, format!("answers {at} with {what}"), step, headers);
    }
}

fn chunks(cases: &mut Cases, (step, at): (Step, &str)) {
    for (what, headers) in [
        ("chunks of no size", "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc"),
        ("a chunk beyond 64 bits", "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff1\r\nabc"),
        ("chunks and a length", "Transfer-Encoding: chunked\r\nContent-Length: 5"),
        ("a coding nobody knows", "Transfer-Encoding: sideways"),
    ] {
        add(cases, format!("answers {at} with {what}"), step, headers);
    }
}

fn add(cases: &mut Cases, what: String, step: Step, headers: &'static str) {
    cases.add(what, move |scene: Scene| scene.wrong(step, under(headers)).seen());
    once(cases, step);
}

fn versions(cases: &mut Cases, (step, at): (Step, &str)) {
    for (what, head) in [
        ("HTTP/0.9, which has no head", ""),
        ("an HTTP of the future", "HTTP/9.9 200 OK\r\n\r\n"),
        ("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"),
        ("status 999", "HTTP/1.1 999 Who\r\n\r\n"),
        ("another protocol (101)", "HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    ] {
        cases.add(format!("answers {at} with {what}"), move |scene: Scene| {
            scene
                .wrong(step, move |asked, out| {
                    out.write_all(head.as_bytes())?;
                    out.write_all(&asked.good)
                })
                .seen()
        });
        once(cases, step);
    }
}
