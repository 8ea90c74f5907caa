//! Lists of recent jobs, asked for when the answer to a submission was lost.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::cases::{Case, Cases};
use crate::lines::drip;
use crate::played::Played;
use crate::scene::{LONG, Patience, Scene};
use crate::vendor::{Asked, Step, answer, whole};

/// Those that are asked for a list; at Runware ids are ours.
pub(crate) const ASKED: [&str; 2] = ["replicate", "scenario"];

/// Vendors may list late, so that they are asked three times.
const SOME: Patience = Patience { deadline: Duration::from_secs(12), ..LONG };

/// Each page may take six seconds, and all of them ten.
const SLOW: Patience =
    Patience { reply: Duration::from_secs(6), deadline: Duration::from_secs(10), ..LONG };

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::of("Lists");
    cases.add("lists 3,000 jobs of the same input, called by escapes of a terminal", |scene| {
        let (scene, sent) = lost(scene.patient(SOME), now);
        let scene = scene.wrong(Step::List, move |asked, out| {
            let (body, at) = &*sent.lock().unwrap();
            let job = |id| job(asked, &format!("{id}\u{1b}[2J\u{202e}\n"), body, at);
            let jobs: Vec<Value> = (0..3000).map(job).collect();
            out.write_all(&whole(listed(asked, &jobs).to_string().as_bytes()))
        });
        ambiguous(scene)
    });
    cases.only(&ASKED);
    cases.add("lists jobs on pages without end", |scene| {
        let (scene, _) = lost(scene.patient(SOME), now);
        let scene = scene.wrong(Step::List, |asked, out| {
            let mut page = listed(asked, &[]);
            page["next"] = json!("https://api.replicate.com/v1/predictions?cursor=again");
            page["nextPaginationToken"] = json!("again");
            out.write_all(&whole(page.to_string().as_bytes()))
        });
        ambiguous(scene)
    });
    cases.only(&ASKED);
    cases.add("drips its list of jobs for ever", |scene| {
        let (scene, _) = lost(scene.patient(SLOW), now);
        ambiguous(scene.wrong(Step::List, |_, out| drip(out, b"HTTP/1.1 200 OK\r\n\r\n ")))
    });
    cases.only(&ASKED);
    cases.add("lists a job of the same input by an id of a megabyte", |scene| {
        let (scene, sent) = lost(scene.patient(SOME), now);
        let scene = scene.wrong(Step::List, move |asked, out| {
            let (body, at) = &*sent.lock().unwrap();
            let jobs = vec![job(asked, &"a".repeat(1 << 20), body, at)];
            out.write_all(&answer("200 OK", listed(asked, &jobs).to_string().as_bytes()))
        });
        ambiguous(scene)
    });
    cases.only(&ASKED);
    cases.list
}

/// What was sent, and when by the vendor's clock.
pub(crate) type Sent = Arc<Mutex<(Value, String)>>;

/// The submission is taken, written down by the clock of the vendor, and its answer lost.
pub(crate) fn lost(
    mut scene: Scene,
    clock: impl Fn() -> String + Send + Sync + 'static,
) -> (Scene, Sent) {
    scene.journaled = true;
    let sent: Sent = Arc::default();
    let taken = Arc::clone(&sent);
    let scene = scene.wrong(Step::Submit, move |asked, _| {
        *taken.lock().unwrap() = (serde_json::from_slice(&asked.body)?, clock());
        Ok(())
    });
    (scene, sent)
}

fn now() -> String {
    written(SystemTime::now())
}

/// A moment, as vendors write it in JSON.
pub(crate) fn written(at: SystemTime) -> String {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    genmux::write_time(i64::try_from(since.as_millis()).unwrap())
}

/// A list in the form of its vendor.
pub(crate) fn listed(asked: &Asked, jobs: &[Value]) -> Value {
    if asked.path.contains("predictions") {
        json!({ "results": jobs })
    } else {
        json!({ "jobs": jobs })
    }
}

/// A job of what was sent.
pub(crate) fn job(asked: &Asked, id: &str, sent: &Value, at: &str) -> Value {
    if asked.path.contains("predictions") {
        let model = "bytedance/seedance-2.0-fast";
        return json!({ "id": id, "created_at": at, "input": sent["input"], "model": model });
    }
    json!({ "jobId": id, "createdAt": at, "metadata": { "input": sent } })
}

/// Nobody guesses, and nothing is sent again.
async fn ambiguous(scene: Scene) -> String {
    let played = scene.play().await;
    played.judge();
    assert_eq!(played.error().kind, genmux::ErrorKind::Ambiguous, "{}", played.seen());
    asked_with_measure(&played);
    played.seen()
}

fn asked_with_measure(played: &Played) {
    let pages = played.vendor.asked(Step::List).len();
    assert!(pages <= 3 * 50, "{pages} pages");
}
