//! Changes by compare-and-set.

use serde_json::json;

use super::{Failed, NOW, State, Stores, check, into, lead, new, refused, same, stored};
use super::{submitted, vendor_job};
use crate::journal::{Change, StoreError, Version};

pub(super) async fn work_goes_through_its_states([a, b]: Stores) -> Result<(), Failed> {
    let mut record = new(&*a, "one").await?;
    let way = [State::Submitting, State::Ambiguous, State::Submitted, State::Running];
    for (step, state) in (1..).zip(way.into_iter().chain([State::Succeeded])) {
        let store = if step % 2 == 0 { &a } else { &b };
        let before = record.version;
        record = store.change("one", before, into(state, NOW + step)).await?;
        same(&record.state, &state, "its state")?;
        same(&record.version, &before.next(), "its version")?;
        same(&record.updated_at, &(NOW + step), "when it was changed")?;
        same(&stored(&*a, "one").await?, &record, "the record kept")?;
    }
    Ok(())
}

pub(super) async fn what_is_not_named_stays([a, b]: Stores) -> Result<(), Failed> {
    let record = new(&*a, "one").await?;
    let change = Change {
        job: Some(json!({ "id": "v1", "big": u64::MAX })),
        vendor_jobs: vec![vendor_job(1, "v2"), vendor_job(0, "v1")],
        error: Some("lost".to_owned()),
        save_to: Some("elsewhere".to_owned()),
        tags: [("more".to_owned(), "t".to_owned())].into(),
        due_at: Some(NOW + 5),
        ..Change::to(State::Submitting, "me", NOW)
    };
    let first = a.change("one", record.version, change).await?;
    same(&first.vendor_jobs, &vec![vendor_job(0, "v1"), vendor_job(1, "v2")], "jobs")?;
    same(&first.intent.tags.len(), &2, "its tags")?;
    same(&first.due_at, &(NOW + 5), "when it is due")?;
    let again = Change { vendor_jobs: vec![vendor_job(0, "v1")], ..Change::new("me", NOW + 9) };
    let second = b.change("one", first.version, again).await?;
    let mut expected = first;
    (expected.version, expected.updated_at) = (second.version, NOW + 9);
    check(second == expected, "a change that names nothing new changed something")?;
    check(stored(&*a, "one").await? == expected, "the record kept is another one")
}

pub(super) async fn a_change_of_an_older_version_is_refused([a, b]: Stores) -> Result<(), Failed> {
    let record = new(&*a, "one").await?;
    let now = lead(&*b, record.clone(), &[State::Submitting]).await?;
    let late = a.change("one", record.version, into(State::Failed, NOW)).await;
    let told = |it: &StoreError| matches!(it, StoreError::Conflict(it) if **it == now);
    refused(late, told, "an older version")?;
    let early = a.change("one", now.version.next(), into(State::Failed, NOW)).await;
    refused(early, told, "a version that is not there yet")?;
    same(&stored(&*b, "one").await?, &now, "the record kept")
}

pub(super) async fn steps_that_do_not_exist_are_refused([a, b]: Stores) -> Result<(), Failed> {
    let record = new(&*a, "one").await?;
    let skipped = a.change("one", record.version, into(State::Succeeded, NOW)).await;
    let illegal = |it: &StoreError| matches!(it, StoreError::Illegal { .. });
    refused(skipped, illegal, "success without a submission")?;
    let way = [State::Submitting, State::Submitted, State::Running, State::Failed];
    let record = lead(&*b, record, &way).await?;
    let back = b.change("one", record.version, into(State::Running, NOW)).await;
    refused(back, illegal, "running after the end")?;
    same(&stored(&*a, "one").await?, &record, "the record kept")
}

pub(super) async fn outputs_need_their_handle_and_outcome([a, b]: Stores) -> Result<(), Failed> {
    let record = new(&*a, "one").await?;
    let record = lead(&*a, record, &[State::Submitting]).await?;
    let bare = |state| Change::to(state, "", NOW);
    let illegal = |it: &StoreError| matches!(it, StoreError::Illegal { .. });
    let accepted = a.change("one", record.version, bare(State::Submitted)).await;
    refused(accepted, illegal, "submitted without a handle")?;
    let record = lead(&*b, record, &[State::Submitted]).await?;
    let done = b.change("one", record.version, bare(State::Succeeded)).await;
    refused(done, illegal, "success without an outcome")
}

pub(super) async fn final_records_still_learn_facts([a, b]: Stores) -> Result<(), Failed> {
    let record = submitted(&*a, "one").await?;
    let record = lead(&*a, record, &[State::Succeeded]).await?;
    let change = Change { save_to: Some("later".to_owned()), ..Change::new("", NOW + 1) };
    let record = b.change("one", record.version, change).await?;
    same(&record.state, &State::Succeeded, "its state")?;
    same(&record.intent.save_to.as_deref(), &Some("later"), "where it is saved")
}

pub(super) async fn a_vendor_job_belongs_to_one_record([a, b]: Stores) -> Result<(), Failed> {
    let (one, two) = (new(&*a, "one").await?, new(&*a, "two").await?);
    let naming = |id| Change {
        vendor_jobs: vec![vendor_job(0, id)],
        error: Some("named".to_owned()),
        ..Change::to(State::Submitting, "", NOW)
    };
    let one = a.change("one", one.version, naming("v1")).await?;
    same(&b.find_vendor_job("runware", "v1").await?, &Some(one.clone()), "whose it is")?;
    check(b.find_vendor_job("replicate", "v1").await?.is_none(), "found at another provider")?;
    let stolen = b.change("two", two.version, naming("v1")).await;
    let told = |it: &StoreError| matches!(it, StoreError::VendorJobTaken(it) if **it == one);
    refused(stolen, told, "a job of another record")?;
    same(&stored(&*a, "two").await?, &two, "the record that was refused")?;
    b.change("two", two.version, naming("v2")).await?;
    let mut elsewhere = super::intent("three");
    "replicate/seedance-1.0-pro".clone_into(&mut elsewhere.offer);
    let three = a.insert(elsewhere, None).await?.into_record();
    a.change("three", three.version, naming("v1")).await?;
    Ok(())
}

pub(super) async fn unknown_records_cannot_be_changed([a, b]: Stores) -> Result<(), Failed> {
    let unknown = |it: &StoreError| matches!(it, StoreError::NotFound);
    let change = a.change("one", Version::FIRST, Change::new("", NOW)).await;
    refused(change, unknown, "a change")?;
    refused(b.acquire("one", super::lease("me", NOW), NOW).await, unknown, "a lease")?;
    refused(b.renew("one", super::lease("me", NOW)).await, unknown, "renewing")?;
    refused(b.release("one", "me", NOW).await, unknown, "releasing")
}
