//! Everything that is traced or logged in this process, at every level and by every crate.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What was said, and by whom.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) text: String,
    pub(crate) targets: BTreeSet<String>,
}

static HEARD: Mutex<Heard> = Mutex::new(Heard { text: String::new(), targets: BTreeSet::new() });

pub(crate) fn heard() -> MutexGuard<'static, Heard> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens until the process ends.
pub(crate) fn listen() {
    tracing::subscriber::set_global_default(Ear).unwrap();
    log::set_logger(&Ear).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
}

struct Ear;

impl Ear {
    fn hear(target: &str, record: impl FnOnce(&mut Reader<'_>)) {
        let mut heard = heard();
        heard.targets.insert(target.to_owned());
        record(&mut Reader(&mut heard.text));
    }
}

struct Reader<'a>(&'a mut String);

impl Visit for Reader<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Ear {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        Ear::hear(span.metadata().target(), |reader| span.record(reader));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        Ear::hear("a span", |reader| values.record(reader));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        Ear::hear(event.metadata().target(), |reader| event.record(reader));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Ear {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        Ear::hear(record.target(), |reader| write!(reader.0, " {}", record.args()).unwrap());
    }

    fn flush(&self) {}
}
