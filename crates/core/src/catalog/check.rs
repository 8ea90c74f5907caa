//! Every mistake in every file.

use super::{Catalog, CatalogError, SpecProblem, unique};
use crate::spec::{ModelFile, OfferFile, ProviderFile};

impl Catalog {
    /// Every mistake in every file, on every day on which something changes.
    pub fn check(&self) -> Vec<SpecProblem> {
        let mut problems = Vec::new();
        for path in self.files.keys() {
            problems.extend(self.check_file(path));
        }
        unique(problems)
    }

    fn check_file(&self, path: &str) -> Vec<SpecProblem> {
        if path.starts_with("models/") {
            return self.read::<ModelFile>(path).err().into_iter().flatten().collect();
        }
        if path.ends_with("/provider.json") {
            return self.read::<ProviderFile>(path).err().into_iter().flatten().collect();
        }
        let offer = match self.read::<OfferFile>(path) {
            Ok(offer) => offer,
            Err(problems) => return problems,
        };
        let mut problems = check_order(path, &offer);
        let name = path.trim_end_matches(".json");
        for revision in &offer.revisions {
            if let Err(CatalogError::Specs(found)) = self.as_of(revision.since).plan(name) {
                problems.extend(found);
            }
        }
        problems
    }
}

fn check_order(path: &str, offer: &OfferFile) -> Vec<SpecProblem> {
    let problem = |pointer: String, problem: &str| SpecProblem {
        file: path.to_owned(),
        pointer,
        problem: problem.to_owned(),
    };
    let mut problems = Vec::new();
    if offer.revisions.is_empty() {
        problems.push(problem(
            "revisions".to_owned(),
            "there is none; the oldest states the offer in full",
        ));
    }
    for (at, pair) in offer.revisions.windows(2).enumerate() {
        if pair[0].since >= pair[1].since {
            let pointer = format!("revisions[{}].since", at + 1);
            problems.push(problem(
                pointer,
                "is not after the revision before it; the oldest comes first",
            ));
        }
    }
    problems
}
