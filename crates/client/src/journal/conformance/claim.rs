//! Workers that share the work.

use super::{Change, into, submitted};
use super::{Failed, LENGTH, NOW, State, Stores, check, intent, lead, lease, new, same};
use crate::journal::{Claim, JobStore};

/// What a worker is given.
async fn claimed(store: &dyn JobStore, claim: Claim) -> Result<Option<String>, Failed> {
    let given = store.claim(claim.clone()).await?;
    if let Some(record) = &given {
        same(&record.lease, &Some(claim.lease), "the lease given")?;
        check(!record.state.is_final(), "final work was given")?;
    }
    Ok(given.map(|record| record.intent.key))
}

fn at(owner: &str, now: i64) -> Claim {
    Claim::new(lease(owner, now), now)
}

pub(super) async fn claims_give_what_is_in_flight([a, b]: Stores) -> Result<(), Failed> {
    new(&*a, "intended").await?;
    let record = new(&*a, "ambiguous").await?;
    lead(&*a, record, &[State::Submitting, State::Ambiguous]).await?;
    let record = submitted(&*a, "done").await?;
    lead(&*a, record, &[State::Succeeded]).await?;
    same(&claimed(&*b, at("w", NOW)).await?, &None, "nothing is in flight")?;
    let record = new(&*a, "submitting").await?;
    lead(&*a, record, &[State::Submitting]).await?;
    submitted(&*a, "submitted").await?;
    let record = submitted(&*a, "running").await?;
    lead(&*a, record, &[State::Running]).await?;
    for expected in ["submitting", "submitted", "running"] {
        same(&claimed(&*b, at("w", NOW)).await?.as_deref(), &Some(expected), "in turn")?;
    }
    same(&claimed(&*a, at("x", NOW)).await?, &None, "all of it is held")?;
    let all = Claim { states: State::ALL.to_vec(), ..at("w", NOW) };
    for expected in [Some("intended"), Some("ambiguous"), None] {
        same(&claimed(&*b, all.clone()).await?.as_deref(), &expected, "what was asked for")?;
    }
    Ok(())
}

pub(super) async fn claims_keep_to_their_time_and_filter([a, b]: Stores) -> Result<(), Failed> {
    let record = submitted(&*a, "one").await?;
    let later = Change { due_at: Some(NOW + 100), ..Change::new("", NOW) };
    a.change("one", record.version, later).await?;
    same(&claimed(&*b, at("w", NOW + 99)).await?, &None, "what is not due")?;
    let elsewhere = Claim { provider: Some("scenario".to_owned()), ..at("w", NOW + 100) };
    same(&claimed(&*b, elsewhere).await?, &None, "what another provider does")?;
    let nothing = Claim { states: Vec::new(), ..at("w", NOW + 100) };
    same(&claimed(&*b, nothing).await?, &None, "what nobody asked for")?;
    let here = Claim { provider: Some("runware".to_owned()), ..at("w", NOW + 100) };
    same(&claimed(&*b, here).await?.as_deref(), &Some("one"), "what is due")
}

/// Whoever was worked on goes behind those that wait, also where time stands still.
pub(super) async fn claims_take_turns([a, b]: Stores) -> Result<(), Failed> {
    for key in ["one", "two", "three"] {
        submitted(&*a, key).await?;
    }
    for turn in 0..3 {
        for expected in ["one", "two", "three"] {
            let given = claimed(&*b, at("w", NOW)).await?;
            same(&given.as_deref(), &Some(expected), &format!("turn {turn}"))?;
            a.release(expected, "w", NOW).await?;
        }
    }
    // What has been due for longer comes first, however often it was taken up.
    let mut newcomer = intent("newcomer");
    newcomer.created_at = NOW + 1;
    let record = b.insert(newcomer, None).await?.into_record();
    lead(&*b, record, &[State::Submitting]).await?;
    same(&claimed(&*b, at("w", NOW + 1)).await?.as_deref(), &Some("one"), "the longest due")
}

pub(super) async fn the_work_of_a_dead_worker_is_claimed([a, b]: Stores) -> Result<(), Failed> {
    let record = a.insert(intent("one"), Some(lease("dead", NOW))).await?.into_record();
    let sending = Change { owner: "dead".to_owned(), ..into(State::Submitting, NOW) };
    a.change("one", record.version, sending).await?;
    let end = NOW + LENGTH;
    same(&claimed(&*b, at("w", end - 1)).await?, &None, "before its lease is over")?;
    same(&claimed(&*b, at("w", end)).await?.as_deref(), &Some("one"), "when it is over")
}
