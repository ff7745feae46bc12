//! Reading all behaviors.

use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use zt_risk_scoring_api::{Operation, operations};

use super::BehaviorMap;
use crate::client::CallOptions;
use crate::{AccountId, Client, Error, Response, pipeline};

const OPERATION: Operation = operations::GET_BEHAVIORS;

/// A request for all behaviors of an account: what [`Behaviors::get`](super::Behaviors::get) gives back.
///
/// Await it for the behaviors alone.
///
/// # Errors
///
/// An [`Error`] of any [`kind`](Error::kind). The behaviors are whole or not there at all.
///
/// # Cancellation
///
/// Dropping the future ends the call. A request may already have been sent, more than one if it was tried again, but
/// reading changes nothing. What the client's clones share stays right.
///
/// ```
/// # use zt_risk_scoring_mock::Simulator;
/// # use zt_risk_scoring::{Client, Credentials, Error};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// # let simulator = Simulator::start().await;
/// # let client = Client::builder()
/// #     .credentials(Credentials::api_token(simulator.api_token())?)
/// #     .base_url(simulator.base_url())
/// #     .build()?;
/// # let account = simulator.account_id();
/// let response = client.behaviors().get().account_id(account).timeout(Duration::from_secs(5)).send().await?;
/// println!("{} behaviors, {:?}", response.value().len(), response.metadata().cf_ray());
/// # assert_eq!(response.metadata().attempts(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited or sent"]
pub struct GetBehaviors {
    client: Client,
    options: CallOptions,
}

impl GetBehaviors {
    pub(super) fn new(client: Client) -> Self {
        Self { client, options: CallOptions::default() }
    }

    /// The account to read from, in place of the client's. One that is malformed fails the call before anything is sent.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.options.set_account_id(id);
        self
    }

    /// How long the whole call may take, in place of the client's setting.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.set_timeout(timeout);
        self
    }

    /// How long each attempt may take, in place of the client's setting.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.set_attempt_timeout(timeout);
        self
    }

    /// Makes the call, for the behaviors and what came along.
    ///
    /// # Errors
    ///
    /// As for awaiting the request.
    ///
    /// # Cancellation
    ///
    /// As for awaiting the request.
    pub async fn send(mut self) -> Result<Response<BehaviorMap>, Error> {
        let account = self.options.take_account_id(&self.client).map_err(|error| error.with_operation(OPERATION.id))?;
        let response = pipeline::call(&self.client, OPERATION, &self.options, |api| async move {
            api.get_behaviors(account.as_str()).await
        })
        .await?;
        Ok(response.map(BehaviorMap::from_raw))
    }
}

impl IntoFuture for GetBehaviors {
    type Output = Result<BehaviorMap, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { self.send().await.map(Response::into_value) })
    }
}
