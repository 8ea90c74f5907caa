//! Media strings: as they are, as the vendor's own id, or as base64 of bytes in memory.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Json, JsonText, Reading, base64, type_of};
use crate::leaf::Leaf;
use crate::plan::Plan;
use crate::request::{Media, MediaFacts, MediaSource};
use crate::spec::MediaForm;
use crate::translate::Call;

/// The media of a leaf as one value.
pub(super) struct Single<'a> {
    pub(super) leaf: Leaf,
    pub(super) call: &'a Call<'a>,
}

impl<'a> Single<'a> {
    pub(super) fn value(&self) -> Option<MediaValue<'a>> {
        let Single { leaf, call } = *self;
        let media = call.request.media(leaf).first();
        media.map(|media| MediaValue { media, leaf, index: 0, call })
    }
}

impl Serialize for Single<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl Json for Single<'_> {
    fn write_json(&self, text: &mut JsonText<'_>) -> serde_json::Result<()> {
        self.value().write_json(text)
    }
}

/// The media of a leaf as a list.
pub(super) struct List<'a> {
    pub(super) leaf: Leaf,
    pub(super) call: &'a Call<'a>,
}

impl<'a> List<'a> {
    fn values(&self) -> impl Iterator<Item = MediaValue<'a>> {
        let List { leaf, call } = *self;
        let media = call.request.media(leaf).iter().enumerate();
        media.map(move |(index, media)| MediaValue { media, leaf, index, call })
    }
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.values())
    }
}

impl Json for List<'_> {
    fn write_json(&self, text: &mut JsonText<'_>) -> serde_json::Result<()> {
        text.raw(b"[");
        for (at, value) in self.values().enumerate() {
            text.raw(if at == 0 { b"" } else { b"," });
            value.write_json(text)?;
        }
        text.raw(b"]");
        Ok(())
    }
}

/// One medium as the vendor takes it: what the wiring puts in its place, or the canonical string.
#[derive(Clone, Copy)]
pub(crate) struct MediaValue<'a> {
    pub(crate) media: &'a Media,
    pub(crate) leaf: Leaf,
    pub(crate) index: usize,
    pub(crate) call: &'a Call<'a>,
}

/// How a medium is written.
enum Written<'a> {
    /// A text, as it is.
    Text(&'a str),
    /// The asset that the provider itself holds, with the prefix of its ids.
    Own(&'a str, &'a str),
    /// In its canonical form.
    Canonical(&'a MediaSource),
}

impl<'a> MediaValue<'a> {
    fn written(&self) -> Written<'a> {
        let MediaValue { media, leaf, index, call } = *self;
        if let Some(text) = call.wiring.and_then(|wiring| wiring.text(leaf, index)) {
            return Written::Text(text);
        }
        match media.source() {
            MediaSource::Asset { provider, id } if call.plan.holds_assets_of(provider) => {
                match call.plan.asset_prefix.as_str() {
                    "" => Written::Text(id),
                    prefix => Written::Own(prefix, id),
                }
            }
            MediaSource::Url(text) | MediaSource::Data(text) | MediaSource::File(text) => {
                Written::Text(text)
            }
            source => Written::Canonical(source),
        }
    }
}

impl Serialize for MediaValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.written() {
            Written::Text(text) => serializer.serialize_str(text),
            Written::Own(prefix, id) => serializer.collect_str(&format_args!("{prefix}{id}")),
            Written::Canonical(source) => source.serialize(serializer),
        }
    }
}

impl Json for MediaValue<'_> {
    fn write_json(&self, text: &mut JsonText<'_>) -> serde_json::Result<()> {
        match self.written() {
            Written::Text(written) => {
                match self.call.wiring.and_then(|wiring| wiring.inlined_as(written)) {
                    Some(inlined) => text.mark(inlined),
                    None => return text.string(written),
                }
                Ok(())
            }
            Written::Own(prefix, id) => text.printed(&format_args!("{prefix}{id}")),
            Written::Canonical(source) => text.any(source),
        }
    }
}

