//! Clocks that are off by a day, there or here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use genmux::Hook;
use http::HeaderMap;

use crate::cases::{Case, Cases};
use crate::lists;
use crate::scene::Scene;
use crate::vendor::{Step, answer, whole};

const DAY: Duration = Duration::from_hours(24);

/// Which way a vendor's clock is off.
#[derive(Clone, Copy)]
enum Off {
    Ahead,
    Behind,
}

const BOTH: [(Off, &str); 2] = [(Off::Ahead, "a day ahead"), (Off::Behind, "a day behind")];

impl Off {
    fn now(self) -> SystemTime {
        match self {
            Off::Ahead => SystemTime::now() + DAY,
            Off::Behind => SystemTime::now() - DAY,
        }
    }

    /// Now, and as a date of HTTP some seconds later.
    fn date(self, later: u64) -> String {
        httpdate::fmt_http_date(self.now() + Duration::from_secs(later))
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::of("Clocks");
    for (off, is) in BOTH {
        for (step, at) in [(Step::Submit, "the submission"), (Step::Poll, "a poll")] {
            let what = format!("is {is} and has {at} wait until a second from its now");
            cases.add(what, move |scene| {
                once(scene, step, move || {
                    format!("Date: {}\r\nRetry-After: {}", off.date(0), off.date(1))
                })
            });
        }
        cases.add(format!("is {is}, and the answer to the submission is lost"), move |scene| {
            lost(scene, off)
        });
        cases.only(&lists::ASKED);
        cases.add(format!("signs a webhook by a clock that is {is}"), move |scene| {
            std::future::ready(hook(&scene, off))
        });
        cases.only(&["replicate"]);
    }
    cases.add("has a poll wait until tomorrow and does not say what its clock shows", |scene| {
        once(scene, Step::Poll, || format!("Retry-After: {}", Off::Ahead.date(0)))
    });
    cases.list
}

/// Once the vendor asks to wait; then it answers.
async fn once(
    mut scene: Scene,
    step: Step,
    headers: impl Fn() -> String + Send + Sync + 'static,
) -> String {
    scene.refused = usize::from(step == Step::Submit);
    let asked_before = AtomicBool::new(false);
    let scene = scene.wrong(step, move |asked, out| {
        if asked_before.swap(true, Ordering::SeqCst) {
            return out.write_all(&whole(&asked.good));
        }
        let status = format!("429 Later\r\n{}", headers());
        out.write_all(&answer(&status, br#"{"errors":[{"code":"rateLimitExceeded"}]}"#))
    });
    scene.seen().await
}

/// The submission is taken and its answer lost; the vendor's list shows the job by its own clock.
async fn lost(scene: Scene, off: Off) -> String {
    let (scene, sent) = lists::lost(scene, move || lists::written(off.now()));
    let scene = scene.wrong(Step::List, move |asked, out| {
        let (body, at) = &*sent.lock().unwrap();
        let status = format!("200 OK\r\nDate: {}", off.date(0));
        let list = lists::listed(asked, &[lists::job(asked, "job_1", body, at)]);
        out.write_all(&answer(&status, list.to_string().as_bytes()))
    });
    let played = scene.play().await;
    played.judge();
    assert_eq!(played.vendor.charges(), 1);
    assert!(played.ended.is_ok(), "{}", played.seen());
    played.seen()
}

/// A delivery is refused before its signature is looked at.
fn hook(scene: &Scene, off: Off) -> String {
    let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let now = SystemTime::now();
    let sent = match off {
        Off::Ahead => now + DAY,
        Off::Behind => now - DAY,
    };
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", "msg_1".parse().unwrap());
    headers.insert("webhook-timestamp", seconds(sent).to_string().parse().unwrap());
    headers.insert("webhook-signature", "v1,AAAA".parse().unwrap());
    let secrets = ["whsec_c2VjcmV0"];
    let hook = Hook { headers: &headers, body: b"{}", secrets: &secrets, now: seconds(now) };
    let adapter = genmux::adapter(scene.subject.name).unwrap();
    adapter.read_webhook(&hook).unwrap_err().to_string()
}
