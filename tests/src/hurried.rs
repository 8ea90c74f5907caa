//! A provider's adapter that asks for news every few milliseconds: trials that need many polls do
//! not wait for them.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // A panic is a failed test.

use std::time::Duration;

use genmux::{
    Adapter, Auth, Capability, Cost, Hook, HookError, HookEvent, HttpRequest, JobState, Payload,
    Recent, RemoteArtifact, Reply, SubmitResult, Ticket, UploadFile, UploadState, UploadStep,
    VendorError,
};

#[derive(Debug)]
struct Hurried {
    inner: &'static dyn Adapter,
    capability: &'static Capability,
}

/// The adapter of a provider, in a hurry. It is leaked: an adapter lives as long as the process.
pub fn hurried(provider: &str) -> &'static dyn Adapter {
    let inner = genmux::adapter(provider).unwrap();
    let poll_every = (Duration::from_millis(20), Duration::from_millis(60));
    let polls_per_minute = 60_000;
    let capability = Capability { poll_every, polls_per_minute, ..*inner.capability() };
    let capability = Box::leak(Box::new(capability));
    Box::leak(Box::new(Hurried { inner, capability }))
}

impl Adapter for Hurried {
    fn provider(&self) -> &'static str {
        self.inner.provider()
    }

    fn capability(&self) -> &'static Capability {
        self.capability
    }

    fn auth(&self) -> Auth {
        self.inner.auth()
    }

    fn submit(
        &self,
        base: &str,
        payloads: &[Payload<'_>],
        cancel_after: Option<Duration>,
    ) -> serde_json::Result<HttpRequest> {
        self.inner.submit(base, payloads, cancel_after)
    }

    fn read_submit(
        &self,
        reply: &Reply,
        payloads: &[Payload<'_>],
    ) -> Result<Vec<SubmitResult>, VendorError> {
        self.inner.read_submit(reply, payloads)
    }

    fn poll(&self, base: &str, tickets: &[Ticket]) -> HttpRequest {
        self.inner.poll(base, tickets)
    }

    fn read_status(
        &self,
        reply: &Reply,
        tickets: &[Ticket],
    ) -> Result<Vec<Option<JobState>>, VendorError> {
        self.inner.read_status(reply, tickets)
    }

    fn assets(&self, base: &str, ids: &[String]) -> Option<HttpRequest> {
        self.inner.assets(base, ids)
    }

    fn read_assets(&self, reply: &Reply) -> Result<Vec<RemoteArtifact>, VendorError> {
        self.inner.read_assets(reply)
    }

    fn recent(
        &self,
        base: &str,
        since: i64,
        vendor_id: &str,
        page: Option<&str>,
    ) -> Option<HttpRequest> {
        self.inner.recent(base, since, vendor_id, page)
    }

    fn read_recent(&self, reply: &Reply) -> Result<Recent, VendorError> {
        self.inner.read_recent(reply)
    }

    fn cancel(&self, base: &str, ticket: &Ticket) -> Option<HttpRequest> {
        self.inner.cancel(base, ticket)
    }

    fn read_cancel(&self, reply: &Reply) -> Result<bool, VendorError> {
        self.inner.read_cancel(reply)
    }

    fn upload(&self, base: &str, file: &UploadFile) -> Result<UploadStep, VendorError> {
        self.inner.upload(base, file)
    }

    fn read_upload(
        &self,
        base: &str,
        file: &UploadFile,
        state: UploadState,
        reply: &Reply,
    ) -> Result<UploadStep, VendorError> {
        self.inner.read_upload(base, file, state, reply)
    }

    fn price(&self, base: &str, payload: &Payload<'_>) -> serde_json::Result<Option<HttpRequest>> {
        self.inner.price(base, payload)
    }

    fn read_price(&self, reply: &Reply) -> Result<Cost, VendorError> {
        self.inner.read_price(reply)
    }

    fn read_webhook(&self, hook: &Hook<'_>) -> Result<HookEvent, HookError> {
        self.inner.read_webhook(hook)
    }
}
