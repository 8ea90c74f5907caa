//! Intents.

use super::{Failed, Inserted, NOW, State, Stores, check, intent, lead, lease, new, same, stored};
use crate::journal::{Record, Version};

pub(super) async fn an_intent_is_kept_as_it_was_given([a, b]: Stores) -> Result<(), Failed> {
    let record = new(&*a, "one").await?;
    same(&record, &Record::new(intent("one"), None), "the record given")?;
    same(&record.version, &Version::FIRST, "its version")?;
    same(&stored(&*b, "one").await?, &record, "the record read")
}

pub(super) async fn a_known_key_gives_the_record_that_has_it([a, b]: Stores) -> Result<(), Failed> {
    let record = new(&*a, "one").await?;
    let record = lead(&*a, record, &[State::Submitting]).await?;
    let mut other = intent("one");
    (other.digest, other.created_at) = ("other".to_owned(), NOW + 1);
    let again = b.insert(other, Some(lease("me", NOW))).await?;
    check(matches!(again, Inserted::Existing(_)), "the key was taken for a new one")?;
    same(&again.into_record(), &record, "the record given")?;
    same(&stored(&*a, "one").await?, &record, "the record kept")
}

pub(super) async fn an_unknown_key_is_no_record([a, b]: Stores) -> Result<(), Failed> {
    new(&*a, "one").await?;
    check(b.read("two").await?.is_none(), "a record of a key that nobody inserted")?;
    check(b.read("ONE").await?.is_none(), "a key of other letters")?;
    check(b.find_vendor_job("runware", "v1").await?.is_none(), "a vendor's job of nobody")
}

pub(super) async fn an_intent_may_be_held_from_the_start([a, b]: Stores) -> Result<(), Failed> {
    let held = a.insert(intent("one"), Some(lease("me", NOW))).await?.into_record();
    same(&held.lease, &Some(lease("me", NOW)), "its lease")?;
    same(&held.turns, &1, "its turns")?;
    same(&stored(&*b, "one").await?, &held, "the record read")?;
    let other = b.acquire("one", lease("you", NOW), NOW).await;
    super::refused(other, |it| it.is_retryable() && it.current().is_some(), "a second holder")
}
