//! Media of a payload that is really sent: uploaded, or inlined as segments of the body.

use std::sync::Arc;

use crate::adapter::Body;
use crate::leaf::Leaf;

/// What stands on the wire in place of media that are not at hand as text.
///
/// A medium that is not listed goes as the payload shows it.
#[derive(Debug, Default)]
pub struct Wiring {
    places: Vec<(Leaf, usize, Arc<str>)>,
    inlined: Vec<(Arc<str>, Body)>,
}

impl Wiring {
    /// Puts text, such as an uploaded medium's id, in the place of one item.
    pub fn set(&mut self, leaf: Leaf, index: usize, text: impl Into<Arc<str>>) {
        self.places.push((leaf, index, text.into()));
    }

    /// Takes a body whose text is to stand in the payload; what is returned marks its place.
    ///
    /// The body must need no escapes within a JSON string, as base64 needs none.
    pub fn inline(&mut self, body: Body) -> Arc<str> {
        // Never written: an allocation of its own, found again by its address.
        let text: Arc<str> = format!("inlined medium {}", self.inlined.len()).into();
        self.inlined.push((text.clone(), body));
        text
    }

    /// The bodies that stand in the payload, each with the text that marks its place.
    pub(crate) fn inlined(&self) -> &[(Arc<str>, Body)] {
        &self.inlined
    }

    /// Which inlined body a text stands for: known by where the text lies in memory and not by what
    /// it says, so that no asset of a vendor can pretend to be one.
    pub(crate) fn inlined_as(&self, text: &str) -> Option<usize> {
        self.inlined.iter().position(|(mark, _)| std::ptr::eq::<str>(mark.as_ref(), text))
    }

    /// What stands in the place of one item.
    pub(crate) fn text(&self, leaf: Leaf, index: usize) -> Option<&str> {
        let mut places = self.places.iter();
        places.find(|place| (place.0, place.1) == (leaf, index)).map(|place| &*place.2)
    }
}
