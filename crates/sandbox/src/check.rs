//! Payloads against the JSON Schemas of this crate, compiled once each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::VendorSchema;

/// Compiled schemas by their JSON text, which is static.
#[derive(Debug, Default)]
pub(crate) struct Validators(Mutex<HashMap<&'static str, Arc<Validator>>>);

impl Validators {
    /// Everything that `schema` finds wrong with `body`, each read by `read`.
    pub(crate) fn check<T>(
        &self,
        schema: &VendorSchema,
        body: &Value,
        read: impl FnMut(ValidationError<'_>) -> T,
    ) -> Vec<T> {
        // A schema of this crate compiles; its own tests say so.
        let validator = self.compiled(schema);
        validator.iter().flat_map(|it| it.iter_errors(body)).map(read).collect()
    }

    fn compiled(&self, schema: &VendorSchema) -> Option<Arc<Validator>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = known.get(schema.json) {
            return Some(Arc::clone(validator));
        }
        let parsed: Value = serde_json::from_str(schema.json).ok()?;
        let validator = Arc::new(jsonschema::draft202012::new(&parsed).ok()?);
        known.insert(schema.json, Arc::clone(&validator));
        Some(validator)
    }
}

/// The parts of a JSON pointer.
pub(crate) fn parts(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}
