//! The life of a call, from a request builder to its value.
//!
//! ```text
//! call ─▶ the closure calls a generated operation, which builds the request
//!          └▶ Call::send, the hook: which operation is it, and is its path the operation's?
//!              └▶ attempts::run: the retry loop                                     (attempts.rs)
//!                  ├ ready    gate ▶ credentials ▶ gate, rate limiter               (flow_control.rs)
//!                  ├ attempt  send ▶ whole body, capped                             (attempt.rs)
//!                  └ next     retry policy ▶ backoff, Retry-After ▶ limits          (attempts.rs)
//!         the generated operation decodes the response
//! open ─▶ checks the envelope, or the plain body; or makes an error                 (envelope.rs, plain.rs)
//! ```
//!
//! Generated code can only pass a response through, so the [`Call`] keeps the buffered response. Errors are made from that,
//! never from the generated error, which loses the status when a body does not fit the document.

mod attempt;
mod attempts;
mod backoff;
mod budget;
mod buffered_response;
mod call;
mod classify;
mod deadline;
mod decode;
mod envelope;
mod failure;
mod flow_control;
mod gate;
mod plain;
mod rate_limiter;
mod retry_config;
mod retry_policy;
mod telemetry;

use std::sync::Arc;
use std::time::Duration;

use api_runtime::{ApiClient, ResponseValue};

pub use backoff::Backoff;
pub use budget::RetryBudget;
pub use plain::PlainBody;
pub use rate_limiter::Quota;
pub use retry_config::RetryConfig;

pub(crate) use flow_control::FlowControl;

use crate::base_url::BaseUrl;
use crate::{Credentials, Error, Response};
use buffered_response::BufferedResponse;
use call::Call;

/// What the calls of a connection share.
pub(crate) struct Pipeline {
    pub(crate) http_client: reqwest::Client,
    pub(crate) base_url: BaseUrl,
    pub(crate) credentials: Credentials,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_body_bytes: usize,
    pub(crate) retry: RetryConfig,
    pub(crate) flow: FlowControl,
}

/// What one call overrides.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallConfig {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryConfig>,
}

/// What a method of a generated client returns.
type Decoded<T, X> = Result<ResponseValue<T>, api_runtime::Error<X>>;

/// Makes one call. `invoke` calls one method of the generated client; `open` makes the value of what the method returns.
async fn call<A, T, X, V, F>(
    pipeline: &Arc<Pipeline>,
    config: &CallConfig,
    invoke: impl FnOnce(A) -> F,
    open: impl FnOnce(BufferedResponse, Decoded<T, X>) -> Result<Response<V>, Error>,
) -> Result<Response<V>, Error>
where
    A: ApiClient,
    F: Future<Output = Decoded<T, X>>,
{
    if let Some(retry) = &config.retry {
        retry.check()?;
    }
    let call = Arc::new(Call::new::<A>(Arc::clone(pipeline), config));
    let api = A::with_transport(pipeline.base_url.as_str(), pipeline.http_client.clone(), call.clone());
    let decoded = invoke(api).await;
    call.finish(decoded, open)
}

/// Makes a call whose response has an envelope.
pub(crate) async fn call_envelope<A, E, X, F>(
    pipeline: &Arc<Pipeline>,
    config: &CallConfig,
    invoke: impl FnOnce(A) -> F,
) -> Result<Response<E::Result>, Error>
where
    A: ApiClient,
    E: api_runtime::Envelope,
    F: Future<Output = Decoded<E, X>>,
{
    call(pipeline, config, invoke, envelope::open).await
}

/// Makes a call whose response has no envelope.
pub(crate) async fn call_plain<A, T, K, X, F>(
    pipeline: &Arc<Pipeline>,
    config: &CallConfig,
    invoke: impl FnOnce(A) -> F,
) -> Result<Response<T::Value>, Error>
where
    A: ApiClient,
    T: PlainBody<K>,
    F: Future<Output = Decoded<T, X>>,
{
    call(pipeline, config, invoke, plain::open).await
}
