//! The request builder that the methods of an SDK return.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use api_runtime::Operation;

use crate::connection::CallOptions;
use crate::{AccountId, Connection, Error, Response, RetryConfig};

/// The future of a call.
pub type RequestFuture<'a, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Error>> + Send + 'a>>;

type Call<'a, T> = dyn Fn(Connection, CallOptions) -> RequestFuture<'a, T> + Send + Sync + 'a;

/// A request for one operation. The methods of an SDK return it.
///
/// Awaiting the request returns the value; [`send`](Self::send) returns the metadata of the response as well. A request can
/// be cloned and sent again.
///
/// # Errors
///
/// An [`Error`] of any [`kind`](Error::kind). A call never returns a partial value.
///
/// # Cancellation
///
/// Dropping the future ends the call. The request may already have been sent, and the server may have acted on it. The
/// state that the clones of a connection share stays consistent.
#[must_use = "a request does nothing until it is awaited or sent"]
pub struct Request<'a, T> {
    connection: Connection,
    operation: Operation,
    options: CallOptions,
    call: Arc<Call<'a, T>>,
}

impl<'a, T: 'a> Request<'a, T> {
    /// Makes a request, which runs `call` each time that it is sent. This is for authors of SDKs; see [`sdk`](crate::sdk).
    ///
    /// `operation` names the request in `Debug`, and in errors before anything is sent. It does not decide what is retried:
    /// the pipeline identifies the operation by the request that it receives.
    pub fn new(
        connection: &Connection,
        operation: Operation,
        call: impl Fn(Connection, CallOptions) -> RequestFuture<'a, T> + Send + Sync + 'a,
    ) -> Self {
        Self { connection: connection.clone(), operation, options: CallOptions::default(), call: Arc::new(call) }
    }

    /// The account, in place of the connection's. A malformed id fails the call before anything is sent.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.options = self.options.account_id(id);
        self
    }

    /// How long the whole call may take, in place of the connection's setting.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.timeout(timeout);
        self
    }

    /// How long each attempt may take, in place of the connection's setting.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.attempt_timeout(timeout);
        self
    }

    /// How failed attempts are retried, in place of the connection's setting. The retry budget and the jitter stay the
    /// connection's.
    pub fn retry(mut self, retry: RetryConfig) -> Self {
        self.options = self.options.retry(retry);
        self
    }

    /// Converts the value of the response.
    pub fn map<U: 'a>(self, convert: impl Fn(T) -> U + Send + Sync + 'a) -> Request<'a, U> {
        let Self { connection, operation, options, call } = self;
        let convert = Arc::new(convert);
        let call = move |connection, options| -> RequestFuture<'a, U> {
            let (future, convert) = (call(connection, options), Arc::clone(&convert));
            Box::pin(async move { Ok(future.await?.map(&*convert)) })
        };
        Request { connection, operation, options, call: Arc::new(call) }
    }

    /// Makes the call, and returns the value with its metadata.
    ///
    /// # Errors
    ///
    /// As for awaiting the request.
    ///
    /// # Cancellation
    ///
    /// As for awaiting the request.
    pub async fn send(self) -> Result<Response<T>, Error> {
        let result = (self.call)(self.connection, self.options).await;
        result.map_err(|error| error.with_operation(self.operation.id))
    }
}

impl<'a, T: 'a> IntoFuture for Request<'a, T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { self.send().await.map(Response::into_value) })
    }
}

impl<T> Clone for Request<'_, T> {
    fn clone(&self) -> Self {
        Self {
            connection: self.connection.clone(),
            operation: self.operation,
            options: self.options.clone(),
            call: Arc::clone(&self.call),
        }
    }
}

impl<T> fmt::Debug for Request<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation.id)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
