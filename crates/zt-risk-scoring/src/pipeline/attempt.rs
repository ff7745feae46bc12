//! One attempt: credentials, request, the whole response.

use bytes::{Bytes, BytesMut};
use reqwest::Request;

use super::deadline::Elapsed;
use super::evidence::Evidence;
use super::retry_policy::Signal;
use super::{Call, envelope, gate};
use crate::auth::Secrets;
use crate::{Error, ErrorKind, Metadata};

/// An attempt without a whole response.
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) signal: Signal,
}

/// A request with its credentials.
pub(super) struct Ready {
    request: Request,
    secrets: Secrets,
}

/// Puts the credentials into a copy of the request. It happens for each attempt, so that the next one uses what has rotated
/// in the meantime.
pub(super) async fn prepare(call: &Call, request: &Request) -> Result<Ready, Error> {
    let settings = call.client.settings();
    if !settings.base_url.has_origin_of(request.url()) {
        return Err(Error::configuration("the request would leave the base URL's origin"));
    }
    let mut request =
        request.try_clone().ok_or_else(|| Error::configuration("the request's body cannot be repeated"))?;
    let attached = settings.credentials.attach(request.headers_mut());
    let secrets = call.attempt_deadline().limit(attached).await.unwrap_or_else(|elapsed| Err(elapsed.into()))?;
    Ok(Ready { request, secrets })
}

/// Sends a request once. A response of any status is a success here, if it arrived whole.
pub(super) async fn send(call: &Call, ready: Ready, number: u32) -> Result<Evidence, Failed> {
    let settings = call.client.settings();
    let Ready { request, secrets } = ready;
    let deadline = call.attempt_deadline();
    let failed = |failed: Failed| Failed { error: failed.error.with_attempts(number), ..failed };

    let mut response = match deadline.limit(settings.http.execute(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(failed(transport(error))),
        Err(elapsed) => return Err(failed(elapsed.interrupted())),
    };
    let metadata = Metadata::new(response.status(), response.headers(), number, call.started.elapsed());
    let metadata = metadata.scrubbed(&secrets);
    // At once, not when the body is there: that may take its time, or never come.
    if let Some(time) = gate::refuses_for(&metadata) {
        settings.traffic.gate.close_for(time);
    }

    let body = deadline.limit(read(&mut response, settings.max_body_bytes)).await;
    let body = body.unwrap_or_else(|elapsed| Err(elapsed.interrupted()));
    let metadata = metadata.with_elapsed(call.started.elapsed());
    match body {
        Ok(body) => Ok(Evidence { metadata, headers: std::mem::take(response.headers_mut()), body, secrets }),
        Err(Failed { error, signal }) => {
            // Of a failure, the status tells more than what became of its body.
            let error = match envelope::failure_of(metadata.status()) {
                Some(kind) => Error::of(kind).with_source(error),
                None => error,
            };
            Err(failed(Failed { error: error.with_metadata(metadata), signal }))
        }
    }
}

/// Reads a body to its end, or to the limit. What is counted is what is kept: the body after decompression.
async fn read(response: &mut reqwest::Response, max_bytes: usize) -> Result<Bytes, Failed> {
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) > max_bytes => {
                let error = Error::new(ErrorKind::UnexpectedBody, format!("the body is larger than {max_bytes} bytes"));
                return Err(Failed { error, signal: Signal::Final });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body.freeze()),
            Err(error) => return Err(transport(error)),
        }
    }
}

/// An error of the HTTP library, without the URL: it holds ids that are nobody's business.
fn transport(error: reqwest::Error) -> Failed {
    let (kind, message, signal) = if error.is_connect() && error.is_timeout() {
        (ErrorKind::Timeout, "connecting took too long", Signal::NotSent)
    } else if error.is_connect() {
        (ErrorKind::Connection, ErrorKind::Connection.phrase(), Signal::NotSent)
    } else if error.is_timeout() {
        (ErrorKind::Timeout, ErrorKind::Timeout.phrase(), Signal::Interrupted)
    } else if error.is_builder() {
        (ErrorKind::Configuration, "the request could not be built", Signal::Unusable)
    } else if error.is_body() || error.is_decode() {
        (ErrorKind::Connection, "the body broke off", Signal::Interrupted)
    } else {
        (ErrorKind::Connection, ErrorKind::Connection.phrase(), Signal::Interrupted)
    };
    Failed { error: Error::new(kind, message).with_source(error.without_url()), signal }
}

impl From<Elapsed> for Error {
    fn from(_: Elapsed) -> Self {
        Error::of(ErrorKind::Timeout)
    }
}

impl Elapsed {
    /// The time was up after the request may have been sent.
    fn interrupted(self) -> Failed {
        Failed { error: self.into(), signal: Signal::Interrupted }
    }
}
