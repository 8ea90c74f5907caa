//! What a parked job takes, counted exactly, at every vendor.
#![allow(clippy::unwrap_used)] // A panic fails the test.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use allocation_counter::measure;
use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::stream::{StreamExt as _, iter};
use genmux::{
    Body, Client, Credentials, ResponseBody, RunOptions, Settings, Transport, TransportError,
};
use genmux_tests::handles::{handle, numbered};

/// Most bytes for each.
const MOST: u64 = 600;

/// So many that tables which double have just done so: a job takes no more of them than here.
const JOBS: usize = 60_000;

/// A vendor that never answers.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl Transport for Silent {
    async fn send(
        &self,
        _request: http::Request<Body>,
    ) -> Result<http::Response<ResponseBody>, TransportError> {
        pending().await
    }
}

#[track_caller]
fn check(offers: [&str; 2]) {
    const URL: &str = "http://127.0.0.1:1/v1";
    let provider = offers[0].split('/').next().unwrap().to_owned();
    let settings = Settings {
        environment: false,
        base_urls: BTreeMap::from([(provider.clone(), URL.to_owned())]),
        credentials: BTreeMap::from([(provider, Credentials::pair("key", "secret"))]),
        transport: Some(Arc::new(Silent)),
        ..Settings::default()
    };
    let client = Client::new(settings).unwrap();
    let alike = offers.map(|offer| handle(&client, offer, URL));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let peak = measure(|| runtime.block_on(park(&client, &alike))).bytes_max;
    let each = peak / JOBS as u64;
    assert!(each < MOST, "{each} bytes for a job");
}

/// Parks all jobs, whose handles are made as they are taken.
async fn park(client: &Client, alike: &[genmux::Job; 2]) {
    let taken = AtomicUsize::new(0);
    let handles = (0..JOBS).map(|at| {
        taken.fetch_add(1, Ordering::Relaxed);
        numbered(&alike[at % 2], at)
    });
    let mut ended = client.wait_many(iter(handles).boxed(), &RunOptions::default());
    while taken.load(Ordering::Relaxed) < JOBS {
        assert!(ended.next().now_or_never().is_none(), "nothing ends");
        tokio::task::yield_now().await;
    }
}

#[test]
fn at_runware() {
    check(["runware/seedream-4.0", "runware/seedance-1.0-pro"]);
}

#[test]
fn at_replicate() {
    check(["replicate/seedance-2.0-fast", "replicate/seedance-2.0"]);
}

#[test]
fn at_scenario() {
    check(["scenario/seedream-4.0", "scenario/dreamina-3.1"]);
}
