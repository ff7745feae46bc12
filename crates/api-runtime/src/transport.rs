//! The hook through which every request leaves.

use std::fmt;
use std::pin::Pin;

use progenitor_client::OperationInfo;
use reqwest::{Request, Response};

/// Sends the requests of a generated client, which builds requests and decodes responses.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request of the operation with the given id.
    ///
    /// A response of any status is `Ok`.
    ///
    /// # Errors
    ///
    /// If there is no response.
    fn send(&self, request: Request, operation_id: &'static str) -> TransportFuture<'_>;
}

/// The future that [`Transport::send`] returns.
pub type TransportFuture<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// Why there is no response, in words. A generated client returns it as `Error::Custom`.
#[derive(Clone, Debug)]
pub struct TransportError(String);

impl TransportError {
    /// An error with the given message.
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

/// Sends a generated client's request through its transport.
///
/// # Errors
///
/// Never. Nothing but reqwest can make a `reqwest::Error`, so a [`TransportError`] travels inside an empty response, from
/// which [`transport_error`] takes it.
pub async fn exec(transport: &dyn Transport, request: Request, operation: &OperationInfo) -> reqwest::Result<Response> {
    Ok(transport.send(request, operation.operation_id).await.unwrap_or_else(|error| {
        let mut carrier = http::Response::new("");
        carrier.extensions_mut().insert(error);
        carrier.into()
    }))
}

/// The error inside a response of [`exec`], if the transport failed.
pub fn transport_error(result: &reqwest::Result<Response>) -> Option<&TransportError> {
    result.as_ref().ok()?.extensions().get()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Responds with a status, or fails.
    #[derive(Debug)]
    struct Scripted(Option<u16>);

    impl Transport for Scripted {
        fn send(&self, _: Request, operation_id: &'static str) -> TransportFuture<'_> {
            Box::pin(async move {
                let status = self.0.ok_or_else(|| TransportError::new(format!("{operation_id} has no response")))?;
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
    async fn exec_passes_on_a_response_of_any_status() {
        for status in [200, 500] {
            let result = call(Scripted(Some(status))).await;
            assert!(transport_error(&result).is_none());
            assert_eq!(result.unwrap().status(), status);
        }
    }

    #[tokio::test]
    async fn exec_carries_the_transports_error() {
        let result = call(Scripted(None)).await;
        assert_eq!(transport_error(&result).unwrap().to_string(), "get_thing has no response");
    }
}
