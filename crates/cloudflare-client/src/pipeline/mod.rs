//! The life of a call, from the SDK's method to its value.
//!
//! ```text
//! call            the closure calls a generated operation, which builds the request
//! └ Call::send    the transport hook: identifies the operation, checks the path     (call.rs)
//!   └ run         the retry loop                                                    (retry_loop.rs)
//!     ├ prepare   gate ▶ credentials ▶ gate, rate limiter                           (flow_control.rs)
//!     ├ send      sends the request, reads the body up to the limit                 (attempt.rs)
//!     └ plan      retry policy ▶ backoff, Retry-After ▶ limits                      (retry_loop.rs)
//! call            the generated operation decodes the response
//! └ Call::finish  checks the envelope or the plain body, or makes an error          (envelope.rs, plain.rs)
//! ```
//!
//! The [`Call`] keeps the buffered response, and errors are made from it. The error of the generated code is not used: it
//! lacks the status if a body cannot be decoded.

mod attempt;
mod backoff;
mod budget;
mod buffered_response;
mod call;
mod classify;
#[allow(dead_code)]
mod content_coding;
mod deadline;
mod decode;
mod envelope;
#[allow(dead_code)]
mod envelope_filter;
mod failure;
mod flow_control;
#[allow(dead_code)]
mod free_form_budget;
mod gate;
mod plain;
mod rate_limiter;
mod retry_config;
mod retry_loop;
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

/// The settings and the state that the calls of a connection share.
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

/// The settings that one call overrides.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallConfig {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryConfig>,
}

/// The result of a method of a generated client.
type Decoded<T, X> = Result<ResponseValue<T>, api_runtime::Error<X>>;

/// Makes one call. `invoke` calls one method of the generated client. `convert` makes the call's result of the response and
/// the method's result.
async fn call<A, T, X, V, F>(
    pipeline: &Arc<Pipeline>,
    config: &CallConfig,
    invoke: impl FnOnce(A) -> F,
    convert: impl FnOnce(BufferedResponse, Decoded<T, X>) -> Result<Response<V>, Error>,
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
    call.finish(decoded, convert)
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
    call(pipeline, config, invoke, envelope::convert).await
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
    call(pipeline, config, invoke, plain::convert).await
}
