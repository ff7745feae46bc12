//! The behaviors of many accounts.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;

use super::{FleetAccount, RequestMany};
use crate::{AccountId, BehaviorMap, Behaviors, Error, GetBehaviors, Response};

impl Behaviors {
    /// Gets the behaviors of many accounts, as a stream in the order in which they arrive. The error of one account is one item.
    ///
    /// A call is made only when it can be sent, and its timeout begins then. So thousands of accounts all succeed, at the rate that
    /// the quota of their tokens allows. A call that the rate limit rejects is made again when the API accepts calls again. After
    /// three rejections of one call, the calls with that token fail at once until one of them succeeds.
    ///
    /// Accounts may have [credentials](FleetAccount) of their own. There is one connection per token, and a token that is blocked
    /// does not hold up the others.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::Simulator;
    /// # use zt_risk_scoring::{BehaviorMap, Client, Credentials};
    /// use futures_util::StreamExt;
    /// use zt_risk_scoring::AccountId;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), zt_risk_scoring::Error> {
    /// # let simulator = Simulator::start().await;
    /// # simulator.set_behaviors_of("023e105f4ecef8ad9ca31a8372d0c353", BehaviorMap::default()).unwrap();
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token(simulator.api_token())?)
    /// #     .base_url(simulator.base_url())
    /// #     .build()?;
    /// # let ids = [simulator.account_id(), "023e105f4ecef8ad9ca31a8372d0c353"];
    /// let accounts = [AccountId::new(ids[0])?, AccountId::new(ids[1])?];
    /// let mut behaviors = client.behaviors().get_many(&accounts);
    /// # let mut total = 0;
    /// while let Some((account, behaviors)) = behaviors.next().await {
    ///     match behaviors {
    ///         Ok(behaviors) => println!("{account}: {} enabled", behaviors.enabled().len()),
    ///         Err(error) => eprintln!("{account}: {error}"),
    ///     }
    /// #     total += 1;
    /// }
    /// # assert_eq!(total, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_many<A: Into<FleetAccount>>(&self, accounts: impl IntoIterator<Item = A>) -> GetMany {
        GetMany(RequestMany::new(self.connection(), accounts, |client| client.behaviors().get()))
    }
}

/// The behaviors of many accounts: a stream; see [`Behaviors::get_many`].
///
/// ```
/// use std::time::Duration;
/// use zt_risk_scoring::{AccountId, Behaviors, GetMany};
///
/// fn slowly(behaviors: &Behaviors, accounts: Vec<AccountId>) -> GetMany {
///     behaviors.get_many(accounts).concurrency(2).timeout(Duration::from_secs(10))
/// }
/// ```
///
/// # Cancellation
///
/// The calls run while the stream is polled. Dropping it ends them. Their timeouts run on while it is not polled, so do what takes
/// long with an item in a task of its own.
#[must_use = "a stream does nothing until it is polled"]
pub struct GetMany(RequestMany<BehaviorMap>);

impl GetMany {
    /// How many calls run at once: 16 by default, and at least 1.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.0 = self.0.concurrency(concurrency);
        self
    }

    /// How long each call may take, in place of the connection's setting.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.options().timeout = Some(timeout);
        self
    }

    /// Sets the options of each request, such as a [`header`](crate::Request::header).
    pub fn each(mut self, configure: impl Fn(GetBehaviors) -> GetBehaviors + Send + Sync + 'static) -> Self {
        self.0.options().configure = Box::new(configure);
        self
    }
}

impl Stream for GetMany {
    type Item = (AccountId, Result<BehaviorMap, Error>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(cx).map(|item| {
            let (account_id, response) = item?;
            Some((account_id, response.map(Response::into_value)))
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl fmt::Debug for GetMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetMany").field("left", &self.0.len()).finish_non_exhaustive()
    }
}
