//! One call: checks the request, makes its attempts, and decodes the response.

use std::sync::{Mutex, PoisonError};

use api_runtime::{ApiRequest, Operation};
use http::StatusCode;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, EXPECT, HOST, HeaderName,
    HeaderValue, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use tokio::time::Instant;
use tracing::Instrument;

use super::attempt::{self, AttemptContext, ReadyRequest};
use super::buffered_response::BufferedResponse;
use super::deadline::Deadline;
use super::decoding::{Decode, Decoding, failure};
use super::flow_control::Cooldown;
use super::retry::{self, AttemptDriver, AttemptFailure, AttemptOutcome, CallLimits, CallOutcome, Retryability};
use super::{CallConfig, Pipeline, RetryConfig, telemetry};
use crate::{Error, ErrorKind, Response};

/// Builds the request of a call. It is called for each attempt, since a copy of a request costs as much as a new one.
type Build<'a> = dyn Fn() -> Result<ApiRequest<()>, Error> + Send + Sync + 'a;

/// Makes one call.
pub(crate) async fn call<T: Send + 'static>(
    pipeline: &Pipeline,
    config: &CallConfig,
    build: &Build<'_>,
    decode: Decode<T>,
) -> Result<Response<T>, Error> {
    let (operation, call) = Call::new(pipeline, config, build, decode.is_envelope())?;
    let span = telemetry::span(&pipeline.base_url, operation);
    let result = match call {
        // Boxed, so that neither this future nor that one is too large for the allocator's fast path.
        Ok(ref call) => Box::pin(call.run(decode)).instrument(span.clone()).await,
        Err(error) => Err(error),
    };
    let result = result.map_err(|error| error.with_operation(operation.id));
    telemetry::record(&span, result.as_ref().map(Response::metadata));
    result
}

/// The attempts of one call share this.
struct Call<'a> {
    pipeline: &'a Pipeline,
    config: &'a CallConfig,
    build: &'a Build<'a>,
    operation: Operation,
    /// The request of the first attempt.
    first: Mutex<Option<Box<reqwest::Request>>>,
    started: Instant,
    is_envelope: bool,
}

impl<'a> Call<'a> {
    /// Checks the settings of the call and its first request. Fails at once if there is no request, and so no operation.
    fn new(
        pipeline: &'a Pipeline,
        config: &'a CallConfig,
        build: &'a Build<'a>,
        is_envelope: bool,
    ) -> Result<(Operation, Result<Self, Error>), Error> {
        let started = Instant::now();
        let request = build()?;
        let operation = request.operation();
        let checked = config.retry.as_ref().map_or(Ok(()), RetryConfig::check);
        let first = checked.and_then(|()| complete(pipeline, config, request));
        let call = first.map(|first| {
            let first = Mutex::new(Some(first));
            Self { pipeline, config, build, operation, first, started, is_envelope }
        });
        Ok((operation, call))
    }

    /// The request of the next attempt, without credentials.
    fn request(&self) -> Result<Box<reqwest::Request>, Error> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(request) = first {
            return Ok(request);
        }
        let request = (self.build)()?;
        // The operation of the first request decided whether a retry is safe.
        if request.operation() != self.operation {
            return Err(Error::configuration("the request of a retry has another operation than the first one"));
        }
        complete(self.pipeline, self.config, request)
    }

    async fn run<T: Send + 'static>(&self, decode: Decode<T>) -> Result<Response<T>, Error> {
        let Self { pipeline, config, operation, started, .. } = self;
        let timeout = config.timeout.unwrap_or(pipeline.timeout);
        let deadline = Deadline::new(*started, timeout);
        let limits = CallLimits {
            operation: operation.id,
            idempotent: operation.is_idempotent(),
            deadline,
            timeout,
            attempt_timeout: config.attempt_timeout.or(pipeline.attempt_timeout),
        };
        let retry = config.retry.as_ref().unwrap_or(&pipeline.retry);
        let outcome = retry::run(&pipeline.flow, retry, &limits, self).await;
        let CallOutcome { result, sent, may_have_been_sent, is_repeat, is_retryable, wait } = outcome;
        let decoding = match result {
            Ok(response) => {
                let metadata = response.metadata.with_attempts(sent).with_wait(wait);
                let response = BufferedResponse { metadata, ..response };
                if operation.is_success(response.metadata.status().as_u16()) {
                    decode.run(response, deadline)
                } else if is_repeat && operation.method == "DELETE" && failure::is_missing_object(&response) {
                    // The request before this one has probably deleted the object, and its response was lost.
                    Decoding::Ended(decode.run_without_object(response))
                } else {
                    Decoding::Ended(Err(failure::of_status(response).with_retryable(is_retryable)))
                }
            }
            Err(error) => {
                let wait = wait.map(|wait| wait.max(error.retry_after().unwrap_or_default()));
                let error = match wait {
                    Some(wait) => error.with_retry_after(wait),
                    None => error,
                };
                Decoding::Ended(Err(error.with_retryable(is_retryable)))
            }
        };
        let result = match decoding {
            Decoding::Ended(result) => result,
            Decoding::OnAnotherThread(result) => result.await,
        };
        let elapsed = started.elapsed();
        match result {
            Ok(response) => Ok(response.with_elapsed(elapsed)),
            Err(error) => Err(error.with_attempts(sent).with_elapsed(elapsed).with_sent(may_have_been_sent)),
        }
    }
}

