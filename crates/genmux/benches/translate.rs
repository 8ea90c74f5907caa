//! Check plus write, against structs written by hand that give the same bytes.
//!
//! Prints one table of ratios, both sides measured alternately in the same run; then criterion's
//! own figures. `cargo bench -p genmux`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A bench that cannot set up should stop.
#![allow(clippy::print_stdout, clippy::disallowed_methods)] // It measures time and prints it.

mod by_hand;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use genmux::{Catalog, Context, Offer, Policy, Request};

/// One offer with a request that sets what it takes.
struct Case {
    name: &'static str,
    offer: Offer,
    request: Request,
    context: Context,
    by_hand: fn(&Request, &str, &mut Vec<u8>),
    task_id: String,
    /// What the request becomes, for the way back.
    payload: serde_json::Value,
}

impl Case {
    fn new(name: &'static str, json: &str, by_hand: fn(&Request, &str, &mut Vec<u8>)) -> Case {
        let catalog = Catalog::embedded().as_of("2026-03-13".parse().unwrap());
        let request = Request::from_json(json.as_bytes()).unwrap();
        let mut context = genmux::context(&request);
        let id = genmux::Uuid::from_u128(0x84fc_e116_1387_4671_a029_fe6e_3d9a_4f56);
        context.task = genmux::TaskKey::given(id);
        let offer = catalog.offer(name).unwrap();
        let translation = offer.translate(&request, &Policy::default(), &context).unwrap();
        let payload = serde_json::to_value(translation.payload(0)).unwrap();
        let task_id = id.to_string();
        let case = Case { name, offer, request, context, by_hand, task_id, payload };
        case.assert_same_bytes();
        case
    }

    fn genmux(&self, out: &mut Vec<u8>) {
        let translation =
            self.offer.translate(&self.request, &Policy::default(), &self.context).unwrap();
        serde_json::to_writer(out, &translation.payload(0)).unwrap();
    }

    /// Reads the payload back; nothing is written.
    fn lift(&self, _out: &mut Vec<u8>) {
        black_box(self.offer.lift(black_box(&self.payload)).unwrap());
    }

    fn hand(&self, out: &mut Vec<u8>) {
        (self.by_hand)(&self.request, &self.task_id, out);
    }

    fn assert_same_bytes(&self) {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        self.genmux(&mut ours);
        self.hand(&mut theirs);
        assert_eq!(String::from_utf8(ours), String::from_utf8(theirs), "{}", self.name);
    }
}

fn cases() -> Vec<Case> {
    vec![
        Case::new("runware/seedance-1.0-pro", by_hand::SEEDANCE_REQUEST, by_hand::seedance),
        Case::new("replicate/seedance-2.0-fast", by_hand::REPLICATE_REQUEST, by_hand::replicate),
        Case::new("scenario/seedream-4.0", by_hand::SCENARIO_REQUEST, by_hand::scenario),
    ]
}

type Side<'a> = &'a dyn Fn(&mut Vec<u8>);

/// Median time of one call, of both sides measured in turns so that noise hits both.
fn measure(ours: Side<'_>, theirs: Side<'_>) -> (Duration, Duration) {
    const ROUNDS: usize = 101;
    const CALLS: u32 = 2_000;
    let mut out = Vec::with_capacity(4096);
    let mut time = |call: Side<'_>| {
        let start = Instant::now();
        for _ in 0..CALLS {
            out.clear();
            call(black_box(&mut out));
        }
        start.elapsed() / CALLS
    };
    let rounds = (0..ROUNDS).map(|_| (time(ours), time(theirs)));
    let (mut ours, mut theirs): (Vec<_>, Vec<_>) = rounds.unzip();
    ours.sort_unstable();
    theirs.sort_unstable();
    (ours[ROUNDS / 2], theirs[ROUNDS / 2])
}

fn print(name: &str, (ours, theirs): (Duration, Duration)) {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{name:30} {:>10} {:>10} {ratio:>6.2}", format!("{ours:?}"), format!("{theirs:?}"));
}

fn main() {
    let cases = cases();
    println!("{:30} {:>10} {:>10} {:>6}", "check + write", "genmux", "by hand", "ratio");
    for case in &cases {
        print(case.name, measure(&|out| case.genmux(out), &|out| case.hand(out)));
    }
    println!("{:30} {:>10} {:>10} {:>6}", "read + check", "lift", "translate", "ratio");
    for case in &cases {
        print(case.name, measure(&|out| case.lift(out), &|out| case.genmux(out)));
    }
    let mut criterion = Criterion::default().configure_from_args();
    for case in &cases {
        let mut out = Vec::with_capacity(4096);
        let mut group = criterion.benchmark_group(case.name);
        group.bench_function("genmux", |bench| {
            bench.iter(|| {
                out.clear();
                case.genmux(&mut out);
            });
        });
        group.bench_function("by hand", |bench| {
            bench.iter(|| {
                out.clear();
                case.hand(&mut out);
            });
        });
    }
    criterion.final_summary();
}
