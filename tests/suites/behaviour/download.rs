//! Downloads that go wrong: the work is paid for, and what is known of it is kept.

use genmux::{Charged, ErrorKind, JobStatus, Outcome, Provider as _};
use genmux_sandbox::{Fault, Rule, Step};

use crate::list::List;
use crate::stage::{Stage, fetch};

pub(crate) fn trials(list: &mut List) {
    for (name, fault) in [
        ("cut", Fault::Truncate),
        ("reset", Fault::ResetBefore),
        ("refused_for_a_moment", Fault::Status { status: 503, body: None }),
        ("dripping", Fault::Drip { ms: 1, bytes: 2048 }),
        ("redirected", Fault::Redirect { to: String::new() }),
        ("declared_as_html", Fault::ContentType { mime: "text/html".to_owned() }),
    ] {
        list.add(&format!("download::one_that_is_{name}_comes_whole"), |stage| whole(stage, fault));
    }
    let gone = |status| Fault::Status { status, body: None };
    let to = |url: &str| Fault::Redirect { to: url.to_owned() };
    for (name, fault) in [
        ("is_gone", gone(404)),
        ("is_forbidden", gone(403)),
        ("leads_to_a_private_address", to("http://10.0.0.1/a.png")),
        ("leads_to_the_clouds_own_service", to("http://169.254.169.254/latest")),
        ("leads_to_a_file", to("file:///etc/passwd")),
    ] {
        let name = format!("download::one_that_{name}_is_a_failure_that_keeps_its_place");
        list.add(&name, |stage| failed(stage, fault));
    }
    list.add("download::goes_on_from_the_handle", again);
    list.add("download::an_html_page_is_not_taken_for_an_artifact", html);
    list.add("download::a_wrong_type_is_a_difference", wrong_type);
}

async fn whole(stage: Stage, fault: Fault) {
    stage.fault(Step::Download, fault);
    let outcome = stage.hurried().run(&stage.request(), &stage.saving()).await.unwrap();
    assert_eq!((outcome.artifacts.len(), &outcome.failures[..]), (1, &[][..]));
    let artifact = &outcome.artifacts[0];
    let saved = std::fs::read(artifact.path.as_ref().unwrap()).unwrap();
    assert!(saved == fetch(&artifact.url).await);
    assert_eq!(artifact.mime.as_deref(), Some(stage.work().mime));
    assert_eq!(outcome.differences, []);
    stage.charged(1);
}

/// What came of a run that could not save its artifact.
async fn unsaved(stage: &Stage, fault: Fault) -> Outcome {
    stage.fault_for_ever(Step::Download, fault);
    let outcome = stage.hurried().run(&stage.request(), &stage.saving()).await.unwrap();
    let left: Vec<_> = std::fs::read_dir(stage.folder()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    outcome
}

async fn failed(stage: Stage, fault: Fault) {
    let outcome = unsaved(&stage, fault).await;
    kept(&stage, &outcome).await;
}

/// One failure, and the artifact is still named.
async fn kept(stage: &Stage, outcome: &Outcome) {
    let [failure] = &outcome.failures[..] else { panic!("one failure: {outcome:?}") };
    assert_eq!((failure.kind, failure.charged), (ErrorKind::Transport, Charged::Yes));
    let [artifact] = &outcome.artifacts[..] else { panic!("one artifact: {outcome:?}") };
    assert_eq!((outcome.status, artifact.path.as_deref()), (JobStatus::Succeeded, None));
    assert!(!failure.message.contains("Signature"), "{failure}");
    stage.no_fault();
    assert!(!fetch(&artifact.url).await.is_empty());
    stage.charged(1);
}

async fn again(stage: Stage) {
    stage.fault_for_ever(Step::Download, Fault::Status { status: 404, body: None });
    let (provider, options) = (stage.hurried(), stage.saving());
    let job = provider.submit(&stage.request(), &options).await.unwrap();
    let outcome = provider.wait(&job, &options).await.unwrap();
    assert_eq!((outcome.failures.len(), outcome.artifacts[0].path.as_deref()), (1, None));
    stage.no_fault();
    let outcome = provider.wait(&job, &options).await.unwrap();
    assert_eq!(outcome.failures, []);
    assert!(outcome.artifacts[0].path.as_ref().unwrap().is_file());
    stage.charged(1);
}

/// A page of a gateway or of a login, under the status of success: no picture and no clip.
async fn html(stage: Stage) {
    stage.fault_for_ever(Step::Download, Fault::Html);
    let outcome = stage.hurried().run(&stage.request(), &stage.saving()).await.unwrap();
    let fields: Vec<_> = outcome.differences.iter().map(|it| it.field).collect();
    let told = fields.contains(&"kind") || fields.contains(&"output.format");
    assert!(told || !outcome.failures.is_empty(), "hidden: {outcome:?}");
}

async fn wrong_type(stage: Stage) {
    let rule = Rule::new(stage.subject.sandbox, Step::Submit, Fault::WrongType);
    stage.sandbox.set_faults(vec![rule]);
    let outcome = stage.hurried().run(&stage.request(), &stage.saving()).await.unwrap();
    let artifact = &outcome.artifacts[0];
    assert_ne!(
        (artifact.kind, artifact.mime.as_deref()),
        (stage.work().kind, Some(stage.work().mime))
    );
    let fields: Vec<_> = outcome.differences.iter().map(|it| it.field).collect();
    assert!(fields.contains(&"kind"), "{fields:?}");
    let (subtype, path) = (artifact.mime.as_deref().unwrap(), artifact.path.as_ref().unwrap());
    assert!(subtype.ends_with(path.extension().unwrap().to_str().unwrap()), "{}", path.display());
    stage.charged(1);
}
