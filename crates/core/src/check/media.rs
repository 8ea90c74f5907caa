//! Limits of input media, checked as far as facts are known.

use serde_json::json;

use crate::context::Context;
use crate::leaf::Leaf;
use crate::number::Number;
use crate::plan::Plan;
use crate::request::{Media, MediaFacts, MediaSource, Request};
use crate::spec::{MediaForm, Origin, Span};
use crate::violation::{Violation, ViolationKind};

/// The limits of one medium, and of all media of a list together.
#[derive(Debug, Default)]
pub(crate) struct MediaLimits {
    /// Smallest and greatest side of a picture, in pixels.
    pub(crate) sides: Option<(Span, Origin)>,
    pub(crate) max_bytes: Option<(u64, Origin)>,
    pub(crate) max_seconds: Option<(Number, Origin)>,
    pub(crate) total_seconds: Option<(Number, Origin)>,
}

/// Hears of every fault; its words are worked out only if they are asked for.
type Hear<'a> = &'a mut dyn FnMut(&dyn Fn() -> Violation);

/// Everything that is wrong with the media of a leaf.
pub(crate) fn check_media(
    plan: &Plan,
    request: &Request,
    leaf: Leaf,
    context: &Context,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    each_fault(plan, request, leaf, context, &mut |words| violations.push(words()));
    violations
}

/// Whether nothing is wrong with the media of a leaf.
pub(crate) fn are_media_accepted(
    plan: &Plan,
    request: &Request,
    leaf: Leaf,
    context: &Context,
) -> bool {
    let mut accepted = true;
    each_fault(plan, request, leaf, context, &mut |_| accepted = false);
    accepted
}

fn each_fault(plan: &Plan, request: &Request, leaf: Leaf, context: &Context, hear: Hear<'_>) {
    let Some(field) = plan.field(leaf) else { return };
    let list = request.media(leaf);
    for (index, media) in list.iter().enumerate() {
        let item = Item { leaf, index, of: list.len() };
        let found = context.media.found(leaf, index);
        if let Some(Err(problem)) = found {
            hear(&|| item.wrong(problem));
            continue;
        }
        unusable(plan, media, &item, context, hear);
        let facts = found.and_then(|found| found.as_ref().ok()).unwrap_or(&media.declared);
        if facts.is_known() {
            wrong_kind_of_media(facts, &item, hear);
            beyond(&field.media, facts, &item, hear);
        }
    }
    too_long_together(&field.media, request, leaf, context, hear);
}

/// Facts that the limits ask for and nobody knows.
pub(crate) fn unknown_facts(limits: &MediaLimits, facts: Option<&MediaFacts>) -> Vec<&'static str> {
    let unknown = |asked: bool, known: Option<bool>| asked && known != Some(true);
    let timed = limits.max_seconds.is_some() || limits.total_seconds.is_some();
    [
        ("width", unknown(limits.sides.is_some(), facts.map(|facts| facts.width.is_some()))),
        ("height", unknown(limits.sides.is_some(), facts.map(|facts| facts.height.is_some()))),
        ("bytes", unknown(limits.max_bytes.is_some(), facts.map(|facts| facts.bytes.is_some()))),
        ("seconds", unknown(timed, facts.map(|facts| facts.millis.is_some()))),
    ]
    .into_iter()
    .filter_map(|(name, unknown)| unknown.then_some(name))
    .collect()
}

struct Item {
    leaf: Leaf,
    index: usize,
    of: usize,
}

impl Item {
    /// `references.images, item 3` or just the leaf where there is one item.
    fn name(&self) -> String {
        if self.of == 1 {
            self.leaf.to_string()
        } else {
            format!("{}, item {}", self.leaf, self.index + 1)
        }
    }

    fn wrong(&self, problem: &str) -> Violation {
        Violation::new(self.leaf, ViolationKind::WrongMedia, format!("{}: {problem}", self.name()))
    }
}

/// Media that cannot reach the vendor whatever its facts are.
fn unusable(plan: &Plan, media: &Media, item: &Item, context: &Context, hear: Hear<'_>) {
    match media.source() {
        // An asset of another provider, unless it is copied when the request is run.
        MediaSource::Asset { provider, .. }
            if !plan.holds_assets_of(provider) && !context.copied_from.contains(provider) =>
        {
            hear(&|| foreign(&plan.provider, provider, item, context));
        }
        MediaSource::Url(url)
            if is_plain_http(url) && !plan.media_forms.contains(&MediaForm::Http) =>
        {
            hear(&|| item.wrong("this vendor fetches no plain http: URL; give an https: URL"));
        }
        MediaSource::File(_) if !context.allow_paths => hear(&|| {
            item.wrong("local paths are not allowed here; the application allows a directory")
        }),
        _ => {}
    }
}

