//! Errors of the client.

mod kind;
mod unexpected_body;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use api_runtime::RequestError;
use http::StatusCode;

pub use kind::ErrorKind;
pub use unexpected_body::UnexpectedBody;
pub(crate) use unexpected_body::without_bom;

use crate::duration::human;
use crate::redact::one_line;
use crate::{ApiMessage, Metadata};

/// A failed call, or an invalid configuration.
///
/// Match on the [`kind`](Self::kind); other methods return the details. `Display` prints one line, and
/// [`source`](StdError::source) is the cause. The line has at most 1 KiB. Neither they nor `Debug` print a secret, a body or a
/// header. Of a response they print the API's codes and first message, the `cf-ray`, and the path of a field that could not be
/// decoded.
///
/// Before you repeat a call that makes a change, ask [`may_have_been_sent`](Self::may_have_been_sent).
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
    /// How long the call took. It is 0 if the call did not begin.
    elapsed: Duration,
    may_have_been_sent: bool,
    /// `None` if the kind decides.
    is_retryable: Option<bool>,
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
            elapsed: Duration::ZERO,
            may_have_been_sent: false,
            is_retryable: None,
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

    /// The error of a wait that was longer than the call or the attempt may take.
    pub(crate) fn timeout(awaited: &'static str, waited: Duration) -> Self {
        Self::new(ErrorKind::Timeout, format!("timed out after {} of waiting for {awaited}", human(waited)))
    }

    /// The error of a call that sent nothing, or no further request, since too little of its time was left.
    pub(crate) fn no_time_left(left: Duration) -> Self {
        Self::new(ErrorKind::Timeout, format!("no time for an attempt: {} left of the timeout", human(left)))
    }

    /// The error of an attempt that was not sent, since something took too much of its time.
    pub(crate) fn no_time_left_after(what: &str, took: Duration, left: Duration) -> Self {
        let (took, left) = (human(took), human(left));
        Self::new(ErrorKind::Timeout, format!("no time for an attempt: {what} took {took}, which left {left}"))
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

    /// Sets how long the call took.
    pub(crate) fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.0.elapsed = elapsed;
        self.0.metadata = self.0.metadata.map(|metadata| metadata.with_elapsed(elapsed));
        self
    }

    /// Sets whether a request of the call may have reached the server.
    pub(crate) fn with_sent(mut self, may_have_been_sent: bool) -> Self {
        self.0.may_have_been_sent = may_have_been_sent;
        self
    }

    /// Sets whether the same call may succeed later, which otherwise the kind decides.
    pub(crate) fn with_retryable(mut self, is_retryable: bool) -> Self {
        self.0.is_retryable = Some(is_retryable);
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

    /// How many requests the call tried to send: 0 if it failed before the first.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether a request of the call may have reached the server, which may have acted on it. After a failed POST, this is
    /// the question to ask before the call is repeated.
    ///
    /// It is `false` only if that is certain: no request was sent, no connection could be made, or the server said that it had
    /// not processed the request (HTTP/2).
    pub fn may_have_been_sent(&self) -> bool {
        self.0.may_have_been_sent
    }

    /// Whether the same call may succeed later: the rate limit was exceeded, the server or the connection failed, or the call
    /// timed out. A certificate that is not trusted, for example, does not improve by itself.
    ///
    /// It does not say that repeating the call is safe: see [`may_have_been_sent`](Self::may_have_been_sent).
    pub fn is_retryable(&self) -> bool {
        self.0.is_retryable.unwrap_or(matches!(
            self.kind(),
            ErrorKind::RateLimited | ErrorKind::Server | ErrorKind::Connection | ErrorKind::Timeout
        ))
    }

    /// Whether the error is of the kind [`Timeout`](ErrorKind::Timeout). The message says what was waited for, and how long.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
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
        let mut codes = self.errors().iter().flat_map(ApiMessage::codes);
        facts.extend(codes.by_ref().take(MAX_CODES).map(|code| format!("code {code}")));
        if codes.next().is_some() {
            facts.push("more codes".to_owned());
        }
        if self.attempts() > 1 {
            // The message has the time of the last attempt.
            facts.push(format!("{} attempts in {}", self.attempts(), human(self.0.elapsed)));
        }
        facts.extend(self.retry_after().map(|wait| format!("retry after {}", human(wait))));
        facts.extend(self.cf_ray().map(|ray| format!("cf-ray {ray}")));
        facts
    }

    /// The part of the line before the facts.
    fn summary(&self) -> String {
        let mut parts = Vec::from_iter(self.operation().map(str::to_owned));
        parts.push(self.0.message.clone().into_owned());
        parts.extend(self.errors().first().and_then(ApiMessage::message).map(one_line));
        parts.extend(self.unexpected_body().map(UnexpectedBody::to_string));
        let mut summary = parts.join(": ");
        if summary.len() > MAX_SUMMARY {
            let end = summary.char_indices().map(|(index, _)| index).take_while(|index| *index <= MAX_SUMMARY).last();
            summary.truncate(end.unwrap_or(0));
            summary.push('…');
        }
        summary
    }
}

