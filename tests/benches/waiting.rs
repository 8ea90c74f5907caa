//! Ten thousand jobs that wait in one process: `cargo bench -p genmux-tests --bench waiting`.
//!
//! At Runware's sandbox, which plays in a second process and ends none of them. What is printed is
//! the memory for each, and how often the vendor is asked once polls have come to their slowest.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // A bench that fails should stop; it prints.

mod vendors;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use futures_util::stream::{StreamExt as _, iter};
use genmux::{
    Client, HttpOptions, HttpTransport, Job, Provider, Request, ResponseBody, RunOptions, Settings,
    Transport, TransportError,
};
use genmux_core::Body;
use peak_alloc::PeakAlloc;
use vendors::Vendors;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// After so long, polls of a job are as rare as they get: every ten seconds.
const SETTLES: Duration = Duration::from_secs(30);
const WATCHED: Duration = Duration::from_secs(30);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if vendors::are_played() {
        return runtime.block_on(vendors::play(3_600_000));
    }
    runtime.block_on(waiting(&Vendors::start()));
}

/// Counts the calls, and the jobs that they name.
#[derive(Debug)]
struct Counting {
    http: HttpTransport,
    calls: AtomicUsize,
    jobs: AtomicUsize,
}

#[async_trait]
impl Transport for Counting {
    async fn send(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ResponseBody>, TransportError> {
        let body = request.body().as_bytes().unwrap_or_default();
        let jobs = String::from_utf8_lossy(body).matches("taskUUID").count();
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.jobs.fetch_add(jobs, Ordering::Relaxed);
        self.http.send(request).await
    }
}

async fn waiting(vendors: &Vendors) {
    let (jobs, share) = if vendors::is_trial() { (50, 20) } else { (10_000, 1) };
    let http = HttpTransport::new(HttpOptions::default());
    let counting =
        Arc::new(Counting { http, calls: AtomicUsize::new(0), jobs: AtomicUsize::new(0) });
    let settings = Settings { transport: Some(counting.clone()), ..vendors.settings() };
    let client = Client::new(settings).unwrap();
    let provider = client.provider("runware/seedream-4.0").unwrap();
    let before = MEMORY.current_usage();
    let handles = submitted(&provider, jobs).await;
    let held = MEMORY.current_usage().saturating_sub(before);
    MEMORY.reset_peak_usage();
    let deadline = Some((SETTLES + WATCHED) / share);
    let waits = handles.into_iter().map(|job| {
        let provider = provider.clone();
        let options = RunOptions { deadline, ..RunOptions::default() };
        tokio::spawn(async move { provider.wait(&job, &options).await.is_err() })
    });
    let waits: Vec<_> = waits.collect();
    watch(&counting, share).await;
    let peak = MEMORY.peak_usage().saturating_sub(before);
    println!(
        "{jobs} jobs: {} bytes each as handles, {} each at most while they wait",
        held / jobs,
        peak / jobs
    );
    let ended = join_all(waits).await;
    let waiting = ended.into_iter().filter(|it| *it.as_ref().unwrap()).count();
    println!("{waiting} of them still running at the deadline");
}

/// Submits some at a time, and holds the handles.
async fn submitted(provider: &Arc<dyn Provider>, jobs: usize) -> Vec<Job> {
    let mut request = Request::image("a paper boat on the water");
    request.size = Some("2048x2048".parse().unwrap());
    let (request, options) = (&request, &RunOptions::default());
    let submits = iter(0..jobs).map(|_| async move { provider.submit(request, options).await });
    submits.buffer_unordered(16).map(Result::unwrap).collect().await
}

/// Prints how often the vendor is asked.
async fn watch(counting: &Counting, share: u32) {
    let counts = || (counting.calls.load(Ordering::Relaxed), counting.jobs.load(Ordering::Relaxed));
    let rate = |count: usize, time: Duration| {
        f64::from(u32::try_from(count).unwrap()) / time.as_secs_f64()
    };
    let mut last = (counts(), cpu());
    for (what, time) in [("at first", SETTLES / share), ("then", WATCHED / share * 9 / 10)] {
        tokio::time::sleep(time).await;
        let now = (counts(), cpu());
        let ((calls, jobs), (calls_before, jobs_before)) = (now.0, last.0);
        println!(
            "{what}: {:.0} polls a second, which ask for {:.0} jobs a second; {:.0} % of a core",
            rate(calls - calls_before, time),
            rate(jobs - jobs_before, time),
            100.0 * (now.1 - last.1) / time.as_secs_f64()
        );
        last = now;
    }
}

/// Seconds of processor time that this process has used; 0 where the system does not tell.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).map(|it| it.parse::<f64>().unwrap());
    ticks.sum::<f64>() / 100.0
}
