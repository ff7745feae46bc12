//! The life of a call, from the request of a generated client to its value.
//!
//! ```text
//! call            checks the request's path and headers, opens the span    call.rs
//! ├ run           the retry loop                                           retry/
//! │ ├ prepare     gate, rate limiter ▶ credentials ▶ gate                  flow_control/, attempt.rs
//! │ ├ send        sends the request, reads the body within its limits      attempt.rs, body/
//! │ └ plan        retry policy ▶ backoff, Retry-After ▶ limits             retry/
//! └ decode        the value, or the error of the response                  decoding/
//! ```

mod attempt;
mod body;
mod buffered_response;
mod call;
mod connection_failure;
mod deadline;
mod decoding;
mod flow_control;
mod peer;
mod retry;
mod retry_config;
mod telemetry;
mod user_agent;

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::cast_precision_loss, reason = "the numbers are the tests' own")]
mod load_tests;

use std::time::Duration;

use http::header::{HeaderName, HeaderValue};

pub use decoding::PlainBody;
pub use flow_control::Quota;
pub use retry_config::{Backoff, RetryBudget, RetryConfig};

pub(crate) use call::call;
pub(crate) use decoding::Decode;
pub(crate) use flow_control::{FlowControl, MAX_COOLDOWN, MIN_ATTEMPT_TIME};
pub(crate) use peer::Route;
pub(crate) use user_agent::UserAgent;

use crate::Credentials;
use crate::base_url::BaseUrl;

/// The settings and the state that the calls of a connection share.
pub(crate) struct Pipeline {
    pub(crate) http_client: reqwest::Client,
    /// How the HTTP client reaches the server, for the messages of failed connections.
    pub(crate) route: Route,
    /// The end of the `User-Agent`, checked.
    pub(crate) user_agent: UserAgent,
    pub(crate) base_url: BaseUrl,
    pub(crate) credentials: Credentials,
    pub(crate) timeout: Duration,
    /// By default computed for each attempt.
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) max_body_bytes: usize,
    pub(crate) retry: RetryConfig,
    pub(crate) flow: FlowControl,
}

impl Pipeline {
    /// A pipeline with other credentials and the same settings. Its state is its own, except for the HTTP connections.
    pub(crate) fn with_credentials(&self, credentials: Credentials) -> Self {
        Self {
            http_client: self.http_client.clone(),
            route: self.route.clone(),
            user_agent: self.user_agent.without_headers(),
            base_url: self.base_url.clone(),
            credentials,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            max_body_bytes: self.max_body_bytes,
            retry: self.retry.clone(),
            flow: self.flow.without_state(&self.retry),
        }
    }
}

/// The settings that one call overrides.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallConfig {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryConfig>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}
