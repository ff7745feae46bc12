//! Reads the body of a response, decompressed, up to a limit.

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HeaderMap};
use tokio::time::Instant;

use super::connection_failure;
use super::content_coding::{ContentCodingError, Decoder};
use super::envelope_filter::EnvelopeFilter;
use super::retry_loop::AttemptFailure;
use crate::redact::Secrets;

/// Why there is no whole body.
pub(super) enum BodyFailure {
    /// The body has more bytes than the limit, when decompressed. The rest was not read.
    TooLarge,
    /// The body arrived, and cannot be decompressed.
    Undecodable(ContentCodingError),
    /// The connection broke.
    Broken(AttemptFailure),
}

/// What a body is read for.
#[derive(Clone, Copy)]
pub(super) struct BodyLimits {
    /// The most bytes of the body after decompression.
    pub(super) max_bytes: usize,
    /// Whether the body is an envelope, whose large members other than `result` are dropped.
    pub(super) is_envelope: bool,
}

/// Reads a body to its end, or to a limit.
pub(super) async fn read(
    response: &mut reqwest::Response,
    headers: &HeaderMap,
    limits: BodyLimits,
    secrets: &Secrets,
) -> Result<Bytes, BodyFailure> {
    let (BodyLimits { max_bytes, is_envelope }, started) = (limits, Instant::now());
    // Compression only makes a body smaller, or else by a few bytes.
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > u64::try_from(max_bytes).unwrap_or(u64::MAX)) {
        return Err(BodyFailure::TooLarge);
    }
    let mut decoder = Decoder::for_headers(headers)?;
    // A body that arrives in one piece is not copied.
    let mut only = decoder.is_identity().then(Bytes::new);
    let mut body = Buffer { bytes: BytesMut::new(), filter: None, is_envelope };
    while let Some(chunk) =
        response.chunk().await.map_err(|error| connection_failure::of_body(&error, started, secrets))?
    {
        match only.take() {
            Some(first) if first.is_empty() && chunk.len() <= max_bytes => only = Some(chunk),
            first => {
                let first = first.unwrap_or_default();
                for mut piece in [&*first, &*chunk] {
                    while !piece.is_empty() {
                        body.push(&mut decoder, &mut piece, max_bytes)?;
                        if !piece.is_empty() {
                            // A small body may expand to a large one.
                            tokio::task::yield_now().await;
                        }
                    }
                }
                if body.is_invalid() {
                    return Ok(body.bytes.freeze());
                }
            }
        }
    }
    decoder.finish()?;
    Ok(only.unwrap_or_else(|| body.bytes.freeze()))
}

/// The decompressed body so far.
struct Buffer {
    bytes: BytesMut,
    /// Filters the body once it is large.
    filter: Option<EnvelopeFilter>,
    is_envelope: bool,
}

impl Buffer {
    /// Smaller bodies are not filtered, since that takes time.
    const MIN_FILTERED: usize = 8 << 20;

    /// Decompresses a part of a piece, and appends it.
    fn push(&mut self, decoder: &mut Decoder, piece: &mut &[u8], max_bytes: usize) -> Result<(), ContentCodingError> {
        let Some(filter) = &mut self.filter else {
            decoder.push(piece, &mut self.bytes, max_bytes)?;
            if self.is_envelope && self.bytes.len() > Self::MIN_FILTERED {
                let (mut filter, unfiltered) = (EnvelopeFilter::new(), std::mem::take(&mut self.bytes));
                filter.push(&unfiltered, &mut self.bytes);
                self.filter = Some(filter);
            }
            return Ok(());
        };
        let mut decoded = BytesMut::new();
        decoder.push(piece, &mut decoded, max_bytes)?;
        filter.push(&decoded, &mut self.bytes);
        if filter.is_pass_through() {
            (self.filter, self.is_envelope) = (None, false);
        }
        Ok(())
    }

    /// Whether what was read is not JSON, whatever follows.
    fn is_invalid(&self) -> bool {
        self.filter.as_ref().is_some_and(EnvelopeFilter::is_invalid)
    }
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
