//! Downloads that go wrong: the work is paid for, and what is known of it is kept.

use std::time::Duration;

use genmux::{Charged, ErrorKind, JobStatus, Outcome, Provider as _};
use genmux_sandbox::{Fault, Options, Rule, Step};

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
    list.add("download::an_address_in_a_private_network_is_not_fetched", private);
    list.add("download::a_redirect_takes_no_key_along", no_key);
    if list.subject.sequence.is_some() {
        list.add("download::one_of_several_that_is_gone_leaves_the_others", one_of_several);
    }
    if list.subject.name == "runware" {
        list.add("download::results_within_the_reply_are_saved", inlined);
    }
    list.add("download::a_dropped_wait_leaves_no_part", dropped);
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
    assert_eq!(files(stage), 0);
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

/// The vendor's reply names it, without a redirect.
async fn private(stage: Stage) {
    let (here, there) = (format!("{}/outputs", stage.sandbox.addr()), "10.0.0.1/outputs");
    stage.fault_for_ever(Step::Poll, Fault::Replace { from: here, to: there.to_owned() });
    let outcome = stage.hurried().run(&stage.request(), &stage.saving()).await.unwrap();
    let [failure] = &outcome.failures[..] else { panic!("one failure: {outcome:?}") };
    assert_eq!((failure.kind, failure.charged), (ErrorKind::Transport, Charged::Yes));
    let artifact = &outcome.artifacts[0];
    assert!(artifact.url.contains("10.0.0.1") && artifact.path.is_none());
    assert_eq!(stage.calls("download").await, 0);
}

/// Output hosts of the vendors are not their APIs: a key is for these alone.
async fn no_key(stage: Stage) {
    let elsewhere = Stage::start(stage.subject, Options::default()).await;
    let to = elsewhere.sandbox.base_url(stage.subject.sandbox);
    stage.fault_for_ever(Step::Download, Fault::Redirect { to });
    stage.hurried().run(&stage.request(), &stage.saving()).await.unwrap();
    let requests = elsewhere.look("requests").await;
    assert!(!requests.is_empty());
    let keys = requests.iter().filter(|it| it["headers"].get("authorization").is_some());
    assert_eq!(keys.count(), 0);
}

async fn one_of_several(stage: Stage) {
    let gone = Fault::Status { status: 404, body: None };
    let rule = Rule { nth: 2, ..Rule::new(stage.subject.sandbox, Step::Download, gone) };
    stage.sandbox.set_faults(vec![rule]);
    let work = stage.subject.sequence.as_ref().unwrap();
    let provider = stage.hurried_at(work.offer);
    let outcome = provider.run(&work.request(), &stage.saving()).await.unwrap();
    let saved: Vec<_> = outcome.artifacts.iter().map(|it| it.path.is_some()).collect();
    assert_eq!((saved, outcome.failures.len()), (vec![true, false, true], 1));
}

async fn inlined(stage: Stage) {
    for form in ["base64Data", "dataURI"] {
        let mut request = stage.request();
        let options = serde_json::json!({ "outputType": form }).as_object().cloned().unwrap();
        request.provider_options.0.insert("runware".to_owned(), options);
        let outcome = stage.hurried().run(&request, &stage.saving()).await.unwrap();
        let artifact = &outcome.artifacts[0];
        assert_eq!((artifact.width, artifact.mime.as_deref()), (Some(1024), Some("image/jpeg")));
        assert!(artifact.path.as_ref().unwrap().is_file(), "{form}");
        assert_eq!(outcome.failures, []);
    }
    assert_eq!(stage.calls("download").await, 0);
}

async fn dropped(stage: Stage) {
    stage.fault(Step::Download, Fault::Drip { ms: 100, bytes: 256 });
    let (provider, options) = (stage.hurried(), stage.saving());
    let job = provider.submit(&stage.request(), &options).await.unwrap();
    let begun = async {
        while files(&stage) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        ended = provider.wait(&job, &options) => panic!("it drips for a minute: {ended:?}"),
        () = begun => {}
    }
    // The disk may have been at work on the last piece.
    while files(&stage) > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn files(stage: &Stage) -> usize {
    std::fs::read_dir(stage.folder()).unwrap().count()
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
    let fields: Vec<_> = outcome.differences.iter().map(|it| &*it.field).collect();
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
    let fields: Vec<_> = outcome.differences.iter().map(|it| &*it.field).collect();
    assert!(fields.contains(&"kind"), "{fields:?}");
    let (subtype, path) = (artifact.mime.as_deref().unwrap(), artifact.path.as_ref().unwrap());
    assert!(subtype.ends_with(path.extension().unwrap().to_str().unwrap()), "{}", path.display());
    stage.charged(1);
}
