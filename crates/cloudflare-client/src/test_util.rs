//! Constructors of errors, metadata and responses, for tests of your own code. They need the feature `test-util`.
//!
//! A service usually has a trait of its own for what it needs of an SDK, and a fake of that trait in its tests:
//!
//! ```
//! use std::time::Duration;
//!
//! use cloudflare_client::{Error, ErrorKind, Response, test_util};
//! use http::StatusCode;
//!
//! /// What a service needs of an SDK.
//! trait Inventory {
//!     async fn count(&self) -> Result<Response<usize>, Error>;
//! }
//!
//! struct RateLimited;
//!
//! impl Inventory for RateLimited {
//!     async fn count(&self) -> Result<Response<usize>, Error> {
//!         let error = test_util::error(ErrorKind::RateLimited).status(StatusCode::TOO_MANY_REQUESTS);
//!         Err(error.retry_after(Duration::from_secs(30)).build())
//!     }
//! }
//!
//! struct Stocked;
//!
//! impl Inventory for Stocked {
//!     async fn count(&self) -> Result<Response<usize>, Error> {
//!         Ok(test_util::metadata().attempts(2).response(7))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let error = RateLimited.count().await.unwrap_err();
//! assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
//! assert_eq!(*Stocked.count().await.unwrap().value(), 7);
//! # }
//! ```

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::status::StatusCode;

use crate::response::EnvelopeMetadata;
use crate::{ApiMessage, Error, ErrorKind, Metadata, Request, Response, ResultInfo};

/// Starts an error of a kind, with the message that the client's own errors of this kind have by default.
pub fn error(kind: ErrorKind) -> ErrorBuilder {
    ErrorBuilder { error: Error::from_kind(kind), metadata: None }
}

/// Starts the metadata of a response with status 200, whose call made one attempt.
pub fn metadata() -> MetadataBuilder {
    MetadataBuilder {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        attempts: 1,
        elapsed: Duration::ZERO,
        envelope: EnvelopeMetadata::default(),
    }
}

/// A response with the metadata that [`metadata`] starts with.
pub fn response<T>(value: T) -> Response<T> {
    metadata().response(value)
}

/// Decodes a body as a call does: for tests with recorded bodies. The request is not sent.
///
/// # Errors
///
/// The errors of a call whose response has this metadata and this body.
pub fn decode<T: Send + 'static>(
    request: Request<'_, T>,
    metadata: MetadataBuilder,
    body: impl Into<Bytes>,
) -> Result<Response<T>, Error> {
    request.decode(metadata.build(), body.into())
}

/// An error to be; see [`error`].
///
/// ```
/// use cloudflare_client::{ErrorKind, test_util};
/// use http::StatusCode;
///
/// let error = test_util::error(ErrorKind::Server).status(StatusCode::BAD_GATEWAY).attempts(3).build();
/// assert_eq!((error.attempts(), error.is_retryable()), (3, true));
/// ```
#[derive(Debug)]
#[must_use = "no error is made before `build`"]
pub struct ErrorBuilder {
    error: Error,
    metadata: Option<MetadataBuilder>,
}

impl ErrorBuilder {
    /// The id of the operation that was called, as in the API's document.
    pub fn operation(mut self, id: &'static str) -> Self {
        self.error = self.error.with_operation(id);
        self
    }

    /// How many requests the call tried to send. 0 by default.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.error = self.error.with_attempts(attempts);
        self
    }

    /// The status of the response. Replaces the one of earlier [`metadata`](Self::metadata).
    pub fn status(mut self, status: StatusCode) -> Self {
        self.metadata = Some(self.metadata.unwrap_or_else(metadata).status(status));
        self
    }

    /// The metadata of the response, which the error lacks by default.
    pub fn metadata(mut self, metadata: MetadataBuilder) -> Self {
        self.metadata = Some(metadata);
        self
    }

    /// How long to wait before the next call.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.error = self.error.with_retry_after(wait);
        self
    }

    /// Whether a request of the call may have reached the server. `false` by default.
    pub fn may_have_been_sent(mut self, may_have_been_sent: bool) -> Self {
        self.error = self.error.with_sent(may_have_been_sent);
        self
    }

    /// Whether the same call may succeed later. By default, the kind decides.
    pub fn retryable(mut self, is_retryable: bool) -> Self {
        self.error = self.error.with_retryable(is_retryable);
        self
    }

    /// The cause.
    pub fn source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.error = self.error.with_source(source);
        self
    }

    /// Makes the error.
    pub fn build(self) -> Error {
        match self.metadata {
            Some(metadata) => self.error.with_metadata(metadata.build()),
            None => self.error,
        }
    }
}

