//! Options and rules of a revision.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A wire parameter that `provider_options` may set.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionSpec {
    /// JSON type of the value.
    #[serde(rename = "type")]
    pub json_type: JsonType,
    /// Closed set of values; absent = any of the type.
    #[serde(default)]
    pub values: Option<Vec<Value>>,
}

/// A JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum JsonType {
    String,
    Number,
    Integer,
    Boolean,
    Object,
    Array,
}

impl JsonType {
    /// Whether a value is of the type.
    pub fn fits(self, value: &Value) -> bool {
        match self {
            JsonType::String => value.is_string(),
            JsonType::Number => value.is_number(),
            JsonType::Integer => value.is_u64() || value.is_i64(),
            JsonType::Boolean => value.is_boolean(),
            JsonType::Object => value.is_object(),
            JsonType::Array => value.is_array(),
        }
    }
}

/// A rule over several fields; a group such as `frames` stands for the leaves below it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, tag = "rule", rename_all = "snake_case")]
pub enum Rule {
    /// The field needs at least one of others.
    Requires {
        /// The field.
        field: String,
        /// Any one of these makes it right.
        any_of: Vec<String>,
    },
    /// None of these may stand beside any of those.
    Excludes {
        /// These; a policy may drop them.
        fields: Vec<String>,
        /// Those.
        with: Vec<String>,
    },
    /// The field may not stand beside certain values of another.
    ExcludesValue {
        /// The field; a policy may drop it.
        field: String,
        /// The other field.
        with: String,
        /// Its canonical values beside which the first may not stand.
        values: Vec<String>,
        /// `run` where the vendor enforces it only after accepting.
        #[serde(default)]
        stage: Option<super::Stage>,
    },
    /// The vendor ignores the field beside others.
    NoEffect {
        /// The field.
        field: String,
        /// Beside any of these it is ignored.
        with: Vec<String>,
    },
    /// Lengths of lists and values of counts together.
    SumAtMost {
        /// The fields; the last is the count that may move, one while it is unset.
        fields: Vec<String>,
        /// Greatest accepted sum.
        max: u64,
    },
}
