//! The descriptor in words.

use serde::Deserialize as _;
use serde_json::Value;

use super::SheetLine;
use crate::adapter::Unit;
use crate::geometry::Geometry;
use crate::number::Number;
use crate::request::Resolution;

/// One line a field.
pub(super) fn sheet(capability: &Value) -> Vec<SheetLine> {
    let fields = capability["fields"].as_object().into_iter().flatten();
    let line = |(field, facts): (&String, &Value)| SheetLine {
        field: field.clone(),
        says: says(facts),
        sources: sources(facts),
    };
    fields.map(line).chain(price(&capability["price"])).collect()
}

/// One line a tier of the size table.
pub(super) fn table(geometry: &Geometry) -> Vec<SheetLine> {
    let mut lines: Vec<(Resolution, Vec<String>, Vec<String>)> = Vec::new();
    for entry in &geometry.table {
        let says = format!("{} {}", entry.label, entry.size);
        let page = geometry.pages[entry.page].to_string();
        match lines.iter_mut().find(|(tier, ..)| *tier == entry.tier) {
            Some((_, sizes, pages)) => {
                sizes.push(says);
                pages.extend((!pages.contains(&page)).then_some(page));
            }
            None => lines.push((entry.tier, vec![says], vec![page])),
        }
    }
    let line = |(tier, sizes, sources): (Resolution, Vec<String>, Vec<String>)| SheetLine {
        field: tier.name().to_owned(),
        says: sizes.join(", "),
        sources,
    };
    lines.into_iter().map(line).collect()
}

/// What is known of the price: the first rate whose conditions hold.
fn price(facts: &Value) -> Option<SheetLine> {
    let (unit, per) = (Unit::deserialize(&facts["unit"]).ok()?, facts["per"].as_str()?);
    let rates = facts["rates"].as_array()?.iter().filter_map(Value::as_object);
    let rate = |rate: &serde_json::Map<String, Value>| {
        let conditions = rate.iter().filter(|(name, _)| *name != "amount");
        let conditions: Vec<String> =
            conditions.map(|(name, value)| condition(name, value)).collect();
        let when = if conditions.is_empty() { "" } else { " for " };
        let amount = Number::deserialize(&rate["amount"]).unwrap_or_default();
        format!("{}{when}{}", unit.counted(amount), conditions.join(", "))
    };
    let rates: Vec<String> = rates.map(rate).collect();
    Some(SheetLine {
        field: "price".to_owned(),
        says: format!("{unit} per {per}: {}", rates.join("; ")),
        sources: sources(facts),
    })
}

fn condition(name: &str, value: &Value) -> String {
    let name = name.replace('_', " ");
    match value {
        Value::Bool(true) => format!("with {name}"),
        Value::Bool(false) => format!("without {name}"),
        value => format!("{name} {}", plain(value)),
    }
}

/// One line a rule.
pub(super) fn rules(capability: &Value) -> Vec<SheetLine> {
    let rules = capability["rules"].as_array().into_iter().flatten();
    let line = |facts: &Value| SheetLine {
        field: String::new(),
        says: rule(facts),
        sources: sources(facts),
    };
    rules.map(line).collect()
}

fn sources(facts: &Value) -> Vec<String> {
    let sources = facts["sources"].as_array().into_iter().flatten();
    let text = |source: &Value| {
        let run = if source["stage"] == "run" { ", enforced when run" } else { "" };
        format!("{}, {}{run}", plain(&source["page"]), plain(&source["since"]))
    };
    sources.map(text).collect()
}

fn rule(facts: &Value) -> String {
    let field = plain(&facts["field"]);
    match facts["rule"].as_str() {
        Some("requires") => format!("{field} needs {}", join(&facts["any_of"], "or")),
        Some("excludes") => {
            format!("{} not beside {}", join(&facts["fields"], "or"), join(&facts["with"], "or"))
        }
        Some("excludes_value") => {
            format!("{field} not beside {} {}", plain(&facts["with"]), join(&facts["values"], "or"))
        }
        Some("no_effect") => {
            format!("{field} has no effect beside {} and is refused", join(&facts["with"], "or"))
        }
        _ => format!(
            "{} together at most {}; an unset count is 1",
            join(&facts["fields"], "and"),
            facts["max"]
        ),
    }
}

/// What holds for a field, as a person would say it.
pub(super) fn says(facts: &Value) -> String {
    let mut parts = vec![form(facts)];
    match &facts["required"] {
        Value::Bool(true) => parts.push("required".to_owned()),
        Value::Object(_) if facts["form"] == "text" || facts["form"] == "media" => {
            parts.push(format!("required without {}", join(&facts["required"]["unless"], "or")));
        }
        Value::Object(_) => {
            let unless = join(&facts["required"]["unless"], "or");
            parts.push(format!("a default is sent unless {unless} is set"));
        }
        _ => {}
    }
    if let Some(default) = facts.get("default") {
        parts.push(format!("default {}", plain(default)));
    }
    parts.extend(implied(facts));
    let note = facts["note"].as_str().map(|note| format!(" ({note})")).unwrap_or_default();
    parts.join("; ") + &note
}

fn form(facts: &Value) -> String {
    match facts["form"].as_str() {
        Some("boolean") => "true or false".to_owned(),
        Some("text") => text(facts),
        Some("url") if facts["https_only"] == true => "https: URL".to_owned(),
        Some("url") => "URL".to_owned(),
        Some("media") => media(facts),
        Some("enum") => closed(facts),
        _ => range(facts),
    }
}