/// How a medium gets to the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Handover {
    /// Its string stands in the payload.
    AsItIs,
    /// Its bytes are read and stand in the payload.
    Inlined,
    /// It is uploaded first, and what the vendor calls it stands in the payload.
    Uploaded,
    /// It is fetched from the provider that holds it and uploaded as a file is.
    Copied,
}

/// How a medium gets to the vendor. A file is inlined only within the limit that the vendor
/// states for media in a payload.
pub(crate) fn handover(plan: &Plan, media: &Media, facts: Option<&MediaFacts>) -> Handover {
    let form = match media.source() {
        MediaSource::Asset { provider, .. } if !plan.holds_assets_of(provider) => {
            return Handover::Copied;
        }
        MediaSource::Asset { .. } => MediaForm::Asset,
        MediaSource::Url(url) if url.get(..5).is_some_and(|s| s.eq_ignore_ascii_case("http:")) => {
            MediaForm::Http
        }
        MediaSource::Url(_) => MediaForm::Https,
        MediaSource::Data(_) | MediaSource::Bytes { .. } | MediaSource::File(_) => MediaForm::Data,
    };
    if !plan.media_forms.contains(&form) {
        return Handover::Uploaded;
    }
    let known = facts.and_then(|facts| facts.bytes);
    let most = plan.inline_max_bytes;
    match media.source() {
        MediaSource::File(_) => match known.zip(most) {
            Some((bytes, most)) if bytes <= most => Handover::Inlined,
            _ => Handover::Uploaded,
        },
        MediaSource::Bytes { bytes, .. } if Some(bytes.len() as u64) > most.or(Some(u64::MAX)) => {
            Handover::Uploaded
        }
        MediaSource::Data(uri)
            if Some(known.unwrap_or(uri.len() as u64)) > most.or(Some(u64::MAX)) =>
        {
            Handover::Uploaded
        }
        _ => Handover::AsItIs,
    }
}

/// Reads one medium into its leaf.
pub(super) fn read_one(reading: &mut Reading<'_>, leaf: Leaf, value: &Value) -> Result<(), String> {
    let read = medium(reading.plan, value)?;
    match leaf {
        Leaf::FirstFrame => reading.request.frames.first = Some(read),
        Leaf::LastFrame => reading.request.frames.last = Some(read),
        _ => list(reading, leaf).push(read),
    }
    Ok(())
}

/// Reads a list of media into its leaf; an empty one is unset.
pub(super) fn read_list(
    reading: &mut Reading<'_>,
    leaf: Leaf,
    value: &Value,
) -> Result<(), String> {
    let Value::Array(items) = value else {
        return Err(format!("takes a list, not {}", type_of(value)));
    };
    let plan = reading.plan;
    let read = items.iter().enumerate().map(|(at, item)| {
        medium(plan, item).map_err(|problem| format!("item {}: {problem}", at + 1))
    });
    let read: Vec<Media> = read.collect::<Result<_, _>>()?;
    *list(reading, leaf) = read;
    Ok(())
}

fn list<'a>(reading: &'a mut Reading<'_>, leaf: Leaf) -> &'a mut Vec<Media> {
    let references = &mut reading.request.references;
    match leaf {
        Leaf::Videos => &mut references.videos,
        Leaf::Audios => &mut references.audios,
        _ => &mut references.images,
    }
}

/// A medium of the wire: the vendor's own asset, bare base64, or any canonical string.
pub(super) fn medium(plan: &Plan, value: &Value) -> Result<Media, String> {
    let Value::String(text) = value else {
        return Err(format!("takes media as a string, not {}", type_of(value)));
    };
    if let Some(asset) = own_asset(plan, text).or_else(|| base64::data_uri(text)) {
        return Ok(asset);
    }
    text.parse().map_err(|_| "is no medium that can be read: no URL, asset, data URI".to_owned())
}

fn own_asset(plan: &Plan, text: &str) -> Option<Media> {
    let id = text.strip_prefix(&*plan.asset_prefix)?;
    let takes = plan.media_forms.contains(&MediaForm::Asset);
    takes.then(|| Media::asset(&plan.provider, id)).flatten()
}
