//! `genmux translate`: payload, ledger, violations, what to expect.

use std::io::Write;
use std::path::Path;

use genmux::{Catalog, Context, Offer, Rejection, Request, Shown, TaskKey, Translation};
use serde::Serialize;

use super::{lines, print_json, stdout};
use crate::Done;
use crate::args::{Translate, TranslateFormat};
use crate::fail::Failure;
use crate::input;

pub(crate) fn translate(catalog: &Catalog, args: &Translate) -> Result<Done, Failure> {
    let offers = input::offers(&input::dated(catalog, args.reading.as_of), &args.to)?;
    match (&args.requests, &args.request) {
        (Some(requests), _) => lines::translate_lines(&offers, requests, args),
        (None, Some(request)) => translate_one(&offers, request, args),
        (None, None) => Err(Failure::Said("give a request file, or --requests".to_owned())),
    }
}

fn translate_one(offers: &[Offer], path: &Path, args: &Translate) -> Result<Done, Failure> {
    let request = input::request(path, &args.reading)?;
    let mut context = input::context(&request, &args.reading);
    if let Some(id) = args.task_id {
        context.task = TaskKey::given(id);
    }
    match args.format {
        TranslateFormat::Curl => print_curl(offers, &request, context, args),
        TranslateFormat::Json => print_answers(offers, &request, &context, args),
    }
}

/// One object for one offer, an array for several.
fn print_all<T: Serialize>(values: &[T]) -> Result<(), Failure> {
    match values {
        [one] => print_json(one),
        several => print_json(several),
    }
}

type Answer<'a> = Result<Translation<'a>, Box<Rejection>>;

fn print_answers(
    offers: &[Offer],
    request: &Request,
    context: &Context,
    args: &Translate,
) -> Result<Done, Failure> {
    let answers: Vec<Answer<'_>> =
        offers.iter().map(|offer| offer.translate(request, &args.policy, context)).collect();
    if args.payload_only {
        print_payloads(&answers)?;
    } else {
        let shown = |(offer, answer)| genmux::shown(offer, request, context, answer);
        let shown: Result<Vec<Shown<'_>>, _> = offers.iter().zip(&answers).map(shown).collect();
        print_all(&shown?)?;
    }
    Ok(if answers.iter().all(Result::is_ok) { Done::Accepted } else { Done::Rejected })
}

/// A rejected payload is `null`, so that nothing else can be mistaken for one.
fn print_payloads(answers: &[Answer<'_>]) -> Result<(), Failure> {
    for rejection in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        writeln!(anstream::stderr(), "{rejection}")?;
    }
    let accepted = answers.iter().map(|answer| answer.as_ref().ok());
    let payloads: Vec<_> = accepted.map(|answer| answer.map(|answer| answer.payload(0))).collect();
    print_all(&payloads)
}

/// More command lines than that nobody pastes.
const MOST_CURL_CALLS: u64 = 1000;

fn print_curl(
    offers: &[Offer],
    request: &Request,
    mut context: Context,
    args: &Translate,
) -> Result<Done, Failure> {
    if args.task_id.is_none() {
        context.task = fresh_task()?;
    }
    let mut out = stdout();
    let mut done = Done::Accepted;
    for offer in offers {
        match offer.translate(request, &args.policy, &context) {
            Ok(translation) if translation.calls() > MOST_CURL_CALLS => {
                let calls = translation.calls();
                let message =
                    format!("count becomes {calls} calls; curl prints up to {MOST_CURL_CALLS}");
                return Err(Failure::Said(message));
            }
            Ok(translation) => {
                for call in 0..translation.calls() {
                    writeln!(out, "{}", genmux::http(offer, &translation.payload(call))?.curl())?;
                }
                warn_of_uploads(&translation.uploads())?;
            }
            Err(rejection) => {
                writeln!(anstream::stderr(), "{rejection}")?;
                done = Done::Rejected;
            }
        }
    }
    out.flush()?;
    Ok(done)
}

/// A pasted command is a new job, so its id must not be that of an earlier paste.
fn fresh_task() -> Result<TaskKey, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Said(format!("no randomness for a task id: {error}")))?;
    Ok(TaskKey::derived(&bytes))
}

fn warn_of_uploads(uploads: &[genmux::Upload]) -> Result<(), Failure> {
    for upload in uploads {
        let (field, index, src) = (upload.field, upload.index, &upload.src);
        writeln!(
            anstream::stderr(),
            "{field}[{index}] {src} must be uploaded first, and the id that the vendor gives put in its place"
        )?;
    }
    Ok(())
}
