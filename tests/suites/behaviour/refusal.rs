//! Refusals: before anything is sent, and by the vendor. None of them costs anything.

use genmux::{Catalog, Client, Error, ErrorKind, Request, RunError, RunOptions};
use genmux_sandbox::{Fault, Step};

use crate::list::List;
use crate::stage::Stage;
use crate::subject::Work;

pub(crate) fn trials(list: &mut List) {
    for (name, key, kind) in [
        ("submit::wrong_key_is_auth_and_free", "invalid-key", ErrorKind::Auth),
        ("submit::no_credit_is_quota_and_free", "no-credit", ErrorKind::Quota),
        ("submit::no_right_is_plan_and_free", "no-plan", ErrorKind::Plan),
        ("submit::too_many_is_rate_limited_and_free", "throttled", ErrorKind::RateLimited),
    ] {
        list.add(name, move |stage| refused_key(stage, key, kind));
    }
    list.add("submit::no_key_names_its_variable_and_sends_nothing", no_key);
    list.add("submit::a_violation_is_free_and_sends_nothing", violation);
    list.add("submit::a_refused_parameter_has_its_canonical_name", refused_parameter);
    list.add("submit::an_unknown_model_is_free", unknown_model);
    list.add("submit::a_wrong_address_is_not_found_and_free", wrong_address);
    if list.subject.name == "runware" {
        list.add("submit::a_refused_option_has_the_name_of_its_option", refused_option);
    }
    if list.subject.moderation.is_some() {
        list.add("submit::a_content_check_is_moderation_and_free", content_check);
    }
}

/// How a run failed that costs nothing, and of which nothing came.
async fn free(stage: &Stage, client: &Client) -> Error {
    let provider = client.provider(stage.work().offer).unwrap();
    let failed = provider.run(&stage.request(), &RunOptions::default()).await.unwrap_err();
    assert!(!failed.may_have_been_charged(), "{failed:?}");
    stage.charged(0);
    let RunError::Failed(error) = failed else { panic!("not by the vendor: {failed}") };
    assert_eq!(error.offer.as_deref(), Some(stage.work().offer));
    assert!(error.job.is_none() && error.outcome.is_none());
    *error
}

async fn refused_key(stage: Stage, key: &'static str, kind: ErrorKind) {
    let error = free(&stage, &stage.client_with_key(key)).await;
    assert_eq!(error.kind, kind, "{error}");
    assert_eq!(error.is_retryable(), kind == ErrorKind::RateLimited);
    assert_eq!(error.retry_after.is_some(), kind == ErrorKind::RateLimited);
    assert!((400..500).contains(&error.status.unwrap()));
    // A rate passes and is waited for; nothing else is asked twice.
    let asked = if kind == ErrorKind::RateLimited { 3 } else { 1 };
    assert_eq!(stage.calls("submit").await, asked);
}

async fn no_key(stage: Stage) {
    let mut settings = stage.settings();
    settings.credentials.remove(stage.subject.name);
    let error = free(&stage, &Client::new(settings).unwrap()).await;
    assert_eq!(error.kind, ErrorKind::Auth);
    for variable in stage.subject.variables {
        assert!(error.message.contains(variable), "{error}");
    }
    stage.untouched().await;
}

async fn violation(stage: Stage) {
    let mut request = stage.request();
    request.prompt = None;
    let refused = stage.provider().run(&request, &RunOptions::default()).await.unwrap_err();
    let RunError::Rejected(rejection) = &refused else { panic!("{refused}") };
    assert_eq!(rejection.violations()[0].field, "prompt");
    assert!(!refused.may_have_been_charged());
    stage.untouched().await;
}

async fn refused_parameter(stage: Stage) {
    let refusal = &stage.subject.refusal;
    let (status, body) = (refusal.status, Some(refusal.body.to_owned()));
    stage.fault(Step::Submit, Fault::Status { status, body });
    let error = free(&stage, &stage.client()).await;
    assert_eq!((error.kind, error.status), (ErrorKind::Invalid, Some(refusal.status)));
    let violation = &error.violations[0];
    assert_eq!((&*violation.field, violation.kind), (refusal.field, refusal.kind));
    assert_eq!(violation.stage, Some("run"));
}

async fn refused_option(stage: Stage) {
    let text = r#"{"prompt": "a boat", "size": "1024x1024",
        "provider_options": {"runware": {"sparkle": 1}}}"#;
    let request = Request::from_json(text.as_bytes()).unwrap();
    let options = RunOptions { allow_unlisted: true, ..RunOptions::default() };
    let refused = stage.provider().run(&request, &options).await.unwrap_err();
    let error = refused.failed().unwrap();
    let fields: Vec<_> = error.violations.iter().map(|it| &*it.field).collect();
    assert_eq!(fields, ["provider_options.runware.sparkle"]);
    stage.charged(0);
}

async fn unknown_model(stage: Stage) {
    let Work { kind, .. } = stage.work();
    let provider = stage.subject.name;
    let write = |path: &str, text: String| {
        let path = stage.folder().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let dated = r#""source": "https://a.example", "since": "2026-01-01", "dated_by": "page""#;
    let model = format!(
        r#"{{"name": "Ghost", "kind": "{kind}", "workflows": ["text-to-{kind}"], {dated}}}"#
    );
    let offer = format!(
        r#"{{"lab": "acme", "vendor_id": "acme/ghost", "revisions": [{{
            {dated}, "fields": {{"prompt": {{"to": "prompt", "required": true}}}}}}]}}"#
    );
    write("models/acme/ghost.json", model);
    write(&format!("{provider}/ghost.json"), offer);
    let mut settings = stage.settings();
    settings.catalog = Some(Catalog::with_directory(stage.folder()).unwrap());
    let ghost = Client::new(settings).unwrap().provider(&format!("{provider}/ghost")).unwrap();
    let mut request = Request::default();
    request.prompt = Some("a boat".to_owned());
    let refused = ghost.run(&request, &RunOptions::default()).await.unwrap_err();
    let error = refused.failed().unwrap();
    assert!(matches!(error.kind, ErrorKind::NotFound | ErrorKind::Invalid), "{error}");
    assert!(!error.may_have_been_charged() && !error.is_retryable());
    stage.charged(0);
}

async fn wrong_address(stage: Stage) {
    stage.fault(Step::Submit, Fault::Status { status: 404, body: None });
    assert_eq!(free(&stage, &stage.client()).await.kind, ErrorKind::NotFound);
}

async fn content_check(stage: Stage) {
    let (status, body) = stage.subject.moderation.unwrap();
    stage.fault(Step::Submit, Fault::Status { status, body: Some(body.to_owned()) });
    let error = free(&stage, &stage.client()).await;
    assert!(matches!(error.kind, ErrorKind::Moderation(_)), "{error}");
}
