//! The way one call takes, from a resource's method to its value.
//!
//! ```text
//! resource method ─ call ─▶ generated operation builds the request
//!                             └▶ Call::send: attempt: credentials ▶ send ▶ body, capped   (attempt.rs)
//!                           generated operation decodes the response
//!                   call ─▶ envelope check, or an error made from the evidence            (envelope.rs)
//! ```
//!
//! The generated code can only pass a response through, so what else is known about a call, the evidence, stays in its
//! [`Call`]. Errors are made from it, never from the generated error, which loses the status when a body is not what the
//! document says.

mod attempt;
mod classify;
mod deadline;
mod decode;
mod envelope;
mod evidence;
pub(crate) mod http_client;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use zt_risk_scoring_api::{ByteStream, Client as Api, ResponseValue, Transport, TransportError, TransportFuture};

pub(crate) use envelope::Envelope;

use crate::client::{CallOptions, Client};
use crate::{Error, Response};
use deadline::Deadline;
use evidence::Evidence;

/// What a generated operation gives back.
type Decoded<E> = Result<ResponseValue<E>, zt_risk_scoring_api::Error<ByteStream>>;

/// Makes one call: `invoke` calls the generated operation of that name.
pub(crate) async fn call<E, F>(
    client: &Client,
    operation: &'static str,
    options: &CallOptions,
    invoke: impl FnOnce(Api) -> F,
) -> Result<Response<E::Result>, Error>
where
    E: Envelope,
    F: Future<Output = Decoded<E>>,
{
    let call = Arc::new(Call::new(client.clone(), options.timeout(client)));
    let api = Api::new_with_client(client.base_url().as_str(), client.http().clone(), call.clone());
    let decoded = invoke(api).await;
    match (call.take_outcome(), decoded) {
        (Some(Ok(evidence)), decoded) => envelope::open(evidence, decoded),
        (Some(Err(error)), _) => Err(error),
        // Nothing went through the transport: the generated code could not even build the request.
        (None, Err(error)) => {
            Err(Error::configuration("the request could not be built").with_source(error.to_string()))
        }
        (None, Ok(_)) => Err(Error::configuration("the request was not sent")),
    }
    .map_err(|error| error.with_operation(operation))
}

/// One call under way.
struct Call {
    client: Client,
    started: Instant,
    deadline: Deadline,
    outcome: Mutex<Option<Result<Evidence, Error>>>,
}

impl Call {
    fn new(client: Client, timeout: Duration) -> Self {
        let started = Instant::now();
        Self { client, started, deadline: Deadline::new(started, timeout), outcome: Mutex::new(None) }
    }

    async fn run(&self, request: reqwest::Request) -> Result<Evidence, Error> {
        attempt::send(self, request, 1).await
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
        f.debug_struct("Call").field("client", &self.client).finish_non_exhaustive()
    }
}
