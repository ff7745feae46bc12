//! One call: the transport of one generated client, which sends one request.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api_runtime::{ApiClient, Operation, Transport, TransportError, TransportFuture};
use http::header::HeaderValue;
use tokio::time::Instant;
use tracing::{Instrument, Span};

use super::attempt::{self, AttemptFailure};
use super::buffered_response::BufferedResponse;
use super::deadline::Deadline;
use super::retry_loop::{self, AttemptDriver, AttemptOutcome, CallLimits, CallOutcome};
use super::retry_policy::Retryability;
use super::{CallConfig, Decoded, Pipeline, RetryConfig, failure, telemetry};
use crate::redact::one_line;
use crate::{Error, ErrorKind, Response};

const SECOND_REQUEST: &str =
    "the closure of a call sent a second request, which was rejected: it must send exactly one";
const NO_REQUEST: &str = "the closure of a call sent no request: it must send exactly one";
const DROPPED_REQUEST: &str = "the closure of a call dropped its request before the response came";
const CALL_ENDED: &str = "the call has ended";
const UNKNOWN_OPERATION: &str = "the id of the request's operation is not one of the generated client's";

/// One call.
///
/// The operation decides what is safe to retry. It is therefore identified by the request that reaches [`Transport::send`],
/// and no caller passes it.
pub(super) struct Call {
    pipeline: Arc<Pipeline>,
    user_agent: Option<HeaderValue>,
    started: Instant,
    operation_of: fn(&str) -> Option<Operation>,
    deadline: Deadline,
    attempt_timeout: Duration,
    retry: RetryConfig,
    progress: Mutex<Progress>,
}

/// The progress of a call.
#[derive(Default)]
struct Progress {
    exchange: Option<Exchange>,
    /// What the closure did wrong, as the message of the error.
    misuse: Option<&'static str>,
    is_finished: bool,
}

/// The one request of a call, and its outcome once there is one.
struct Exchange {
    operation: Operation,
    span: Span,
    outcome: Option<Result<BufferedResponse, Error>>,
}

impl Call {
    pub(super) fn new<A: ApiClient>(pipeline: Arc<Pipeline>, config: &CallConfig) -> Self {
        const CLIENT: &str = concat!("cloudflare-client/", env!("CARGO_PKG_VERSION"));
        let started = Instant::now();
        Self {
            user_agent: user_agent(&[A::USER_AGENT, CLIENT], pipeline.user_agent_suffix.as_deref()),
            started,
            operation_of: A::operation,
            deadline: Deadline::new(started, config.timeout.unwrap_or(pipeline.timeout)),
            attempt_timeout: config.attempt_timeout.unwrap_or(pipeline.attempt_timeout),
            retry: config.retry.clone().unwrap_or_else(|| pipeline.retry.clone()),
            progress: Mutex::default(),
            pipeline,
        }
    }

    /// The deadline of an attempt that begins now.
    fn attempt_deadline(&self) -> Deadline {
        self.deadline.min(Deadline::new(Instant::now(), self.attempt_timeout))
    }

    /// Ends the call. `convert` makes its result. From then on the generated client cannot send.
    pub(super) fn finish<T, X, V>(
        &self,
        decoded: Decoded<T, X>,
        convert: impl FnOnce(BufferedResponse, Decoded<T, X>) -> Result<Response<V>, Error>,
    ) -> Result<Response<V>, Error> {
        let Progress { exchange, misuse, .. } =
            std::mem::replace(&mut *self.progress(), Progress { is_finished: true, ..Progress::default() });
        let Some(Exchange { operation, span, outcome }) = exchange else {
            return Err(unsent(misuse, decoded));
        };
        let result = match (misuse, outcome) {
            (Some(misuse), outcome) => Err(misused(misuse, outcome)),
            (None, Some(Ok(response))) => convert(response, decoded),
            (None, Some(Err(error))) => Err(error),
            (None, None) => Err(misused(DROPPED_REQUEST, None)),
        };
        let result = result.map_err(|error| error.with_operation(operation.id));
        telemetry::record(&span, result.as_ref().map(Response::metadata));
        result
    }

