//! What Ctrl-C leaves behind, and how it goes on.

use super::progress::Screen;
use super::report;
use super::work::Work;
use crate::args::Generate;

/// Stops waiting; stops the jobs too, where that is asked for.
pub(super) async fn stop(screen: &Screen, works: &[Work], args: &Generate) {
    screen.say("stopped waiting");
    for work in works {
        let stopped = if args.cancel_on_interrupt { cancel(work).await } else { None };
        let line = stopped.unwrap_or_else(|| how_to_go_on(work, args.sandbox));
        screen.say(&format!("{}: {line}", work.label));
    }
    if let Some(journal) = works.first().and_then(|work| work.client.journal()) {
        journal.let_go().await;
    }
}

/// What became of asking the vendor to stop a job; `None` where there is none to stop.
async fn cancel(work: &Work) -> Option<String> {
    let (job, _) = work.kept.get().filter(|_| !work.kept.is_in_flight())?;
    let provider = work.client.provider_of(&job).ok()?;
    Some(match provider.cancel(&job, &work.options).await {
        Ok(true) => format!("the vendor was asked to stop {}", job.id),
        Ok(false) => format!("the vendor does not stop {}; it goes on", job.id),
        Err(error) => format!("stopping {} failed, it goes on: {error}", job.id),
    })
}

fn how_to_go_on(work: &Work, sandbox: bool) -> String {
    let key = work.options.idempotency_key.as_deref().unwrap_or_default();
    match work.kept.get() {
        _ if sandbox => "the sandbox ends with this command; run it again".to_owned(),
        _ if work.kept.is_in_flight() => format!(
            "a request was on its way and may have been accepted and charged; find out with: \
             genmux resume {key}"
        ),
        Some((job, Ok(manifest))) => {
            format!("the job goes on; {}", report::go_on(&job.id, &manifest))
        }
        Some((job, Err(_))) => format!("the job goes on; genmux resume {}", job.id),
        None => "nothing was sent".to_owned(),
    }
}