/// The longest summary, in bytes. With the longest of each, the facts take 365 more, and the mark of a cut 3.
const MAX_SUMMARY: usize = 650;

/// The most codes that are printed.
const MAX_CODES: usize = 5;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary())?;
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

/// The error of an argument that cannot be sent.
impl From<RequestError> for Error {
    fn from(error: RequestError) -> Self {
        // The text may name the parameter, and has no value. A source may have one, so it is dropped.
        Self::configuration(error.to_string())
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use serde_json::json;

    use super::*;
    use crate::redact::Secrets;
    use crate::response::EnvelopeMetadata;

    #[test]
    fn display_is_one_line_and_source_is_the_cause() {
        let error =
            Error::new(ErrorKind::Connection, "no connection").with_operation("get_things").with_source("refused");
        assert_eq!(error.to_string(), "get_things: no connection");
        assert_eq!(error.source().unwrap().to_string(), "refused");
        let debug = format!("{error:?}");
        assert!(
            debug.contains("Connection") && debug.contains("no connection") && debug.contains("refused"),
            "{debug}"
        );
    }

    #[test]
    fn number_of_attempts_is_printed_if_there_were_several() {
        let error = |attempts| Error::new(ErrorKind::Api, "no").with_attempts(attempts);
        let line = |attempts| error(attempts).with_elapsed(Duration::from_secs(3)).to_string();
        assert_eq!([line(0), line(1), line(2)], ["no", "no", "no (2 attempts in 3 s)"]);
    }

    #[test]
    fn long_line_is_cut_between_two_characters() {
        let line = |message: &str| Error::new(ErrorKind::Api, message.to_owned()).to_string();
        let longest = "x".repeat(MAX_SUMMARY);
        assert_eq!(line(&longest), longest);
        assert_eq!(line(&format!("{longest}y")), format!("{longest}…"));
        let half = MAX_SUMMARY / 2;
        assert_eq!(line(&format!("x{}", "é".repeat(half))), format!("x{}…", "é".repeat(half - 1)));
    }

    #[test]
    fn longest_line_has_at_most_1_kib() {
        let errors: Vec<_> = (0..6).map(|_| json!({"code": i64::MIN, "message": "🙂".repeat(200)})).collect();
        let errors = serde_json::Value::from(errors);
        let envelope = || EnvelopeMetadata::read(Some(&errors), None, None, &Secrets::from("cfut_secret"));
        let ray = "f".repeat(64);
        for status in [StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, StatusCode::NETWORK_AUTHENTICATION_REQUIRED] {
            let headers = [("cf-ray", ray.as_str()), ("retry-after", "31500000")];
            let headers: HeaderMap =
                headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).into_iter().collect();
            let metadata = Metadata::new(status, headers, 1, Duration::ZERO).with_envelope(envelope());
            let error = Error::from_kind(ErrorKind::Api).with_operation("get_things").with_metadata(metadata);
            let error = error.with_attempts(2).with_elapsed(Duration::from_secs(31_500_000));
            let line = error.to_string();
            assert!(
                line.contains("more codes, 2 attempts in 364 d 14 h, retry after 364 d 14 h, cf-ray ffff"),
                "{line}"
            );
            let longest =
                error.with_attempts(u32::MAX).with_elapsed(Duration::MAX).with_retry_after(Duration::MAX).to_string();
            for line in [line, longest] {
                assert!(line.len() <= 1_024, "{} bytes: {line}", line.len());
            }
        }
    }

    #[test]
    fn error_is_send_and_as_small_as_a_pointer() {
        fn check<T: Send + Sync + 'static>() {}
        check::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
