//! Reads the body of a response, decompressed, up to a limit.

mod content_coding;
mod envelope_filter;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap};
use tokio::time::Instant;

use super::connection_failure;
use super::retry::AttemptFailure;
use crate::redact::Secrets;
use content_coding::{ContentCodingError, Decoder};
use envelope_filter::EnvelopeFilter;

/// Why there is no whole body.
pub(super) enum BodyFailure {
    /// The body has more bytes than the limit, when decompressed or when compressed. The rest was not read.
    TooLarge,
    /// The body arrived, and cannot be decompressed.
    Undecodable(ContentCodingError),
    /// The connection broke.
    Broken(AttemptFailure),
}

/// What a body is read for.
#[derive(Clone, Copy)]
pub(super) struct BodyLimits {
    /// The most bytes of the body after decompression. Before that it may have a few more.
    pub(super) max_bytes: usize,
    /// Whether the body is an envelope, whose large members other than `result` are dropped.
    pub(super) is_envelope: bool,
}

/// Reads a body to its end, or to a limit. It starts when the head has arrived.
pub(super) async fn read(
    response: &mut reqwest::Response,
    headers: &HeaderMap,
    limits: BodyLimits,
    started: Instant,
    secrets: &Secrets,
) -> Result<Bytes, BodyFailure> {
    let decoder = Decoder::for_headers(headers)?;
    let max_encoded = decoder.max_encoded_bytes(limits.max_bytes);
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > u64::try_from(max_encoded).unwrap_or(u64::MAX)) {
        return Err(BodyFailure::TooLarge);
    }
    let mut chunks = Chunks { response, started, secrets };
    let Some(first) = chunks.next().await? else {
        decoder.finish()?;
        return Ok(Bytes::new());
    };
    let mut second = None;
    if decoder.is_identity() && first.len() <= limits.max_bytes {
        second = chunks.next().await?;
        if second.is_none() {
            // A body that arrives in one piece is not copied.
            return Ok(first);
        }
    }
    // Boxed, since every call would have room for it otherwise.
    Box::pin(read_pieces([Some(first), second], chunks, decoder, limits)).await
}

/// The chunks of a body as they arrive.
struct Chunks<'a> {
    response: &'a mut reqwest::Response,
    started: Instant,
    secrets: &'a Secrets,
}

impl Chunks<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, AttemptFailure> {
        let Self { response, started, secrets } = self;
        response.chunk().await.map_err(|error| connection_failure::of_body(&error, *started, secrets))
    }
}

/// Reads a body of several chunks, or one that is compressed. Some chunks were read already.
async fn read_pieces(
    read: [Option<Bytes>; 2],
    mut chunks: Chunks<'_>,
    mut decoder: Decoder,
    limits: BodyLimits,
) -> Result<Bytes, BodyFailure> {
    let mut body = Buffer { is_envelope: limits.is_envelope, ..Buffer::default() };
    for chunk in read.into_iter().flatten() {
        body.append(&mut decoder, &chunk, limits.max_bytes).await?;
    }
    while !body.is_invalid() {
        let Some(chunk) = chunks.next().await? else {
            decoder.finish()?;
            break;
        };
        body.append(&mut decoder, &chunk, limits.max_bytes).await?;
    }
    Ok(body.bytes.into())
}

/// The decompressed body so far.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    /// Filters the body once it is large.
    filter: Option<EnvelopeFilter>,
    /// The bytes that go through the filter next.
    decoded: Vec<u8>,
    is_envelope: bool,
    /// The bytes that were processed since other tasks could run.
    unyielded: usize,
}

impl Buffer {
    /// Smaller bodies are not filtered, since that takes time.
    const MIN_FILTERED: usize = 4 << 20;
    /// The bytes that are processed at a time.
    const PIECE: usize = Decoder::MAX_PIECE;
    /// A piece takes the time of this many bytes, also if it is a gzip member without data.
    const LEAST_WORK: usize = 1 << 10;

    /// Decompresses a chunk, and appends it.
    async fn append(
        &mut self,
        decoder: &mut Decoder,
        mut chunk: &[u8],
        max_bytes: usize,
    ) -> Result<(), ContentCodingError> {
        while !chunk.is_empty() {
            let (mut piece, rest) = chunk.split_at_checked(Self::PIECE).unwrap_or((chunk, &[]));
            self.push(decoder, &mut piece, max_bytes)?;
            // What is left of the piece is the start of what is left of the chunk.
            let left = piece.len().saturating_add(rest.len());
            chunk = chunk.get(chunk.len().saturating_sub(left)..).unwrap_or_default();
            if self.filter.is_none() && self.is_envelope && self.bytes.len() > Self::MIN_FILTERED {
                self.begin_filtering().await;
            }
            self.yield_sometimes().await;
        }
        Ok(())
    }

    /// Decompresses a part of a piece, and appends it.
    fn push(&mut self, decoder: &mut Decoder, piece: &mut &[u8], max_bytes: usize) -> Result<(), ContentCodingError> {
        reserve(&mut self.bytes, Self::PIECE);
        let unread = piece.len();
        let produced = if self.filter.is_none() {
            let before = self.bytes.len();
            decoder.push(piece, &mut self.bytes, max_bytes)?;
            self.bytes.len().saturating_sub(before)
        } else {
            let mut decoded = std::mem::take(&mut self.decoded);
            decoded.clear();
            decoder.push(piece, &mut decoded, max_bytes)?;
            self.filter(&decoded);
            self.decoded = decoded;
            self.decoded.len()
        };
        let consumed = unread.saturating_sub(piece.len());
        self.count(consumed.max(produced).max(Self::LEAST_WORK));
        Ok(())
    }

    /// Filters what was read so far.
    async fn begin_filtering(&mut self) {
        self.filter = Some(EnvelopeFilter::new());
        let unfiltered = std::mem::take(&mut self.bytes);
        for piece in unfiltered.chunks(Self::PIECE) {
            reserve(&mut self.bytes, Self::PIECE);
            self.filter(piece);
            self.count(piece.len());
            self.yield_sometimes().await;
        }
    }

    /// Appends bytes through the filter.
    fn filter(&mut self, decoded: &[u8]) {
        match &mut self.filter {
            Some(filter) => filter.push(decoded, &mut self.bytes),
            None => self.bytes.extend_from_slice(decoded),
        }
        if self.filter.as_ref().is_some_and(EnvelopeFilter::is_pass_through) {
            (self.filter, self.is_envelope) = (None, false);
        }
    }

    fn count(&mut self, bytes: usize) {
        self.unyielded = self.unyielded.saturating_add(bytes);
    }

    /// Lets other tasks run. While tasks are ready, a runtime with one thread looks at its timers only after 61 of them ran:
    /// without this, 61 chunks would delay them.
    async fn yield_sometimes(&mut self) {
        if self.unyielded >= Self::PIECE {
            self.unyielded = 0;
            tokio::task::yield_now().await;
        }
    }

    /// Whether what was read is not JSON, whatever follows.
    fn is_invalid(&self) -> bool {
        self.filter.as_ref().is_some_and(EnvelopeFilter::is_invalid)
    }
}

/// Makes room for a piece. A vector doubles by itself, so up to half of it may be unused. A large one grows by a quarter here.
fn reserve(bytes: &mut Vec<u8>, piece: usize) {
    const LARGE: usize = 1 << 20;
    // The filter may add a byte.
    let needed = piece.saturating_add(1);
    if bytes.len() > LARGE && bytes.capacity().saturating_sub(bytes.len()) < needed {
        bytes.reserve_exact(needed.max(bytes.len() / 4));
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
