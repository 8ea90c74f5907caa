//! `content_check`: `checkContent`, and `mode` where the vendor has it.

use crate::leaf::Leaf;
use crate::translate::Call;

/// The mode of the check; `off` is what the vendor does anyway and is not sent.
pub(super) fn mode(call: Call<'_>) -> Option<&'static str> {
    let written = call.writes(Leaf::Safety);
    written.then(|| call.request.word(Leaf::Safety)).flatten()
}
