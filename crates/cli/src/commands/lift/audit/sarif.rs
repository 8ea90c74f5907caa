//! Findings as SARIF 2.1.0, which code review tools show beside the lines.

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
    let uri = report.file.to_string_lossy().replace('\\', "/");
    json!({
        "ruleId": finding.rule.name(),
        "level": level(finding.rule),
        "message": { "text": format!("{call}{offer}{}", finding.message) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri },
            "region": { "startLine": finding.line.unwrap_or(1) },
        } }],
    })
}

const fn level(rule: Rule) -> &'static str {
    match rule {
        Rule::IgnoredKey | Rule::NoEffect => "warning",
        Rule::RefusedKey | Rule::LimitBroken | Rule::RetiredModel | Rule::Unreadable => "error",
    }
}
