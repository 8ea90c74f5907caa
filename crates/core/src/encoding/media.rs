//! Media strings: as they are, as the vendor's own id, or as base64 of bytes in memory.

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::leaf::Leaf;
use crate::plan::Plan;
use crate::request::{Media, MediaFacts, MediaSource};
use crate::spec::MediaForm;
use crate::translate::Call;

/// The media of a leaf as one value.
pub(super) struct Single<'a> {
    pub(super) leaf: Leaf,
    pub(super) call: Call<'a>,
}

impl Serialize for Single<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Single { leaf, call } = *self;
        let media = call.request.media(leaf).first();
        media.map(|media| MediaValue { media, leaf, index: 0, call }).serialize(serializer)
    }
}

/// The media of a leaf as a list.
pub(super) struct List<'a> {
    pub(super) leaf: Leaf,
    pub(super) call: Call<'a>,
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let List { leaf, call } = *self;
        let media = call.request.media(leaf);
        let mut seq = serializer.serialize_seq(Some(media.len()))?;
        for (index, media) in media.iter().enumerate() {
            seq.serialize_element(&MediaValue { media, leaf, index, call })?;
        }
        seq.end()
    }
}

/// One medium as the vendor takes it: what the wiring puts in its place, or the canonical string.
pub(crate) struct MediaValue<'a> {
    pub(crate) media: &'a Media,
    pub(crate) leaf: Leaf,
    pub(crate) index: usize,
    pub(crate) call: Call<'a>,
}

impl Serialize for MediaValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let MediaValue { media, leaf, index, call } = self;
        if let Some(text) = call.wiring.and_then(|wiring| wiring.text(*leaf, *index)) {
            return serializer.serialize_str(text);
        }
        match media.source() {
            MediaSource::Asset { provider, id } if **provider == *call.plan.provider => {
                if call.plan.asset_prefix.is_empty() {
                    return serializer.serialize_str(id);
                }
                serializer.collect_str(&format_args!("{}{id}", call.plan.asset_prefix))
            }
            source => source.serialize(serializer),
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
}

/// How a medium gets to the vendor. A file is inlined only within the limit that the vendor
/// states for media in a payload.
pub(crate) fn handover(plan: &Plan, media: &Media, facts: Option<&MediaFacts>) -> Handover {
    let form = match media.source() {
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