/// Checks a request and completes its headers, except for the credentials.
fn complete(pipeline: &Pipeline, config: &CallConfig, request: ApiRequest<()>) -> Result<Box<reqwest::Request>, Error> {
    check(pipeline, request.operation(), request.request())?;
    let user_agent = pipeline.user_agent.header(request.user_agent())?;
    let mut request = request.into_request();
    let is_own = |name: &HeaderName| is_reserved(name) || request.headers().contains_key(name);
    if let Some((name, _)) = config.headers.iter().find(|(name, _)| is_own(name)) {
        return Err(Error::configuration(format!("the header `{name}` is the client's own; remove it")));
    }
    for (name, value) in &config.headers {
        request.headers_mut().append(name, value.clone());
    }
    request.headers_mut().insert(USER_AGENT, user_agent);
    request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    Ok(request)
}

/// Checks that a request has the method and the path of its operation. A URL parser may have read a part of a parameter, such
/// as `..`, as structure of the path.
fn check(pipeline: &Pipeline, operation: Operation, request: &reqwest::Request) -> Result<(), Error> {
    let Some(path) = pipeline.base_url.relative_path(request.url()) else {
        return Err(Error::configuration("the request's URL is not below the base URL"));
    };
    if request.method() != operation.method {
        return Err(Error::configuration("the request's method is not that of its operation"));
    }
    if !operation.has_path(path) {
        return Err(Error::configuration(format!(
            "a parameter would send the request to another path than {}",
            operation.path
        )));
    }
    if request.url().as_str().len() > MAX_URL_BYTES {
        return Err(Error::configuration(format!(
            "the request's URL has more than {MAX_URL_BYTES} bytes; shorten a parameter"
        )));
    }
    Ok(())
}

/// The longest URL that the HTTP library can send. Without the check, a longer one would count as an attempt.
const MAX_URL_BYTES: usize = 65_534;

/// Whether a header is set by the client, or belongs to the connection.
fn is_reserved(name: &HeaderName) -> bool {
    const RESERVED: [HeaderName; 13] = [
        ACCEPT_ENCODING,
        AUTHORIZATION,
        CONNECTION,
        CONTENT_ENCODING,
        CONTENT_LENGTH,
        EXPECT,
        HOST,
        PROXY_AUTHORIZATION,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
        USER_AGENT,
    ];
    RESERVED.contains(name) || ["x-auth-email", "x-auth-key", "keep-alive"].contains(&name.as_str())
}

impl AttemptDriver for Call<'_> {
    type Ready = ReadyRequest;
    type Response = BufferedResponse;

    async fn prepare(&self, deadline: Deadline) -> Result<ReadyRequest, AttemptFailure> {
        let request =
            self.request().map_err(|error| AttemptFailure { error, retryability: Retryability::Impossible })?;
        attempt::prepare(self.pipeline, request, deadline).await
    }

    async fn send(&self, ready: ReadyRequest, number: u32, deadline: Deadline) -> AttemptOutcome<BufferedResponse> {
        let Self { pipeline, started, ref operation, is_envelope, .. } = *self;
        let context = AttemptContext { started, number, deadline, operation, is_envelope };
        let start = telemetry::start();
        let (outcome, kind) = match Box::pin(attempt::send(pipeline, context, ready)).await {
            Ok(response) => self.outcome(response),
            Err(failure) => {
                let kind = failure.error.kind();
                (AttemptOutcome::from(failure), Some(kind))
            }
        };
        let metadata = outcome.result.as_ref().map_or_else(Error::metadata, |response| Some(&response.metadata));
        telemetry::attempt(number, start, metadata, kind);
        outcome
    }

    async fn try_renew(&self, response: &BufferedResponse, deadline: Deadline) -> bool {
        // Boxed, since every call would have room for it otherwise.
        let renewed = Box::pin(deadline.timeout(self.pipeline.credentials.try_renew(&response.secrets))).await;
        renewed.unwrap_or(false)
    }
}

impl Call<'_> {
    /// The outcome of an attempt with a whole response, and the kind of failure, if it is one. The body of a failure may say
    /// more than its status.
    fn outcome(&self, response: BufferedResponse) -> (AttemptOutcome<BufferedResponse>, Option<ErrorKind>) {
        let kind = failure::kind(&response);
        let retryability = match kind {
            Some(ErrorKind::RateLimited) => {
                // The gate closed when the head of a 429 arrived. The head of another status does not show its `Retry-After`
                // to be about the rate limit; the body does.
                if response.metadata.status() != StatusCode::TOO_MANY_REQUESTS
                    && let Some(cooldown) = Cooldown::of(&response.metadata, true)
                {
                    self.pipeline.flow.close_gate(cooldown);
                }
                Retryability::RateLimited
            }
            Some(ErrorKind::Authentication) if self.pipeline.credentials.can_rotate() => Retryability::Unauthorized,
            _ => Retryability::of(response.metadata.status()),
        };
        let retry_after = response.metadata.retry_after();
        (AttemptOutcome { retry_after, retryability, result: Ok(response) }, kind)
    }
}
