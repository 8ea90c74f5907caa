//! Parameters that are gone beside parameters that are new: perhaps one is the other.

use super::compare::{akin, alike};
use super::finding::{Finding, FindingKind};
use super::names::usual;
use super::published::PublishedField;
use super::stated::Stated;

/// Pairs of gone and new parameters, by their places in the two lists.
///
/// A name that differs in its spelling or in the objects around it is the same one; beyond that
/// a guess is made only where exactly one of equal type and limits is gone and exactly one is new,
/// and last where exactly one of equal type shares a limit.
pub(super) fn guess(gone: &[&Stated], new: &[&PublishedField]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    pair_up(&mut pairs, (gone, new), |gone, new| name(&gone.wire.path) == name(&new.path));
    pair_up(&mut pairs, (gone, new), alike);
    pair_up(&mut pairs, (gone, new), other_limits);
    pairs
}

/// Whether a parameter is perhaps another one with other limits: something must be the same, and
/// the new name no other field's.
fn other_limits(gone: &Stated, new: &PublishedField) -> bool {
    let usual = usual(&new.path);
    let own = usual.is_none() || usual == gone.place.leaf;
    own && akin(gone, new)
}

/// What became of the limits beside the name, as the end of a sentence.
pub(super) fn also(limits: &[Finding]) -> &'static str {
    let any = |kind| limits.iter().any(|finding| finding.kind == kind);
    match (any(FindingKind::Narrowed), any(FindingKind::Widened)) {
        (true, _) => " and narrowed",
        (false, true) => " and widened",
        (false, false) => "",
    }
}

fn pair_up(
    pairs: &mut Vec<(usize, usize)>,
    (gone, new): (&[&Stated], &[&PublishedField]),
    fits: impl Fn(&Stated, &PublishedField) -> bool,
) {
    let taken = pairs.clone();
    let free_new = |at: &usize| taken.iter().all(|(_, new)| new != at);
    let free_gone = |at: &usize| taken.iter().all(|(gone, _)| gone != at);
    for (at, one) in gone.iter().enumerate().filter(|(at, _)| free_gone(at)) {
        let mut candidates = (0..new.len()).filter(free_new).filter(|place| fits(one, new[*place]));
        let (Some(place), None) = (candidates.next(), candidates.next()) else { continue };
        // First and last frame share one parameter; other fields do not.
        let rivals = (0..gone.len()).filter(free_gone).filter(|it| fits(gone[*it], new[place]));
        if rivals.into_iter().all(|it| gone[it].wire.path == one.wire.path) {
            pairs.push((at, place));
        }
    }
}

/// The last part of a path, without spelling.
pub(super) fn name(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    last.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
