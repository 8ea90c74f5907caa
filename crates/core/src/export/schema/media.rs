//! Media of a request: the forms that the vendor can be given, and declared facts.

use serde_json::{Map, Value, json};

use super::shape::defined;
use crate::check::MediaLimits;
use crate::leaf::Leaf;
use crate::plan::{FieldPlan, Plan};
use crate::spec::{MediaForm, Span};

/// A blank or a control character ends a URL early; so does a backslash.
const ENDS: &str = r"\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\\";

/// URLs and assets: media whose bytes are not at hand, so that what is declared decides.
const REMOTE: &str = "^(?:[hH][tT][tT][pP][sS]?|runware|replicate|scenario):";

/// A URL that can be fetched or called.
pub(super) fn web_url(https_only: bool) -> String {
    let scheme = if https_only { "[hH][tT][tT][pP][sS]" } else { "[hH][tT][tT][pP][sS]?" };
    format!("^{scheme}://[^/?#:{ENDS}][^{ENDS}]*$")
}

/// The definitions that all media of an offer share.
pub(super) fn definitions(plan: &Plan) -> [(String, Value); 2] {
    let fact = |most: Option<u64>, least: u64| {
        let most = most.unwrap_or(u64::MAX);
        json!({ "type": ["integer", "null"], "minimum": least, "maximum": most })
    };
    let side = fact(Some(u64::from(u32::MAX)), 1);
    let object = json!({
        "type": "object",
        "required": ["src"],
        "properties": {
            "src": defined("media_text"),
            "mime": { "type": ["string", "null"] },
            "width": side,
            "height": side,
            "bytes": fact(None, 0),
            "seconds": { "type": ["number", "null"], "minimum": 0, "maximum": 1e12 },
        },
        "additionalProperties": false,
    });
    let media = json!({ "anyOf": [defined("media_text"), object] });
    [("media_text".to_owned(), text(plan)), ("media".to_owned(), media)]
}

/// The strings that name media of a form that reaches the vendor.
fn text(plan: &Plan) -> Value {
    const UUID: &str = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    const ID: &str = "[A-Za-z0-9_=.-]+";
    let own = match &*plan.provider {
        "runware" => Some(format!("^runware:{UUID}$")),
        "replicate" => Some(format!("^replicate:{ID}$")),
        "scenario" => Some(format!("^scenario:asset_{ID}$")),
        _ => None,
    };
    // A path has no scheme; which files are there and may be read, the application knows.
    let path = r"^[A-Za-z]:|^[^:/\\]*[/\\]|^[^:/\\]+\.[A-Za-z0-9]{1,5}$";
    let plain_http = plan.media_forms.contains(&MediaForm::Http);
    let forms = [Some(web_url(!plain_http)), own].into_iter().flatten();
    let local = ["^[dD][aA][tT][aA]:", "^[fF][iI][lL][eE]:", path].map(str::to_owned);
    let forms: Vec<String> = forms.chain(local).collect();
    json!({ "type": "string", "pattern": forms.join("|") })
}

/// One medium of a leaf, or the list of them.
pub(super) fn leaf(leaf: Leaf, field: &FieldPlan) -> Value {
    let item = json!({ "allOf": [defined("media"), declared(leaf, &field.media)] });
    if matches!(leaf, Leaf::FirstFrame | Leaf::LastFrame) {
        return item;
    }
    let mut list = Map::new();
    list.insert("type".to_owned(), json!("array"));
    list.insert("items".to_owned(), item);
    let span = field.items.as_ref().map_or(Span { min: None, max: None }, |(span, _)| *span);
    if let Some(max) = span.max {
        list.insert("maxItems".to_owned(), json!(max));
    }
    // An empty list is an unset one.
    if let Some(min) = span.min.filter(|min| *min > 1) {
        list.insert("anyOf".to_owned(), json!([{ "maxItems": 0 }, { "minItems": min }]));
    }
    list.into()
}

/// The limits of declared facts, where the bytes are not at hand.
fn declared(leaf: Leaf, limits: &MediaLimits) -> Value {
    let mut facts = Map::new();
    facts.insert("mime".to_owned(), json!({ "pattern": mime(leaf) }));
    if let Some((span, _)) = &limits.sides {
        let side =
            json!({ "minimum": span.min.unwrap_or(1), "maximum": span.max.unwrap_or(u64::MAX) });
        facts.insert("width".to_owned(), side.clone());
        facts.insert("height".to_owned(), side);
    }
    if let Some((max, _)) = &limits.max_bytes {
        facts.insert("bytes".to_owned(), json!({ "maximum": max }));
    }
    if let Some((max, _)) = &limits.max_seconds {
        facts.insert("seconds".to_owned(), json!({ "maximum": max }));
    }
    let remote = json!({ "type": "object", "properties": { "src": { "pattern": REMOTE } } });
    json!({ "if": remote, "then": { "properties": facts } })
}

/// Ogg, MP4 and `WebM` files carry sound or pictures under either name.
fn mime(leaf: Leaf) -> String {
    let kind = leaf.media_kind().unwrap_or_default();
    let letter = |letter: char| format!("[{letter}{}]", letter.to_ascii_uppercase());
    let own = format!("^{}(?:/|$)", kind.chars().map(letter).collect::<String>());
    if kind == "image" {
        return own;
    }
    format!("{own}|^application/ogg$|^video/mp4$|^video/webm$|^application/octet-stream$")
}