fn foreign(to: &str, from: &str, item: &Item, context: &Context) -> Violation {
    let copy = if context.lenders.contains(&from) {
        format!("let it be copied to {to} when run (--copy-assets)")
    } else {
        format!("copy it to {to} first")
    };
    item.wrong(&format!(
        "{from} holds this asset and {to} cannot read it; give its https: URL or a file, or {copy}"
    ))
}

fn is_plain_http(url: &str) -> bool {
    matches!(url.as_bytes(), [b'h' | b'H', b't' | b'T', b't' | b'T', b'p' | b'P', b':', ..])
}

fn wrong_kind_of_media(facts: &MediaFacts, item: &Item, hear: Hear<'_>) {
    let Some((mime, kind)) = facts.mime.as_deref().zip(item.leaf.media_kind()) else { return };
    let given = mime.split('/').next().unwrap_or(mime);
    // Ogg, MP4 and WebM files carry sound or pictures under either name.
    let ambiguous =
        matches!(mime, "application/ogg" | "video/mp4" | "video/webm" | "application/octet-stream");
    if given.eq_ignore_ascii_case(kind) || (kind != "image" && ambiguous) {
        return;
    }
    hear(&|| item.wrong(&format!("it is {mime}, and this field takes {kind} media")).actual(mime));
}

fn beyond(limits: &MediaLimits, facts: &MediaFacts, item: &Item, hear: Hear<'_>) {
    if let Some((span, origin)) = &limits.sides {
        let sides = [("wide", facts.width), ("high", facts.height)];
        for (direction, side) in sides.into_iter().filter_map(|(name, side)| Some((name, side?))) {
            if !span.contains(side.into()) {
                hear(&|| side_beyond(*span, side, direction, item).stated_by(origin));
            }
        }
    }
    if let (Some((max, origin)), Some(bytes)) = (&limits.max_bytes, facts.bytes)
        && bytes > *max
    {
        hear(&|| {
            let message = format!("{} has {bytes} bytes; accepted up to {max}", item.name());
            let violation = above(item.leaf, message).actual(bytes);
            violation.accepted(json!({ "max": max })).stated_by(origin)
        });
    }
    let seconds = facts.millis.map(playing_time);
    if let (Some((max, origin)), Some(seconds)) = (&limits.max_seconds, seconds)
        && seconds > *max
    {
        hear(&|| {
            let message = format!("{} plays {seconds} s; accepted up to {max} s", item.name());
            let violation = above(item.leaf, message).actual(json!(seconds));
            violation.accepted(json!({ "max": max })).stated_by(origin)
        });
    }
}

fn side_beyond(span: Span, side: u32, direction: &str, item: &Item) -> Violation {
    let small = span.min.is_some_and(|min| u64::from(side) < min);
    let kind = if small { ViolationKind::BelowMinimum } else { ViolationKind::AboveMaximum };
    let accepted = super::word::describe(span);
    let message = format!("{} is {side} pixels {direction}; accepted {accepted}", item.name());
    let violation = Violation::new(item.leaf, kind, message).actual(side);
    violation.accepted(json!({ "min": span.min, "max": span.max }))
}

fn above(leaf: Leaf, message: String) -> Violation {
    Violation::new(leaf, ViolationKind::AboveMaximum, message)
}

fn playing_time(millis: u64) -> Number {
    Number::millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

fn too_long_together(
    limits: &MediaLimits,
    request: &Request,
    leaf: Leaf,
    context: &Context,
    hear: Hear<'_>,
) {
    let Some((max, origin)) = &limits.total_seconds else { return };
    let known = (0..request.media(leaf).len())
        .filter_map(|i| context.media.facts(request, leaf, i)?.millis);
    let total = playing_time(known.fold(0, u64::saturating_add));
    if total > *max {
        hear(&|| {
            let message = format!("{leaf} play {total} s together; accepted up to {max} s");
            let violation = Violation::new(leaf, ViolationKind::SumExceeded, message);
            let violation = violation.actual(json!(total)).accepted(json!({ "max": max }));
            violation.stated_by(origin)
        });
    }
}
