//! A hundred thousand jobs that wait in one process: `cargo bench -p genmux-tests --bench waiting`.
//!
//! A vendor that knows every job, and lets all of them run, plays in a second process; the client
//! asks it over HTTP. What is printed is the memory of the client, its share of a core and how
//! often each job is asked about once all are parked; at Replicate and Scenario, which are asked
//! about one job at a time, the memory and how far the interval stretches.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // A bench that fails should stop; it prints.

#[path = "vendors/stub.rs"]
mod stub;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::{StreamExt as _, iter};
use genmux::{
    Body, Client, Credentials, HttpOptions, HttpTransport, Job, ResponseBody, RunOptions, Settings,
    Transport, TransportError,
};
use genmux_tests::handles::{handle, numbered};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const PLAYS: &str = "--play-stub";

/// What 100,000 parked jobs of Runware may take.
const MOST_MEGABYTES: f64 = 60.0;
const MOST_OF_A_CORE: f64 = 10.0;

fn main() {
    if std::env::args().any(|argument| argument == PLAYS) {
        return stub::play();
    }
    let trial = std::env::args().any(|argument| argument == "--test");
    let (jobs, share) = if trial { (500, 30) } else { (100_000, 1) };
    let vendor = Vendor::start();
    // Each in a process of its own would be the same: what one parked is let go before the next.
    for (offers, seconds) in [
        (["runware/seedream-4.0", "runware/seedance-1.0-pro"], [30, 60]),
        (["replicate/seedance-2.0-fast", "replicate/seedance-2.0"], [5, 20]),
        (["scenario/seedream-4.0", "scenario/dreamina-3.1"], [5, 20]),
    ] {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let times = seconds.map(|seconds| Duration::from_secs(seconds) / share);
        runtime.block_on(parked(&vendor, jobs, (offers, times)));
    }
}

/// The vendor in a process of its own, which ends when its input does.
struct Vendor {
    process: Child,
    address: String,
}

impl Vendor {
    fn start() -> Vendor {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(PLAYS).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Vendor { process, address: address.trim().to_owned() }
    }

    fn url(&self, provider: &str) -> String {
        format!("http://{}/{provider}/v1", self.address)
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// Counts the calls, and the jobs that they name.
#[derive(Debug, Default)]
struct Counts {
    calls: AtomicUsize,
    jobs: AtomicUsize,
}

#[derive(Debug)]
struct Counting {
    http: HttpTransport,
    counts: Arc<Counts>,
}

#[async_trait]
impl Transport for Counting {
    async fn send(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ResponseBody>, TransportError> {
        let body = request.body().as_bytes().unwrap_or_default();
        let jobs = String::from_utf8_lossy(body).matches("taskUUID").count().max(1);
        self.counts.calls.fetch_add(1, Ordering::Relaxed);
        self.counts.jobs.fetch_add(jobs, Ordering::Relaxed);
        self.http.send(request).await
    }
}

async fn parked(
    vendor: &Vendor,
    jobs: usize,
    (offers, [settles, watched]): ([&str; 2], [Duration; 2]),
) {
    let counts = Arc::new(Counts::default());
    let client = client(vendor, &counts);
    let url = |offer: &str| vendor.url(offer.split('/').next().unwrap());
    let alike = offers.map(|offer| handle(&client, offer, &url(offer)));
    let one_handle = of_one_handle(&alike[0]);
    let (before, resident) = (MEMORY.current_usage(), megabytes("VmRSS:"));
    MEMORY.reset_peak_usage();
    // Handles are made as they are taken, so that only what is parked is counted.
    let handles = (0..jobs).map(move |at| numbered(&alike[at % 2], at));
    let options = RunOptions { deadline: Some(Duration::from_hours(1)), ..RunOptions::default() };
    let mut ended = client.wait_many(iter(handles).boxed(), &options);
    let watching = watch(&counts, jobs, [settles, watched]);
    tokio::select! {
        ended = ended.next() => panic!("all of them run: {ended:?}"),
        () = watching => {}
    }
    let peak = MEMORY.peak_usage().saturating_sub(before);
    println!(
        "  memory: {} bytes a job at most ({one_handle} for a handle), {:.1} MB in all (limit \
         {MOST_MEGABYTES} MB); resident {:.1} MB, of it {resident:.1} MB before",
        peak / jobs,
        mega(peak),
        megabytes("VmRSS:"),
    );
}

fn client(vendor: &Vendor, counts: &Arc<Counts>) -> Client {
    let http = HttpTransport::new(HttpOptions::default());
    let counting = Counting { http, counts: counts.clone() };
    let names = ["runware", "replicate", "scenario"];
    let url = |name: &str| (name.to_owned(), vendor.url(name));
    let key = |name: &str| (name.to_owned(), Credentials::pair("key", "secret"));
    let settings = Settings {
        base_urls: names.map(url).into(),
        credentials: names.map(key).into(),
        environment: false,
        transport: Some(Arc::new(counting)),
        ..Settings::default()
    };
    Client::new(settings).unwrap()
}

fn of_one_handle(alike: &Job) -> usize {
    let before = MEMORY.current_usage();
    let handles: Vec<Job> = (0..100).map(|at| numbered(alike, at)).collect();
    (MEMORY.current_usage() - before) / handles.len()
}

/// Prints how often the vendor is asked, and what that takes.
async fn watch(counts: &Counts, jobs: usize, [settles, watched]: [Duration; 2]) {
    tokio::time::sleep(settles).await;
    let read =
        || (counts.calls.load(Ordering::Relaxed), counts.jobs.load(Ordering::Relaxed), cpu());
    let (calls_before, jobs_before, cpu_before) = read();
    tokio::time::sleep(watched).await;
    let (calls, asked, cpu) = read();
    let rate = |count: usize| f64::from(u32::try_from(count).unwrap()) / watched.as_secs_f64();
    let (polls, asked) = (rate(calls - calls_before), rate(asked - jobs_before));
    println!(
        "{jobs} jobs, for {} s: {polls:.0} polls a second, which ask for {asked:.0} jobs: each \
         every {:.1} s",
        watched.as_secs(),
        f64::from(u32::try_from(jobs).unwrap()) / asked,
    );
    println!(
        "  processor: {:.1} % of a core (limit {MOST_OF_A_CORE} %)",
        100.0 * (cpu - cpu_before) / watched.as_secs_f64()
    );
}

/// Seconds of processor time that this process has used; 0 where the system does not tell.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).map(|it| it.parse::<f64>().unwrap());
    ticks.sum::<f64>() / 100.0
}

/// A line of the system's figures of this process, in MB; 0 where it does not tell.
fn megabytes(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|it| it.strip_prefix(line)).unwrap_or_default();
    let kilobytes = found.split_whitespace().next().and_then(|it| it.parse::<f64>().ok());
    kilobytes.unwrap_or_default() * 1024.0 / 1e6
}

#[allow(clippy::cast_precision_loss)] // It is printed with one decimal.
fn mega(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
