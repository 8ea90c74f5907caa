//! One model as served by one provider.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::context::Context;
use crate::lift::{Beside, Enclosed, LiftError, Lifted, lift};
use crate::plan::Plan;
use crate::policy::Policy;
use crate::request::{Kind, Request};
use crate::spec::{Date, Status};
use crate::translate::{Rejection, Translation, refuse, refuse_also, translate};
use crate::violation::Violation;

/// One model as served by one provider.
#[derive(Clone)]
pub struct Offer {
    pub(crate) plan: Arc<Plan>,
}

impl Offer {
    /// `provider/slug`.
    pub fn name(&self) -> &str {
        &self.plan.name
    }

    /// The provider, such as `runware`.
    pub fn provider(&self) -> &str {
        &self.plan.provider
    }

    /// Our slug of the model, such as `seedream-4.0`.
    pub fn model(&self) -> &str {
        &self.plan.slug
    }

    /// The lab that made the model.
    pub fn lab(&self) -> &str {
        &self.plan.lab
    }

    /// The model's name as people write it.
    pub fn title(&self) -> &str {
        &self.plan.title
    }

    /// The provider's own name of the model.
    pub fn vendor_id(&self) -> &str {
        &self.plan.vendor_id
    }

    /// What the offer makes.
    pub fn kind(&self) -> Kind {
        self.plan.kind
    }

    /// Such as `text-to-video`.
    pub fn workflows(&self) -> &[String] {
        &self.plan.workflows
    }

    /// Date of the newest revision in force.
    pub fn revision(&self) -> Date {
        self.plan.revision
    }

    /// Whether the offer can still be had.
    pub fn status(&self) -> Status {
        self.plan.status
    }

    /// Since when it cannot be had.
    pub fn retired_on(&self) -> Option<Date> {
        self.plan.retired_on
    }

    /// Page of the newest revision in force.
    pub fn source(&self) -> &str {
        &self.plan.page
    }

    /// Notes of the revisions in force.
    pub fn notes(&self) -> &[String] {
        &self.plan.notes
    }

    /// Digest of the catalogue that the offer was read from.
    pub fn catalogue(&self) -> &str {
        &self.plan.catalogue
    }

    /// What the spec says of every field, merged over its revisions.
    pub fn limits(&self) -> Value {
        self.plan.resolved.get("fields").cloned().unwrap_or_default()
    }

    /// The whole merged spec, with no trace of its revisions.
    pub fn resolved(&self) -> Value {
        let mut resolved = json!({
            "provider": self.provider(),
            "model": self.model(),
            "vendor_id": self.vendor_id(),
            "kind": self.kind(),
            "name": self.title(),
            "lab": self.lab(),
            "revision": self.revision(),
            "dated_by": self.plan.dated_by,
            "source": self.source(),
            "status": self.status(),
            "workflows": self.workflows(),
        });
        if let (Value::Object(resolved), Value::Object(body)) = (&mut resolved, &self.plan.resolved)
        {
            if let Some(day) = self.retired_on() {
                resolved.insert("retired_on".to_owned(), json!(day));
            }
            if let Some((price, origin)) = &self.plan.price {
                let mut price = json!(price);
                (price["source"], price["since"]) = (json!(origin.page), json!(origin.since));
                resolved.insert("price".to_owned(), price);
            }
            resolved.extend(body.clone());
            resolved.insert("sizes".to_owned(), self.sizes());
        }
        resolved
    }

    /// The size table in force, by tier and nominal ratio.
    pub fn sizes(&self) -> Value {
        let mut tiers = serde_json::Map::new();
        for entry in &self.plan.geometry.table {
            let tier = tiers.entry(entry.tier.name()).or_insert_with(|| json!({}));
            if let Value::Object(sizes) = tier {
                sizes.insert(entry.label.to_string(), json!(entry.size));
            }
        }
        tiers.into()
    }

    /// Checks a request and settles every field; the translation writes the payloads.
    ///
    /// # Errors
    /// All limits that the request breaks and the policy does not cure; nothing was sent.
    pub fn translate<'a>(
        &'a self,
        request: &'a Request,
        policy: &Policy,
        context: &'a Context,
    ) -> Result<Translation<'a>, Box<Rejection>> {
        translate(&self.plan, request, policy, context)
    }

    /// Refuses a request that it translated, for a reason outside of its spec.
    pub fn refuse(&self, translation: &Translation<'_>, why: Violation) -> Box<Rejection> {
        refuse(&self.plan, translation, vec![why])
    }

    /// Reads a payload of the offer back into a request: a Runware task, a Replicate `input`, a
    /// Scenario body. The limits are those of this revision.
    ///
    /// # Errors
    /// When it is no object, names another model, or has no key that the offer knows.
    ///
    /// ```
    /// # use genmux_core::Catalog;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let files = [
    /// #     ("acme/provider.json", r#"{"name": "Acme", "base_url": "https://acme.example",
    /// #         "source": "page", "since": "2026-01-01", "dated_by": "page", "media": []}"#),
    /// #     ("models/lab/clip.json", r#"{"name": "Clip", "kind": "video", "workflows": [],
    /// #         "source": "page", "since": "2026-01-01", "dated_by": "page"}"#),
    /// #     ("acme/clip.json", r#"{"lab": "lab", "vendor_id": "clip", "revisions": [{
    /// #         "since": "2026-01-01", "dated_by": "page", "source": "page",
    /// #         "fields": {"duration": {"to": "seconds", "max": 10}}}]}"#),
    /// # ];
    /// # let catalog = Catalog::new(files.map(|(path, text)| (path.to_owned(), text.into())));
    /// let payload = serde_json::json!({ "seconds": 12, "mood": "calm" });
    /// let offer = catalog.offer("acme/clip")?;
    /// let lifted = offer.lift(&payload)?;
    /// assert_eq!(lifted.request.duration, Some(genmux_core::Duration::seconds(12)));
    /// assert_eq!(lifted.violations[0].message, "duration 12 is above 10; accepted up to 10");
    /// assert_eq!(lifted.unknown(), ["mood"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn lift<'a>(&'a self, payload: &'a Value) -> Result<Lifted<'a>, LiftError> {
        lift(&self.plan, None, payload, Beside::default())
    }

    /// Reads a payload together with what the body around it and its address say.
    ///
    /// # Errors
    /// As [`Offer::lift`].
    pub fn lift_sent<'a>(&'a self, sent: &'a Enclosed<'a>) -> Result<Lifted<'a>, LiftError> {
        let beside = Beside { envelope: &sent.envelope, around: &sent.around, query: &sent.query };
        lift(&self.plan, sent.vendor_id.as_deref(), sent.payload, beside)
    }

    /// Translates what a payload asks for; a value of it that could not be read is a violation,
    /// and one that its vendor ignores is left out where the policy drops its field.
    ///
    /// # Errors
    /// As [`Offer::translate`].
    pub fn convert<'a>(
        &'a self,
        lifted: &'a Lifted<'_>,
        policy: &Policy,
        context: &'a Context,
    ) -> Result<Translation<'a>, Box<Rejection>> {
        let answer = self.translate(&lifted.request, policy, context);
        let unread = lifted.unread(policy);
        if unread.is_empty() { answer } else { Err(refuse_also(&self.plan, answer, unread)) }
    }
}

impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer")
            .field("name", &self.plan.name)
            .field("revision", &self.plan.revision)
            .finish_non_exhaustive()
    }
}
