//! A vendor whose replies are written down beforehand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use genmux_core::{
    Adapter, Auth, Body, Cancel, Capability, Hook, HookError, HookEvent, Hooks, JobState,
    JobStatus, Payload, SubmitResult, Ticket, UploadFile, UploadState, UploadStep, read_reply,
};

use super::*;
use crate::account::Account;
use crate::options::Credentials;
use crate::transport::{ResponseBody, Sent, Transport, TransportError, TransportErrorKind};

/// What the next request gets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gets {
    Status(u16),
    Refused,
    Reset,
}

/// Replies in their order, the last one for ever.
#[derive(Clone, Debug)]
pub(crate) struct Scripted(Arc<Mutex<(VecDeque<Gets>, usize)>>);

impl Scripted {
    pub(crate) fn new(replies: impl IntoIterator<Item = Gets>) -> Scripted {
        Scripted(Arc::new(Mutex::new((replies.into_iter().collect(), 0))))
    }

    pub(crate) fn sent(&self) -> usize {
        self.0.lock().unwrap().1
    }

    /// From now on every request gets this.
    pub(crate) fn always(&self, reply: Gets) {
        self.0.lock().unwrap().0 = VecDeque::from([reply]);
    }

    /// An account at the vendor.
    pub(crate) fn account(&self) -> Account {
        let key = Some(Credentials::key("k"));
        Account::new(&Acme, Arc::new(self.clone()), "http://127.0.0.1:1/v1", key).unwrap()
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(
        &self,
        _request: http::Request<Body>,
    ) -> Result<http::Response<ResponseBody>, TransportError> {
        let mut script = self.0.lock().unwrap();
        script.1 += 1;
        let next =
            if script.0.len() > 1 { script.0.pop_front() } else { script.0.front().copied() };
        let (kind, sent) = match next.expect("a script") {
            Gets::Status(status) => {
                let mut reply = http::Response::new(bytes::Bytes::from_static(b"{}").into());
                *reply.status_mut() = status.try_into().unwrap();
                return Ok(reply);
            }
            Gets::Refused => (TransportErrorKind::Connect, Sent::No),
            Gets::Reset => (TransportErrorKind::Broken, Sent::Maybe),
        };
        Err(TransportError::new(kind, sent))
    }
}

/// Asked about jobs, its good replies say that they are done.
#[derive(Debug)]
struct Acme;

pub(crate) const CAPABILITY: Capability = Capability {
    tasks_per_submit: 1,
    jobs_per_poll: 1,
    polls_per_minute: 6_000,
    dedupes_submits: false,
    results_trickle: false,
    cancel: Cancel::None,
    cancel_after: false,
    price: None,
    lends_assets: false,
    upload_max_bytes: None,
    progress: false,
    tells_cost: false,
    outputs_last: None,
    hooks: Hooks::Unsigned,
    poll_every: (Duration::from_secs(1), Duration::from_secs(10)),
};

pub(crate) const KEY: Auth = Auth::Bearer("ACME_KEY");

/// Reads a reply for its status alone.
pub(crate) fn read(reply: &Reply) -> Result<(), VendorError> {
    let _body: serde_json::Value = read_reply(reply)?;
    match reply.status().as_u16() {
        status if status < 400 => Ok(()),
        status => Err(VendorError::of_status(status, "no")),
    }
}

impl Adapter for Acme {
    fn provider(&self) -> &'static str {
        "acme"
    }

    fn capability(&self) -> &'static Capability {
        &CAPABILITY
    }

    fn auth(&self) -> Auth {
        KEY
    }

    fn submit(
        &self,
        base: &str,
        _payloads: &[Payload<'_>],
        _cancel_after: Option<Duration>,
    ) -> serde_json::Result<HttpRequest> {
        Ok(HttpRequest::new("POST", format!("{base}/jobs"), KEY))
    }

    fn read_submit(
        &self,
        _reply: &Reply,
        _payloads: &[Payload<'_>],
    ) -> Result<Vec<SubmitResult>, VendorError> {
        Ok(Vec::new())
    }

    fn poll(&self, base: &str, _tickets: &[Ticket]) -> HttpRequest {
        HttpRequest::new("GET", format!("{base}/jobs"), KEY)
    }

    fn read_status(
        &self,
        reply: &Reply,
        tickets: &[Ticket],
    ) -> Result<Vec<Option<JobState>>, VendorError> {
        read(reply)?;
        Ok(tickets.iter().map(|_| Some(JobState::new(JobStatus::Succeeded))).collect())
    }

    fn cancel(&self, _base: &str, _ticket: &Ticket) -> Option<HttpRequest> {
        None
    }

    fn read_cancel(&self, _reply: &Reply) -> Result<bool, VendorError> {
        Ok(false)
    }

    fn upload(&self, _base: &str, _file: &UploadFile) -> Result<UploadStep, VendorError> {
        Err(VendorError::new(ErrorKind::Invalid, "no uploads"))
    }

    fn read_upload(
        &self,
        _base: &str,
        _file: &UploadFile,
        _state: UploadState,
        _reply: &Reply,
    ) -> Result<UploadStep, VendorError> {
        Err(VendorError::new(ErrorKind::Invalid, "no uploads"))
    }

    fn read_webhook(&self, _hook: &Hook<'_>) -> Result<HookEvent, HookError> {
        Err(HookError::Signature)
    }
}
