//! Jobs of several providers that wait together.

use genmux::{Client, ErrorKind, Job, Provider as _};

use crate::list::List;
use crate::many::{ends, none, of};
use crate::stage::Stage;
use crate::subject::SUBJECTS;

pub(crate) fn trials(list: &mut List) {
    list.add("many::of_several_providers_wait_together", providers);
    list.add("many::a_chain_gives_each_to_its_member", chain);
}

/// One job of each provider, and one of a provider that nobody knows.
async fn mixed(client: &Client) -> (Vec<Job>, Job) {
    let mut jobs = Vec::new();
    for subject in &SUBJECTS {
        let work = subject.work();
        let provider = client.provider(work.offer).unwrap();
        jobs.push(provider.submit(&work.request(), &none()).await.unwrap());
    }
    let strange = Job { offer: "acme/seedream".into(), id: "strange".into(), ..jobs[0].clone() };
    (jobs, strange)
}

async fn providers(stage: Stage) {
    let client = stage.client();
    let (jobs, strange) = mixed(&client).await;
    let all: Vec<Job> = jobs.iter().cloned().chain([strange]).collect();
    let mut ended = ends(client.wait_many(of(&all), &none())).await;
    let error = ended.remove("strange").unwrap().result.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    assert!(jobs.iter().all(|job| ended[&job.id].result.is_ok()), "{ended:?}");
    stage.charged(jobs.len());
}

async fn chain(stage: Stage) {
    let client = stage.client();
    let (jobs, strange) = mixed(&client).await;
    let chain = client.chain(&SUBJECTS.each_ref().map(|subject| subject.work().offer)).unwrap();
    let all: Vec<Job> = jobs.iter().cloned().chain([strange]).collect();
    let ended = ends(chain.wait_many(of(&all), &none())).await;
    assert_eq!(ended["strange"].result.as_ref().unwrap_err().kind, ErrorKind::Invalid);
    assert!(jobs.iter().all(|job| ended[&job.id].result.is_ok()), "{ended:?}");
}
