//! Where every key of a payload went: a row for every set field, then what genmux writes itself.

use std::sync::Arc;

use serde_json::Value;

use super::{CONTEXT, Lifted};
use crate::encoding::{find, join};
use crate::leaf::Leaf;
use crate::plan::{Node, Slot, What};
use crate::policy::Policy;
use crate::translate::{Call, Row, RowOutcome, asked_of, defaulted_rows, explain};
use crate::violation::violated;

pub(super) fn rows(lifted: &Lifted<'_>) -> Vec<Row> {
    let mut rows: Vec<Row> =
        lifted.request.leaves().iter().map(|leaf| leaf_row(lifted, leaf)).collect();
    option_rows(lifted, &mut rows);
    own_rows(lifted, &lifted.plan.payload, "", &mut rows);
    beside_rows(lifted, &mut rows);
    default_rows(lifted, &mut rows);
    rows
}

fn leaf_row(lifted: &Lifted<'_>, leaf: Leaf) -> Row {
    let value = asked_of(&lifted.request, leaf);
    let wire = wire(lifted, leaf);
    let rejected = lifted.violations.iter().any(|violation| violation.names(leaf.path()));
    let same = || matches!(&*wire, [path] if find(lifted.payload, path) == Some(&value));
    let outcome = match leaf {
        _ if rejected => RowOutcome::Rejected,
        Leaf::Kind => RowOutcome::Implied,
        _ if same() => RowOutcome::Sent,
        _ => RowOutcome::Converted,
    };
    let mut row = Row { wire, ..Row::new(leaf.path(), outcome, value) };
    row.note = (leaf == Leaf::Kind).then(|| "what the model makes".into());
    row
}

/// The wire paths of a leaf that the payload has.
fn wire(lifted: &Lifted<'_>, leaf: Leaf) -> Vec<Arc<str>> {
    let field = lifted.plan.field(leaf);
    let paths = field.map(|field| field.wire.as_slice()).unwrap_or_default();
    let beside = |path: &str| lifted.plan.envelope.iter().any(|node| node.key() == path);
    let there = |path: &&Arc<str>| find(lifted.payload, path).is_some() || beside(path);
    let beside_pixels = lifted.plan.beside_pixels.iter().filter(|_| leaf == Leaf::Size);
    let beside_pixels = beside_pixels.map(|(path, _)| path.as_str().into());
    paths.iter().cloned().chain(beside_pixels).filter(|path| there(&path)).collect()
}

/// What stays with the provider's options: keys of the spec, keys it does not know, and values
/// that no field can hold.
fn option_rows(lifted: &Lifted<'_>, rows: &mut Vec<Row>) {
    let provider = &lifted.plan.provider;
    let (violated, unknown_paths) = (violated(&lifted.violations), sorted(&lifted.unknown));
    for (key, value) in lifted.request.provider_options.of(provider).into_iter().flatten() {
        let field = format!("provider_options.{provider}.{key}");
        let unknown = at_or_below(&unknown_paths, key);
        let misfit = lifted.misfits.iter().find(|misfit| is_below(key, &misfit.path));
        let rejected = misfit.is_some() || violated.contains(field.as_str());
        let outcome = match (rejected, unknown.is_empty()) {
            (true, _) => RowOutcome::Rejected,
            (false, false) => RowOutcome::Unknown,
            (false, true) => RowOutcome::Sent,
        };
        let mut row = Row::new(field, outcome, value.clone());
        row.note = misfit.map(|misfit| misfit.message.clone().into());
        if row.note.is_none() && !unknown.is_empty() {
            row.note = Some("the spec knows no such key".into());
        }
        row.wire = if unknown.is_empty() { vec![key.as_str().into()] } else { unknown };
        rows.push(row);
    }
}

/// Paths in the order of their letters, each with its place: a payload may hold very many keys that
/// nobody knows, so that those below one are looked up and not searched for.
fn sorted(paths: &[String]) -> Vec<(&str, usize)> {
    let mut sorted: Vec<(&str, usize)> =
        paths.iter().enumerate().map(|(at, path)| (path.as_str(), at)).collect();
    sorted.sort_unstable();
    sorted
}

/// The path that a key is and those below it, in the order in which they stand in the payload.
fn at_or_below(sorted: &[(&str, usize)], key: &str) -> Vec<Arc<str>> {
    let first = sorted.partition_point(|(path, _)| *path < key);
    let begun = sorted[first..].iter().take_while(|(path, _)| path.starts_with(key));
    let mut found: Vec<(usize, &str)> =
        begun.filter(|(path, _)| is_below(key, path)).map(|(path, at)| (*at, *path)).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, path)| path.into()).collect()
}

