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
        let media = self.call.request.media(self.leaf).first();
        media.map(|media| MediaValue { media, plan: self.call.plan }).serialize(serializer)
    }
}

/// The media of a leaf as a list.
pub(super) struct List<'a> {
    pub(super) leaf: Leaf,
    pub(super) call: Call<'a>,
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let media = self.call.request.media(self.leaf);
        let mut seq = serializer.serialize_seq(Some(media.len()))?;
        for media in media {
            seq.serialize_element(&MediaValue { media, plan: self.call.plan })?;
        }
        seq.end()
    }
}

/// One medium as the vendor takes it; the canonical string where it must be uploaded first.
pub(crate) struct MediaValue<'a> {
    pub(crate) media: &'a Media,
    pub(crate) plan: &'a Plan,
}

impl Serialize for MediaValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.media.source() {
            MediaSource::Asset { provider, id } if **provider == *self.plan.provider => {
                if self.plan.asset_prefix.is_empty() {
                    return serializer.serialize_str(id);
                }
                serializer.collect_str(&format_args!("{}{id}", self.plan.asset_prefix))
            }
            source => source.serialize(serializer),
        }
    }
}

/// Whether a medium must be uploaded before the payload is sent.
pub(crate) fn must_upload(plan: &Plan, media: &Media, facts: Option<&MediaFacts>) -> bool {
    let form = match media.source() {
        MediaSource::Asset { .. } => MediaForm::Asset,
        MediaSource::Url(url) if url.get(..5).is_some_and(|s| s.eq_ignore_ascii_case("http:")) => {
            MediaForm::Http
        }
        MediaSource::Url(_) => MediaForm::Https,
        MediaSource::Data(_) | MediaSource::Bytes { .. } => MediaForm::Data,
        MediaSource::File(_) => return true,
    };
    let bytes = match media.source() {
        MediaSource::Bytes { bytes, .. } => Some(bytes.len() as u64),
        MediaSource::Data(uri) => {
            Some(facts.and_then(|facts| facts.bytes).unwrap_or(uri.len() as u64))
        }
        _ => None,
    };
    let too_large = bytes.zip(plan.inline_max_bytes).is_some_and(|(bytes, most)| bytes > most);
    !plan.media_forms.contains(&form) || too_large
}
