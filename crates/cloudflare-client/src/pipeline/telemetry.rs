//! Tracing: a span per call, an event per attempt and wait, and the names of the headers of each attempt.
//!
//! The field names are OpenTelemetry's for HTTP clients (semantic conventions 1.x, "HTTP spans"). No field contains a secret,
//! a body or personal data: URLs are recorded as templates.

use std::fmt;
use std::time::Duration;

use api_runtime::Operation;
use http::{HeaderMap, HeaderName, StatusCode};
use tokio::time::Instant;
use tracing::field::{Empty, display};
use tracing::{Level, Span};

use crate::base_url::BaseUrl;
use crate::{Error, ErrorKind, Metadata};

/// Opens the span of a call.
pub(super) fn span(base_url: &BaseUrl, operation: Operation) -> Span {
    tracing::info_span!(
        "cloudflare_client.call",
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
        retry_budget_exhausted = Empty,
    )
}

/// Records the outcome of a call.
pub(super) fn record(span: &Span, result: Result<&Metadata, &Error>) {
    if span.is_disabled() {
        return;
    }
    let attempts = result.map_or_else(Error::attempts, Metadata::attempts);
    let metadata = result.map_or_else(Error::metadata, Some);
    span.record("error.type", result.err().map(|error| error.kind().as_str()));
    if attempts > 1 {
        span.record("http.request.resend_count", attempts.saturating_sub(1));
    }
    if let Some(metadata) = metadata {
        span.record("http.response.status_code", metadata.status().as_u16());
        span.record("cf_ray", metadata.cf_ray().map(display));
    }
}

/// When an attempt begins. `None` if nobody listens to [`attempt`], so that the clock is not read in vain.
pub(super) fn start() -> Option<Instant> {
    tracing::event_enabled!(Level::DEBUG).then(Instant::now)
}

/// Emits the outcome of an attempt that began at a time: the metadata of the response, if there was one, and the kind of failure,
/// if it is one.
pub(super) fn attempt(number: u32, start: Option<Instant>, metadata: Option<&Metadata>, kind: Option<ErrorKind>) {
    tracing::debug!(
        attempt = number,
        elapsed_ms = start.map(|start| as_millis(start.elapsed())),
        http.response.status_code = metadata.map(Metadata::status).as_ref().map(StatusCode::as_u16),
        cf_ray = metadata.and_then(Metadata::cf_ray),
        error.type = kind.map(ErrorKind::as_str),
        "attempt"
    );
}

/// Emits the names of the headers of a request that is about to be sent.
pub(super) fn request_headers(number: u32, headers: &HeaderMap) {
    tracing::trace!(attempt = number, names = %Names(headers), "request headers");
}

/// Emits the names of the headers of a response.
pub(super) fn response_headers(number: u32, headers: &HeaderMap) {
    tracing::trace!(attempt = number, names = %Names(headers), "response headers");
}

/// The names of headers, each once and sorted. Their values may be secret.
struct Names<'a>(&'a HeaderMap);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<&str> = self.0.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        f.write_str(&names.join(", "))
    }
}

/// Records that a call was not retried because the retry budget is exhausted.
pub(super) fn budget_exhausted() {
    Span::current().record("retry_budget_exhausted", true);
    tracing::warn!("the retry budget is exhausted, so the call is not retried");
}

/// A duration in telemetry: whole milliseconds.
pub(super) fn as_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
