//! `frames`: an array of pinned frames, each with its position.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::MediaValue;
use crate::leaf::{Leaf, Leaves};
use crate::translate::Call;

/// `[{"<key>": media, "frame": "first"}, {"<key>": media, "frame": "last"}]`.
///
/// The normal form names every position, also where the vendor would guess it: a single string
/// would mean the first frame today and something else tomorrow.
pub(super) struct Frames<'a> {
    pub(super) key: &'a str,
    pub(super) leaves: Leaves,
    pub(super) call: Call<'a>,
}

impl Serialize for Frames<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        for leaf in [Leaf::FirstFrame, Leaf::LastFrame] {
            if self.leaves.contains(leaf) && self.call.writes(leaf) {
                seq.serialize_element(&Frame { key: self.key, leaf, call: self.call })?;
            }
        }
        seq.end()
    }
}

struct Frame<'a> {
    key: &'a str,
    leaf: Leaf,
    call: Call<'a>,
}

impl Serialize for Frame<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Frame { leaf, call, .. } = *self;
        let media = call.request.media(leaf).first();
        let media = media.map(|media| MediaValue { media, leaf, index: 0, call });
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(self.key, &media)?;
        map.serialize_entry("frame", if self.leaf == Leaf::FirstFrame { "first" } else { "last" })?;
        map.end()
    }
}
