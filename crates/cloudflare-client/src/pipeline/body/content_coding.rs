//! Decodes the content coding of a streamed body (RFC 9110, section 8.4): none, or gzip.
//!
//! The HTTP library could decode gzip, too. It reports a body that arrived whole but cannot be decoded as a broken connection,
//! and reads only the first member of a gzip body. This decoder also counts the decoded bytes: the limit of a body is exact,
//! and at most one byte beyond it is ever decoded. It counts the encoded bytes as well, since gzip may go on without data.
//!
//! # Decisions
//!
//! - One gzip layer is decoded. No server applies gzip twice, and each layer multiplies what a small body expands to.
//! - Zero bytes after the last gzip member are ignored, as gzip does: tools pad with them. Other bytes are an error.
//! - The checksum of a gzip header is not checked, since nothing in the header is used.

mod gzip;

use std::fmt;

use http::header::{CONTENT_ENCODING, HeaderMap};

use gzip::Gzip;

/// Why a body cannot be decoded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::pipeline) enum ContentCodingError {
    /// A content coding that the client does not know, or `None` if its name is not printable.
    Unknown(Option<String>),
    /// More than one layer of gzip.
    Nested,
    /// The body is labelled gzip and is something else.
    NotGzip,
    /// The body ends within a gzip member.
    CutOff,
    /// The compressed data or a gzip header is invalid.
    Corrupt,
    /// The decoded data does not have the checksum or the length that its trailer states.
    Checksum,
    /// Bytes other than zeros follow the last gzip member.
    TrailingBytes,
    /// The decoded body is larger than this limit.
    TooLarge(usize),
}

/// Decodes one body, chunk by chunk.
pub(super) struct Decoder {
    coding: Coding,
    encoded_bytes: usize,
    decoded_bytes: usize,
}

enum Coding {
    Identity,
    Gzip(Box<Gzip>),
}

impl Decoder {
    /// One call of [`push`](Self::push) decodes this many bytes at most.
    pub(super) const MAX_PIECE: usize = 64 << 10;

    /// Chooses the coding by the `Content-Encoding` headers.
    pub(super) fn for_headers(headers: &HeaderMap) -> Result<Self, ContentCodingError> {
        let mut is_gzip = false;
        for line in headers.get_all(CONTENT_ENCODING) {
            for name in line.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                if name.is_empty() || name.eq_ignore_ascii_case(b"identity") {
                    continue;
                }
                // The two names are equivalent (RFC 9110, section 8.4.1.3).
                if !name.eq_ignore_ascii_case(b"gzip") && !name.eq_ignore_ascii_case(b"x-gzip") {
                    return Err(ContentCodingError::Unknown(printable(name)));
                }
                if std::mem::replace(&mut is_gzip, true) {
                    return Err(ContentCodingError::Nested);
                }
            }
        }
        let coding = if is_gzip { Coding::Gzip(Box::default()) } else { Coding::Identity };
        Ok(Self { coding, encoded_bytes: 0, decoded_bytes: 0 })
    }

    /// Whether the body is not encoded, so that its chunks can be used as they are.
    pub(super) fn is_identity(&self) -> bool {
        matches!(self.coding, Coding::Identity)
    }

    /// The most bytes that an encoded body may have, if it may have `max_bytes` when decoded.
    pub(super) fn max_encoded_bytes(&self, max_bytes: usize) -> usize {
        match self.coding {
            Coding::Identity => max_bytes,
            // Data that cannot be compressed grows by 5 bytes for each block, whose usual length is 16 KiB. The header may have a
            // name, and there may be several members.
            Coding::Gzip(_) => max_bytes.saturating_add(max_bytes / 1024).saturating_add(1024),
        }
    }

    /// Takes bytes off the start of a chunk and appends what they decode to. A body may have `max_bytes` when decoded.
    ///
    /// One call appends 64 KiB of an encoded body at most. Call it until the chunk is empty; between two calls the caller can yield.
    pub(super) fn push(
        &mut self,
        chunk: &mut &[u8],
        out: &mut Vec<u8>,
        max_bytes: usize,
    ) -> Result<(), ContentCodingError> {
        let room = max_bytes.saturating_sub(self.decoded_bytes);
        let (length, unread) = (out.len(), chunk.len());
        match &mut self.coding {
            Coding::Identity if chunk.len() > room => return Err(ContentCodingError::TooLarge(max_bytes)),
            Coding::Identity => out.extend_from_slice(std::mem::take(chunk)),
            // One byte more than fits shows that the body is too large.
            Coding::Gzip(gzip) => gzip.decode(chunk, out, room.saturating_add(1).min(Self::MAX_PIECE))?,
        }
        let produced = out.len().saturating_sub(length);
        self.encoded_bytes = self.encoded_bytes.saturating_add(unread.saturating_sub(chunk.len()));
        if produced > room || self.encoded_bytes > self.max_encoded_bytes(max_bytes) {
            return Err(ContentCodingError::TooLarge(max_bytes));
        }
        self.decoded_bytes = self.decoded_bytes.saturating_add(produced);
        Ok(())
    }

    /// Checks that the body is complete. An empty body is, whatever its label: a response to `HEAD` has none.
    pub(super) fn finish(&self) -> Result<(), ContentCodingError> {
        match &self.coding {
            Coding::Identity => Ok(()),
            Coding::Gzip(gzip) => gzip.finish(),
        }
    }
}

/// The name of a coding if it looks like one. It is too short for a secret that the server might echo.
fn printable(name: &[u8]) -> Option<String> {
    const MAX_LENGTH: usize = 24;
    let is_harmless = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let name = std::str::from_utf8(name).ok()?;
    (name.len() <= MAX_LENGTH && name.as_bytes().iter().all(is_harmless)).then(|| name.to_owned())
}

impl fmt::Display for ContentCodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown(Some(name)) => {
                return write!(f, "the body has the content coding `{name}`, which the client cannot decode");
            }
            Self::TooLarge(max_bytes) => return write!(f, "the body is larger than {max_bytes} bytes"),
            Self::Unknown(None) => "the body has a content coding whose name is malformed",
            Self::Nested => "the body is compressed with gzip twice, which the client does not decode",
            Self::NotGzip => "the body is labelled gzip and is not",
            Self::CutOff => "the gzip data is cut off",
            Self::Corrupt => "the gzip data is corrupt",
            Self::Checksum => "the gzip data fails its checksum",
            Self::TrailingBytes => "other bytes follow the gzip data",
        })
    }
}

impl std::error::Error for ContentCodingError {}

#[cfg(test)]
mod tests;
