//! The request builder that the methods of an SDK return.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use api_runtime::{ApiRequest, Envelope, Operation, ResultOf};
use http::header::{HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
#[cfg(any(test, feature = "test-util"))]
use {crate::Metadata, bytes::Bytes};

use crate::connection::CallOptions;
use crate::pipeline::{self, Decode, PlainBody};
use crate::{AccountId, Connection, Error, Response, RetryConfig};

type Build<'a> = dyn Fn(&Connection, &CallOptions) -> Result<ApiRequest<()>, Error> + Send + Sync + 'a;

/// A request for one operation. The methods of an SDK return it.
///
/// Awaiting the request returns the value; [`send`](Self::send) returns the metadata of the response as well. A request
/// can be cloned and sent again.
///
/// ```
/// use std::time::Duration;
///
/// use cloudflare_client::{Error, Request};
///
/// /// Counts things. A method of an SDK returned the request.
/// async fn count(request: Request<'_, Vec<u32>>) -> Result<usize, Error> {
///     let response = request.timeout(Duration::from_secs(5)).send().await?;
///     println!("cf-ray: {:?}", response.metadata().cf_ray());
///     Ok(response.value().len())
/// }
/// ```
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
    build: Arc<Build<'a>>,
    decode: Decode<T>,
}

impl<'a, T: Send + 'static> Request<'a, T> {
    /// For authors of SDK crates: a request whose response has an envelope, that is, an object with `success`, and
    /// perhaps `result`, `result_info`, `errors` and `messages`. The value is the envelope's `result`.
    ///
    /// `build` calls a method of the generated client; see [`sdk`](crate::sdk). It is called for each attempt, and must
    /// build the same request each time.
    pub fn envelope<E: Envelope<Result = T>>(
        connection: &Connection,
        operation: Operation,
        build: impl Fn(&Connection, &CallOptions) -> Result<ApiRequest<E>, Error> + Send + Sync + 'a,
    ) -> Self {
        Self::new(connection, operation, build, Decode::envelope::<E>())
    }

    /// For authors of SDK crates: a request whose response has no envelope, but other JSON, bytes, or no body.
    ///
    /// JSON with `"success": false` is an error here as well. For `build` see [`envelope`](Self::envelope).
    pub fn plain<B: PlainBody<K, Value = T>, K: 'static>(
        connection: &Connection,
        operation: Operation,
        build: impl Fn(&Connection, &CallOptions) -> Result<ApiRequest<B>, Error> + Send + Sync + 'a,
    ) -> Self {
        Self::new(connection, operation, build, Decode::plain::<B, K>())
    }

    fn new<S>(
        connection: &Connection,
        operation: Operation,
        build: impl Fn(&Connection, &CallOptions) -> Result<ApiRequest<S>, Error> + Send + Sync + 'a,
        decode: Decode<T>,
    ) -> Self {
        let build = move |connection: &Connection, options: &CallOptions| {
            build(connection, options).map(ApiRequest::with_success::<()>)
        };
        let (connection, options) = (connection.clone(), CallOptions::default());
        Self { connection, operation, options, build: Arc::new(build), decode }
    }

    /// For authors of SDK crates: the same request, whose response is decoded as another envelope.
    pub fn envelope_as<E: Envelope>(self) -> Request<'a, E::Result> {
        self.with_decode(|_| Decode::envelope::<E>())
    }

    /// For authors of SDK crates: the same request, whose envelope's `result` is decoded as another type. A missing or
    /// null `result` is an error.
    pub fn result_as<U: DeserializeOwned + Send + 'static>(self) -> Request<'a, U> {
        self.envelope_as::<ResultOf<U>>()
    }

    /// Converts the value of the response. For a large response, this runs on a thread for blocking work.
    pub fn map<U: Send + 'static>(self, convert: impl Fn(T) -> U + Send + Sync + 'static) -> Request<'a, U> {
        self.with_decode(|decode| decode.map(convert))
    }

    fn with_decode<U>(self, change: impl FnOnce(Decode<T>) -> Decode<U>) -> Request<'a, U> {
        let Self { connection, operation, options, build, decode } = self;
        Request { connection, operation, options, build, decode: change(decode) }
    }

    /// The account, in place of the connection's. A malformed id fails the call before anything is sent.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.options = self.options.account_id(id);
        self
    }

    /// How long the whole call may take, in place of the connection's setting. With 10 ms or less the call times out before
    /// anything is sent.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.timeout(timeout);
        self
    }

    /// How long each attempt may take, in place of the connection's setting. 10 ms or less fails the call before anything is
    /// sent.
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

    /// A header to send, for example of a trace. The client's own headers, such as the credentials, cannot be replaced:
    /// the call then fails before anything is sent.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.options = self.options.header(name, value);
        self
    }

    /// Decodes a body as the call does; see [`test_util::decode`](crate::test_util::decode).
    #[cfg(any(test, feature = "test-util"))]
    pub(crate) fn decode(self, metadata: Metadata, body: Bytes) -> Result<Response<T>, Error> {
        let Self { operation, decode, .. } = self;
        let result = decode.run_in_place(operation, metadata, body);
        result.map_err(|error| error.with_operation(operation.id))
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
        self.call().await
    }

    /// Borrows the request, since a future has room for each place that a value is moved to.
    async fn call(&self) -> Result<Response<T>, Error> {
        let Self { connection, operation, options, build, decode } = self;
        let result = match options.checked_config() {
            Ok(config) => {
                pipeline::call(connection.pipeline(), config, &|| build(connection, options), decode.clone()).await
            }
            Err(error) => Err(error),
        };
        result.map_err(|error| error.with_operation(operation.id))
    }
}

impl<'a, T: Send + 'static> IntoFuture for Request<'a, T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.call().await.map(Response::into_value) })
    }
}

impl<T> Request<'_, T> {
    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }
}

impl<T> Clone for Request<'_, T> {
    fn clone(&self) -> Self {
        Self {
            connection: self.connection.clone(),
            operation: self.operation,
            options: self.options.clone(),
            build: Arc::clone(&self.build),
            decode: self.decode.clone(),
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
