//! Faults of the one step that costs money.

use std::rc::Rc;

use genmux::TransportErrorKind;
use genmux_sandbox::{Fault, Step};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::lines::{Line, Wrong};
use crate::rows::{Row, Rows};
use crate::scene::Scene;
use crate::stage::nowhere;

const FREE: &str = "an error that says that nothing was sent, after three tries";
const FOUND: &str = "a result; the job is read back, or found in the vendor's list";
const UNKNOWN: &str = "a result where ids are ours; elsewhere `ambiguous`, until a person says so";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Rows::of("Submitting");
    connections(&mut rows);
    replies(&mut rows);
    refusals(&mut rows);
    rows.list
}

fn connections(rows: &mut Rows) {
    rows.add("connection refused", FREE, |scene| async move {
        scene.moves(nowhere());
        let failed = scene.run().await.unwrap_err();
        assert!(!failed.may_have_been_charged() && failed.failed().unwrap().is_retryable());
    });
    let dns = Wrong::Unsent(TransportErrorKind::Dns);
    line(rows, ("the vendor's name has no address", FREE), u32::MAX, dns);
    let refused = Wrong::Unsent(TransportErrorKind::Connect);
    line(rows, ("connection refused, once", "a result: it is tried again"), 1, refused);
    let late = Wrong::Lost(TransportErrorKind::Timeout);
    line(rows, ("time-out before the vendor has it", UNKNOWN), 1, late);
    let late = Wrong::Unanswered(TransportErrorKind::Timeout);
    line(rows, ("time-out after the vendor took it", FOUND), 1, late);
    rows.fault(("reset before it is read", UNKNOWN), Step::Submit, 1, Fault::ResetBefore);
    rows.add("reset in the middle of the request", UNKNOWN, |scene| async move {
        scene.moves(half(&scene).await);
        let _unknown = scene.run().await;
    });
    rows.fault(("reset after the vendor took it", FOUND), Step::Submit, 1, Fault::ResetAfter);
    rows.fault(("reset after each try was taken", FOUND), Step::Submit, 0, Fault::ResetAfter);
}

fn line(rows: &mut Rows, (fault, sees): (&'static str, &'static str), requests: u32, wrong: Wrong) {
    rows.add(fault, sees, move |scene| async move {
        let _ended = scene.run_in(&scene.on(Line::new(requests, wrong)).await).await;
    });
}

fn replies(rows: &mut Rows) {
    for (fault, what) in [
        ("the answer breaks off", Fault::Truncate),
        ("an HTML page for an answer", Fault::Html),
        ("an empty answer", Fault::Empty),
        ("status 200 without an id", Fault::NoId),
    ] {
        rows.fault((fault, FOUND), Step::Submit, 1, what);
    }
    let sees = "a result, where there is an id";
    rows.add("data beside errors in the answer", sees, |scene| async move {
        beside(&scene, Step::Submit);
        let _ended = scene.run().await;
    });
    let to = "http://127.0.0.1:1/".to_owned();
    rows.fault(("a redirect elsewhere", UNKNOWN), Step::Submit, 1, Fault::Redirect { to });
}

fn refusals(rows: &mut Rows) {
    let sees = "the vendor's refusal, by field; the same again for the same key";
    rows.add("the vendor refuses the request", sees, |scene| async move {
        let refusal = &scene.stage.subject.refusal;
        let body = Some(refusal.body.to_owned());
        scene.faulty(Step::Submit, 0, Fault::Status { status: refusal.status, body });
        scene.run().await.unwrap_err();
    });
    throttling(rows);
    let status = || Fault::Status { status: 503, body: None };
    rows.fault(("503, once", UNKNOWN), Step::Submit, 1, status());
    let sees = "`ambiguous`: some gateways say 503 after they passed it on";
    rows.fault(("503 at each try", sees), Step::Submit, 0, status());
}

fn throttling(rows: &mut Rows) {
    let throttle = |seconds, header, body| Fault::Throttle { seconds, header, body };
    let sees = "a result, after the wait";
    let header = ("429 with a wait in the header", sees);
    rows.fault(header, Step::Submit, 1, throttle(1, true, false));
    rows.fault(("429 with a wait in the body", sees), Step::Submit, 1, throttle(1, false, true));
    rows.fault(("429 without a word", sees), Step::Submit, 1, throttle(1, false, false));
    let past = Wrong::Throttled("Wed, 21 Oct 2015 07:28:00 GMT");
    line(rows, ("429 with a date that is past", sees), 1, past);
    line(rows, ("429 with a wait below zero", sees), 1, Wrong::Throttled("-1"));
    line(rows, ("429 with a wait that is no number", sees), 1, Wrong::Throttled("soon"));
    let sees = "the refusal at once, with the wait in it; nothing was sent";
    rows.fault(("429 with a wait of a day", sees), Step::Submit, 0, throttle(86_400, true, true));
    let aeons = throttle(u64::MAX, true, true);
    rows.fault(
        ("429 with a wait of aeons", "the refusal; nothing was sent"),
        Step::Submit,
        0,
        aeons,
    );
    let far = Wrong::Throttled("Fri, 31 Dec 9999 23:59:59 GMT");
    line(rows, ("429 with a date in the year 9999", sees), u32::MAX, far);
    let sees = "the refusal, after three tries";
    rows.fault(("429 at each try", sees), Step::Submit, 0, throttle(1, true, true));
}

/// The vendor tells of something that went wrong beside what went right.
pub(crate) fn beside(scene: &Scene, step: Step) {
    let (from, to) = match scene.stage.subject.name {
        "runware" => (
            r#"{"data":["#,
            r#"{"errors":[{"code":"busy","message":"a part was left out"}],"data":["#,
        ),
        "replicate" => (r#""error":null"#, r#""error":"a part was left out""#),
        _ => (r#"{"job":{"#, r#"{"error":"a part was left out","job":{"#),
    };
    scene.faulty(step, 1, Fault::Replace { from: from.to_owned(), to: to.to_owned() });
}

/// An address that leads to the vendor, except that the first connection ends after some bytes.
async fn half(scene: &Rc<Scene>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, vendor) = (listener.local_addr().unwrap().port(), scene.stage.sandbox.addr());
    tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 100];
        first.read_exact(&mut bytes).await.unwrap();
        let mut there = TcpStream::connect(vendor).await.unwrap();
        there.write_all(&bytes).await.unwrap();
        drop((first, there));
        while let Ok((mut here, _)) = listener.accept().await {
            let mut there = TcpStream::connect(vendor).await.unwrap();
            tokio::spawn(async move {
                // Either side ends it as it likes.
                let _ended = tokio::io::copy_bidirectional(&mut here, &mut there).await;
            });
        }
    });
    let url = scene.stage.sandbox.base_url(scene.stage.subject.sandbox);
    url.replace(&vendor.to_string(), &format!("127.0.0.1:{port}"))
}
