//! The hook through which every request leaves.

use std::fmt;
use std::pin::Pin;

use progenitor_client::OperationInfo;
use reqwest::{Request, Response};

/// How a request goes out. A generated client builds requests and reads responses; in between there is this.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request of the operation with the given id.
    ///
    /// A response of any status is a success here.
    ///
    /// # Errors
    ///
    /// If there is no response to give back.
    fn send(&self, request: Request, operation_id: &'static str) -> TransportFuture<'_>;
}

/// What [`Transport::send`] gives back.
pub type TransportFuture<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// Why there is no response, in words. It becomes a generated client's `Error::Custom`.
#[derive(Clone, Debug)]
pub struct TransportError(String);

impl TransportError {
    /// An error that says the given.
    pub fn new(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TransportError {}

/// Hands a request of a generated client to its transport.
///
/// # Errors
///
/// Never: a `reqwest::Error` cannot be made here, so a [`TransportError`] travels inside an empty response, from
/// where [`failure`] takes it.
pub async fn exec(transport: &dyn Transport, request: Request, operation: &OperationInfo) -> reqwest::Result<Response> {
    Ok(transport.send(request, operation.operation_id).await.unwrap_or_else(|error| {
        let mut carrier = http::Response::new("");
        carrier.extensions_mut().insert(error);
        carrier.into()
    }))
}

/// Why [`exec`] has no response to give back.
pub fn failure(result: &reqwest::Result<Response>) -> Option<&TransportError> {
    result.as_ref().ok()?.extensions().get()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers with a status, or not at all.
    #[derive(Debug)]
    struct Scripted(Option<u16>);

    impl Transport for Scripted {
        fn send(&self, _: Request, operation_id: &'static str) -> TransportFuture<'_> {
            Box::pin(async move {
                let status = self.0.ok_or_else(|| TransportError::new(format!("{operation_id} has no answer")))?;
                let mut response = http::Response::new("");
                *response.status_mut() = http::StatusCode::from_u16(status).map_err(TransportError::new)?;
                Ok(response.into())
            })
        }
    }

    async fn call(transport: Scripted) -> reqwest::Result<Response> {
        let request = Request::new(reqwest::Method::GET, "http://localhost/".parse().unwrap());
        exec(&transport, request, &OperationInfo { operation_id: "get_thing" }).await
    }

    #[tokio::test]
    async fn a_response_of_any_status_goes_through() {
        for status in [200, 500] {
            let result = call(Scripted(Some(status))).await;
            assert!(failure(&result).is_none());
            assert_eq!(result.unwrap().status(), status);
        }
    }

    #[tokio::test]
    async fn what_the_transport_says_is_the_failure() {
        let result = call(Scripted(None)).await;
        assert_eq!(failure(&result).unwrap().to_string(), "get_thing has no answer");
    }
}
