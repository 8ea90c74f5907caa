//! Faults while the job runs.

use genmux_sandbox::{Fault, Rule, Step};

use crate::rows::{Row, Rows};
use crate::submit::beside;

const GOES_ON: &str = "a result: a vendor that cannot be asked says nothing about the job";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Rows::of("Waiting");
    lines(&mut rows);
    words(&mut rows);
    rows.list
}

fn lines(rows: &mut Rows) {
    let status = |status| Fault::Status { status, body: None };
    rows.fault(("fifty polls fail", GOES_ON), Step::Poll, 50, Fault::ResetBefore);
    rows.fault(("a burst of 5xx for sixty polls", GOES_ON), Step::Poll, 60, status(503));
    for (fault, what) in [
        ("answers to polls break off", Fault::Truncate),
        ("HTML pages for polls", Fault::Html),
        ("empty answers to polls", Fault::Empty),
        ("answers of nothing to polls", Fault::NoId),
        ("redirects of polls", Fault::Redirect { to: "http://10.0.0.1/".to_owned() }),
    ] {
        rows.fault((fault, GOES_ON), Step::Poll, 5, what);
    }
    let throttle = Fault::Throttle { seconds: 1, header: true, body: true };
    let sees = "a result: asked again after the wait";
    rows.fault(("polls are throttled", sees), Step::Poll, 2, throttle);
    let sees = "a result: vendors list late, and a minute is granted";
    rows.fault(("the job is unknown for a while", sees), Step::Poll, 10, status(404));
    let sees = "an error with the handle; the job goes on, and `genmux resume` goes on with it";
    rows.fault(("the key is refused while waiting", sees), Step::Poll, 0, status(401));
}

fn words(rows: &mut Rows) {
    let sees = "a result: only a word that is known ends anything";
    rows.add("a status never seen before", sees, |scene| async move {
        let (from, to) = (scene.stage.subject.done.to_owned(), r#""status":"postponed""#);
        scene.faulty(Step::Poll, 3, Fault::Replace { from, to: to.to_owned() });
        scene.run().await.unwrap();
    });
    let sees = "a result; what was told is not taken back";
    rows.add("a status that goes backwards", sees, |scene| async move {
        let (from, to) = scene.stage.subject.back;
        let fault = Fault::Replace { from: from.to_owned(), to: to.to_owned() };
        let rule = Rule { nth: 4, ..Rule::new(scene.stage.subject.sandbox, Step::Poll, fault) };
        scene.stage.sandbox.set_faults(vec![rule]);
        scene.run().await.unwrap();
    });
    rows.after_polls(6);
    let sees = "a result, where there is an output";
    rows.add("data beside errors of a job", sees, |scene| async move {
        beside(&scene, Step::Poll);
        let _ended = scene.run().await;
    });
    let sees = "the failure in the vendor's words; its charge is given back";
    let (code, message) = ("oops".to_owned(), "it did not work".to_owned());
    rows.fault(("the job fails", sees), Step::Submit, 1, Fault::FailJob { code, message });
}
