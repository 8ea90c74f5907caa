//! Bringing a medium to a provider, step by step.

use std::fmt;

use super::{Body, HttpRequest};

/// A medium that is to be uploaded.
#[derive(Clone, Debug)]
pub struct UploadFile {
    /// A file name without a folder, such as `image.png`.
    pub name: String,
    /// Its type by magic bytes, such as `image/png`.
    pub mime: String,
    /// Its bytes, described and not held.
    pub body: Body,
    /// Text that does not occur in the medium, to divide the parts of a form: letters and digits.
    pub boundary: String,
}

impl UploadFile {
    /// Its size in bytes.
    pub fn len(&self) -> u64 {
        self.body.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }
}

/// What is to be done next to bring a medium to a provider.
#[derive(Clone, Debug)]
pub enum UploadStep {
    /// Send this, then read its reply with the state.
    Send(HttpRequest, UploadState),
    /// The provider still looks at it: wait a moment, then as `Send`.
    Wait(HttpRequest, UploadState),
    /// It is there.
    Done(Uploaded),
}

/// How far an upload is.
#[derive(Clone, Debug, Default)]
pub struct UploadState {
    /// The vendor's id of the upload, once there is one.
    pub id: String,
    /// Which reply comes next.
    pub stage: UploadStage,
    /// Where the parts go.
    pub parts: Vec<PartUrl>,
    /// How many parts have been sent.
    pub sent: usize,
}

/// Which reply of an upload comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UploadStage {
    /// That to the first request.
    #[default]
    Start,
    /// That to a part.
    Parts,
    /// That to the word that all parts are there.
    Complete,
    /// That to the question whether it can be used.
    Import,
}

/// Where one part goes; the URL is signed and not shown.
#[derive(Clone)]
pub struct PartUrl(pub String);

impl fmt::Debug for PartUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartUrl({})", super::safe_text(&self.0))
    }
}

/// A medium that a provider holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// What stands in a payload in its place.
    pub wire: String,
    /// The canonical string for next requests, such as `scenario:asset_...`.
    pub asset: String,
}
