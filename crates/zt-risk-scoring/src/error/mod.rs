//! What can go wrong, honestly told.

mod kind;
mod message;
mod unexpected_body;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

pub use kind::ErrorKind;
pub use message::ApiMessage;
pub use unexpected_body::UnexpectedBody;

use crate::Metadata;

/// A call that failed, or a configuration that cannot be used.
///
/// Match on the [`kind`](Self::kind); ask the accessors for the rest. `Display` is one line about what happened,
/// [`source`](StdError::source) is the cause below it. Neither they nor `Debug` show a secret, a body or a header. What they
/// do show of an answer is the API's own words (codes and the first message), the `cf-ray`, and the place in the document
/// at which it could not be read.
///
/// ```
/// use zt_risk_scoring::{AccountId, ErrorKind};
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

    /// An error that says no more than its kind does.
    pub(crate) fn of(kind: ErrorKind) -> Self {
        Self::new(kind, kind.phrase())
    }

    pub(crate) fn configuration(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
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

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that was called, by its id in the API's document, such as `get_behaviors`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// What came with the response, if there was one.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.0.metadata.as_ref()
    }

    /// The status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.metadata().map(Metadata::status)
    }

    /// The name of the request at the vendor's, if there was a response that had one. Support asks for it.
    pub fn cf_ray(&self) -> Option<&str> {
        self.metadata().and_then(Metadata::cf_ray)
    }

    /// The errors that the API listed, whole and in its order.
    pub fn errors(&self) -> &[ApiMessage] {
        self.metadata().map_or(&[], Metadata::errors)
    }

    /// How many requests were sent, at the most: 0 if the call failed before the first.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long to wait before the next call: what the API asked for, or what is left of a wait that a call had no time for.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after.or_else(|| self.metadata().and_then(Metadata::retry_after))
    }

    /// What came in place of the API's answer, if something else came.
    pub fn unexpected_body(&self) -> Option<&UnexpectedBody> {
        self.0.unexpected_body.as_ref()
    }

    /// The facts of the response, for the end of the line.
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

/// The kind, the line that `Display` gives, and the cause.
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

/// Text from outside, fit for one line: nothing that breaks or rearranges it, and not too long.
pub(crate) fn one_line(text: &str) -> String {
    const LONGEST: usize = 200;
    // Zero-width characters, the line and paragraph separators, and what changes the direction of writing.
    let is_invisible = |char: char| matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let mut line: String = text
        .chars()
        .map(|char| if char.is_control() || is_invisible(char) { ' ' } else { char })
        .take(LONGEST)
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_one_line_and_the_cause_is_the_source() {
        let error =
            Error::new(ErrorKind::Connection, "no connection").with_operation("get_things").with_source("refused");
        assert_eq!(error.to_string(), "get_things: no connection");
        assert_eq!(error.source().unwrap().to_string(), "refused");
    }

    #[test]
    fn text_from_outside_stays_on_one_line_and_short() {
        assert_eq!(one_line("a\r\nb\u{1b}[31m"), "a  b [31m");
        assert_eq!(one_line("a\u{202e}b\u{2028}c\u{200b}d"), "a b c d");
        assert_eq!(one_line(&"x".repeat(1000)).chars().count(), 201);
    }

    #[test]
    fn an_error_can_cross_threads_and_is_small() {
        fn check<T: Send + Sync + 'static>() {}
        check::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
