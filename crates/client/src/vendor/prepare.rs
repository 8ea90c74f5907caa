//! Media of a request: inlined as segments of the body, or uploaded.

use std::io::{self, Cursor, Read};
use std::path::Path;

use bytes::Bytes;
use genmux_core::{
    Body, ErrorKind, Handover, Leaf, Media, MediaSource, Request, Segment, Translation, UploadFile,
    Wiring,
};
use genmux_media::DataUri;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::data::{Text, data_body};
use super::{Vendor, copy, upload};
use crate::account::Account;
use crate::download::{Download, Target, download};
use crate::error::Error;
use crate::event::Event;
use crate::options::RunOptions;
use crate::transport::Reach;

/// Media below this size are written into the body like any other text.
const SMALL: usize = 16 * 1024;

/// Brings all media to where the payload can name them, within the time that the work has.
pub(super) async fn wiring(
    vendor: &Vendor,
    account: &Account,
    translation: &Translation<'_>,
    request: &Request,
    options: &RunOptions,
) -> Result<Wiring, Error> {
    let all = brought(vendor, account, translation, request, options);
    tokio::time::timeout(options.waits(), all).await.unwrap_or_else(|_elapsed| {
        let seconds = options.waits().as_secs_f64();
        let message = format!("the media were not all there after {seconds} s; nothing was sent");
        Err(Error::new(ErrorKind::Timeout, message))
    })
}

/// Nothing large is copied.
async fn brought(
    vendor: &Vendor,
    account: &Account,
    translation: &Translation<'_>,
    request: &Request,
    options: &RunOptions,
) -> Result<Wiring, Error> {
    let mut wiring = Wiring::default();
    let handovers = translation.handovers();
    for (leaf, index) in all_media(request) {
        let found = handovers.iter().find(|handover| (handover.0, handover.1) == (leaf, index));
        let media = &request.media(leaf)[index];
        match found.map(|(_, _, handover)| *handover) {
            None | Some(Handover::AsItIs) => {
                if let Some(text) = large_text(media).map(|body| wiring.inline(body)) {
                    wiring.set(leaf, index, text);
                }
            }
            Some(Handover::Inlined) => {
                let file = file(vendor, media, leaf, index)?;
                let mut body = Body::bytes(format!("data:{};base64,", file.mime));
                body.append(file.body.into_base64());
                let text = wiring.inline(body);
                wiring.set(leaf, index, text);
            }
            Some(Handover::Uploaded | Handover::Copied) => {
                let from = copy::address(media, account.line(), options).await;
                let (file, _folder) = match from.map_err(|error| named(error, leaf, index))? {
                    Some(from) => fetched_file(account, from, (leaf, index)).await?,
                    None => (file(vendor, media, leaf, index)?, None),
                };
                let bytes = file.len();
                options.tell(|| Event::Uploading { field: leaf.path(), index, bytes });
                let uploaded = upload::upload(account.line(), &file).await;
                wiring.set(leaf, index, uploaded.map_err(|error| named(error, leaf, index))?.wire);
            }
        }
    }
    Ok(wiring)
}

/// A medium behind a URL, fetched into a folder that lives as long as the result.
async fn fetched_file(
    account: &Account,
    (url, reach): (String, Reach),
    (leaf, index): (Leaf, usize),
) -> Result<(UploadFile, Option<TempDir>), Error> {
    let refused = |why: String| {
        let message = format!("the URL has to be uploaded and cannot be fetched: {why}");
        named(Error::new(ErrorKind::Invalid, message), leaf, index)
    };
    let folder = tempfile::tempdir().map_err(|error| refused(error.to_string()))?;
    let line = account.line();
    let stem = format!("{}-{index}", leaf.path());
    let mut from = Download::new(&url, reach);
    if let Some(most) = line.adapter.capability().upload_max_bytes {
        from.most_bytes = most;
    }
    let saved = download(&*line.transport, &from, &Target::new(folder.path(), &stem)).await;
    let saved = saved.map_err(|error| refused(error.to_string()))?;
    let name = saved.path.file_name().map(|name| name.to_string_lossy().into_owned());
    let body = file_body(&saved.path).map_err(|error| refused(error.to_string()))?;
    let file = described(body, name, saved.mime, (leaf, index));
    Ok((file.map_err(|error| refused(error.to_string()))?, Some(folder)))
}

fn all_media(request: &Request) -> impl Iterator<Item = (Leaf, usize)> {
    let leaves = Leaf::ALL.iter().copied().filter(|leaf| leaf.is_media());
    leaves.flat_map(|leaf| (0..request.media(leaf).len()).map(move |index| (leaf, index)))
}

fn named(mut error: Error, leaf: Leaf, index: usize) -> Error {
    error.message = format!("{}[{index}]: {}", leaf.path(), error.message);
    error
}

