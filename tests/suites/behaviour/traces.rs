//! Spans of a run: who was asked for what, and nothing that is the user's own.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use genmux::{Client, Provider as _, RunOptions};
use genmux_sandbox::{Fault, Rule, Step};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Event, Metadata, Subscriber};

use crate::list::List;
use crate::stage::{Stage, key};

pub(crate) fn trials(list: &mut List) {
    list.add("traces::name_provider_and_model", names);
    list.add("traces::tell_what_went_wrong", errors);
    list.add("traces::debug_shows_nothing_of_the_user", debug);
    list.add("traces::hold_nothing_of_the_user", nothing_of_the_user);
}

/// Everything that is traced on this thread.
#[derive(Clone, Default)]
struct Traces(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    spans: Vec<BTreeMap<String, String>>,
    /// Every value of every span and event.
    text: String,
}

impl Traces {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap()
    }

    /// The spans of a name, as an exporter shows it.
    fn spans(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let named = |span: &&BTreeMap<String, String>| {
            span.get("otel.name").or(span.get("name")).is_some_and(|it| it == name)
        };
        self.seen().spans.iter().filter(named).cloned().collect()
    }
}

/// Reads the values of a span or event.
struct Reader<'a>(&'a mut BTreeMap<String, String>);

impl Visit for Reader<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl Subscriber for Traces {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut values = BTreeMap::new();
        span.record(&mut Reader(&mut values));
        let mut seen = self.seen();
        write!(seen.text, "{values:?}").unwrap();
        values.insert("name".to_owned(), span.metadata().name().to_owned());
        seen.spans.push(values);
        Id::from_u64(seen.spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut seen = self.seen();
        let at = usize::try_from(id.into_u64()).unwrap() - 1;
        values.record(&mut Reader(&mut seen.spans[at]));
        let shown = format!("{:?}", seen.spans[at]);
        seen.text.push_str(&shown);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut values = BTreeMap::new();
        event.record(&mut Reader(&mut values));
        write!(self.seen().text, "{values:?}").unwrap();
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// A lone subscriber would be taken for that of all threads, and what other threads come to first
/// would not be traced here.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// What is traced while a request is run; the runtime has this one thread.
async fn traced(stage: &Stage) -> Traces {
    LazyLock::force(&ANOTHER);
    let traces = Traces::default();
    let _until_the_end = tracing::subscriber::set_default(traces.clone());
    let mut request = stage.request();
    request.prompt = Some("a canary on a paper boat".to_owned());
    // What comes of it is the trial's to judge by its traces.
    let _ended = stage.hurried().run(&request, &stage.saving()).await;
    traces
}

async fn names(stage: Stage) {
    let traces = traced(&stage).await;
    let offer = stage.client().vendor(stage.work().offer).unwrap();
    let model = offer.offer().model();
    for name in ["submit", "poll", "download"] {
        let spans = traces.spans(name);
        assert!(!spans.is_empty(), "no span {name}");
        for span in spans {
            let value = |key: &str| span.get(key).map(String::as_str);
            assert_eq!(value("gen_ai.provider.name"), Some(stage.subject.name), "{span:?}");
            assert_eq!(value("gen_ai.request.model"), Some(model), "{span:?}");
            assert_eq!(value("error.type"), None, "{span:?}");
        }
    }
}

async fn errors(stage: Stage) {
    let provider = stage.subject.sandbox;
    stage.sandbox.set_faults(vec![
        Rule::new(provider, Step::Poll, Fault::Status { status: 500, body: None }),
        Rule { times: 0, ..Rule::new(provider, Step::Download, Fault::ResetBefore) },
    ]);
    let traces = traced(&stage).await;
    let kinds = |name: &str| {
        let spans = traces.spans(name);
        spans.iter().filter_map(|span| span.get("error.type").cloned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds("poll"), ["provider_failed"]);
    assert_eq!(kinds("download"), ["transport"]);
    stage.fault(Step::Submit, Fault::Status { status: 404, body: None });
    assert_eq!(traced(&stage).await.spans("submit")[0]["error.type"], "not_found");
}

async fn nothing_of_the_user(stage: Stage) {
    let traces = traced(&stage).await;
    let text = &traces.seen().text;
    assert!(text.contains(stage.subject.name));
    for secret in ["canary", "Signature=", "a-key", "a-secret"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

async fn debug(stage: Stage) {
    let mut settings = stage.settings();
    settings.credentials.insert(stage.subject.name.to_owned(), key(stage.subject.name, "canary"));
    let shown = format!("{settings:?}");
    let client = Client::new(settings).unwrap();
    let vendor = client.vendor(stage.work().offer).unwrap();
    let options = RunOptions {
        credentials: Some(key(stage.subject.name, "canary")),
        ..RunOptions::default()
    };
    let account = client.account(stage.subject.name).unwrap();
    let outcome = vendor.run(&stage.request(), &options).await.unwrap();
    let failed = stage.client_with_key("invalid-key").vendor(stage.work().offer).unwrap();
    let failed = failed.run(&stage.request(), &RunOptions::default()).await.unwrap_err();
    let all = format!(
        "{shown} {client:?} {vendor:?} {options:?} {account:?} {} {outcome:?} {failed:?} {failed}",
        account.label()
    );
    for secret in ["canary", "a-secret", "invalid-key", "Signature=", "paper boat"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}
