//! `genmux lift`: the request that a payload stands for, and where every key went.

mod audit;
mod convert;

use genmux::calls::Call;
use genmux::{Catalog, Lifted, Mode, RecognizeError, Recognized, Recognizer, Request, Violation};
use serde::Serialize;
use serde_json::Value;

pub(crate) use audit::audit;
pub(crate) use convert::convert;

use super::{print_json, say};
use crate::Done;
use crate::args::{Lift, Sending};
use crate::fail::Failure;
use crate::input;

pub(crate) fn lift(catalog: &Catalog, args: &Lift) -> Result<Done, Failure> {
    let call = read(&args.sending)?;
    let found = recognize(catalog, &call, &args.sending)?;
    let lifted = lift_all(&found)?;
    if args.request_only {
        for violation in lifted.iter().flat_map(|lifted| &lifted.violations) {
            say(format_args!("{}", violation.message))?;
        }
        print_all(&lifted.iter().map(|lifted| &lifted.request).collect::<Vec<_>>())?;
    } else {
        print_all(&lifted)?;
    }
    let whole = lifted.iter().all(|lifted| lifted.violations.is_empty());
    Ok(if whole { Done::Accepted } else { Done::Rejected })
}

/// Reads the one call that the arguments name.
fn read(sending: &Sending) -> Result<Call, Failure> {
    let call = Call::read(&input::bytes(&sending.payload, sending.max_bytes)?);
    let path = sending.payload.display();
    let call = call.map_err(|problem| Failure::Said(format!("{path}: {problem}")))?;
    if let Some(name) = &call.filled_in {
        say(format_args!("the shell would fill in {name}; it is read as it stands"))?;
    }
    if !call.headers.is_empty() {
        let headers = call.headers.join(", ");
        say(format_args!("headers are not carried over: {headers}"))?;
    }
    Ok(call)
}

/// The payloads within a call; one that could be of several offers is nobody's guess.
fn recognize<'a>(
    catalog: &Catalog,
    call: &'a Call,
    sending: &Sending,
) -> Result<Vec<Recognized<'a>>, Failure> {
    let recognizer = Recognizer::new(&input::dated(catalog, sending.as_of));
    let found = recognizer.recognize(&call.body, &call.hints(sending.from.as_deref()));
    let found = found.map_err(|error| {
        let path = sending.payload.display();
        let with = if matches!(error, RecognizeError::Hidden { .. }) { " with --from" } else { "" };
        Failure::Said(format!("{path}: {error}{with}{}", looks_canonical(&call.body)))
    })?;
    if let Some(query) = found.first().map(|found| &found.sent.query).filter(|it| !it.is_empty()) {
        let query = query.join(", ");
        say(format_args!("the query of the address is not carried over: {query}"))?;
    }
    Ok(found)
}

/// A way out where somebody gives a request in place of a payload.
fn looks_canonical(body: &Value) -> &'static str {
    let request = Request::from_json(body.to_string().as_bytes());
    if request.is_ok() { "; it reads like a canonical request, which translate takes" } else { "" }
}

fn lift_all<'a>(found: &'a [Recognized<'a>]) -> Result<Vec<Lifted<'a>>, Failure> {
    let lifted = found.iter().map(Recognized::lift).collect::<Result<Vec<_>, _>>();
    lifted.map_err(|error| Failure::Said(format!("{error} with --from")))
}

/// A payload of one's own, read.
pub(crate) struct Own {
    pub(crate) request: Request,
    pub(crate) offer: String,
    pub(crate) model: String,
    /// The first of the values that the request cannot hold.
    pub(crate) unread: Option<Violation>,
    /// How it was read, with its violations.
    pub(crate) shown: Value,
}

/// The request of a payload, for commands that take either.
pub(crate) fn request(catalog: &Catalog, sending: &Sending) -> Result<Own, Failure> {
    let call = read(sending)?;
    let found = recognize(catalog, &call, sending)?;
    let [found] = found.as_slice() else {
        let message = format!("the body holds {} payloads; give one", found.len());
        return Err(Failure::Said(message));
    };
    let [lifted] = lift_all(std::slice::from_ref(found))?
        .try_into()
        .map_err(|_| Failure::Said("the body holds no payload".to_owned()))?;
    for violation in &lifted.violations {
        say(format_args!("the payload: {}", violation.message))?;
    }
    let offer = found.offer().map_err(|error| Failure::Said(error.to_string()))?;
    let mut unread = lifted.unread(&Mode::Drop.into());
    let unread = (!unread.is_empty()).then(|| unread.remove(0));
    let shown = serde_json::to_value(&lifted)?;
    let (name, model) = (offer.name().to_owned(), offer.model().to_owned());
    Ok(Own { request: lifted.request, offer: name, model, unread, shown })
}

/// One object for one payload, an array for several.
fn print_all<T: Serialize>(values: &[T]) -> Result<(), Failure> {
    match values {
        [one] => print_json(one),
        several => print_json(several),
    }
}
