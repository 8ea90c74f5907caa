//! The payload of one call, and what stands around it.

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Call, Range};
use crate::adapter::Body;
use crate::encoding::Object;
use crate::leaf::Leaf;
use crate::request::Kind;
use crate::wiring::Wiring;

/// The payload of one call as a view over plan and request.
pub struct Payload<'a> {
    pub(super) call: Call<'a>,
}

impl<'a> Payload<'a> {
    /// The provider's own name of the model.
    pub fn vendor_id(&self) -> &str {
        &self.call.plan.vendor_id
    }

    /// The base URL that the specs state.
    pub fn base_url(&self) -> &str {
        self.call.plan.base_url.trim_end_matches('/')
    }

    /// The payload as it is really sent: media uploaded or inlined.
    #[must_use]
    pub fn wired(self, wiring: &'a Wiring) -> Payload<'a> {
        Payload { call: Call { wiring: Some(wiring), ..self.call } }
    }

    /// A body in which this payload stands, its media in segments of their own; a body of several
    /// payloads is put together from the bodies of each.
    ///
    /// # Errors
    /// Those of serialization, which no payload causes.
    pub fn body<T: Serialize + ?Sized>(&self, around: &T) -> serde_json::Result<Body> {
        Body::json(around, self.call.wiring)
    }

    /// The id that the task carries, where the provider takes one from the caller.
    pub fn task_id(&self) -> Uuid {
        self.call.task_id()
    }

    /// What the vendor is asked for: fewest and most results of this one call.
    pub fn results(&self) -> Range {
        let results = self.call.results();
        let sequence = self
            .call
            .whole(Leaf::SequentialCount)
            .filter(|_| self.call.writes(Leaf::SequentialCount));
        Range { min: results, max: results.saturating_mul(sequence.unwrap_or(1)) }
    }

    /// Picture or clip.
    pub fn kind(&self) -> Kind {
        self.call.plan.kind
    }

    /// The keys that stand beside the payload in the body around it.
    pub fn envelope(&self) -> Envelope<'a> {
        Envelope { call: self.call }
    }

    fn options(&self) -> Option<&'a Map<String, Value>> {
        self.call.request.provider_options.of(&self.call.plan.provider)
    }
}

impl Serialize for Payload<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nodes = &self.call.plan.payload;
        Object { call: self.call, nodes, options: self.options() }.serialize(serializer)
    }
}

/// Keys of the body around the payload.
pub struct Envelope<'a> {
    pub(super) call: Call<'a>,
}

impl Envelope<'_> {
    /// Writes the keys into an object that is already open.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn write<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        Object { call: self.call, nodes: &self.call.plan.envelope, options: None }.write(map)
    }
}
