//! Reads the body of a response, decompressed, up to a limit.

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HeaderMap};

use super::connection_failure;
use super::content_coding::{ContentCodingError, Decoder, Pushed};
use super::retry_loop::AttemptFailure;

/// Why there is no whole body.
pub(super) enum BodyFailure {
    /// The body has more bytes than the limit, when decompressed. The rest was not read.
    TooLarge,
    /// The body arrived, and cannot be decompressed.
    Undecodable(ContentCodingError),
    /// The connection broke.
    Broken(AttemptFailure),
}

/// Reads a body to its end, or to a limit. The limit counts the body after decompression.
pub(super) async fn read(
    response: &mut reqwest::Response,
    headers: &HeaderMap,
    limit: usize,
) -> Result<Bytes, BodyFailure> {
    // Compression only makes a body smaller, or else by a few bytes.
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > u64::try_from(limit).unwrap_or(u64::MAX)) {
        return Err(BodyFailure::TooLarge);
    }
    let mut decoder = Decoder::for_headers(headers)?;
    // A body that arrives in one piece is not copied.
    let mut only = if decoder.is_identity() { Some(Bytes::new()) } else { None };
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(connection_failure::of)? {
        match only.take() {
            Some(first) if first.is_empty() && chunk.len() <= limit => only = Some(chunk),
            first => {
                let first = first.unwrap_or_default();
                for mut piece in [&*first, &*chunk] {
                    while decoder.push(&mut piece, &mut body, limit)? == Pushed::Part {
                        // A small body may expand to a large one.
                        tokio::task::yield_now().await;
                    }
                }
            }
        }
    }
    decoder.finish()?;
    Ok(only.unwrap_or_else(|| body.freeze()))
}

impl From<ContentCodingError> for BodyFailure {
    fn from(error: ContentCodingError) -> Self {
        match error {
            ContentCodingError::TooLarge(_) => Self::TooLarge,
            other => Self::Undecodable(other),
        }
    }
}

impl From<AttemptFailure> for BodyFailure {
    fn from(failure: AttemptFailure) -> Self {
        Self::Broken(failure)
    }
}
