//! Several processes, one journal.

use std::time::Duration;

use genmux::{Provider as _, RunOptions};
use genmux_sandbox::{Fault, Step};

use crate::rows::{Row, Rows};
use crate::scene::KEY;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Rows::of("Processes");
    let sees = "the same result in both";
    rows.add("one key in two processes at once", sees, |scene| async move {
        scene.faulty(Step::Submit, 1, Fault::DelayAfter { ms: 400 });
        let (one, other) = tokio::join!(scene.run(), scene.run());
        assert_eq!(one.unwrap().artifacts, other.unwrap().artifacts);
    });
    let sees = "the result of the first one, without a call to the vendor";
    rows.add("one key in a later process", sees, |scene| async move {
        let first = scene.run().await.unwrap();
        let calls = scene.stage.look("requests").await.len();
        assert_eq!(first, scene.run().await.unwrap());
        assert_eq!(calls, scene.stage.look("requests").await.len());
    });
    let sees = "an error for the second request; nothing of it is sent";
    rows.add("one key for two requests", sees, |scene| async move {
        scene.run().await.unwrap();
        let mut other = scene.stage.request();
        other.prompt = Some("another boat".to_owned());
        let process = scene.process().await;
        process.run(&other, &scene.options()).await.unwrap_err();
    });
    let sees = "the result, from whoever resumes";
    rows.add("a process ends while it waits", sees, |scene| async move {
        scene.faulty(Step::Submit, 1, Fault::Slow { ms: 2500 });
        scene.stop_after(Duration::from_secs(2)).await;
        scene.process().await.resume(KEY, &RunOptions::default()).await.unwrap();
    });
    let sees = "the same result in both, saved once";
    rows.add("two processes resume one job", sees, |scene| async move {
        scene.faulty(Step::Submit, 1, Fault::Slow { ms: 2500 });
        scene.stop_after(Duration::from_secs(2)).await;
        let (one, other) = (scene.process().await, scene.process().await);
        let options = RunOptions::default();
        let (one, other) = tokio::join!(one.resume(KEY, &options), other.resume(KEY, &options));
        assert_eq!(one.unwrap().artifacts, other.unwrap().artifacts);
    });
    rows.list
}
