//! What a person should know about a row.

use std::borrow::Cow;

use super::Call;
use crate::check::unknown_facts;
use crate::encoding::Handover;
use crate::leaf::Leaf;

pub(super) fn note(call: Call<'_>, leaf: Leaf) -> Option<Cow<'static, str>> {
    let calls = call.settlement.calls;
    match leaf {
        Leaf::Count if calls > 1 => {
            Some(format!("{calls} calls, one job and one charge each").into())
        }
        Leaf::Seed if calls > 1 => Some("call k sends seed + k".into()),
        Leaf::Seed if call.request.seed > Some(1 << 53) => {
            Some("above 2^53: JSON readers that use floats would change it".into())
        }
        Leaf::AspectRatio | Leaf::Resolution => geometry_note(call, leaf),
        Leaf::Prompt => prompt_note(call),
        _ if leaf.is_media() => handover_note(call, leaf).map(Into::into),
        _ => None,
    }
}

fn geometry_note(call: Call<'_>, leaf: Leaf) -> Option<Cow<'static, str>> {
    let (request, geometry) = (call.request, &call.plan.geometry);
    let size = call.settlement.wired.pixels?;
    let other_open = match leaf {
        Leaf::AspectRatio if request.resolution.is_none() => geometry
            .default_tier
            .filter(|_| geometry.free.is_none())
            .map(|tier| format!("tier {tier}")),
        Leaf::Resolution if request.aspect_ratio.is_none() => {
            geometry.default_ratio.map(|ratio| format!("ratio {ratio}"))
        }
        _ => None,
    };
    Some(match other_open {
        Some(default) => {
            format!("{size}; {default} is genmux's default for what was left open").into()
        }
        None => size.to_string().into(),
    })
}

fn prompt_note(call: Call<'_>) -> Option<Cow<'static, str>> {
    let prompt = call.request.prompt.as_deref()?;
    let untagged = call.plan.field(Leaf::Prompt).is_some_and(|field| field.tags.is_none());
    if untagged && crate::check::tags_of(prompt).next().is_some() {
        return Some("tags go as plain text: the vendor documents no form for them".into());
    }
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    prompt.contains(control).then(|| "holds control characters, sent as they are".into())
}

fn handover_note(call: Call<'_>, leaf: Leaf) -> Option<&'static str> {
    match call.handovers(leaf).max()? {
        Handover::AsItIs => None,
        Handover::Inlined => Some("inlined when run"),
        Handover::Uploaded => Some("uploaded when run"),
        Handover::Copied => Some("copied when run"),
    }
}

/// Whether the payload that is sent holds something else than the canonical string.
pub(super) fn is_handed_over(call: Call<'_>, leaf: Leaf) -> bool {
    call.handovers(leaf).any(|handover| handover != Handover::AsItIs)
}

pub(super) fn unchecked(call: Call<'_>, leaf: Leaf) -> Vec<&'static str> {
    let Some(field) = call.plan.field(leaf) else { return Vec::new() };
    let mut unknown = Vec::new();
    for index in 0..call.request.media(leaf).len() {
        let facts = call.context.media.facts(call.request, leaf, index);
        for fact in unknown_facts(&field.media, facts) {
            if !unknown.contains(&fact) {
                unknown.push(fact);
            }
        }
    }
    unknown
}
