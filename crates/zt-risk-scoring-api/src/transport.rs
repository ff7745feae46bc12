//! The hook through which every request leaves.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::{Request, Response};

use crate::{Client, Error};

/// How a request goes out. The generated [`Client`] builds requests and reads responses; in between there is this.
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

/// Why there is no response, in words. It becomes an [`Error::Custom`].
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

impl ClientHooks<Arc<dyn Transport>> for Client {
    async fn exec(&self, request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        // A `reqwest::Error` cannot be made here, so another error travels to `post` inside an empty response.
        Ok(self.inner.send(request, info.operation_id).await.unwrap_or_else(|error| {
            let mut carrier = http::Response::new("");
            carrier.extensions_mut().insert(error);
            carrier.into()
        }))
    }

    async fn post<E>(&self, result: &reqwest::Result<Response>, _: &OperationInfo) -> Result<(), Error<E>> {
        match result.as_ref().ok().and_then(|response| response.extensions().get::<TransportError>()) {
            Some(error) => Err(Error::Custom(error.to_string())),
            None => Ok(()),
        }
    }
}
