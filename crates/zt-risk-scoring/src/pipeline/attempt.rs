//! One attempt: credentials, request, the whole response.

use bytes::{Bytes, BytesMut};
use reqwest::Request;

use super::Call;
use super::deadline::Elapsed;
use super::evidence::Evidence;
use crate::{Error, ErrorKind, Metadata};

/// The most bytes that a response's body may have.
const MAX_BODY: usize = 64 << 20;

/// Sends a request once. A response of any status is a success here, if it arrived whole.
pub(super) async fn send(call: &Call, mut request: Request, number: u32) -> Result<Evidence, Error> {
    let credentials = call.client.credentials().attach(request.headers_mut());
    let secret = call.deadline.limit(credentials).await.unwrap_or_else(|elapsed| Err(elapsed.into()))?;

    let sent = call.deadline.limit(call.client.http().execute(request)).await;
    let mut response = match sent {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(transport_error(error).with_attempts(number)),
        Err(elapsed) => return Err(Error::from(elapsed).with_attempts(number)),
    };

    let body = call.deadline.limit(read(&mut response)).await.unwrap_or_else(|elapsed| Err(elapsed.into()));
    let metadata = Metadata::new(response.status(), response.headers(), number, call.started.elapsed());
    match body {
        Ok(body) => Ok(Evidence { metadata, headers: std::mem::take(response.headers_mut()), body, secret }),
        Err(error) => Err(error.with_attempts(number).with_metadata(metadata)),
    }
}

/// Reads a body to its end, or to the limit.
async fn read(response: &mut reqwest::Response) -> Result<Bytes, Error> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(transport_error)? {
        if body.len().saturating_add(chunk.len()) > MAX_BODY {
            return Err(Error::new(ErrorKind::UnexpectedBody, format!("the body is larger than {MAX_BODY} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// An error of the HTTP library, without the URL: it holds ids that are nobody's business.
fn transport_error(error: reqwest::Error) -> Error {
    let (kind, message) = if error.is_connect() && error.is_timeout() {
        (ErrorKind::Timeout, "connecting took too long")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, ErrorKind::Timeout.phrase())
    } else if error.is_builder() {
        (ErrorKind::Configuration, "the request could not be built")
    } else if error.is_body() || error.is_decode() {
        (ErrorKind::Connection, "the body broke off")
    } else {
        (ErrorKind::Connection, ErrorKind::Connection.phrase())
    };
    Error::new(kind, message).with_source(error.without_url())
}

impl From<Elapsed> for Error {
    fn from(_: Elapsed) -> Self {
        Self::new(ErrorKind::Timeout, ErrorKind::Timeout.phrase())
    }
}
