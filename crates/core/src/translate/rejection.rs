//! A request that an offer does not take.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::ledger::{self, Row};
use super::{Call, Settlement, Translation, explain};
use crate::context::Context;
use crate::plan::Plan;
use crate::policy::Policy;
use crate::request::Request;
use crate::violation::Violation;

/// A request that an offer does not take; nothing was sent and nothing is owed.
///
/// Keeps what was asked for, its media shared, and works out the words when somebody asks for them:
/// who goes through many offers pays for none that nobody reads.
pub struct Rejection {
    pub(crate) plan: Arc<Plan>,
    /// What the words are worked out of, where they are not there from the beginning.
    asked: Option<Asked>,
    explained: OnceLock<Box<Explained>>,
}

/// What was asked for.
struct Asked {
    request: Request,
    policy: Policy,
    context: Context,
}

/// What became of every leaf, and everything that is wrong.
type Explained = (Settlement, Vec<Violation>);

/// Refuses what a plan takes.
pub(crate) fn refuse(
    plan: &Arc<Plan>,
    translation: &Translation<'_>,
    why: Vec<Violation>,
) -> Box<Rejection> {
    Box::new(Rejection::explained_by(plan, (translation.settlement.clone(), why)))
}

/// Refuses what a plan takes or not, for what was wrong before.
pub(crate) fn refuse_also(
    plan: &Arc<Plan>,
    answer: Result<Translation<'_>, Box<Rejection>>,
    mut why: Vec<Violation>,
) -> Box<Rejection> {
    match answer {
        Ok(translation) => refuse(plan, &translation, why),
        Err(rejection) => {
            let (settlement, violations) = rejection.explained().clone();
            why.extend(violations);
            Box::new(Rejection::explained_by(plan, (settlement, why)))
        }
    }
}

impl Rejection {
    pub(super) fn new(
        plan: &Arc<Plan>,
        request: &Request,
        policy: &Policy,
        context: &Context,
    ) -> Rejection {
        if !is_cheap(request) {
            return Rejection::explained_by(plan, explain(plan, request, policy, context));
        }
        let (request, context) = (request.clone(), context.clone());
        let asked = Some(Asked { request, policy: *policy, context });
        Rejection { plan: plan.clone(), asked, explained: OnceLock::new() }
    }

    fn explained_by(plan: &Arc<Plan>, explained: Explained) -> Rejection {
        let explained = OnceLock::from(Box::new(explained));
        Rejection { plan: plan.clone(), asked: None, explained }
    }

    /// Every limit that the request breaks.
    pub fn violations(&self) -> &[Violation] {
        &self.explained().1
    }

    /// The offer, as `provider/slug`.
    pub fn offer(&self) -> &str {
        &self.plan.name
    }

    /// One row for every leaf that the request sets; request and context are those of the refusal.
    pub fn ledger(&self, request: &Request, context: &Context) -> Vec<Row> {
        let (plan, (settlement, violations)) = (&*self.plan, self.explained());
        let call = Call { plan, request, context, settlement, violations, index: 0, wiring: None };
        ledger::rows(call)
    }

    fn explained(&self) -> &Explained {
        self.explained.get_or_init(|| {
            let asked = self.asked.as_ref();
            let explain = |Asked { request, policy, context }: &Asked| {
                explain(&self.plan, request, policy, context)
            };
            Box::new(asked.map(explain).unwrap_or_default())
        })
    }
}

/// Whether keeping a request is cheaper than saying at once what is wrong with it: long texts would
/// be held as often as there are offers that refuse them.
fn is_cheap(request: &Request) -> bool {
    const LONG: usize = 16 * 1024;
    let text = request.prompt.as_ref().map_or(0, String::len);
    text <= LONG && request.provider_options.is_empty()
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} refuses the request: ", self.plan.name)?;
        for (at, violation) in self.violations().iter().enumerate() {
            f.write_str(if at == 0 { "" } else { "; " })?;
            f.write_str(&violation.message)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("offer", &self.plan.name)
            .field("violations", &self.violations())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Rejection {}
