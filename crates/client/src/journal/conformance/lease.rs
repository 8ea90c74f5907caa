//! Leases, in a time that the cases make.

use super::{Failed, LENGTH, NOW, State, Stores, check, into, lease, refused, same};
use super::{stored, submitted};
use crate::journal::{Change, StoreError};

fn is_leased(error: &StoreError) -> bool {
    matches!(error, StoreError::Leased(_))
}

fn is_conflict(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict(_))
}

pub(super) async fn a_lease_keeps_others_out([a, b]: Stores) -> Result<(), Failed> {
    submitted(&*a, "one").await?;
    let held = a.acquire("one", lease("me", NOW), NOW).await?;
    same(&held.lease, &Some(lease("me", NOW)), "the lease")?;
    same(&stored(&*b, "one").await?, &held, "the record kept")?;
    refused(b.acquire("one", lease("you", NOW), NOW).await, is_leased, "a second lease")?;
    let other = Change { owner: "you".to_owned(), ..into(State::Running, NOW) };
    refused(b.change("one", held.version, other).await, is_leased, "somebody else's change")?;
    let mine = Change { owner: "me".to_owned(), ..into(State::Running, NOW) };
    a.change("one", held.version, mine).await?;
    Ok(())
}

pub(super) async fn a_lease_ends_on_time([a, b]: Stores) -> Result<(), Failed> {
    submitted(&*a, "one").await?;
    a.acquire("one", lease("me", NOW), NOW).await?;
    let end = NOW + LENGTH;
    let early = b.acquire("one", lease("you", end - 1), end - 1).await;
    refused(early, is_leased, "a millisecond before the end")?;
    let taken = b.acquire("one", lease("you", end), end).await?;
    check(taken.is_held(end) && !taken.is_held_from("you", end), "the end of the lease")
}

pub(super) async fn a_takeover_fences_the_former_holder([a, b]: Stores) -> Result<(), Failed> {
    submitted(&*a, "one").await?;
    let mine = a.acquire("one", lease("me", NOW), NOW).await?;
    let end = NOW + LENGTH;
    let yours = b.acquire("one", lease("you", end), end).await?;
    check(yours.version > mine.version, "a takeover left the version as it was")?;
    // The former holder's clock stands still: by its own time its lease goes on.
    let late = Change { owner: "me".to_owned(), ..into(State::Running, NOW) };
    refused(a.change("one", mine.version, late).await, is_conflict, "a change after the takeover")?;
    refused(a.renew("one", lease("me", end)).await, is_conflict, "renewing after the takeover")?;
    refused(a.release("one", "me", end).await, is_conflict, "releasing after the takeover")?;
    // Once the second lease is over as well, the old version is still refused.
    let late = Change { owner: "me".to_owned(), ..into(State::Running, end + LENGTH) };
    refused(a.change("one", mine.version, late).await, is_conflict, "a change much later")?;
    same(&stored(&*b, "one").await?, &yours, "the record kept")
}

pub(super) async fn renewing_prolongs_and_keeps_the_version([a, b]: Stores) -> Result<(), Failed> {
    submitted(&*a, "one").await?;
    let held = a.acquire("one", lease("me", NOW), NOW).await?;
    let longer = a.renew("one", lease("me", NOW + LENGTH - 1)).await?;
    same(&longer.version, &held.version, "its version")?;
    same(&longer.turns, &held.turns, "its turns")?;
    let then = NOW + LENGTH;
    refused(b.acquire("one", lease("you", then), then).await, is_leased, "a renewed lease")?;
    // Late, but nobody was faster.
    let late = a.renew("one", lease("me", then + 2 * LENGTH)).await?;
    same(&late.version, &held.version, "its version")?;
    let again = a.acquire("one", lease("me", late.due_at - 1), late.due_at - 1).await?;
    same(&again.version, &held.version, "the version after taking what one has")
}

pub(super) async fn releasing_lets_others_in([a, b]: Stores) -> Result<(), Failed> {
    submitted(&*a, "one").await?;
    refused(a.release("one", "me", NOW).await, is_conflict, "releasing what nobody holds")?;
    a.acquire("one", lease("me", NOW), NOW).await?;
    refused(b.release("one", "you", NOW).await, is_conflict, "releasing somebody else's")?;
    let free = a.release("one", "me", NOW + 7).await?;
    same(&free.lease, &None, "its lease")?;
    same(&free.due_at, &(NOW + 7), "when it is due")?;
    b.acquire("one", lease("you", NOW), NOW).await?;
    Ok(())
}

pub(super) async fn a_change_can_end_the_lease([a, b]: Stores) -> Result<(), Failed> {
    submitted(&*a, "one").await?;
    let held = a.acquire("one", lease("me", NOW), NOW).await?;
    let done = Change {
        owner: "me".to_owned(),
        release: true,
        due_at: Some(NOW + 3),
        ..into(State::Running, NOW + 1)
    };
    let done = a.change("one", held.version, done).await?;
    same(&(&done.lease, done.due_at), &(&None, NOW + 3), "its lease and when it is due")?;
    same(&stored(&*b, "one").await?, &done, "the record kept")?;
    b.acquire("one", lease("you", NOW + 1), NOW + 1).await?;
    Ok(())
}
