//! The requests that an offer takes as a TypeScript type.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::catalog::Offer;
use crate::plan::{OptionPlan, Plan};
use crate::spec::JsonType;

const MEDIA: &str = "\
/** A URL, data URI, asset (`runware:...`) or path, or an object with declared facts. */
export type Media = string | {
  src: string;
  mime?: string | null;
  width?: number | null;
  height?: number | null;
  bytes?: number | null;
  seconds?: number | null;
};
";

/// The type and what it refers to.
pub(super) fn typescript(offer: &Offer) -> String {
    let plan = &*offer.plan;
    let capability = offer.capability();
    let mut fields = Map::new();
    for (path, facts) in capability["fields"].as_object().into_iter().flatten() {
        nest(&mut fields, path, facts);
    }
    let mut body = String::new();
    let _ = writeln!(body, "  kind?: {} | null;", quoted(plan.kind.name()));
    write_fields(&mut body, &fields, 1);
    body.push_str(&provider_options(plan));
    let rules = offer.rules().into_iter().map(|line| format!(" * - {}\n", line.says));
    let rules: String = rules.collect();
    let head = format!(
        "/**\n * Requests that {} takes exactly as they are, as of {}.\n{rules} */\n",
        plan.name, plan.revision
    );
    let media = if body.contains("Media") { format!("{MEDIA}\n") } else { String::new() };
    format!("{media}{head}export interface {} {{\n{body}}}\n", type_name(plan))
}

/// `RunwareSeedance10Pro`.
fn type_name(plan: &Plan) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    plan.name.split(|c: char| !c.is_ascii_alphanumeric()).map(capital).collect()
}

/// Puts a field where it stands in the request; a group is an object without `form`.
fn nest(fields: &mut Map<String, Value>, path: &str, facts: &Value) {
    match path.split_once('.') {
        None => drop(fields.insert(path.to_owned(), facts.clone())),
        Some((group, below)) => {
            let group = fields.entry(group).or_insert_with(|| Map::new().into());
            if let Value::Object(group) = group {
                group.insert(below.to_owned(), facts.clone());
            }
        }
    }
}

fn write_fields(text: &mut String, fields: &Map<String, Value>, depth: usize) {
    let indent = "  ".repeat(depth);
    for (key, facts) in fields {
        if facts.get("form").is_none() {
            let group = facts.as_object();
            let needed = group.is_some_and(|group| group.values().any(is_required));
            let _ = writeln!(text, "{indent}{key}{} {{", if needed { ":" } else { "?:" });
            if let Some(group) = group {
                write_fields(text, group, depth + 1);
            }
            let _ = writeln!(text, "{indent}}}{};", if needed { "" } else { " | null" });
            continue;
        }
        let _ = writeln!(text, "{indent}/** {} */", super::words::says(facts));
        let (mark, unset) = if is_required(facts) { (":", "") } else { ("?:", " | null") };
        let _ = writeln!(text, "{indent}{key}{mark} {}{unset};", of(key, facts));
    }
}

fn is_required(facts: &Value) -> bool {
    facts["required"] == true
}

fn of(key: &str, facts: &Value) -> String {
    let words = |list: &Value| {
        let list = list.as_array().into_iter().flatten();
        list.map(Value::to_string).collect::<Vec<_>>().join(" | ")
    };
    match facts["form"].as_str() {
        Some("boolean") => "boolean".to_owned(),
        Some("text") => "string".to_owned(),
        Some("url") if facts["https_only"] == true => "`https://${string}`".to_owned(),
        Some("url") => "`https://${string}` | `http://${string}`".to_owned(),
        Some("media") if facts.get("items").is_some() => "Media[]".to_owned(),
        Some("media") => "Media".to_owned(),
        Some("enum") if facts["others"] == true => {
            format!("{} | `${{number}}:${{number}}`", words(&facts["values"]))
        }
        Some("enum") => words(&facts["values"]),
        _ if key == "size" => "`${number}x${number}`".to_owned(),
        _ if facts["words"].is_array() => format!("number | {}", words(&facts["words"])),
        _ => "number".to_owned(),
    }
}

/// The declared options of the offer's provider; those of others are skipped.
fn provider_options(plan: &Plan) -> String {
    let mut own = Map::new();
    for option in &plan.options {
        insert(&mut own, &option.path, option_type(option));
    }
    let mut text = "  provider_options?: {\n".to_owned();
    for provider in plan.providers.iter() {
        let own_options = **provider == *plan.provider;
        let value =
            if own_options { object(&own, 2) } else { "Record<string, unknown>".to_owned() };
        let _ = writeln!(text, "    {provider}?: {value} | null;");
    }
    text + "  } | null;\n"
}

fn insert(own: &mut Map<String, Value>, path: &str, of: String) {
    match path.split_once('.') {
        None => drop(own.insert(path.to_owned(), of.into())),
        Some((head, rest)) => {
            let below = own.entry(head).or_insert_with(|| Map::new().into());
            if let Value::Object(below) = below {
                insert(below, rest, of);
            }
        }
    }
}

fn object(keys: &Map<String, Value>, depth: usize) -> String {
    if keys.is_empty() {
        return "Record<string, never>".to_owned();
    }
    let indent = "  ".repeat(depth);
    let mut text = "{\n".to_owned();
    for (key, of) in keys {
        let of = match of {
            Value::Object(below) => object(below, depth + 1),
            of => of.as_str().unwrap_or("unknown").to_owned(),
        };
        let _ = writeln!(text, "{indent}  {}?: {of};", quoted(key));
    }
    format!("{text}{indent}}}")
}

fn option_type(option: &OptionPlan) -> String {
    if let Some(values) = &option.values {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    match option.json_type {
        JsonType::String => "string",
        JsonType::Number | JsonType::Integer => "number",
        JsonType::Boolean => "boolean",
        JsonType::Object => "Record<string, unknown>",
        JsonType::Array => "unknown[]",
    }
    .to_owned()
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
