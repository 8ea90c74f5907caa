//! Many at once, over both ways to the store.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::{Failed, NOW, State, StoreError, Stores, check, intent, into, lease, new, same};
use super::{stored, submitted, vendor_job};
use crate::journal::{Change, Claim, Inserted, JobStore};

/// How many are at it at once.
const MANY: usize = 24;

/// Runs one task for each of many, and gives what each gave.
async fn all<T, F>(stores: &Stores, task: impl Fn(Arc<dyn JobStore>, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for one in 0..MANY {
        tasks.spawn(task(Arc::clone(&stores[one % 2]), one));
    }
    tasks.join_all().await
}

/// Exactly one came through, and the others were refused for the reason expected.
fn one_of<T>(
    results: Vec<Result<T, StoreError>>,
    expected: impl Fn(&StoreError) -> bool,
) -> Result<(), Failed> {
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    same(&won.len(), &1, "how many came through")?;
    for error in lost.into_iter().filter_map(Result::err) {
        check(expected(&error), format_args!("refused with {error}"))?;
    }
    Ok(())
}

pub(super) async fn one_key_is_one_record_however_many_insert_it(
    stores: Stores,
) -> Result<(), Failed> {
    let insert = |store: Arc<dyn JobStore>, one: usize| async move {
        let mut intent = intent("one");
        intent.digest = one.to_string();
        store.insert(intent, Some(lease(&one.to_string(), NOW))).await
    };
    let inserted = all(&stores, insert).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let new = inserted.iter().filter(|it| matches!(it, Inserted::New(_))).count();
    same(&new, &1, "how many were new")?;
    let kept = stored(&*stores[0], "one").await?;
    check(inserted.into_iter().all(|it| it.into_record() == kept), "records differ")
}

pub(super) async fn one_of_many_changes_of_a_version_comes_through(
    stores: Stores,
) -> Result<(), Failed> {
    let version = new(&*stores[0], "one").await?.version;
    let change = move |store: Arc<dyn JobStore>, _| async move {
        store.change("one", version, into(State::Submitting, NOW)).await
    };
    one_of(all(&stores, change).await, |it| matches!(it, StoreError::Conflict(_)))?;
    same(&stored(&*stores[1], "one").await?.version, &version.next(), "its version")
}

pub(super) async fn one_of_many_adopts_a_vendor_job(stores: Stores) -> Result<(), Failed> {
    for one in 0..MANY {
        new(&*stores[0], &one.to_string()).await?;
    }
    let adopt = |store: Arc<dyn JobStore>, one: usize| async move {
        let key = one.to_string();
        let change =
            Change { vendor_jobs: vec![vendor_job(0, "v1")], ..into(State::Submitting, NOW) };
        store.change(&key, crate::journal::Version::FIRST, change).await
    };
    one_of(all(&stores, adopt).await, |it| matches!(it, StoreError::VendorJobTaken(_)))
}

pub(super) async fn many_workers_share_all_the_work(stores: Stores) -> Result<(), Failed> {
    for one in 0..2 * MANY {
        submitted(&*stores[0], &one.to_string()).await?;
    }
    let work = |store: Arc<dyn JobStore>, one: usize| async move {
        let mut done = Vec::new();
        let claim = Claim::new(lease(&one.to_string(), NOW), NOW);
        while let Some(record) = store.claim(claim.clone()).await? {
            done.push(record.intent.key);
        }
        Ok::<_, StoreError>(done)
    };
    let done = all(&stores, work).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let each: BTreeSet<_> = done.iter().flatten().collect();
    same(&done.iter().flatten().count(), &(2 * MANY), "how many were given")?;
    same(&each.len(), &(2 * MANY), "how many different ones")
}

/// Each reads, changes, and reads again when somebody else was faster: no change gets lost.
pub(super) async fn every_counted_change_is_kept(stores: Stores) -> Result<(), Failed> {
    let first = new(&*stores[0], "one").await?.version;
    let count = |store: Arc<dyn JobStore>, one: usize| async move {
        let tag =
            Change { tags: [(one.to_string(), String::new())].into(), ..Change::new("", NOW) };
        let mut version = first;
        loop {
            match store.change("one", version, tag.clone()).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict(current)) => version = current.version,
                Err(error) => return Err(error),
            }
        }
    };
    all(&stores, count).await.into_iter().collect::<Result<(), _>>()?;
    let kept = stored(&*stores[1], "one").await?;
    let many = i64::try_from(MANY).unwrap_or_default();
    same(&kept.version.0, &(first.0 + many), "its version")?;
    same(&kept.intent.tags.len(), &(MANY + 1), "its tags")
}
