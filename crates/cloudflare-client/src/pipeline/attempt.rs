//! One attempt: adds credentials, sends the request, reads the whole response. No other module sends requests.

use bytes::{Bytes, BytesMut};
use http::header::{HeaderValue, USER_AGENT};
use reqwest::Request;
use tokio::time::Instant;

use super::buffered_response::BufferedResponse;
use super::deadline::{Deadline, Elapsed};
use super::retry_policy::Retryability;
use super::{Pipeline, failure, gate};
use crate::redact::Secrets;
use crate::{Error, ErrorKind, Metadata};

/// A failed attempt: there is no whole response.
pub(super) struct AttemptFailure {
    pub(super) error: Error,
    pub(super) retryability: Retryability,
}

/// A request with its credentials.
pub(super) struct ReadyRequest {
    request: Request,
    secrets: Secrets,
}

/// Adds credentials to a copy of the request. Each attempt asks for them again, since they may have rotated.
pub(super) async fn prepare(
    pipeline: &Pipeline,
    user_agent: Option<&HeaderValue>,
    deadline: Deadline,
    request: &Request,
) -> Result<ReadyRequest, Error> {
    let mut request = request
        .try_clone()
        .ok_or_else(|| Error::configuration("the request's body is a stream, which cannot be sent again"))?;
    if let Some(user_agent) = user_agent {
        request.headers_mut().insert(USER_AGENT, user_agent.clone());
    }
    let attached = pipeline.credentials.attach(request.headers_mut());
    let secrets = deadline.timeout(attached).await.unwrap_or_else(|elapsed| Err(elapsed.into()))?;
    Ok(ReadyRequest { request, secrets })
}

/// Sends a request once. A whole response of any status is `Ok`. `started` is when the call began.
pub(super) async fn send(
    pipeline: &Pipeline,
    started: Instant,
    deadline: Deadline,
    ready: ReadyRequest,
    number: u32,
) -> Result<BufferedResponse, AttemptFailure> {
    let ReadyRequest { request, secrets } = ready;
    let failed = |failure: AttemptFailure| AttemptFailure { error: failure.error.with_attempts(number), ..failure };

    let mut response = match deadline.timeout(pipeline.http_client.execute(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(failed(transport_failure(error))),
        Err(elapsed) => return Err(failed(elapsed.interrupted())),
    };
    let metadata = Metadata::new(response.status(), response.headers(), number, started.elapsed());
    let metadata = metadata.redacted(&secrets);
    // The gate closes before the body is read, since the body may take long or never come.
    if let Some(time) = gate::cooldown(&metadata) {
        pipeline.flow.gate.close_for(time);
    }

    let body = deadline.timeout(read(&mut response, pipeline.max_body_bytes)).await;
    let body = body.unwrap_or_else(|elapsed| Err(elapsed.interrupted()));
    let metadata = metadata.with_elapsed(started.elapsed());
    match body {
        Ok(body) => Ok(BufferedResponse { metadata, headers: std::mem::take(response.headers_mut()), body, secrets }),
        Err(AttemptFailure { error, retryability }) => {
            // For a failure, the status determines the kind, and the problem of the body becomes the source.
            let error = match failure::kind_of_status(metadata.status()) {
                Some(kind) => Error::from_kind(kind).with_source(error),
                None => error,
            };
            Err(failed(AttemptFailure { error: error.with_metadata(metadata), retryability }))
        }
    }
}

/// Reads a body to its end. The limit counts the body after decompression.
async fn read(response: &mut reqwest::Response, max_bytes: usize) -> Result<Bytes, AttemptFailure> {
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) > max_bytes => {
                let error = Error::new(ErrorKind::UnexpectedBody, format!("the body is larger than {max_bytes} bytes"));
                return Err(AttemptFailure { error, retryability: Retryability::Final });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body.freeze()),
            Err(error) => return Err(transport_failure(error)),
        }
    }
}

/// The failure for an error of the HTTP library. It leaves out the URL, which has ids in its path.
fn transport_failure(error: reqwest::Error) -> AttemptFailure {
    let (kind, message, retryability) = if error.is_connect() && error.is_timeout() {
        (ErrorKind::Timeout, "connecting timed out", Retryability::NotSent)
    } else if error.is_connect() {
        (ErrorKind::Connection, ErrorKind::Connection.description(), Retryability::NotSent)
    } else if error.is_timeout() {
        (ErrorKind::Timeout, ErrorKind::Timeout.description(), Retryability::Interrupted)
    } else if error.is_builder() {
        (ErrorKind::Configuration, "the request could not be built", Retryability::InvalidRequest)
    } else if error.is_body() || error.is_decode() {
        (ErrorKind::Connection, "the body is incomplete or corrupt", Retryability::Interrupted)
    } else {
        (ErrorKind::Connection, ErrorKind::Connection.description(), Retryability::Interrupted)
    };
    AttemptFailure { error: Error::new(kind, message).with_source(error.without_url()), retryability }
}

impl From<Elapsed> for Error {
    fn from(_: Elapsed) -> Self {
        Error::from_kind(ErrorKind::Timeout)
    }
}

impl Elapsed {
    /// The failure of an attempt that timed out after its request may have been sent.
    fn interrupted(self) -> AttemptFailure {
        AttemptFailure { error: self.into(), retryability: Retryability::Interrupted }
    }
}
