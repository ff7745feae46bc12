//! Requests that own what they send.

use api_runtime::{ApiRequest, Envelope, Operation, RequestError};
use cloudflare_client::external::bytes::Bytes;
use cloudflare_client::{Connection, Error, ErrorKind, Request, sdk};
use serde::de::{Deserialize, Deserializer, IgnoredAny};
use serde::ser::Serialize;
use zt_risk_scoring_api::Client as Api;

/// A request of an operation of an account. `build` calls the generated method with the account's id.
///
/// The requests of [`Operations`](crate::generated::Operations) borrow their arguments; this one owns them.
pub(crate) fn request<E: Envelope>(
    connection: &Connection,
    operation: Operation,
    build: impl Fn(&Api, &str) -> Result<ApiRequest<E>, RequestError> + Send + Sync + 'static,
) -> Request<'static, E::Result> {
    Request::envelope(connection, operation, move |connection, options| {
        let account = options.resolve_account(connection)?;
        Ok(build(&sdk::api(connection), account.as_str())?)
    })
}

/// The same, with another body than the generated method wrote. If there is none, the call fails before anything is sent.
pub(crate) fn request_with_body<E: Envelope>(
    connection: &Connection,
    operation: Operation,
    body: Result<Bytes, String>,
    build: impl Fn(&Api, &str) -> Result<ApiRequest<E>, RequestError> + Send + Sync + 'static,
) -> Request<'static, E::Result> {
    Request::envelope(connection, operation, move |connection, options| {
        let body = body.clone().map_err(|problem| sdk::error(ErrorKind::Configuration, problem))?;
        let account = options.resolve_account(connection)?;
        let mut request = build(&sdk::api(connection), account.as_str())?.into_request();
        *request.body_mut() = Some(body.into());
        Ok(ApiRequest::<E>::new::<Api>(*request, operation))
    })
}

/// A body in JSON.
pub(crate) fn json(body: &impl Serialize) -> Result<Bytes, String> {
    serde_json::to_vec(body).map(Bytes::from).map_err(|_| "the body cannot be written as JSON".to_owned())
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
