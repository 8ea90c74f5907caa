//! One case: a request, an offer on a date, a policy, what the application allows.

use std::fmt;
use std::sync::LazyLock;

use genmux::{Context, Leaf, Mode, Policy, Rejection, Request, Translation, context};
use genmux_tests::random::{tame, wild};
use genmux_tests::schema::{Subject, subjects};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseResult, TestRunner};
use serde_json::Value;

static SUBJECTS: LazyLock<Vec<Subject>> = LazyLock::new(subjects);

/// A request at an offer under a policy.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) subject: &'static Subject,
    pub(crate) json: Value,
    default: Mode,
    exceptions: Vec<(Leaf, Mode)>,
    allow_paths: bool,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Case { subject, json, allow_paths, .. } = self;
        write!(f, "{subject} {} paths {allow_paths} {json}", self.policy())
    }
}

/// A case, read.
pub(crate) struct Read<'a> {
    pub(crate) case: &'a Case,
    pub(crate) request: Request,
    pub(crate) context: Context,
}

impl Case {
    pub(crate) fn policy(&self) -> Policy {
        let with = |policy: Policy, exception: &(Leaf, Mode)| policy.with(exception.0, exception.1);
        self.exceptions.iter().fold(Policy::from(self.default), with)
    }

    /// Whether the policy itself names the leaf as one to drop.
    pub(crate) fn names_to_drop(&self, leaf: Leaf) -> bool {
        let named = self.exceptions.iter().rfind(|(named, _)| *named == leaf);
        named.is_some_and(|(_, mode)| *mode == Mode::Drop)
    }

    pub(crate) fn read(&self) -> Read<'_> {
        let request = Request::from_json(self.json.to_string().as_bytes()).unwrap();
        let mut context = context(&request);
        context.allow_paths = self.allow_paths;
        Read { case: self, request, context }
    }
}

impl Read<'_> {
    pub(crate) fn translate(&self) -> Result<Translation<'_>, Box<Rejection>> {
        self.translate_by(self.case.policy())
    }

    pub(crate) fn translate_by(&self, policy: Policy) -> Result<Translation<'_>, Box<Rejection>> {
        self.case.subject.offer.translate(&self.request, &policy, &self.context)
    }

    /// The leaves that the JSON sets, read without genmux.
    pub(crate) fn set(&self) -> Vec<&'static str> {
        let json = &self.case.json;
        let set = |path: &&str| {
            let value = json.pointer(&format!("/{}", path.replace('.', "/")));
            value.is_some_and(|value| !is_unset(value))
        };
        Leaf::ALL.iter().map(|leaf| leaf.path()).filter(set).collect()
    }
}

/// `null`, `{}` and `[]` mean unset.
pub(crate) fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

/// Runs a law over arbitrary requests and over those that offers mostly take.
pub(crate) fn check(cases: u32, law: impl Fn(&Read<'_>) -> TestCaseResult) {
    run(cases, &any_case(), |case: Case| law(&case.read()));
}

pub(crate) fn any_case() -> impl Strategy<Value = Case> {
    let subject = (0..SUBJECTS.len()).prop_map(|at| &SUBJECTS[at]);
    let arbitrary = (subject, wild()).boxed();
    let tamed = SUBJECTS.iter().map(|of| (Just(of), tame(of)).boxed());
    let request = prop_oneof![1 => arbitrary, 2 => Union::new(tamed)];
    let mode = || select(Mode::ALL.to_vec());
    let exceptions = prop::collection::vec((select(Leaf::ALL), mode()), 0..3);
    let case = (request, mode(), exceptions, any::<bool>());
    case.prop_map(|((subject, json), default, exceptions, allow_paths)| Case {
        subject,
        json,
        default,
        exceptions,
        allow_paths,
    })
}

/// Runs a law over anything, the same cases in every run: a red law is red for everybody.
///
/// `LAWS_TIMES=20` makes a long hunt of it, over other cases each time.
pub(crate) fn run<S: Strategy>(cases: u32, strategy: &S, law: impl Fn(S::Value) -> TestCaseResult) {
    let persistence: Option<Box<FileFailurePersistence>> = None;
    let times = std::env::var("LAWS_TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let config = Config {
        cases: cases * times,
        failure_persistence: persistence.map(|it| it as _),
        max_shrink_iters: 20_000,
        rng_seed: if times > 1 { RngSeed::Random } else { RngSeed::Fixed(2026) },
        ..Config::default()
    };
    if let Err(broken) = TestRunner::new(config).run(strategy, law) {
        panic!("{broken}");
    }
}

/// A law about acceptances says nothing if nothing is accepted.
#[test]
fn both_answers_are_common_under_every_policy() {
    use std::cell::RefCell;
    let seen = RefCell::new([[0u32; 2]; 3]);
    check(2000, |read| {
        let accepted = read.translate().is_ok();
        seen.borrow_mut()[read.case.default as usize][usize::from(accepted)] += 1;
        Ok(())
    });
    let seen = seen.into_inner();
    assert!(
        seen.iter().flatten().all(|times| *times > 150),
        "rejected, accepted by mode: {seen:?}"
    );
    println!("rejected, accepted by mode: {seen:?}");
}
