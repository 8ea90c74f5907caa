//! `genmux audit`: faults of calls that are already sent.

mod faults;
mod findings;
mod sarif;
mod text;

use genmux::calls::read_calls;
use genmux::{Catalog, Recognizer};

use super::super::print_json;
use crate::Done;
use crate::args::{Audit, AuditFormat};
use crate::fail::Failure;
use crate::input;
use findings::Report;

pub(crate) fn audit(catalog: &Catalog, args: &Audit) -> Result<Done, Failure> {
    let recognizer = Recognizer::new(&input::dated(catalog, args.as_of));
    let mut report = Report::new(&args.file, args.from.as_deref(), recognizer);
    let read = read_calls(input::open(&args.file)?, args.max_bytes, &mut |seen| report.add(seen));
    read.map_err(|error| Failure::Said(format!("{}: {error}", args.file.display())))?;
    match args.format {
        _ if args.json => print_json(&report)?,
        AuditFormat::Json => print_json(&report)?,
        AuditFormat::Sarif => print_json(&sarif::sarif(&report))?,
        AuditFormat::Text => text::print(&report)?,
    }
    if report.findings.is_empty() && report.is_blind() {
        let file = args.file.display();
        return Err(Failure::Said(format!("{file}: no call found that could be looked at")));
    }
    Ok(if report.findings.is_empty() { Done::Accepted } else { Done::Rejected })
}
