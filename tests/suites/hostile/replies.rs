//! Replies that arrive whole and are not what they should be.

use std::io::Write;

use serde_json::{Value, json};

use crate::cases::{Case, Cases};
use crate::vendor::{Asked, Step, answer, whole};

const STEPS: [(Step, &str); 2] = [(Step::Submit, "the submission"), (Step::Poll, "each poll")];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::of("Replies");
    for (step, at) in STEPS {
        forms(&mut cases, step, at);
        beginnings(&mut cases, step, at);
    }
    masses(&mut cases);
    cases.list
}

fn forms(cases: &mut Cases, step: Step, at: &str) {
    cases.add(format!("answers {at} with JSON of depth 200,000"), move |scene| {
        scene.at(step).sends(step, whole(&b"[".repeat(200_000))).seen()
    });
    if step == Step::Submit {
        cases.within(24);
    }
    cases.add(format!("answers {at} with two million empty lists"), move |scene| {
        let body = [&b"{\"data\":["[..], &b"[],".repeat(2_000_000), b"[]]}"].concat();
        scene.at(step).sends(step, whole(&body)).seen()
    });
    // The reply itself, here and at the vendor; read, it would be two hundred.
    if step == Step::Submit {
        cases.within(48);
    }
    for (what, mark) in [("a byte order mark", &b"\xef\xbb\xbf"[..]), ("a zero byte", b"\0")] {
        cases.add(format!("begins its answer to {at} with {what}"), move |scene| {
            let answer = move |asked: &Asked, out: &mut dyn Write| {
                out.write_all(&whole(&[mark, &asked.good].concat()))
            };
            scene.at(step).wrong(step, answer).seen()
        });
    }
    cases.add(format!("answers {at} in UTF-16"), move |scene| {
        let answer = |asked: &Asked, out: &mut dyn Write| {
            let text = String::from_utf8_lossy(&asked.good).into_owned();
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            out.write_all(&whole(&wide))
        };
        scene.at(step).wrong(step, answer).seen()
    });
    cases.add(format!("puts bytes that are no UTF-8 into the headers of {at}"), move |scene| {
        let answer = |asked: &Asked, out: &mut dyn Write| {
            let len = asked.good.len();
            out.write_all(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nX-A: \xff\xfe\r\nContent-Type: \xff\r\n",
            )?;
            write!(out, "Content-Length: {len}\r\n\r\n")?;
            out.write_all(&asked.good)
        };
        scene.at(step).wrong(step, answer).seen()
    });
}

