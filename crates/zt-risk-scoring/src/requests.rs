//! Requests that own what they send.

use std::time::Duration;

use api_runtime::{ApiRequest, Envelope, Operation};
use cloudflare_client::{Connection, Error, ErrorKind, Request, sdk};
use serde::de::{Deserialize, Deserializer, IgnoredAny};
use zt_risk_scoring_api::Client as Api;

/// A request of an operation of an account. `build` calls the generated method with the account's id.
///
/// The requests of [`Operations`](crate::generated::Operations) borrow their arguments; this one owns them.
pub(crate) fn request<E: Envelope>(
    connection: &Connection,
    operation: Operation,
    build: impl Fn(&Api, &str) -> Result<ApiRequest<E>, Error> + Send + Sync + 'static,
) -> Request<'static, E::Result> {
    Request::envelope(connection, operation, move |connection, options| {
        let account = options.resolve_account(connection)?;
        build(&sdk::api(connection), account.as_str())
    })
}

/// A request with a timeout of its own, if there is one.
pub(crate) fn with_timeout<T: Send + 'static>(
    request: Request<'static, T>,
    timeout: Option<Duration>,
) -> Request<'static, T> {
    match timeout {
        Some(timeout) => request.timeout(timeout),
        None => request,
    }
}

/// A malformed argument.
pub(crate) fn invalid(problem: impl Into<String>) -> Error {
    sdk::error(ErrorKind::Configuration, problem.into())
}

/// An envelope whose `result` has no value: it is an empty object, null or absent.
pub(crate) struct NoResult;

impl Envelope for NoResult {
    type Result = ();

    fn read_result<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| ())
    }

    fn missing_result() -> Option<()> {
        Some(())
    }
}