    /// Registers the request, or rejects it.
    fn register(&self, operation_id: &str) -> Result<(Operation, Span), &'static str> {
        let mut progress = self.progress();
        if progress.is_finished {
            return Err(CALL_ENDED);
        }
        if progress.exchange.is_some() {
            progress.misuse = Some(SECOND_REQUEST);
            return Err(SECOND_REQUEST);
        }
        let Some(operation) = (self.operation_of)(operation_id) else {
            progress.misuse = Some(UNKNOWN_OPERATION);
            return Err(UNKNOWN_OPERATION);
        };
        let span = telemetry::span(&self.pipeline.base_url, operation);
        progress.exchange = Some(Exchange { operation, span: span.clone(), outcome: None });
        Ok((operation, span))
    }

    /// Checks the request, then makes its attempts.
    async fn run(&self, operation: Operation, request: reqwest::Request) -> Result<BufferedResponse, Error> {
        self.check(operation, &request)?;
        let limits = CallLimits { idempotent: operation.is_idempotent(), deadline: self.deadline };
        let attempts = CallAttempts { call: self, request, has_tried_renewal: AtomicBool::new(false) };
        let CallOutcome { result, wait } = retry_loop::run(&self.pipeline.flow, &self.retry, limits, &attempts).await;
        match (result, wait) {
            (Ok(response), wait) => Ok(BufferedResponse { metadata: response.metadata.with_wait(wait), ..response }),
            (Err(error), Some(wait)) => Err(error.with_retry_after(wait)),
            (Err(error), None) => Err(error),
        }
    }

    /// Checks that a request has the method and the path of its operation. A URL parser may have read a part of a parameter,
    /// such as `..`, as structure of the path.
    fn check(&self, operation: Operation, request: &reqwest::Request) -> Result<(), Error> {
        let Some(path) = self.pipeline.base_url.relative_path(request.url()) else {
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
        Ok(())
    }

    /// Ignores poisoning: every change of the progress is a single step, so a panic cannot leave it inconsistent.
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Call {
    fn send(&self, request: reqwest::Request, operation_id: &'static str) -> TransportFuture<'_> {
        Box::pin(async move {
            let (operation, span) = self.register(operation_id).map_err(TransportError::new)?;
            let outcome = self.run(operation, request).instrument(span).await;
            let response = outcome.as_ref().map(BufferedResponse::to_http).map_err(TransportError::new);
            if let Some(exchange) = &mut self.progress().exchange {
                exchange.outcome = Some(outcome);
            }
            response
        })
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// The `User-Agent` of a request.
fn user_agent(products: &[&str], suffix: Option<&str>) -> Option<HeaderValue> {
    let parts: Vec<_> = products.iter().copied().chain(suffix).collect();
    HeaderValue::try_from(parts.join(" ")).ok()
}

/// The error of a call that sent nothing.
fn unsent<T, X>(misuse: Option<&'static str>, decoded: Decoded<T, X>) -> Error {
    match (misuse, decoded) {
        (Some(misuse), _) => Error::configuration(misuse),
        (None, Ok(_)) => Error::configuration(NO_REQUEST),
        // This message of the generated code names the parameter, and does not contain its value.
        (None, Err(api_runtime::Error::InvalidRequest(reason))) => Error::configuration(one_line(&reason)),
        // The messages of other errors may contain values.
        (None, Err(_)) => Error::configuration("the request could not be built"),
    }
}

/// The error of a call whose closure did not send exactly one request and wait for its response.
fn misused(misuse: &'static str, outcome: Option<Result<BufferedResponse, Error>>) -> Error {
    let error = Error::configuration(misuse);
    match outcome {
        Some(Ok(response)) => error.with_attempts(response.metadata.attempts()).with_metadata(response.metadata),
        Some(Err(cause)) => error.with_attempts(cause.attempts()).with_source(cause),
        None => error.with_attempts(1),
    }
}

/// The attempts of one call.
struct CallAttempts<'a> {
    call: &'a Call,
    request: reqwest::Request,
    has_tried_renewal: AtomicBool,
}

impl AttemptDriver for CallAttempts<'_> {
    type Ready = attempt::ReadyRequest;
    type Response = BufferedResponse;

    async fn prepare(&self) -> Result<attempt::ReadyRequest, Error> {
        let Call { pipeline, user_agent, .. } = self.call;
        // A closure may have moved its request to another task.
        if self.call.progress().is_finished {
            return Err(Error::configuration(CALL_ENDED));
        }
        attempt::prepare(pipeline, user_agent.as_ref(), self.call.attempt_deadline(), &self.request).await
    }

    async fn send(&self, ready: attempt::ReadyRequest, number: u32) -> AttemptOutcome<BufferedResponse> {
        let Call { pipeline, started, .. } = self.call;
        let sent = attempt::send(pipeline, *started, self.call.attempt_deadline(), ready, number);
        let (result, retryability) = match sent.await {
            Ok(response) => {
                let is_rejected =
                    pipeline.credentials.can_rotate() && failure::kind(&response) == Some(ErrorKind::Authentication);
                let retryability =
                    if is_rejected { Retryability::Unauthorized } else { Retryability::of(response.metadata.status()) };
                (Ok(response), retryability)
            }
            Err(AttemptFailure { error, retryability }) => (Err(error), retryability),
        };
        telemetry::attempt(number, &result);
        let metadata = result.as_ref().map_or_else(|error| error.metadata(), |response| Some(&response.metadata));
        AttemptOutcome { retry_after: metadata.and_then(|metadata| metadata.retry_after()), retryability, result }
    }

    fn try_renew(&self, response: &BufferedResponse) -> bool {
        !self.has_tried_renewal.swap(true, Ordering::Relaxed)
            && self.call.pipeline.credentials.try_renew(&response.secrets)
    }
}
