//! The way one call takes, from a resource's method to its value.
//!
//! ```text
//! resource method ─ call ─▶ generated operation builds the request
//!                             └▶ Call::send: the loop                                       (attempts.rs)
//!                                  ├ ready? gate ▶ credentials ▶ gate, pacing               (traffic.rs, attempt.rs)
//!                                  ├ attempt: send ▶ whole body, capped                     (attempt.rs)
//!                                  └ again? policy ▶ backoff, Retry-After ▶ limits          (attempts.rs)
//!                           generated operation decodes the response
//!                   call ─▶ envelope check, or an error made from the evidence              (envelope.rs)
//! ```
//!
//! The generated code can only pass a response through, so what else is known about a call, the evidence, stays in its
//! [`Call`]. Errors are made from it, never from the generated error, which loses the status when a body is not what the
//! document says.

mod attempt;
mod attempts;
mod backoff;
mod budget;
mod classify;
mod deadline;
mod decode;
mod envelope;
mod evidence;
mod gate;
pub(crate) mod http_client;
mod pacing;
mod raw_calls;
mod retry_config;
mod retry_policy;
mod telemetry;
mod traffic;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument;
use zt_risk_scoring_api::{
    ByteStream, Client as Api, Operation, ResponseValue, Transport, TransportError, TransportFuture,
};

pub use backoff::Backoff;
pub use budget::RetryBudget;
pub use pacing::Quota;
pub use retry_config::RetryConfig;

pub(crate) use envelope::Envelope;
pub(crate) use raw_calls::RawCalls;
pub(crate) use traffic::Traffic;

use crate::client::{CallOptions, Client};
use crate::{Error, ErrorKind, Response};
use attempt::Failed;
use attempts::{Attempt, Attempted, Outcome, Terms};
use deadline::Deadline;
use evidence::Evidence;
use retry_policy::Signal;

/// What a generated operation gives back.
type Decoded<E> = Result<ResponseValue<E>, zt_risk_scoring_api::Error<ByteStream>>;

/// Makes one call: `invoke` calls the generated operation.
pub(crate) async fn call<E, F>(
    client: &Client,
    operation: Operation,
    options: &CallOptions,
    invoke: impl FnOnce(Api) -> F,
) -> Result<Response<E::Result>, Error>
where
    E: Envelope,
    F: Future<Output = Decoded<E>>,
{
    let span = telemetry::span(client, operation);
    let call = Arc::new(Call::new(client.clone(), operation, options));
    let settings = client.settings();
    let api = Api::new_with_client(settings.base_url.as_str(), settings.http.clone(), call.clone());
    let decoded = invoke(api).instrument(span.clone()).await;
    let result = match (call.take_outcome(), decoded) {
        (Some(Ok(evidence)), decoded) => envelope::open(evidence, decoded),
        (Some(Err(error)), _) => Err(error),
        // Nothing went through the transport: the generated code could not even build the request. Its error may repeat
        // what it was given.
        (None, _) => Err(Error::configuration("the request could not be built")),
    }
    .map_err(|error| error.with_operation(operation.id));
    telemetry::record(&span, result.as_ref().map(Response::metadata));
    result
}

/// One call under way.
struct Call {
    client: Client,
    operation: Operation,
    started: Instant,
    deadline: Deadline,
    attempt_timeout: Duration,
    outcome: Mutex<Option<Result<Evidence, Error>>>,
}

impl Call {
    fn new(client: Client, operation: Operation, options: &CallOptions) -> Self {
        let started = Instant::now();
        let deadline = Deadline::new(started, options.timeout(&client));
        let attempt_timeout = options.attempt_timeout(&client);
        Self { client, operation, started, deadline, attempt_timeout, outcome: Mutex::new(None) }
    }

    async fn run(&self, request: reqwest::Request) -> Result<Evidence, Error> {
        let settings = self.client.settings();
        let terms = Terms { idempotent: self.operation.is_idempotent(), deadline: self.deadline };
        let attempts = Attempts { call: self, request, asked_to_renew: AtomicBool::new(false) };
        let Outcome { result, wait } = attempts::run(&settings.traffic, &settings.retry, terms, &attempts).await;
        match (result, wait) {
            (Ok(evidence), wait) => Ok(Evidence { metadata: evidence.metadata.with_wait(wait), ..evidence }),
            (Err(error), Some(wait)) => Err(error.with_retry_after(wait)),
            (Err(error), None) => Err(error),
        }
    }

    /// When an attempt that begins now has to end.
    fn attempt_deadline(&self) -> Deadline {
        self.deadline.sooner(Deadline::new(Instant::now(), self.attempt_timeout))
    }

    fn set_outcome(&self, outcome: Result<Evidence, Error>) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    fn take_outcome(&self) -> Option<Result<Evidence, Error>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The attempts of one call.
struct Attempts<'a> {
    call: &'a Call,
    request: reqwest::Request,
    asked_to_renew: AtomicBool,
}

impl Attempt for Attempts<'_> {
    type Ready = attempt::Ready;
    type Answer = Evidence;

    async fn prepare(&self) -> Result<attempt::Ready, Error> {
        attempt::prepare(self.call, &self.request).await
    }

    async fn send(&self, ready: attempt::Ready, number: u32) -> Attempted<Evidence> {
        let (result, signal) = match attempt::send(self.call, ready, number).await {
            Ok(evidence) => {
                let refused = self.call.client.settings().credentials.rotate()
                    && envelope::failure(&evidence) == Some(ErrorKind::Authentication);
                let signal = if refused { Signal::Unauthorized } else { Signal::of(evidence.metadata.status()) };
                (Ok(evidence), signal)
            }
            Err(Failed { error, signal }) => (Err(error), signal),
        };
        telemetry::attempt(number, &result);
        let metadata = result.as_ref().map_or_else(|error| error.metadata(), |evidence| Some(&evidence.metadata));
        Attempted { retry_after: metadata.and_then(|metadata| metadata.retry_after()), signal, result }
    }

    fn renews(&self, evidence: &Evidence) -> bool {
        !self.asked_to_renew.swap(true, Ordering::Relaxed)
            && self.call.client.settings().credentials.renew(&evidence.secrets)
    }
}

impl Transport for Call {
    fn send(&self, request: reqwest::Request, _: &'static str) -> TransportFuture<'_> {
        Box::pin(async move {
            let outcome = self.run(request).await;
            let response = outcome.as_ref().map(Evidence::response).map_err(TransportError::new);
            self.set_outcome(outcome);
            response
        })
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}