/// Metadata to be; see [`metadata`].
///
/// ```
/// use cloudflare_client::test_util;
///
/// let response = test_util::metadata().attempts(2).message(1, "deprecated").response("value");
/// assert_eq!((response.metadata().attempts(), response.into_value()), (2, "value"));
/// ```
#[derive(Debug)]
#[must_use = "no metadata is made before `build`"]
pub struct MetadataBuilder {
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
    elapsed: Duration,
    envelope: EnvelopeMetadata,
}

impl MetadataBuilder {
    /// The status of the response.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Adds a header of the response, such as `cf-ray`, `retry-after` or `ratelimit`. The metadata has what the client
    /// reads from it.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// How many requests the call sent.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// How long the call took.
    pub fn elapsed(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// Adds an entry to the envelope's `errors`.
    pub fn error(mut self, code: i64, text: impl Into<Cow<'static, str>>) -> Self {
        self.envelope.errors.push(ApiMessage::new(code, text.into().into_owned()));
        self
    }

    /// Adds an entry to the envelope's `messages`.
    pub fn message(mut self, code: i64, text: impl Into<Cow<'static, str>>) -> Self {
        self.envelope.messages.push(ApiMessage::new(code, text.into().into_owned()));
        self
    }

    /// The envelope's `result_info`.
    pub fn result_info(mut self, info: ResultInfo) -> Self {
        self.envelope.result_info = Some(info);
        self
    }

    /// Makes the metadata.
    pub fn build(self) -> Metadata {
        let Self { status, headers, attempts, elapsed, envelope } = self;
        Metadata::new(status, headers, attempts, elapsed).with_envelope(envelope)
    }

    /// Makes a response with a value and this metadata.
    pub fn response<T>(self, value: T) -> Response<T> {
        Response::new(value, self.build())
    }
}

#[cfg(test)]
mod tests {
    use api_runtime::{Operation, ResultOf};
    use http::header::RETRY_AFTER;

    use super::*;
    use crate::{Connection, Credentials};

    const RAY: HeaderName = HeaderName::from_static("cf-ray");

    #[test]
    fn error_has_everything_that_was_set() {
        let response = metadata()
            .header(RAY, HeaderValue::from_static("8f2b6c1d9e3a4b5c-FRA"))
            .header(RETRY_AFTER, HeaderValue::from(7))
            .error(10100, "slow down");
        let builder = error(ErrorKind::RateLimited).operation("get_things").attempts(3).source("the cause");
        let error = builder.metadata(response).status(StatusCode::TOO_MANY_REQUESTS).build();
        assert_eq!(
            (error.kind(), error.operation(), error.attempts()),
            (ErrorKind::RateLimited, Some("get_things"), 3)
        );
        assert_eq!(
            (error.status().unwrap(), error.cf_ray()),
            (StatusCode::TOO_MANY_REQUESTS, Some("8f2b6c1d9e3a4b5c-FRA"))
        );
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!((error.errors()[0].code(), error.errors()[0].message()), (Some(10100), Some("slow down")));
        assert_eq!(StdError::source(&error).unwrap().to_string(), "the cause");
        assert!(error.to_string().starts_with("get_things: too many requests: slow down"), "{error}");
    }

    #[test]
    fn error_without_a_response_has_no_status() {
        let error = error(ErrorKind::Timeout).retry_after(Duration::from_secs(9)).build();
        assert_eq!((error.status(), error.attempts()), (None, 0));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(9)));
    }

    #[test]
    fn response_has_everything_that_was_set() {
        let info = ResultInfo { total_count: Some(1), ..ResultInfo::default() };
        let builder = metadata().attempts(2).elapsed(Duration::from_secs(3)).message(1, "deprecated");
        let (value, metadata) = builder.result_info(info.clone()).response("value").into_parts();
        assert_eq!((value, metadata.status()), ("value", StatusCode::OK));
        assert_eq!((metadata.attempts(), metadata.elapsed()), (2, Duration::from_secs(3)));
        assert_eq!(metadata.messages()[0].message(), Some("deprecated"));
        assert_eq!(metadata.result_info(), Some(&info));
        assert_eq!(response(7).metadata().attempts(), 1);
    }

    #[test]
    fn body_is_decoded_as_in_a_call() {
        let connection = Connection::builder().credentials(Credentials::api_token("token").unwrap()).build().unwrap();
        let request = || {
            let operation = Operation::new("get_thing", "GET", "/things");
            Request::envelope::<ResultOf<u32>>(&connection, operation, |_, _| {
                Err(Error::from_kind(ErrorKind::Configuration))
            })
        };
        let response = decode(request(), metadata(), r#"{"success":true,"result":7}"#).unwrap();
        assert_eq!(*response.value(), 7);
        let error = decode(request(), metadata(), r#"{"success":true,"result":"7"}"#).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("get_thing")));
        let error = decode(request(), metadata().status(StatusCode::NOT_FOUND), "").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}
