//! A read of many accounts.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use cloudflare_client::sdk;
use futures_core::Stream;

use super::FleetAccount;
use super::runner::{Boxed, Job, Runner};
use crate::requests::with_timeout;
use crate::{AccountId, Client, Connection, Error, ErrorKind, Request, Response};

impl Client {
    /// Makes one request for each of many accounts, as a stream in the order in which the responses arrive. The error of one
    /// account is one item.
    ///
    /// `build` makes the request with the client that it gets, which has the [credentials](FleetAccount) of the account. The id of
    /// the account is set afterwards. `build` is called once for each account, and again for a call that the rate limit rejected.
    ///
    /// It is meant for reads: GET requests are spread, and made again after a rejection, as those of
    /// [`Behaviors::get_many`](crate::Behaviors::get_many) are. The request of a write waits for its turn as well. It is sent
    /// again only by the rules for a single call, and the first failure does not stop the other accounts. To change the behaviors
    /// of many accounts, use [`apply_many`](crate::Behaviors::apply_many), which stops and can go on later.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// use futures_util::StreamExt;
    /// use zt_risk_scoring::{AccountId, FleetAccount, RiskLevel};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # let users = json!([{"user_id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "max_risk_level": "high"}]);
    /// # let body = json!({"success": true, "result": {"users": users}}).to_string();
    /// # server.get_summary(|_, then| drop(then.into_inner().status(200).body(body)));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// let customer = AccountId::new("0123456789abcdef0123456789abcdef")?;
    /// let accounts = [
    ///     FleetAccount::from(AccountId::new("023e105f4ecef8ad9ca31a8372d0c353")?),
    ///     FleetAccount::from(customer).credentials(Credentials::api_token("cfut_9876543210")?),
    /// ];
    /// let mut summaries = client.request_many(accounts, |client| client.users().summary());
    /// # let mut total = 0;
    /// while let Some((account, summary)) = summaries.next().await {
    ///     match summary {
    ///         Ok(summary) => println!("{account}: {} users", summary.value().at_least(RiskLevel::High).len()),
    ///         Err(error) => eprintln!("{account}: {error}"),
    ///     }
    /// #     total += 1;
    /// }
    /// # assert_eq!(total, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request_many<A: Into<FleetAccount>, T: Send + 'static>(
        &self,
        accounts: impl IntoIterator<Item = A>,
        build: impl Fn(&Client) -> Request<'static, T> + Send + Sync + 'static,
    ) -> RequestMany<T> {
        RequestMany::new(self.connection(), accounts, build)
    }
}

/// The responses for many accounts: a stream; see [`Client::request_many`].
///
/// ```
/// use std::time::Duration;
/// use zt_risk_scoring::{AccountId, Client, Integration, RequestMany};
///
/// fn slowly(client: &Client, accounts: Vec<AccountId>) -> RequestMany<Vec<Integration>> {
///     let timeout = Duration::from_secs(10);
///     client.request_many(accounts, move |client| client.integrations().list().timeout(timeout)).concurrency(2)
/// }
/// ```
///
/// # Cancellation
///
/// The calls run while the stream is polled. Dropping it ends them; a request may already have been sent. Their timeouts run on while
/// it is not polled, so do what takes long with an item in a task of its own.
#[must_use = "a stream does nothing until it is polled"]
pub struct RequestMany<T: Send + 'static>(Runner<AccountRequest<T>>);

/// The request for one account.
pub(super) struct AccountRequest<T> {
    account_id: AccountId,
    value: PhantomData<fn() -> T>,
}

/// What a request for one account results in.
pub(super) struct AccountResult<T> {
    result: Result<Response<T>, Error>,
    /// Whether the request changes nothing, so that it can be made again.
    is_read: bool,
}

/// What is the same for the requests of all accounts.
pub(super) struct RequestOptions<T> {
    build: Build<T>,
    pub(super) configure: Configure<T>,
    pub(super) timeout: Option<Duration>,
}

/// Makes the request of an account.
type Build<T> = Box<dyn Fn(&Client) -> Request<'static, T> + Send + Sync>;

/// Sets the options of each request.
type Configure<T> = Box<dyn Fn(Request<'static, T>) -> Request<'static, T> + Send + Sync>;

impl<T: Send + 'static> RequestMany<T> {
    pub(super) fn new<A: Into<FleetAccount>>(
        connection: &Connection,
        accounts: impl IntoIterator<Item = A>,
        build: impl Fn(&Client) -> Request<'static, T> + Send + Sync + 'static,
    ) -> Self {
        let jobs = accounts.into_iter().map(|account| {
            let account: FleetAccount = account.into();
            let client = account.client(connection);
            (client, AccountRequest { account_id: account.account_id, value: PhantomData })
        });
        let options =
            RequestOptions { build: Box::new(build), configure: Box::new(std::convert::identity), timeout: None };
        Self(Runner::new(options, jobs))
    }

    /// How many calls run at once: 16 by default, and at least 1.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.0.set_concurrency(concurrency);
        self
    }

    pub(super) fn options(&mut self) -> &mut RequestOptions<T> {
        &mut self.0.options
    }

    /// The number of accounts without an item so far.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T: Send + 'static> Job for AccountRequest<T> {
    type Output = AccountResult<T>;
    type Options = RequestOptions<T>;

    fn start(self: Arc<Self>, client: &Client, options: &Self::Options) -> Boxed<Self::Output> {
        let request = (options.configure)((options.build)(client));
        let request = with_timeout(request, options.timeout).account_id(&self.account_id);
        let is_read = sdk::operation(&request).method == "GET";
        Box::pin(async move { AccountResult { result: request.send().await, is_read } })
    }

    fn is_rate_limited(output: &Self::Output) -> bool {
        output.is_read && output.result.as_ref().is_err_and(|error| error.kind() == ErrorKind::RateLimited)
    }
}

impl<T: Send + 'static> Stream for RequestMany<T> {
    type Item = (AccountId, Result<Response<T>, Error>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next(cx).map(|ended| ended.map(|(job, output)| (job.account_id.clone(), output.result)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

impl<T: Send + 'static> fmt::Debug for RequestMany<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestMany").field("left", &self.len()).finish_non_exhaustive()
    }
}
