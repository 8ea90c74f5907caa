//! Memory of large media and of waiting: `cargo bench -p genmux-tests --bench memory`.
//!
//! The vendors are played by this program in a second process, so that only the client's own
//! allocations are counted. What is printed is the peak above what was held before: of a medium of
//! 10 MB in each of its forms, translated and submitted, and of jobs that wait in a future each.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // A bench that fails should stop; it prints.

mod vendors;

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use futures_util::future::join_all;
use genmux::{
    Client, FileAccess, Handover, Media, Policy, Provider as _, Request, RunOptions, Vendor,
    context_with_files,
};
use peak_alloc::PeakAlloc;
use vendors::Vendors;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MEDIUM: usize = 10_000_000;
/// Most that may be allocated beside the medium.
const MOST: usize = 1_000_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if vendors::are_played() {
        return runtime.block_on(vendors::play(20_000));
    }
    let vendors = Vendors::start();
    runtime.block_on(async {
        media(&vendors).await;
        let jobs = if vendors::is_trial() { 20 } else { 1000 };
        waiting(&vendors, "runware/seedream-4.0", jobs).await;
        waiting(&vendors, "replicate/seedance-2.0-fast", jobs).await;
        waiting(&vendors, "scenario/seedream-4.0", jobs).await;
    });
}

/// A picture of which only the header is true: 10 MB of a PNG of 1024 x 1024 pixels.
fn picture() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x04\0\x08\x02\0\0\0".to_vec();
    bytes.resize(MEDIUM, 0);
    bytes
}

/// What is allocated beyond what is held when the work begins.
async fn peak<T>(work: impl Future<Output = T>) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let done = work.await;
    (done, MEMORY.peak_usage().saturating_sub(before))
}

async fn media(vendors: &Vendors) {
    let file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
    std::fs::write(file.path(), picture()).unwrap();
    let uri = format!("data:image/png;base64,{}", BASE64_STANDARD.encode(picture()));
    let uri: Media = uri.parse().unwrap();
    let bytes = Media::bytes(picture(), "image/png");
    let path: Media = file.path().to_str().unwrap().parse().unwrap();
    println!("a medium of {MEDIUM} bytes, and what is allocated beside it (limit {MOST}):");
    for offer in ["runware/seedream-4.0", "replicate/seedance-2.0-fast", "scenario/seedream-4.0"] {
        for (form, media) in [("file", &path), ("data URI", &uri), ("bytes", &bytes)] {
            one_medium(vendors, offer, (form, media)).await;
        }
    }
}

async fn one_medium(vendors: &Vendors, offer: &str, (form, media): (&str, &Media)) {
    let client = Client::new(vendors.settings()).unwrap();
    let vendor = client.vendor(offer).unwrap();
    let mut request = request(offer);
    // The first connection, the certificates and the compiled plan are not the medium's.
    vendor.submit(&request, &RunOptions::default()).await.unwrap();
    request.references.images = vec![media.clone()];
    let (way, translated) = peak(async { translated(&vendor, &request) }).await;
    let (job, submitted) = peak(vendor.submit(&request, &RunOptions::default())).await;
    job.unwrap();
    let verdict = if translated.max(submitted) <= MOST { "within" } else { "ABOVE" };
    println!(
        "  {offer:28} {form:8}: translated {translated:>7}, {way} and submitted {submitted:>7} \
         {verdict}"
    );
}

/// Looks at the medium, translates and writes the payload to nowhere; how the medium will go.
fn translated(vendor: &Vendor, request: &Request) -> &'static str {
    let context = context_with_files(request, FileAccess::Anywhere);
    let policy = Policy::default();
    let translation = vendor.offer().translate(request, &policy, &context).unwrap();
    serde_json::to_writer(std::io::sink(), &translation.payload(0)).unwrap();
    match translation.handovers().first() {
        None | Some((_, _, Handover::AsItIs)) => "in the payload",
        Some((_, _, Handover::Inlined)) => "inlined",
        Some((_, _, Handover::Uploaded | Handover::Copied)) => "uploaded",
    }
}

fn request(offer: &str) -> Request {
    let prompt = "a paper boat on the water";
    let video = offer.starts_with("replicate");
    let mut request = if video { Request::video(prompt) } else { Request::image(prompt) };
    if offer.starts_with("runware") {
        request.size = Some("2048x2048".parse().unwrap());
    }
    request
}

async fn waiting(vendors: &Vendors, offer: &str, jobs: usize) {
    let client = Client::new(vendors.settings()).unwrap();
    let provider = client.provider(offer).unwrap();
    let options = RunOptions { deadline: Some(Duration::from_secs(8)), ..RunOptions::default() };
    let request = request(offer);
    let mut handles = Vec::new();
    for _ in 0..jobs {
        handles.push(provider.submit(&request, &options).await.unwrap());
    }
    let waits = handles.iter().map(|job| provider.wait(job, &options));
    let (ended, peak) = peak(join_all(waits)).await;
    let still_running = ended.iter().filter(|ended| ended.is_err()).count();
    println!(
        "{jobs} jobs waiting at {offer}: {peak} bytes at most, {} for each ({still_running} still \
         running after 8 s)",
        peak / jobs
    );
}
