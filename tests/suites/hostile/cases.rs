//! The list of cases: what a vendor does, and at whom it is tried.

use std::pin::Pin;

use genmux_tests::subject::{SUBJECTS, Subject};

use crate::scene::Scene;

type Seen = Pin<Box<dyn Future<Output = String>>>;

/// One thing that a vendor does.
pub(crate) struct Case {
    pub(crate) group: &'static str,
    pub(crate) what: String,
    /// Names of those at whom it is tried.
    pub(crate) at: Vec<&'static Subject>,
    /// Most megabytes on the heap while it runs, which it does alone.
    pub(crate) megabytes: Option<usize>,
    play: Box<dyn Fn(Scene) -> Seen + Send + Sync>,
}

impl Case {
    /// The name of its trials.
    pub(crate) fn name(&self) -> String {
        let plain = |it: char| if it.is_alphanumeric() { it } else { '_' };
        let words: String = self.what.chars().map(plain).collect();
        let words: Vec<&str> = words.split('_').filter(|word| !word.is_empty()).collect();
        format!("{}::{}", self.group.to_lowercase(), words.join("_").to_lowercase())
    }

    pub(crate) async fn play(&self, subject: &'static Subject) -> String {
        (self.play)(Scene::new(subject)).await
    }
}

/// The cases of a group.
pub(crate) struct Cases {
    group: &'static str,
    pub(crate) list: Vec<Case>,
}

impl Cases {
    pub(crate) fn of(group: &'static str) -> Cases {
        Cases { group, list: Vec::new() }
    }

    /// A case at all vendors.
    pub(crate) fn add<F>(
        &mut self,
        what: impl Into<String>,
        play: impl Fn(Scene) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = String> + 'static,
    {
        let play = Box::new(move |scene| Box::pin(play(scene)) as Seen);
        let at = SUBJECTS.iter().collect();
        self.list.push(Case { group: self.group, what: what.into(), at, megabytes: None, play });
    }

    /// The last case is tried at these alone.
    pub(crate) fn only(&mut self, names: &[&str]) {
        if let Some(case) = self.list.last_mut() {
            case.at.retain(|subject| names.contains(&subject.name));
        }
    }

    /// The last case takes no more memory than this.
    pub(crate) fn within(&mut self, megabytes: usize) {
        if let Some(case) = self.list.last_mut() {
            case.megabytes = Some(megabytes);
        }
    }
}
