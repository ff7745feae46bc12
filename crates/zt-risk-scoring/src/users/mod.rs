//! The users of an account, and their risk.

mod id;
mod list;
mod risk;
mod selection;
mod summary;
mod user;

use cloudflare_client::{Connection, Request};
use zt_risk_scoring_api::operations::{GET_SUMMARY, GET_USER_RISK, RESET_USER_RISK};

pub use id::UserId;
pub use list::{SummaryIntoIter, SummaryIter};
pub use risk::{UserRisk, UserRiskEvent};
pub use selection::UserSelection;
pub use summary::Summary;
pub use user::UserSummary;

use crate::RiskLevel;
use crate::requests::{NoResult, request};

/// The users of an account, and their risk; see [`Client::users`](crate::Client::users).
///
/// ```
/// # use zt_risk_scoring::{Client, Credentials};
/// # let client = Client::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
/// let users = client.users();
/// let request = users.get("67e55044-10b1-426f-9247-bb680e5fe0c8".parse()?);
/// # drop(request);
/// # Ok::<(), zt_risk_scoring::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Users {
    connection: Connection,
}

/// A request for the risk of all users of an account; see [`Users::summary`].
///
/// ```
/// use zt_risk_scoring::{GetSummary, Users};
///
/// fn summary(users: &Users) -> GetSummary {
///     users.summary().timeout(std::time::Duration::from_secs(60))
/// }
/// ```
pub type GetSummary = Request<'static, Summary>;

/// A request for the risk of one user; see [`Users::get`].
///
/// ```
/// use zt_risk_scoring::{GetUserRisk, UserId, Users};
///
/// fn get(users: &Users, user: UserId) -> GetUserRisk {
///     users.get(user)
/// }
/// ```
pub type GetUserRisk = Request<'static, UserRisk>;

/// A request to reset the risk of one user; see [`Users::reset`].
///
/// ```
/// use zt_risk_scoring::{ResetUserRisk, UserId, Users};
///
/// fn reset(users: &Users, user: UserId) -> ResetUserRisk {
///     users.reset(user)
/// }
/// ```
pub type ResetUserRisk = Request<'static, ()>;

impl Users {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// Gets the risk of all users, in one response. The token needs the permission Zero Trust: PII Read.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// use zt_risk_scoring::RiskLevel;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # let users = json!([{"user_id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "max_risk_level": "high"}]);
    /// # let body = json!({"success": true, "result": {"users": users}}).to_string();
    /// # server.get_summary(|_, then| drop(then.into_inner().status(200).body(body)));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// let summary = client.users().summary().await?;
    /// for user in summary.at_least(RiskLevel::High).by_risk() {
    ///     println!("{:?} has {:?} events", user.id(), user.event_count);
    /// }
    /// # assert_eq!(summary.at_least(RiskLevel::High).len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn summary(&self) -> GetSummary {
        request(&self.connection, GET_SUMMARY, |api, account| Ok(api.get_summary(account)?)).result_as()
    }

    /// Gets the risk of one user. The token needs the permission Zero Trust: PII Read.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # let user = json!({"email": "jane@example.com", "name": "Jane", "events": [], "risk_level": null});
    /// # let body = json!({"success": true, "result": user}).to_string();
    /// # server.get_user_risk(|_, then| drop(then.into_inner().status(200).body(body)));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// let user = client.users().get("67e55044-10b1-426f-9247-bb680e5fe0c8".parse()?).await?;
    /// println!("{:?} after {} events", user.risk_level, user.events.len());
    /// # assert_eq!(user.risk_level, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, user: UserId) -> GetUserRisk {
        request(&self.connection, GET_USER_RISK, move |api, account| Ok(api.get_user_risk(account, user.as_uuid())?))
            .result_as()
    }

    /// Resets the risk of one user. The token needs the permission Zero Trust Write.
    ///
    /// A request that may have been sent is never sent again. After an error, ask
    /// [`may_have_been_sent`](crate::Error::may_have_been_sent); [`get`](Self::get) returns when the score was last reset.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # server.reset_user_risk(|_, then| drop(then.into_inner().status(200).body(r#"{"success": true}"#)));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// client.users().reset("67e55044-10b1-426f-9247-bb680e5fe0c8".parse()?).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset(&self, user: UserId) -> ResetUserRisk {
        request(
            &self.connection,
            RESET_USER_RISK,
            move |api, account| Ok(api.reset_user_risk(account, user.as_uuid())?),
        )
        .envelope_as::<NoResult>()
    }
}

/// A level for `Debug`: a text that is not documented could be personal data.
fn level_without_text(level: Option<&RiskLevel>) -> Option<&str> {
    level.map(|level| if level.is_known() { level.as_str() } else { "unknown" })
}
