//! A vendor's word, as it is written.

use std::ops::Deref;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::Piece;

/// What a vendor takes for one of our words, rendered once.
#[derive(Debug)]
pub(crate) struct Word {
    value: Value,
    json: Piece,
}

impl Word {
    /// The word in JSON.
    pub(crate) const fn json(&self) -> &Piece {
        &self.json
    }
}

impl From<Value> for Word {
    fn from(value: Value) -> Word {
        let json = value.to_string().into();
        Word { value, json }
    }
}

impl Deref for Word {
    type Target = Value;
    fn deref(&self) -> &Value {
        &self.value
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}
