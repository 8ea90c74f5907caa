//! Tables and pruning.

use super::{Failed, NOW, State, Stores, intent, lead, lease, same, submitted};
use crate::journal::{Filter, JobStore};

async fn listed(store: &dyn JobStore, filter: Filter) -> Result<Vec<String>, Failed> {
    let records = store.list(filter).await?;
    Ok(records.into_iter().map(|record| record.intent.key).collect())
}

/// Four records, a second apart, the last two of the same time.
async fn fill(store: &dyn JobStore) -> Result<(), Failed> {
    let rows = [("b", 1, "runware"), ("a", 2, "replicate"), ("d", 3, "runware"), ("c", 3, "x")];
    for (key, second, provider) in rows {
        let mut intent = intent(key);
        intent.created_at = NOW + second * 1000;
        intent.offer = format!("{provider}/model");
        intent.account = format!("{provider}:label");
        store.insert(intent, None).await?;
    }
    Ok(())
}

pub(super) async fn records_are_listed_newest_first([a, b]: Stores) -> Result<(), Failed> {
    same(&listed(&*b, Filter::default()).await?, &Vec::new(), "an empty store")?;
    fill(&*a).await?;
    same(&listed(&*b, Filter::default()).await?.concat(), &"cdab".to_owned(), "everything")?;
    let two = Filter { limit: Some(2), ..Filter::default() };
    same(&listed(&*b, two).await?.concat(), &"cd".to_owned(), "the newest two")
}

pub(super) async fn filters_narrow_the_list([a, b]: Stores) -> Result<(), Failed> {
    fill(&*a).await?;
    let record = super::stored(&*a, "a").await?;
    lead(&*a, record, &[State::Submitting]).await?;
    let all = Filter::default();
    let runware = || Some("runware".to_owned());
    let filters = [
        (Filter { states: vec![State::Submitting], ..all.clone() }, "a"),
        (Filter { states: vec![State::Submitting, State::Intended], ..all.clone() }, "cdab"),
        (Filter { states: vec![State::Failed], ..all.clone() }, ""),
        (Filter { provider: runware(), ..all.clone() }, "db"),
        (Filter { provider: Some("run".to_owned()), ..all.clone() }, ""),
        (Filter { account: Some("x:label".to_owned()), ..all.clone() }, "c"),
        (Filter { created_from: Some(NOW + 2000), ..all.clone() }, "cda"),
        (Filter { created_before: Some(NOW + 2000), ..all.clone() }, "b"),
        (Filter { provider: runware(), limit: Some(1), ..all.clone() }, "d"),
        (Filter { limit: Some(0), ..all }, ""),
    ];
    for (filter, expected) in filters {
        let what = format!("{filter:?}");
        same(&listed(&*b, filter).await?.concat(), &expected.to_owned(), &what)?;
    }
    Ok(())
}

pub(super) async fn pruning_forgets_old_final_records_only([a, b]: Stores) -> Result<(), Failed> {
    submitted(&*a, "flying").await?;
    for key in ["old", "held"] {
        let record = submitted(&*a, key).await?;
        let named = super::Change {
            vendor_jobs: vec![super::vendor_job(0, key)],
            ..super::into(State::Failed, NOW)
        };
        a.change(key, record.version, named).await?;
    }
    a.acquire("held", lease("me", NOW), NOW).await?;
    same(&b.prune(NOW).await?, &0, "nothing is older")?;
    same(&b.prune(NOW + 1).await?, &1, "one is")?;
    same(&listed(&*a, Filter::default()).await?.join(" "), &"held flying".to_owned(), "the rest")?;
    same(&a.find_vendor_job("runware", "old").await?, &None, "the pruned one's vendor job")?;
    let held = a.find_vendor_job("runware", "held").await?.map(|record| record.intent.key);
    same(&held.as_deref(), &Some("held"), "the kept one's vendor job")?;
    // A key that was forgotten is new again.
    super::new(&*b, "old").await?;
    Ok(())
}
