//! Files that a vendor returned within the URL itself.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use genmux_media::DataUri;
use percent_encoding::percent_decode_str;

use crate::bounds::is_mime;

use super::{Download, DownloadError, Sink, put};

/// Characters of one piece: a multiple of 4, so that base64 can be cut there.
const PIECE: usize = 64 * 1024;

/// Padding, which vendors forget, may stand at the end of the last piece alone.
const LAST: GeneralPurpose = engine(DecodePaddingMode::Indifferent);
const BEFORE: GeneralPurpose = engine(DecodePaddingMode::RequireNone);

const fn engine(padding: DecodePaddingMode) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(padding);
    GeneralPurpose::new(&STANDARD, config)
}

/// Brings the bytes of a data URI, and tells the declared type.
pub(super) async fn read<S: Sink>(
    from: &Download<'_>,
    sink: &mut S,
) -> Result<Option<String>, DownloadError> {
    let broken = || DownloadError::Url("a data URI must have a comma");
    let uri = DataUri::parse(from.url).map_err(|_| broken())?;
    let (_, data) = from.url.split_once(',').ok_or_else(broken)?;
    if uri.is_base64() {
        base64(data.as_bytes(), from.most_bytes, sink).await?;
    } else {
        percent(data, from.most_bytes, sink).await?;
    }
    Ok(Some(uri.mime()).filter(|mime| is_mime(mime)).map(str::to_ascii_lowercase))
}

async fn base64<S: Sink>(text: &[u8], most: u64, sink: &mut S) -> Result<(), DownloadError> {
    sink.expect((text.len() as u64 / 4 * 3).min(most));
    let mut pieces = text.chunks(PIECE).peekable();
    while let Some(piece) = pieces.next() {
        let engine = if pieces.peek().is_some() { BEFORE } else { LAST };
        let bytes = engine.decode(piece);
        let bytes =
            bytes.map_err(|_| DownloadError::Url("the base64 of the data URI is broken"))?;
        put(sink, bytes.into(), most).await?;
    }
    Ok(())
}

async fn percent<S: Sink>(text: &str, most: u64, sink: &mut S) -> Result<(), DownloadError> {
    let mut bytes = percent_decode_str(text);
    loop {
        let piece: Bytes = bytes.by_ref().take(PIECE).collect();
        if piece.is_empty() {
            return Ok(());
        }
        put(sink, piece, most).await?;
    }
}
