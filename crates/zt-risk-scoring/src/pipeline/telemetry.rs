//! What a call tells to whoever listens: one span per call, one event per attempt and wait.
//!
//! The names are OpenTelemetry's for HTTP clients (semantic conventions 1.x, "HTTP spans"). Never a secret, a body, or
//! anything else about a person: a URL is told by its template.

use std::time::Duration;

use http::StatusCode;
use tracing::Span;
use tracing::field::{Empty, display};
use zt_risk_scoring_api::Operation;

use super::envelope;
use super::evidence::Evidence;
use crate::client::Client;
use crate::{Error, ErrorKind, Metadata};

/// The span of a call.
pub(super) fn span(client: &Client, operation: Operation) -> Span {
    let base_url = &client.settings().base_url;
    tracing::info_span!(
        "zt_risk_scoring.call",
        otel.kind = "client",
        otel.name = %format_args!("{} {}", operation.method, operation.path),
        http.request.method = operation.method,
        server.address = base_url.host(),
        server.port = base_url.port(),
        url.template = operation.path,
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        error.type = Empty,
        cf_ray = Empty,
    )
}

/// What a call came to.
pub(super) fn record(span: &Span, result: Result<&Metadata, &Error>) {
    let attempts = result.map_or_else(Error::attempts, Metadata::attempts);
    let (metadata, kind) = outcome(result);
    span.record("error.type", kind.map(ErrorKind::as_str));
    if attempts > 1 {
        span.record("http.request.resend_count", attempts.saturating_sub(1));
    }
    if let Some(metadata) = metadata {
        span.record("http.response.status_code", metadata.status().as_u16());
        span.record("cf_ray", metadata.cf_ray().map(display));
    }
}

/// What an attempt came to.
pub(super) fn attempt(number: u32, result: &Result<Evidence, Error>) {
    let (metadata, kind) = outcome(result.as_ref().map(|evidence| &evidence.metadata));
    tracing::debug!(
        attempt = number,
        http.response.status_code = metadata.map(Metadata::status).as_ref().map(StatusCode::as_u16),
        cf_ray = metadata.and_then(Metadata::cf_ray),
        error.type = kind.map(ErrorKind::as_str),
        "attempt"
    );
}

/// What came with the response, if there was one, and the kind of failure, if it is one.
fn outcome<'a>(result: Result<&'a Metadata, &'a Error>) -> (Option<&'a Metadata>, Option<ErrorKind>) {
    match result {
        Ok(metadata) => (Some(metadata), envelope::failure_of(metadata.status())),
        Err(error) => (error.metadata(), Some(error.kind())),
    }
}

/// A time as telemetry tells it.
pub(super) fn as_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
