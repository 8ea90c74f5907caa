//! Everything that can be downloaded: made outputs and uploaded bytes, by path.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;

use crate::media::Spec;

/// A file under the sandbox's own address.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) mime: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Given(Bytes),
    /// Made when first asked for, then kept.
    Made(Spec, OnceLock<Bytes>),
}

impl File {
    pub(crate) fn given(mime: impl Into<String>, bytes: Bytes) -> Self {
        Self { mime: mime.into(), content: Content::Given(bytes) }
    }

    pub(crate) fn made(spec: Spec) -> Self {
        Self { mime: spec.format.mime().into(), content: Content::Made(spec, OnceLock::new()) }
    }

    pub(crate) fn spec(&self) -> Option<&Spec> {
        match &self.content {
            Content::Given(_) => None,
            Content::Made(spec, _) => Some(spec),
        }
    }

    /// The bytes; encoding is work, so call it where blocking is allowed.
    pub(crate) fn bytes(&self) -> io::Result<Bytes> {
        match &self.content {
            Content::Given(bytes) => Ok(bytes.clone()),
            Content::Made(spec, made) => match made.get() {
                Some(bytes) => Ok(bytes.clone()),
                None => spec.encode().map(|bytes| made.get_or_init(|| bytes.into()).clone()),
            },
        }
    }
}

/// The bytes of a file, made off the threads that serve.
pub(crate) async fn load(file: Arc<File>) -> io::Result<Bytes> {
    tokio::task::spawn_blocking(move || file.bytes()).await.map_err(io::Error::other)?
}

/// Files by path, such as `/outputs/runware/….png`.
#[derive(Debug, Default)]
pub(crate) struct Files(Mutex<HashMap<String, Arc<File>>>);

impl Files {
    pub(crate) fn put(&self, path: String, file: File) -> Arc<File> {
        let file = Arc::new(file);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path, Arc::clone(&file));
        file
    }

    pub(crate) fn find(&self, path: &str) -> Option<Arc<File>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    pub(crate) fn remove(&self, path: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(path).is_some()
    }
}
