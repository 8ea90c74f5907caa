//! Findings as SARIF 2.1.0, which code review tools show beside the lines.

use std::path::Path;

use serde_json::{Value, json};

use super::faults::{Finding, Rule};
use super::findings::Report;

pub(super) fn sarif(report: &Report) -> Value {
    let rules = Rule::ALL
        .map(|rule| json!({ "id": rule.name(), "shortDescription": { "text": rule.meaning() } }));
    let results: Vec<Value> =
        report.findings.iter().map(|finding| result(report, finding)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "genmux",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "results": results,
        }],
    })
}

fn result(report: &Report, finding: &Finding) -> Value {
    let offer = finding.offer.as_deref().map(|offer| format!("{offer}: ")).unwrap_or_default();
    // Of a HAR file only the place of the call is known.
    let call = match finding.line {
        Some(_) => String::new(),
        None => format!("call {}: ", finding.call),
    };
    let mut location = json!({ "artifactLocation": { "uri": uri(&report.file) } });
    if let Some(line) = finding.line {
        location["region"] = json!({ "startLine": line });
    }
    json!({
        "ruleId": finding.rule.name(),
        "level": level(finding.rule),
        "message": { "text": format!("{call}{offer}{}", finding.message) },
        "locations": [{ "physicalLocation": location }],
    })
}

/// A path as a reference by RFC 3986, in which a blank or a percent sign is written as a code.
fn uri(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            uri.extend(format!("{byte:02X}").chars());
        }
    }
    uri
}

const fn level(rule: Rule) -> &'static str {
    match rule {
        Rule::IgnoredKey | Rule::NoEffect => "warning",
        Rule::RefusedKey | Rule::LimitBroken | Rule::RetiredModel | Rule::Unreadable => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: &str) {
        assert_eq!(uri(Path::new(path)), expected);
    }

    #[test]
    fn paths_become_references() {
        check("logs/a.jsonl", "logs/a.jsonl");
        check("my logs/100%#\u{e9}.har", "my%20logs/100%25%23%C3%A9.har");
        check("a\\b.har", "a/b.har");
    }
}