fn text(facts: &Value) -> String {
    let mut parts = vec!["text".to_owned()];
    parts.extend(span(&facts["chars"]).map(|span| format!("{span} characters")));
    let tags: Vec<String> =
        facts["tags"].as_object().into_iter().flatten().map(|(_, tag)| plain(tag)).collect();
    if !tags.is_empty() {
        parts.push(format!("references by {}", tags.join(", ")));
    }
    parts.join(", ")
}

fn closed(facts: &Value) -> String {
    if facts["table"] == true {
        let sizes = facts["values"].as_array().map_or(0, Vec::len);
        return format!("one of {sizes} listed sizes");
    }
    let words = [&facts["values"], &facts["words"]].into_iter().filter(|list| list.is_array());
    let words = words.map(|list| join(list, "or")).collect::<Vec<_>>().join(" or ");
    let unit = facts["unit"].as_str().map(|unit| format!(" {unit}")).unwrap_or_default();
    let others = if facts["others"] == true { ", or other ratios that fit" } else { "" };
    let always = if facts["fixed"] == true { "always " } else { "" };
    format!("{always}{words}{unit}{others}")
}

fn range(facts: &Value) -> String {
    if facts.get("width").is_some() {
        let [width, height] = ["width", "height"].map(|side| span(&facts[side]));
        let sides = match (width, height) {
            (Some(width), Some(height)) => format!("{width} by {height} pixels"),
            _ => "any sides in pixels".to_owned(),
        };
        let step = facts["step"].as_u64().filter(|step| *step > 1);
        let step = step.map(|step| format!(", multiples of {step}")).unwrap_or_default();
        let area = span(&facts["area"]).map(|area| format!(", {area} pixels in all"));
        return format!("{sides}{step}{}", area.unwrap_or_default());
    }
    let mut said = span(facts).unwrap_or_else(|| match facts["type"].as_str() {
        Some("integer") => "any whole number".to_owned(),
        _ => "any number".to_owned(),
    });
    if let Some(unit) = facts["unit"].as_str() {
        said = format!("{said} {unit}");
    }
    if let Some(step) = facts.get("step").filter(|step| **step != 1) {
        said = format!("{said} in steps of {}", plain(step));
    } else if facts.get("step").is_some() {
        said = format!("{said}, whole");
    }
    if facts["words"].is_array() {
        said = format!("{said}, or {}", join(&facts["words"], "or"));
    }
    match facts["per_call"].as_u64() {
        Some(1) => format!("{said}, a call each"),
        Some(per_call) => format!("{said}, up to {per_call} a call"),
        None => said,
    }
}

fn media(facts: &Value) -> String {
    let (one, many) = match facts["media"].as_str() {
        Some("video") => ("clip", "clips"),
        Some("audio") => ("sound", "sounds"),
        _ => ("picture", "pictures"),
    };
    let mut parts = vec![match (facts.get("items"), span(&facts["items"])) {
        (None, _) => format!("one {one}"),
        (Some(items), Some(_)) if items["max"] == 1 => format!("one {one}"),
        (Some(_), Some(span)) => format!("{span} {many}"),
        (Some(_), None) => format!("{many}, no limit stated"),
    }];
    parts.extend(span(&facts["sides"]).map(|sides| format!("sides {sides} pixels")));
    parts.extend(facts["max_bytes"].as_u64().map(|most| format!("{} each", bytes(most))));
    let seconds = [("max_seconds", "each"), ("total_seconds", "together")];
    let seconds = seconds.iter().filter_map(|(key, how)| Some((facts.get(key)?, how)));
    parts.extend(seconds.map(|(most, how)| format!("{} {how}", seconds_up_to(most))));
    parts.join(", ")
}

/// `up to 10 MB`, and `under 5 MB` for one byte less.
fn bytes(most: u64) -> String {
    for (unit, name) in [(1_000_000, "MB"), (1 << 20, "MiB")] {
        if most > 0 && most.is_multiple_of(unit) {
            return format!("up to {} {name}", most / unit);
        }
        if (most + 1).is_multiple_of(unit) {
            return format!("under {} {name}", (most + 1) / unit);
        }
    }
    format!("up to {most} bytes")
}

/// `up to 15 s`, and `under 35 s` for a thousandth less.
fn seconds_up_to(most: &Value) -> String {
    let most = plain(most);
    match most.split_once('.') {
        Some((whole, "999")) => {
            format!("under {} s", whole.parse::<u64>().unwrap_or_default() + 1)
        }
        _ => format!("up to {most} s"),
    }
}

fn implied(facts: &Value) -> Option<String> {
    let implied = facts.get("implied").filter(|_| facts["fixed"] != true)?;
    let values = join(&implied["values"], "or");
    let with = implied["with"].as_array().into_iter().flatten();
    let with: Vec<String> = with.map(|group| join(group, "or")).collect();
    if with.is_empty() {
        return Some(format!("{values} is what it does anyway"));
    }
    Some(format!("{values} is what it does anyway beside {}", with.join(" together with ")))
}

/// `2 to 3000`, `up to 14`, `60 and more`.
fn span(facts: &Value) -> Option<String> {
    let bound = |key: &str| facts.get(key).filter(|bound| !bound.is_null()).map(plain);
    match (bound("min"), bound("max")) {
        (Some(min), Some(max)) if min == max => Some(format!("exactly {min}")),
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (None, Some(max)) => Some(format!("up to {max}")),
        (Some(min), None) => Some(format!("{min} and more")),
        (None, None) => None,
    }
}

fn join(list: &Value, word: &str) -> String {
    let items: Vec<String> = list.as_array().into_iter().flatten().map(plain).collect();
    match items.split_last() {
        Some((end, rest)) if !rest.is_empty() => format!("{} {word} {end}", rest.join(", ")),
        _ => items.concat(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
