//! What a fault comes to: the vendor's ledger of charges beside the journal.

use std::fmt;

use genmux::journal::State;
use genmux::{Outcome, Provider as _, RunOptions};

use crate::scene::{KEY, Scene};

/// What stands in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    charges: usize,
    /// How far the record is; none where nothing was written down.
    state: Option<State>,
    /// An output is named and not saved.
    unsaved: bool,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.map_or("not written", State::as_str);
        write!(f, "{} {state}{}", self.charges, if self.unsaved { ", unsaved" } else { "" })
    }
}

/// Looks at what is left of a call, and then settles it as a person would.
///
/// At most one charge per call, exactly one per success, nothing that is paid for given up; and
/// whatever is left open ends with the artifact and one charge.
pub(crate) async fn judge(scene: &Scene) -> Cell {
    let cell = look(scene).await;
    assert!(cell.charges <= 1, "{cell}: charged more than once");
    match cell.state {
        None => assert_eq!(cell.charges, 0, "{cell}: a charge that nobody knows of"),
        Some(State::Succeeded) => assert_eq!(cell.charges, 1, "{cell}: nothing was made"),
        Some(state) if state.is_final() => assert_eq!(cell.charges, 0, "{cell}: a lost job"),
        Some(_) => {}
    }
    scene.stage.no_fault();
    if cell.state.is_some_and(|state| !state.is_final()) || cell.unsaved {
        settle(scene, &cell).await;
        let Cell { charges, state, unsaved } = look(scene).await;
        assert_eq!((charges, state, unsaved), (1, Some(State::Succeeded), false), "settled");
    }
    if cell.state.is_some() {
        let charges = scene.stage.sandbox.ledger().len();
        let again = scene.run().await;
        assert_eq!(scene.stage.sandbox.ledger().len(), charges, "the same key: {again:?}");
    }
    cell
}

async fn look(scene: &Scene) -> Cell {
    let record = scene.record().await;
    let outcome = record.as_ref().and_then(|record| record.outcome.clone());
    let outcome: Option<Outcome> = outcome.and_then(|it| serde_json::from_value(it).ok());
    let saved = |outcome: &Outcome| {
        let there = |path: &std::path::PathBuf| path.is_file();
        outcome.artifacts.iter().all(|it| it.path.as_ref().is_some_and(there))
    };
    let made = outcome.filter(|outcome| !outcome.artifacts.is_empty());
    Cell {
        charges: scene.stage.owed().len(),
        state: record.map(|record| record.state),
        unsaved: made.is_some_and(|outcome| !saved(&outcome)),
    }
}

/// `genmux resume`; what nobody knows is adopted where the vendor has it, and else sent again.
async fn settle(scene: &Scene, cell: &Cell) {
    let (process, options) = (scene.process().await, RunOptions::default());
    let resumed = process.resume(KEY, &options).await;
    let Err(error) = &resumed else { return };
    assert_eq!(cell.state, Some(State::Ambiguous), "{error}");
    let settled = match scene.stage.sandbox.ledger().first() {
        Some(charge) => process.adopt(KEY, &charge.job, &options).await,
        None => process.send_again(KEY, &options).await,
    };
    let outcome = settled.unwrap();
    assert!(process.offers().contains(&outcome.offer));
}