/// A member before those of the good answer.
fn beginnings(cases: &mut Cases, step: Step, at: &str) {
    let members: [(&str, &[u8]); 6] = [
        ("no UTF-8 in a text", b"\"note\":\"\xff\""),
        ("no UTF-8 in a key", b"\"\xff\":1"),
        ("half a surrogate pair", br#""note":"\ud800""#),
        ("a number beyond all floats", b"\"note\":1e999"),
        ("a number that is none", b"\"note\":NaN"),
        ("a number of a million digits", b""),
    ];
    for (what, member) in members {
        let digits = [&b"\"note\":"[..], &b"9".repeat(1_000_000)].concat();
        let member = if member.is_empty() { digits } else { member.to_vec() };
        cases.add(format!("has {what} in its answer to {at}"), move |scene| {
            let member = member.clone();
            let answer = move |asked: &Asked, out: &mut dyn Write| {
                out.write_all(&whole(&[b"{", &*member, b",", &asked.good[1..]].concat()))
            };
            scene.at(step).wrong(step, answer).seen()
        });
    }
    cases.add(
        format!("has a key twice in its answer to {at}; the last one counts"),
        move |scene| {
            let answer = |asked: &Asked, out: &mut dyn Write| {
                let key = asked.good[1..].split(|byte| *byte == b':').next().unwrap();
                out.write_all(&whole(&[b"{", key, b":null,", &asked.good[1..]].concat()))
            };
            scene.at(step).wrong(step, answer).seen()
        },
    );
}

/// The good answer, changed.
fn changed(asked: &Asked, change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut body: Value = serde_json::from_slice(&asked.good).unwrap();
    change(&mut body);
    body.to_string().into_bytes()
}

fn masses(cases: &mut Cases) {
    cases.add("names 5,000 outputs of one job, all of them gone", |scene| async move {
        let step = if scene.subject.name == "scenario" { Step::Assets } else { Step::Poll };
        let answer = |asked: &Asked, out: &mut dyn Write| out.write_all(&whole(&outputs(asked)));
        let scene =
            scene.wrong(step, answer).sends(Step::Output, crate::vendor::answer("404 No", b""));
        let played = scene.play().await;
        played.judge();
        let fetched = played.vendor.asked(Step::Output).len();
        // One that breaks off is asked for again.
        assert!(fetched <= 110, "{fetched} were fetched");
        played.seen()
    });
    cases.add("names 5,000 ids of outputs of one job", |scene| {
        let answer = |asked: &Asked, out: &mut dyn Write| {
            let ids: Vec<String> = (0..5000).map(|at| format!("asset_{at}")).collect();
            let body = changed(asked, |body| body["job"]["metadata"]["assetIds"] = json!(ids));
            out.write_all(&whole(&body))
        };
        scene.at(Step::Poll).wrong(Step::Poll, answer).seen()
    });
    cases.only(&["scenario"]);
    cases.add("refuses a submission for 5,000 reasons", |scene| {
        let answer = |asked: &Asked, out: &mut dyn Write| {
            out.write_all(&answer("422 No", &reasons(asked, 5_000)))
        };
        scene.wrong(Step::Submit, answer).seen()
    });
    cases.add("fails a job for 5,000 reasons, or for one of a megabyte", |scene| {
        let answer = |asked: &Asked, out: &mut dyn Write| out.write_all(&whole(&failed(asked)));
        scene.wrong(Step::Poll, answer).seen()
    });
}

fn outputs(asked: &Asked) -> Vec<u8> {
    changed(asked, |body| {
        let many = |one: &Value| Value::Array(vec![one.clone(); 5000]);
        if let Some(entry) = body["data"].get(0).cloned() {
            let each = (0..5000).map(|at| {
                let mut entry = entry.clone();
                entry["imageUUID"] = json!(format!("{at}"));
                entry
            });
            body["data"] = each.collect();
        } else if body["assets"].is_array() {
            body["assets"] = many(&body["assets"][0]);
        } else {
            body["output"] = many(&body["output"]);
        }
    })
}

/// A refusal in the form of its vendor, with the reason so many times.
fn reasons(asked: &Asked, times: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(&asked.body).into_owned();
    let body = if text.starts_with('[') {
        let values = vec!["a value"; 600];
        let error = |at: usize| {
            json!({ "code": "invalidWidth", "message": "it is no width",
                "parameter": format!("width{at}"), "allowedValues": values.clone() })
        };
        json!({ "errors": (0..times.min(50)).map(error).collect::<Vec<_>>() })
    } else if asked.path.contains("predictions") {
        let field = |at: usize| {
            json!({ "type": "enum", "field": format!("input.f{at}"), "description":
                "f must be one of the following: \"a\", \"b\"" })
        };
        json!({ "detail": "no", "invalid_fields": (0..times).map(field).collect::<Vec<_>>() })
    } else {
        json!({ "reason": "Input width must be at least 672. ".repeat(times) })
    };
    body.to_string().into_bytes()
}

fn failed(asked: &Asked) -> Vec<u8> {
    changed(asked, |body| {
        let long = "it did not work ".repeat(60_000);
        if let Some(entry) = body["data"].get(0).cloned() {
            let task = entry["taskUUID"].clone();
            let one = json!({ "taskUUID": task, "status": "error", "code": "c".repeat(200),
                "message": "it did not work ".repeat(20) });
            *body = json!({ "data": [], "errors": vec![one; 5000] });
        } else if body["job"].is_object() {
            body["job"]["status"] = json!("failure");
            body["job"]["metadata"] = json!({ "error": long, "hint": long });
        } else {
            body["status"] = json!("failed");
            body["output"] = Value::Null;
            body["error"] = json!(long);
        }
    })
}
