//! Errors of the client.

mod kind;
mod unexpected_body;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

pub use kind::ErrorKind;
pub use unexpected_body::UnexpectedBody;
pub(crate) use unexpected_body::without_bom;

use crate::redact::one_line;
use crate::{ApiMessage, Metadata};

/// A failed call, or an invalid configuration.
///
/// Match on the [`kind`](Self::kind); other methods return the details. `Display` prints one line, and
/// [`source`](StdError::source) is the cause. Neither they nor `Debug` print a secret, a body or a header. Of a response they
/// print the API's codes and first message, the `cf-ray`, and the path of a field that could not be decoded.
///
/// ```
/// use cloudflare_client::{AccountId, ErrorKind};
///
/// let error = AccountId::new("../../user").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// assert_eq!(error.status(), None);
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    operation: Option<&'static str>,
    attempts: u32,
    metadata: Option<Metadata>,
    retry_after: Option<Duration>,
    unexpected_body: Option<UnexpectedBody>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            operation: None,
            attempts: 0,
            metadata: None,
            retry_after: None,
            unexpected_body: None,
            source: None,
        }))
    }

    /// An error with the description of its kind.
    pub(crate) fn from_kind(kind: ErrorKind) -> Self {
        Self::new(kind, kind.description())
    }

    pub(crate) fn configuration(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Sets the operation, unless the error has one already.
    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.0.metadata = Some(metadata);
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    pub(crate) fn with_unexpected_body(mut self, body: UnexpectedBody) -> Self {
        self.0.unexpected_body = Some(body);
        self
    }

    /// The kind of error: what to do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The id of the operation that was called, as in the API's document.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The metadata of the response, if there was one.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.0.metadata.as_ref()
    }

    /// The status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.metadata().map(Metadata::status)
    }

    /// The vendor's id of the request: the response's `cf-ray` header. The vendor's support asks for it.
    pub fn cf_ray(&self) -> Option<&str> {
        self.metadata().and_then(Metadata::cf_ray)
    }

    /// The envelope's `errors`, in its order.
    pub fn errors(&self) -> &[ApiMessage] {
        self.metadata().map_or(&[], Metadata::errors)
    }

    /// How many requests the call may have sent: 0 if it failed before the first.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long to wait before the next call: the wait that the API asked for, or the wait that did not fit the call's timeout.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after.or_else(|| self.metadata().and_then(Metadata::retry_after))
    }

    /// A description of the body, if it was not the documented one.
    pub fn unexpected_body(&self) -> Option<&UnexpectedBody> {
        self.0.unexpected_body.as_ref()
    }

    /// The facts that `Display` prints in parentheses.
    fn facts(&self) -> Vec<String> {
        let mut facts = Vec::new();
        facts.extend(self.status().map(|status| {
            let reason = status.canonical_reason().map_or_else(String::new, |reason| format!(" {reason}"));
            format!("status {}{reason}", status.as_u16())
        }));
        facts.extend(self.errors().iter().flat_map(ApiMessage::codes).map(|code| format!("code {code}")));
        if self.attempts() > 1 {
            facts.push(format!("{} attempts", self.attempts()));
        }
        facts.extend(self.retry_after().map(|wait| format!("retry after {wait:.0?}")));
        facts.extend(self.cf_ray().map(|ray| format!("cf-ray {ray}")));
        facts
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation() {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(message) = self.errors().first().and_then(ApiMessage::message) {
            write!(f, ": {}", one_line(message))?;
        }
        if let Some(body) = self.unexpected_body() {
            write!(f, ": {body}")?;
        }
        let facts = self.facts();
        if facts.is_empty() { Ok(()) } else { write!(f, " ({})", facts.join(", ")) }
    }
}

/// The kind, the line that `Display` prints, and the cause.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &format_args!("{self}"))
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_one_line_and_source_is_the_cause() {
        let error =
            Error::new(ErrorKind::Connection, "no connection").with_operation("get_things").with_source("refused");
        assert_eq!(error.to_string(), "get_things: no connection");
        assert_eq!(error.source().unwrap().to_string(), "refused");
    }

    #[test]
    fn error_is_send_and_as_small_as_a_pointer() {
        fn check<T: Send + Sync + 'static>() {}
        check::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
