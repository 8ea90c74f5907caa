//! What all handlers share, and the one way in which a job comes into being.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::check::Validators;
use crate::clock::{Clock, rfc3339};
use crate::faults::{Effect, Plan};
use crate::files::{File, Files};
use crate::ids::Ids;
use crate::jobs::{Job, Jobs, Output, Stage};
use crate::ledger::{Charge, Ledger};
use crate::media::{Format, Spec};
use crate::options::Options;
use crate::provider::Provider;
use crate::{VendorSchema, schema};

/// A handle on the one state of a sandbox.
pub(crate) type App = Arc<State>;

/// The state of a sandbox.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) addr: SocketAddr,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) jobs: Jobs,
    pub(crate) files: Files,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Plan,
    pub(crate) validators: Validators,
    pub(crate) requests: Mutex<Vec<Value>>,
    pub(crate) runware: crate::runware::socket::Sessions,
    pub(crate) replicate: crate::replicate::Store,
    pub(crate) scenario: crate::scenario::Store,
}

/// A checked request for work.
pub(crate) struct Order {
    pub(crate) provider: Provider,
    pub(crate) id: String,
    pub(crate) vendor_id: String,
    pub(crate) input: Value,
    pub(crate) specs: Vec<Spec>,
    pub(crate) effect: Effect,
    /// Milliseconds from acceptance.
    pub(crate) deadline: Option<u64>,
}

impl State {
    pub(crate) fn new(options: Options, addr: SocketAddr) -> Self {
        Self {
            addr,
            clock: Clock::start(options.clock_scale),
            ids: Ids::new(options.seed),
            jobs: Jobs::default(),
            files: Files::default(),
            ledger: Ledger::default(),
            faults: Plan::new(options.faults.clone()),
            validators: Validators::default(),
            requests: Mutex::default(),
            runware: crate::runware::socket::Sessions::default(),
            replicate: crate::replicate::Store::default(),
            scenario: crate::scenario::Store::default(),
            options,
        }
    }

    /// The address of a path, such as `/outputs/runware/a.png`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// The schema that is in force on the sandbox's day.
    pub(crate) fn schema(&self, provider: Provider, model: &str) -> Option<&'static VendorSchema> {
        schema(provider.name(), model, &self.options.as_of)
    }

    /// Accepts and charges a job; `None` if its id is taken.
    pub(crate) fn accept(&self, order: Order) -> Option<Job> {
        let now = self.clock.now();
        let job = Job {
            provider: order.provider,
            outputs: self.outputs(&order),
            id: order.id,
            vendor_id: order.vendor_id,
            input: order.input,
            created: now,
            polls: 0,
            pace: order.effect.pace.unwrap_or(self.options.pace),
            failure: order.effect.failure,
            deadline: order.deadline.map(|ms| now.saturating_add(ms)),
            canceled: None,
            delivered: false,
            trickle: order.effect.trickle,
            found: 0,
        };
        self.jobs.insert(job.clone()).then(|| self.charge(&job))?;
        Some(job)
    }

    fn charge(&self, job: &Job) {
        self.ledger.charge(Charge {
            provider: job.provider.name(),
            job: job.id.clone(),
            vendor_id: job.vendor_id.clone(),
            at: rfc3339(job.created),
            refunded: false,
        });
    }

    /// All charges; what failed, or was stopped before it ran, is marked as given back.
    pub(crate) fn charges(&self) -> Vec<Charge> {
        let now = self.clock.now();
        for job in self.jobs.all() {
            if matches!(job.stage(now), Stage::Failed | Stage::Aborted) {
                self.ledger.refund(&job.id);
            }
        }
        self.ledger.entries()
    }

    fn outputs(&self, order: &Order) -> Vec<Output> {
        let count = order.effect.outputs.unwrap_or(usize::MAX);
        let specs = order.specs.iter().take(count);
        specs.map(|spec| self.output(order, spec.clone())).collect()
    }

    fn output(&self, order: &Order, spec: Spec) -> Output {
        let spec = if order.effect.wrong_type { other_type(spec) } else { spec };
        let id = match order.provider {
            Provider::Scenario => format!("asset_{}", self.ids.text(24)),
            Provider::Runware | Provider::Replicate => self.ids.uuid(),
        };
        let extension = spec.format.extension();
        let path = format!("/outputs/{}/{id}.{extension}", order.provider.name());
        let seed = spec.seed;
        let file = self.files.put(path.clone(), File::made(spec));
        Output { id, path, seed, file }
    }

    /// Writes a line of `/_sandbox/requests`.
    pub(crate) fn note(&self, request: Value) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }

    /// Waits until a job is final, or for `limit` milliseconds of the sandbox's clock.
    pub(crate) async fn wait(&self, provider: Provider, id: &str, limit: u64) -> Option<Job> {
        let until = self.clock.now() + limit;
        loop {
            let job = self.jobs.poll(provider, id, self.clock.now())?;
            let now = self.clock.now();
            if job.stage(now).is_final() || now >= until {
                return Some(job);
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

/// A picture where a video was asked for, and the reverse.
fn other_type(spec: Spec) -> Spec {
    let format = if spec.format.is_video() { Format::Png } else { Format::Mp4 };
    Spec { format, millis: spec.millis.max(1000), ..spec }
}
