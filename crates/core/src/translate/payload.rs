//! The payload of one call, and what stands around it.

use serde::Serialize;
use serde::ser::Error as _;
use uuid::Uuid;

use super::{Call, Range};
use crate::adapter::Body;
use crate::encoding::{Json, JsonText, Level, Object};
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

    /// Appends the payload as JSON: the bytes that are sent.
    ///
    /// The same as `serde_json` makes of it, faster; [`Serialize`] is there for other formats.
    ///
    /// # Errors
    /// Those of serialization, which no payload causes.
    pub fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        self.object().write_json(&mut JsonText::new(out))
    }

    /// A body of this payload with text around it, its media in segments of their own; a body of
    /// several payloads is put together from the bodies of each.
    ///
    /// # Errors
    /// Those of serialization, and when an inlined medium is not part of the payload.
    pub fn body(&self, before: &str, after: &str) -> serde_json::Result<Body> {
        let mut out = Vec::with_capacity(1024);
        out.extend_from_slice(before.as_bytes());
        let mut text = JsonText::new(&mut out);
        self.object().write_json(&mut text)?;
        let marks = text.into_marks();
        out.extend_from_slice(after.as_bytes());
        let inlined = self.call.wiring.map_or(0, |wiring| wiring.inlined().len());
        if (0..inlined).any(|entry| marks.iter().all(|mark| mark.1 != entry)) {
            return Err(serde_json::Error::custom("an inlined medium has no place in the payload"));
        }
        Ok(Body::cut(out, &marks, self.call.wiring))
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

    fn object(&self) -> Object<'_> {
        let Call { plan, request, .. } = &self.call;
        let options = request.provider_options.of(&plan.provider);
        Object { call: &self.call, nodes: &plan.payload, options }
    }
}

impl Serialize for Payload<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.object().serialize(serializer)
    }
}

/// Keys of the body around the payload.
pub struct Envelope<'a> {
    pub(super) call: Call<'a>,
}

impl Envelope<'_> {
    /// The keys as they stand in JSON behind another key, each after a comma; often nothing.
    ///
    /// # Errors
    /// Those of serialization, which no envelope causes.
    pub fn text(&self) -> serde_json::Result<String> {
        let mut out = Vec::new();
        let object = Object { call: &self.call, nodes: &self.call.plan.envelope, options: None };
        object.write(&mut Level::further(&mut JsonText::new(&mut out)))?;
        String::from_utf8(out).map_err(serde_json::Error::custom)
    }
}
