//! Mistakes in spec files: what is changed in a sound file, and what must be told.

/// One change to a sound offer file, and what must be told about it.
pub(crate) struct Mistake {
    pub(crate) name: &'static str,
    /// Where in the file, as a JSON pointer, and the JSON that is put there.
    pub(crate) change: (&'static str, &'static str),
    /// Part of the pointer and part of the problem.
    pub(crate) told: (&'static str, &'static str),
}

/// Every kind of mistake.
pub(crate) const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "unknown key of the file",
        change: ("/vendor", r#""x""#),
        told: ("", "vendor"),
    },
    Mistake {
        name: "unknown key of a revision",
        change: ("/revisions/0/colour", "1"),
        told: ("colour", "unknown key"),
    },
    Mistake {
        name: "unknown attribute of a field",
        change: ("/revisions/0/fields/seed/maximum", "1"),
        told: ("fields.seed", "maximum"),
    },
    Mistake {
        name: "attribute of another field",
        change: ("/revisions/0/fields/seed/chars", "[1, 2]"),
        told: ("fields.seed.chars", "no such attribute"),
    },
    Mistake {
        name: "wrong type of a key",
        change: ("/revisions/0/source", "5"),
        told: ("revisions[0]", "string"),
    },
    Mistake {
        name: "wrong type of an attribute",
        change: ("/revisions/0/fields/seed/max", r#""ten""#),
        told: ("fields.seed", "number"),
    },
    Mistake {
        name: "wrong type of a section",
        change: ("/revisions/0/options", "[]"),
        told: ("options", "object"),
    },
    Mistake {
        name: "no date",
        change: ("/revisions/0/since", r#""yesterday""#),
        told: ("revisions[0].since", "not a date"),
    },
    Mistake {
        name: "lab without a file for the model",
        change: ("/lab", r#""nobody""#),
        told: ("", "there is no such file"),
    },
    Mistake {
        name: "one string for a list of any length",
        change: ("/revisions/0/fields/references.images", r#"{"to": "image", "as": "single"}"#),
        told: ("fields.references.images", "items of at most 1"),
    },
    Mistake {
        name: "minimum above maximum",
        change: ("/revisions/0/fields/seed/min", "100"),
        told: ("fields.seed", "min 100 is above max 10"),
    },
    Mistake {
        name: "span the wrong way round",
        change: ("/revisions/0/fields/prompt/chars", "[9, 2]"),
        told: ("fields.prompt", "above"),
    },
    Mistake {
        name: "default outside the range",
        change: ("/revisions/0/fields/seed/default", "11"),
        told: ("fields.seed.default", "above 10"),
    },
    Mistake {
        name: "unknown canonical field",
        change: ("/revisions/0/fields/steps", r#"{"to": "steps"}"#),
        told: ("fields.steps", "no request has"),
    },
    Mistake {
        name: "wire path through a value",
        change: ("/revisions/0/fields/count", r#"{"to": "text.count"}"#),
        told: ("fields.count.to", "text"),
    },
    Mistake {
        name: "the same wire path twice",
        change: ("/revisions/0/fields/count", r#"{"to": "text"}"#),
        told: ("fields.count.to", "text"),
    },
    Mistake {
        name: "value where a wire path runs through",
        change: ("/revisions/0/fields/prompt/to", r#""seed.text""#),
        told: ("fields.", "seed"),
    },
    Mistake {
        name: "wire path of a constant",
        change: ("/revisions/0/fields/seed/to", r#""taskType""#),
        told: ("fields.seed.to", "taskType"),
    },
    Mistake {
        name: "too few wire paths",
        change: ("/revisions/0/fields/size", r#"{"to": "size"}"#),
        told: ("fields.size.to", "expected 2"),
    },
    Mistake {
        name: "encoding of another field",
        change: ("/revisions/0/fields/seed/as", r#""sequence""#),
        told: ("fields.seed", "cannot be written"),
    },
    Mistake {
        name: "unknown encoding",
        change: ("/revisions/0/fields/seed/as", r#""hex""#),
        told: ("fields.seed", "hex"),
    },
    Mistake {
        name: "word that is none",
        change: ("/revisions/0/fields/resolution", r#"{"to": "r", "words": ["5K"]}"#),
        told: ("fields.resolution.words", "5K"),
    },
    Mistake { name: "no revision", change: ("/revisions", "[]"), told: ("revisions", "none") },
    Mistake {
        name: "revisions out of order",
        change: (
            "/revisions/1",
            r#"{"since": "2025-01-01", "dated_by": "page", "source": "https://a.example"}"#,
        ),
        told: ("revisions[1].since", "not after"),
    },
    Mistake {
        name: "unknown rule",
        change: ("/revisions/0/rules", r#"{"r": {"rule": "if_then"}}"#),
        told: ("rules.r", "if_then"),
    },
    Mistake {
        name: "unknown field in a rule",
        change: (
            "/revisions/0/rules",
            r#"{"r": {"rule": "excludes", "fields": ["seed"], "with": ["steps"]}}"#,
        ),
        told: ("rules.r", "steps"),
    },
    Mistake {
        name: "word that no resolution is in a rule",
        change: (
            "/revisions/0/rules",
            r#"{"r": {"rule": "excludes_value", "field": "seed", "with": "resolution", "values": ["5K"]}}"#,
        ),
        told: ("rules.r", "5K"),
    },
    Mistake {
        name: "part of a size that a value excludes",
        change: (
            "/revisions/0/rules",
            r#"{"r": {"rule": "excludes_value", "field": "aspect_ratio", "with": "seed", "values": ["5"]}}"#,
        ),
        told: ("rules.r", "takes part in naming a size"),
    },
    Mistake {
        name: "unknown field that a rule requires",
        change: (
            "/revisions/0/rules",
            r#"{"r": {"rule": "requires", "field": "steps", "any_of": ["seed"]}}"#,
        ),
        told: ("rules.r", "steps"),
    },
    Mistake {
        name: "ratio without effect and a size that becomes one",
        change: (
            "/revisions/0",
            r#"{
                "since": "2026-01-01", "dated_by": "page", "source": "https://a.example",
                "fields": {
                    "prompt": {"to": "text"},
                    "aspect_ratio": {"to": "ratio", "words": ["16:9"]},
                    "frames.first": {"to": "image"}
                },
                "rules": {
                    "r": {"rule": "no_effect", "field": "aspect_ratio", "with": ["frames.first"]}
                }
            }"#,
        ),
        told: ("rules", "size becomes a ratio"),
    },
    Mistake {
        name: "unknown field that makes up for a required one",
        change: ("/revisions/0/fields/prompt/required_unless", r#"["pictures"]"#),
        told: ("fields.prompt.required_unless", "pictures"),
    },
    Mistake {
        name: "unknown key of a price",
        change: (
            "/revisions/0/price",
            r#"{"unit": "USD", "per": "image", "rates": [{"amount": 1, "tier": "2K"}]}"#,
        ),
        told: ("revisions[0].price.rates[0]", "tier"),
    },
    Mistake {
        name: "unit of a price that is none",
        change: (
            "/revisions/0/price",
            r#"{"unit": "EUR", "per": "image", "rates": [{"amount": 1}]}"#,
        ),
        told: ("revisions[0].price.unit", "EUR"),
    },
    Mistake {
        name: "measure of another kind",
        change: (
            "/revisions/0/price",
            r#"{"unit": "USD", "per": "second", "rates": [{"amount": 1}]}"#,
        ),
        told: ("price.per", "second is no measure"),
    },
    Mistake {
        name: "amount below zero",
        change: (
            "/revisions/0/price",
            r#"{"unit": "USD", "per": "image", "rates": [{"amount": -1}]}"#,
        ),
        told: ("price.rates[0].amount", "below 0"),
    },
    Mistake {
        name: "price without a rate",
        change: ("/revisions/0/price", r#"{"unit": "USD", "per": "image", "rates": []}"#),
        told: ("price.rates", "there is none"),
    },
];
