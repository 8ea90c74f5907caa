//! `sequence`: a switch that is `disabled` or `auto`, and the greatest number of images.

use crate::leaf::Leaf;
use crate::translate::Call;

/// `disabled` for one image, `auto` for more.
pub(super) fn switch(call: Call<'_>) -> Option<&'static str> {
    let count = wanted(call)?;
    Some(if count > 1 { "auto" } else { "disabled" })
}

/// The greatest number of images, which acts only beside `auto`.
pub(super) fn count(call: Call<'_>) -> Option<u64> {
    wanted(call).filter(|count| *count > 1)
}

fn wanted(call: Call<'_>) -> Option<u64> {
    let written = call.writes(Leaf::SequentialCount);
    written.then(|| call.whole(Leaf::SequentialCount)).flatten()
}
