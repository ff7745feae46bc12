//! A whole response in memory.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::error::UnexpectedBody;
use crate::redact::{Secrets, one_line};
use crate::{Error, Metadata};

/// A whole response, from which values and errors are made.
pub(super) struct BufferedResponse {
    pub(super) metadata: Metadata,
    pub(super) body: Bytes,
    /// Why the body is empty, if it could not be read.
    pub(super) omitted: Option<Omitted>,
    /// The host of a redirect's target, without secrets.
    pub(super) redirect_host: Option<String>,
    /// Whether the response says that the object to be deleted does not exist, after an earlier request of the call may have
    /// deleted it.
    pub(super) is_deleted: bool,
    /// The secrets of the request, which are redacted from every text of the response.
    pub(super) secrets: Secrets,
}

/// Why the body of a failure was not read. Its status says enough.
pub(super) enum Omitted {
    /// The body exceeds this limit.
    TooLarge(usize),
    /// The body was cut off, or cannot be decompressed.
    Unreadable(Error),
}

impl BufferedResponse {
    /// A description of the body.
    pub(super) fn describe_body(&self) -> UnexpectedBody {
        match self.omitted {
            Some(Omitted::TooLarge(limit)) => UnexpectedBody::too_large(self.content_type(), limit),
            _ => UnexpectedBody::new(self.content_type(), &self.body),
        }
    }

    /// The media type without parameters. It is printed, so a value that does not look like a media type is dropped.
    pub(super) fn content_type(&self) -> Option<String> {
        const MAX_LENGTH: usize = 64;
        let value = self.metadata.headers().get(CONTENT_TYPE)?.to_str().ok()?;
        let essence = value.split(';').next()?.trim();
        let is_harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"/.+-_".contains(&byte);
        (!essence.is_empty() && essence.len() <= MAX_LENGTH && essence.bytes().all(is_harmless))
            .then(|| essence.to_owned())
    }

    /// Whether the media type is JSON (RFC 8259, section 11; RFC 6839, section 3.1).
    pub(super) fn has_json_type(&self) -> bool {
        let essence = self.content_type().unwrap_or_default().to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    }
}

/// The host of a redirect's target. The rest of the target may contain secrets, so it is not printed. A relative target is
/// on the same host.
///
/// The headers are not yet redacted: a host with `[redacted]` in it cannot be parsed.
pub(super) fn redirect_host(status: StatusCode, headers: &HeaderMap, secrets: &Secrets) -> Option<String> {
    if !status.is_redirection() {
        return None;
    }
    let location = headers.get(LOCATION)?.to_str().ok()?;
    // The parser lower-cases and decodes the host, so it is redacted afterwards.
    match Url::parse(location) {
        Ok(url) => Some(one_line(&secrets.redact(url.host_str().unwrap_or("a URL without a host")))),
        Err(url::ParseError::RelativeUrlWithoutBase) => Some("the same host".to_owned()),
        Err(_) => Some("an invalid URL".to_owned()),
    }
}
