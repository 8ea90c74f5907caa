//! One request, every offer of its kind: who takes it, and under which policy.
//!
//! `cargo run -p genmux --example compare`
#![allow(clippy::print_stdout)] // An example prints.

use genmux::{Catalog, Mode, Policy, Request, RowOutcome, context};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut request = Request::image("a ceramic teapot on a linen cloth, morning light");
    request.size = Some("2048x2048".parse()?);
    request.seed = Some(7);

    let context = context(&request);
    for offer in Catalog::embedded().offers()? {
        if Some(offer.kind()) != request.kind() {
            continue;
        }
        let tried = Mode::ALL.into_iter().find_map(|mode| {
            let translation = offer.translate(&request, &Policy::from(mode), &context).ok()?;
            let changed = |outcome: &RowOutcome| {
                matches!(outcome, RowOutcome::Adjusted | RowOutcome::Dropped)
            };
            let rows = translation.ledger().into_iter().filter(|row| changed(&row.outcome));
            Some((mode.name(), rows.map(|row| row.field.into_owned()).collect::<Vec<_>>()))
        });
        match tried {
            Some((mode, changed)) => println!("{:30} {mode:6} changed: {changed:?}", offer.name()),
            None => println!("{:30} refused under every policy", offer.name()),
        }
    }
    Ok(())
}