/// A medium that stands in the payload as it is and is too large to be written with it.
fn large_text(media: &Media) -> Option<Body> {
    match media.source() {
        MediaSource::Data(uri) if uri.len() > SMALL && needs_no_escapes(uri) => {
            Some(Body::bytes(Bytes::from_owner(Text(uri.clone()))))
        }
        MediaSource::Bytes { bytes, mime } if bytes.len() > SMALL && needs_no_escapes(mime) => {
            let mut body = Body::bytes(format!("data:{mime};base64,"));
            body.append(Body::bytes(bytes.clone()).into_base64());
            Some(body)
        }
        _ => None,
    }
}

fn needs_no_escapes(text: &str) -> bool {
    !text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\'))
}

/// What is known of a medium that is read: name, type, bytes.
fn file(vendor: &Vendor, media: &Media, leaf: Leaf, index: usize) -> Result<UploadFile, Error> {
    let refused = |why: String| {
        named(Error::new(ErrorKind::Invalid, why).at(vendor.offer.name()), leaf, index)
    };
    let (body, name, declared) = match media.source() {
        MediaSource::File(text) => {
            let path = vendor.inspect.path(text).map_err(refused)?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            (
                file_body(&path).map_err(|error| refused(unreadable(name.as_deref(), &error)))?,
                name,
                None,
            )
        }
        MediaSource::Data(uri) => {
            let parsed = DataUri::parse(uri).map_err(|error| refused(error.to_string()))?;
            (data_body(uri, &parsed), None, Some(parsed.mime().to_owned()))
        }
        MediaSource::Bytes { bytes, mime } => {
            (Body::bytes(bytes.clone()), None, Some(mime.to_string()))
        }
        MediaSource::Url(_) | MediaSource::Asset { .. } => {
            return Err(refused("there are no bytes at hand to send".to_owned()));
        }
    };
    let shown = name.clone();
    described(body, name, declared, (leaf, index))
        .map_err(|error| refused(unreadable(shown.as_deref(), &error)))
}

/// Name and type of bytes, by their first few.
fn described(
    body: Body,
    name: Option<String>,
    declared: Option<String>,
    (leaf, index): (Leaf, usize),
) -> io::Result<UploadFile> {
    let seen = head(&body)?;
    let mime = genmux_media::sniff(&seen).map(str::to_owned).or(declared);
    let mime = mime.filter(|mime| !mime.is_empty());
    let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
    let extension = genmux_media::extension(&mime).unwrap_or("bin");
    let name = name.unwrap_or_else(|| format!("{}-{index}.{extension}", leaf.path()));
    let boundary = boundary(&name, &seen, body.len());
    Ok(UploadFile { name, mime, body, boundary })
}

fn unreadable(name: Option<&str>, error: &io::Error) -> String {
    format!("{} cannot be read: {error}", name.unwrap_or("it"))
}

fn file_body(path: &Path) -> io::Result<Body> {
    let len = std::fs::metadata(path)?.len();
    Ok(Body::from(Segment::File { path: path.to_owned(), offset: 0, len }))
}

/// Bytes enough for every magic number that is known.
const HEAD: usize = 512;

fn head(body: &Body) -> io::Result<Vec<u8>> {
    let mut reader: Box<dyn Read> = match body.segments() {
        [Segment::Bytes(bytes)] => Box::new(Cursor::new(bytes.clone())),
        [Segment::File { path, .. }] => Box::new(std::fs::File::open(path)?),
        [Segment::Source(source)] => source.open()?,
        _ => return Ok(Vec::new()),
    };
    let mut head = Vec::new();
    reader.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Text that nothing in the file can be expected to hold: 128 bits of a digest.
fn boundary(name: &str, head: &[u8], len: u64) -> String {
    let digest = Sha256::new()
        .chain_update("genmux form boundary")
        .chain_update(name)
        .chain_update(head)
        .chain_update(len.to_be_bytes())
        .finalize();
    let mut bits = [0; 16];
    bits.copy_from_slice(&digest[..16]);
    uuid::Uuid::from_bytes(bits).simple().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_media_are_shared_and_not_copied() {
        let uri = format!("data:image/png;base64,{}", "A".repeat(SMALL));
        let body = large_text(&uri.parse().unwrap()).unwrap();
        assert_eq!(body.len(), uri.len() as u64);
        let body = large_text(&Media::bytes(vec![0; SMALL + 1], "image/png")).unwrap();
        assert_eq!(body.segments().len(), 2);
        let escaped = format!("data:image/svg+xml,<svg a=\"b\"{}", "A".repeat(SMALL));
        assert!(large_text(&escaped.parse().unwrap()).is_none());
        assert!(large_text(&"data:image/png;base64,AAAA".parse().unwrap()).is_none());
    }
}
