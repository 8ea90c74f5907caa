//! Findings for a terminal: one line each, and sums below.

use std::io::Write;

use super::faults::{Finding, Rule};
use super::findings::Report;
use crate::commands::stdout;
use crate::fail::Failure;
use crate::render::clean;

pub(super) fn print(report: &Report) -> Result<(), Failure> {
    let mut out = stdout();
    for finding in &report.findings {
        let (place, rule) = (place(report, finding), finding.rule.name());
        writeln!(out, "{}", clean(&format!("{place}: {rule}: {}", said(finding))))?;
    }
    for unclear in &report.unread {
        let place = at(report, unclear.call, unclear.line);
        writeln!(out, "{}", clean(&format!("{place}: not looked at: {}", unclear.reason)))?;
    }
    if report.left_off > 0 {
        writeln!(out, "{} more, counted and not listed", report.left_off)?;
    }
    let sums = Rule::ALL.into_iter().filter_map(|rule| {
        let sum = report.sums.get(&rule).copied().filter(|sum| *sum > 0)?;
        Some(format!("{} {sum}", rule.name()))
    });
    let sums: Vec<String> = sums.collect();
    let sums = if sums.is_empty() { "no findings".to_owned() } else { sums.join(", ") };
    let Report { calls, not_looked_at, others, .. } = report;
    let unread = if *not_looked_at > 0 {
        format!(" ({not_looked_at} not looked at)")
    } else {
        String::new()
    };
    writeln!(
        out,
        "{calls} calls{unread}, {others} others that ask for no picture or clip: {sums}"
    )?;
    Ok(out.flush()?)
}

fn place(report: &Report, finding: &Finding) -> String {
    let at = at(report, finding.call, finding.line);
    match &finding.offer {
        Some(offer) => format!("{at}: {offer}"),
        None => at,
    }
}

/// `file:line`, as editors take it, or the number of the call.
fn at(report: &Report, call: usize, line: Option<usize>) -> String {
    let file = report.file.display();
    line.map_or_else(|| format!("{file}: call {call}"), |line| format!("{file}:{line}"))
}

fn said(finding: &Finding) -> String {
    match &finding.source {
        Some(source) => format!("{} ({source})", finding.message),
        None => finding.message.clone(),
    }
}
