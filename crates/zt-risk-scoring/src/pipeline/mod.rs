//! The way one call takes, from a resource's method to its value.
//!
//! ```text
//! resource method ─ call ─▶ generated operation builds the request
//!                             └▶ Call::send: the loop                                       (attempts.rs)
//!                                  ├ admission: gate, pacing                                (traffic.rs)
//!                                  ├ attempt: credentials ▶ send ▶ whole body, capped       (attempt.rs)
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
use attempts::{Attempted, Terms};
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
    asked_to_renew: AtomicBool,
    outcome: Mutex<Option<Result<Evidence, Error>>>,
}

impl Call {
    fn new(client: Client, operation: Operation, options: &CallOptions) -> Self {
        let started = Instant::now();
        let deadline = Deadline::new(started, options.timeout(&client));
        let attempt_timeout = options.attempt_timeout(&client);
        Self {
            client,
            operation,
            started,
            deadline,
            attempt_timeout,
            asked_to_renew: AtomicBool::new(false),
            outcome: Mutex::new(None),
        }
    }

    async fn run(&self, request: reqwest::Request) -> Result<Evidence, Error> {
        let settings = self.client.settings();
        let terms = Terms { idempotent: self.operation.is_idempotent(), deadline: self.deadline };
        attempts::run(&settings.traffic, &settings.retry, terms, |number| self.attempt(&request, number)).await
    }

    async fn attempt(&self, request: &reqwest::Request, number: u32) -> Attempted<Evidence> {
        let Some(request) = request.try_clone() else {
            let error = Error::configuration("the request's body cannot be repeated");
            return Attempted { result: Err(error), signal: Signal::Final, retry_after: None, refuses_for: None };
        };
        let sent = attempt::send(self, request, number).await;
        let (result, signal) = match sent {
            Ok(evidence) => {
                let renewed = envelope::failure(&evidence) == Some(ErrorKind::Authentication)
                    && !self.asked_to_renew.swap(true, Ordering::Relaxed)
                    && self.client.settings().credentials.renew(&evidence.secrets);
                let signal = if renewed { Signal::Renewed } else { Signal::of(evidence.metadata.status()) };
                (Ok(evidence), signal)
            }
            Err(Failed { error, signal }) => (Err(error), signal),
        };
        let metadata = match &result {
            Ok(evidence) => Some(&evidence.metadata),
            Err(error) => error.metadata(),
        };
        telemetry::attempt(number, &result);
        Attempted {
            retry_after: metadata.and_then(|metadata| metadata.retry_after()),
            refuses_for: metadata.and_then(gate::refuses_for),
            signal,
            result,
        }
    }

    fn set_outcome(&self, outcome: Result<Evidence, Error>) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    fn take_outcome(&self) -> Option<Result<Evidence, Error>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take()
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
