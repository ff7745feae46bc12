//! One attempt: adds credentials, sends the request, reads the whole response. No other module sends requests.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use api_runtime::Operation;
use bytes::Bytes;
use http::StatusCode;
use http::header::HeaderMap;
use reqwest::Request;
use tokio::time::Instant;

use super::body::{self, BodyFailure, BodyLimits};
use super::buffered_response::{BufferedResponse, Omitted, redirect_host};
use super::deadline::Deadline;
use super::decoding::failure;
use super::flow_control::Cooldown;
use super::retry::{AttemptFailure, Retryability};
use super::{Pipeline, connection_failure, telemetry};
use crate::redact::Secrets;
use crate::{Credentials, Error, ErrorKind, Metadata};

/// A request with its credentials.
pub(super) struct ReadyRequest {
    request: Box<Request>,
    secrets: Secrets,
}

/// Adds credentials to a request. Each attempt asks for them again, since they may have rotated.
pub(super) async fn prepare(
    pipeline: &Pipeline,
    mut request: Box<Request>,
    deadline: Deadline,
) -> Result<ReadyRequest, AttemptFailure> {
    let credentials = &pipeline.credentials;
    let attached = if credentials.can_rotate() {
        // Boxed, since every attempt would have room for the timer otherwise.
        Box::pin(fetch(credentials, request.headers_mut(), deadline)).await?
    } else {
        credentials.attach(request.headers_mut()).await
    };
    match attached {
        Ok(secrets) => Ok(ReadyRequest { request, secrets }),
        // The provider knows whether it is worth trying again.
        Err(error) => Err(AttemptFailure { error, retryability: Retryability::Impossible }),
    }
}

/// Adds credentials that a provider returns, which may take long.
async fn fetch(
    credentials: &Credentials,
    headers: &mut HeaderMap,
    deadline: Deadline,
) -> Result<Result<Secrets, Error>, AttemptFailure> {
    let started = Instant::now();
    deadline.timeout(credentials.attach(headers)).await.map_err(|_| {
        let error = Error::timeout("the token provider", started.elapsed());
        AttemptFailure { error, retryability: Retryability::NotSent }
    })
}

/// What an attempt needs to know of its call.
#[derive(Clone, Copy)]
pub(super) struct AttemptContext<'a> {
    /// When the call began.
    pub(super) started: Instant,
    /// The number of the request, from 1.
    pub(super) number: u32,
    pub(super) deadline: Deadline,
    pub(super) operation: &'a Operation,
    /// Whether a success is an envelope.
    pub(super) is_envelope: bool,
}

/// Sends a request once. A whole response of any status is `Ok`.
pub(super) async fn send(
    pipeline: &Pipeline,
    context: AttemptContext<'_>,
    ready: ReadyRequest,
) -> Result<BufferedResponse, AttemptFailure> {
    let AttemptContext { started, number, deadline, operation, is_envelope } = context;
    let (sent, ReadyRequest { request, secrets }) = (Instant::now(), ready);
    let mut expiry = pin!(deadline.sleep());
    telemetry::request_headers(number, request.headers());

    let mut response = match within(expiry.as_mut(), pin!(pipeline.http_client.execute(*request))).await {
        Some(Ok(response)) => response,
        Some(Err(error)) => return Err(connection_failure::of(&error, pipeline, sent, &secrets)),
        // reqwest does not report whether the request got a connection: hyper-util can (`capture_connection`), but gets none of
        // the request's extensions. A connector cannot know either, since the request may use another connection than the
        // one that it makes. So the request counts as sent, unless the connector's own timeout came first.
        None => return Err(timeout("a connection, or the first byte of the response", sent)),
    };
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let redirect_host = redirect_host(status, &headers, &secrets);
    let head = Instant::now();
    let metadata = Metadata::new(status, headers, number, head.duration_since(started)).redacted(&secrets);
    telemetry::response_headers(number, metadata.headers());
    // The gate closes before the body is read, since the body may take long or never come.
    if let Some(cooldown) = Cooldown::of_head(&metadata) {
        pipeline.flow.close_gate(cooldown);
    }

    let is_success = operation.is_success(status.as_u16());
    let limit = if is_success { pipeline.max_body_bytes } else { failure::MAX_BYTES.min(pipeline.max_body_bytes) };
    let limits = BodyLimits { max_bytes: limit, is_envelope };
    let body =
        within(expiry.as_mut(), pin!(body::read(&mut response, metadata.headers(), limits, head, &secrets))).await;
    let failure = match body.unwrap_or_else(|| Err(timeout("the rest of the body", head).into())) {
        Ok(body) => {
            return Ok(BufferedResponse { metadata, body, omitted: None, redirect_host, is_deleted: false, secrets });
        }
        Err(failure) => failure,
    };
    let omitted = match failure {
        // Of another status than a success, the status is known; the body is only described.
        BodyFailure::TooLarge if !is_success => Omitted::TooLarge(limit),
        // Credentials are renewed only for a response, and this status alone rejects them.
        failure if !is_success && status == StatusCode::UNAUTHORIZED => {
            Omitted::Unreadable(without_body(failure, limit).error)
        }
        failure => {
            let AttemptFailure { error, retryability } = without_body(failure, limit);
            // The status of a failure says whether a retry may help.
            let retryability = if failure::is_failure(status) { Retryability::of(status) } else { retryability };
            let error = failure::of_unreadable(status, error).with_metadata(metadata);
            return Err(AttemptFailure { error, retryability });
        }
    };
    Ok(BufferedResponse {
        metadata,
        body: Bytes::new(),
        omitted: Some(omitted),
        redirect_host,
        is_deleted: false,
        secrets,
    })
}

/// The failure of an attempt whose response has no whole body. A larger body than the limit was not read.
fn without_body(failure: BodyFailure, limit: usize) -> AttemptFailure {
    let unexpected = |message| {
        let error = Error::new(ErrorKind::UnexpectedBody, message);
        AttemptFailure { error, retryability: Retryability::Unreadable }
    };
    match failure {
        BodyFailure::TooLarge => unexpected(format!("the body is larger than {limit} bytes")),
        BodyFailure::Undecodable(error) => unexpected(error.to_string()),
        BodyFailure::Broken(failure) => failure,
    }
}

/// Waits for a future until a timer ends.
fn within<F: Future>(
    mut expiry: Pin<&mut impl Future<Output = ()>>,
    mut future: Pin<&mut F>,
) -> impl Future<Output = Option<F::Output>> {
    poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => expiry.as_mut().poll(context).map(|()| None),
    })
}

/// The failure of an attempt that timed out after its request may have been sent.
fn timeout(awaited: &'static str, since: Instant) -> AttemptFailure {
    let error = Error::timeout(awaited, since.elapsed());
    AttemptFailure { error, retryability: Retryability::Interrupted }
}
