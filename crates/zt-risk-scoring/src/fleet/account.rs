//! The accounts and plans of a fleet, with their credentials.

use crate::{AccountId, Client, Connection, Credentials, Plan};

/// An account of a fleet, perhaps with credentials of its own; see [`Behaviors::get_many`](crate::Behaviors::get_many).
///
/// ```
/// use zt_risk_scoring::{AccountId, Credentials, FleetAccount};
///
/// let id = AccountId::new("023e105f4ecef8ad9ca31a8372d0c353")?;
/// let account = FleetAccount::from(id).credentials(Credentials::api_token("cfut_0123456789")?);
/// # drop(account);
/// # Ok::<(), zt_risk_scoring::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "an account does nothing until a call takes it"]
pub struct FleetAccount {
    pub(super) account_id: AccountId,
    credentials: Option<Credentials>,
}

/// A plan for an account of a fleet, perhaps with credentials of its own; see [`Behaviors::apply_many`](crate::Behaviors::apply_many).
///
/// ```
/// use zt_risk_scoring::{Credentials, FleetPlan, Plan};
///
/// fn with_token(plan: Plan, token: Credentials) -> FleetPlan {
///     FleetPlan::from(plan).credentials(token)
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a plan does nothing until it is applied"]
pub struct FleetPlan {
    plan: Plan,
    credentials: Option<Credentials>,
}

impl FleetAccount {
    /// The credentials for this account, in place of the client's. Accounts with equal credentials share a connection.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// A plan for the account, with its credentials.
    pub(super) fn with_plan(&self, plan: Plan) -> FleetPlan {
        FleetPlan { plan, credentials: self.credentials.clone() }
    }

    /// The client of the connection with the account's credentials.
    pub(super) fn client(&self, connection: &Connection) -> Client {
        client(connection, self.credentials.as_ref())
    }
}

impl FleetPlan {
    /// The plan, for example to save it.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The credentials for this account, in place of the client's. Accounts with equal credentials share a connection.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The client of the connection with the plan's credentials.
    pub(super) fn client(&self, connection: &Connection) -> Client {
        client(connection, self.credentials.as_ref())
    }
}

fn client(connection: &Connection, credentials: Option<&Credentials>) -> Client {
    credentials.map_or_else(|| connection.clone(), |credentials| connection.for_credentials(credentials)).into()
}

impl From<AccountId> for FleetAccount {
    fn from(account_id: AccountId) -> Self {
        Self { account_id, credentials: None }
    }
}

impl From<&AccountId> for FleetAccount {
    fn from(account_id: &AccountId) -> Self {
        account_id.clone().into()
    }
}

impl From<(AccountId, Credentials)> for FleetAccount {
    fn from((account_id, credentials): (AccountId, Credentials)) -> Self {
        Self { account_id, credentials: Some(credentials) }
    }
}

impl From<Plan> for FleetPlan {
    fn from(plan: Plan) -> Self {
        Self { plan, credentials: None }
    }
}

impl From<(Plan, Credentials)> for FleetPlan {
    fn from((plan, credentials): (Plan, Credentials)) -> Self {
        Self { plan, credentials: Some(credentials) }
    }
}