/// Whether a path is a key or stands below it.
fn is_below(key: &str, path: &str) -> bool {
    path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Defaults of the vendor that the payload leaves to apply.
fn default_rows(lifted: &Lifted<'_>, rows: &mut Vec<Row>) {
    if !lifted.violations.is_empty() {
        return;
    }
    let (plan, request) = (lifted.plan, &lifted.request);
    let (settlement, violations) = &explain(plan, request, &Policy::default(), &CONTEXT);
    let (context, index, wiring) = (&CONTEXT, 0, None);
    rows.extend(defaulted_rows(Call {
        plan,
        request,
        context,
        settlement,
        violations,
        index,
        wiring,
    }));
}

/// What stands around the payload and no request can hold: it is not carried over.
fn beside_rows(lifted: &Lifted<'_>, rows: &mut Vec<Row>) {
    let beside = &lifted.beside;
    let kept = beside.envelope.iter().filter(|(key, value)| {
        let read = lifted.plan.envelope.iter().any(|node| node.key() == *key);
        !value.is_null() && (!read || misfit_beside(lifted, key).is_some())
    });
    for (key, value) in kept {
        let misfit = misfit_beside(lifted, key);
        let outcome = if misfit.is_some() { RowOutcome::Rejected } else { RowOutcome::Unknown };
        let note = misfit.unwrap_or("the vendor takes no such key here; it is not carried over");
        rows.push(not_carried((*key).to_owned(), outcome, (*value).clone(), note));
    }
    for (key, value) in beside.around.iter().filter(|(_, value)| !value.is_null()) {
        let note = "stands in the body around the input; it is not carried over";
        let value = (*value).clone();
        rows.push(not_carried((*key).to_owned(), RowOutcome::Dropped, value, note));
    }
    for name in beside.query {
        // Values of a query may be secrets.
        let note = "stands in the query of the address; it is not carried over";
        let field = format!("query.{name}");
        rows.push(not_carried(field, RowOutcome::Dropped, Value::Null, note));
    }
}

fn misfit_beside<'a>(lifted: &'a Lifted<'_>, key: &str) -> Option<&'a str> {
    let misfit = lifted.misfits.iter().find(|misfit| misfit.path == key)?;
    lifted.payload.get(key).is_none().then_some(misfit.message.as_str())
}

fn not_carried(field: String, outcome: RowOutcome, value: Value, note: &str) -> Row {
    let key = field.strip_prefix("query.").unwrap_or(&field).to_owned();
    let mut row = Row { wire: vec![key.into()], ..Row::new(field, outcome, value) };
    row.note = Some(note.to_owned().into());
    row
}

/// Constants, the task id and the model: genmux writes them itself, and its own values.
fn own_rows(lifted: &Lifted<'_>, nodes: &[Node], prefix: &str, rows: &mut Vec<Row>) {
    for node in nodes {
        let path = join(prefix, node.key());
        match &node.what {
            What::Object(children) => own_rows(lifted, children, &path, rows),
            What::Slot(slot) => rows.extend(own_row(lifted, slot, &path)),
        }
    }
}

fn own_row(lifted: &Lifted<'_>, slot: &Slot, path: &str) -> Option<Row> {
    let given = find(lifted.payload, path)?;
    let own = match slot {
        Slot::Constant(own) => Some(own),
        Slot::TaskId => None,
        _ => return None,
    };
    let wire = vec![path.into()];
    let own = own.filter(|own| *own != given);
    let outcome = if own.is_some() { RowOutcome::Adjusted } else { RowOutcome::Added };
    let mut row = Row { wire, ..Row::new(path.to_owned(), outcome, given.clone()) };
    (row.from, row.to) = (own.map(|_| given.clone()), own.cloned());
    let note = match slot {
        Slot::TaskId => "names this one call; another call gets its own",
        _ => "no field asks for it; genmux writes it by itself",
    };
    row.note = Some(note.into());
    Some(row)
}

/// A row for a request that goes from one model to another.
impl Row {
    /// The row that says that another model of a lab stands in for the one asked for.
    pub fn other_model(from: &str, to: &str) -> Row {
        let mut row = Row::new("model", RowOutcome::Adjusted, Value::from(to));
        (row.from, row.to) = (Some(from.into()), Some(to.into()));
        row.note = Some("another model: the same words give other pictures".into());
        row
    }

    /// The row that says that a default of the payload's vendor is another one, or not documented,
    /// where the request goes; a field that stands here in any other way has none.
    #[must_use]
    pub fn other_default(&self, here: Option<&Row>) -> Option<Row> {
        // What every offer does that knows no such field.
        let is_usual = self.value == 1 || self.value == false || self.value == "off";
        let to = match here {
            None if is_usual => return None,
            None => Value::Null,
            Some(here) if here.outcome == RowOutcome::Defaulted => here.value.clone(),
            Some(_) => return None,
        };
        if self.outcome != RowOutcome::Defaulted || to == self.value {
            return None;
        }
        let note = match &to {
            Value::Null => "the default of the payload's vendor; none is documented here",
            _ => "not set in the payload; the default here is another",
        };
        let mut row = Row::new(self.field.clone(), RowOutcome::Defaulted, to.clone());
        (row.from, row.to) = (Some(self.value.clone()), Some(to).filter(|to| !to.is_null()));
        row.note = Some(note.into());
        Some(row)
    }
}
