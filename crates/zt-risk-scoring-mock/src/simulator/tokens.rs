//! API tokens: what they permit, where and until when, and the operations that verify them.

use std::collections::BTreeSet;
use std::fmt;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::Simulator;
use super::auth::Caller;
use super::clock::timestamp;
use super::response::Response;

/// The permissions of a token.
///
/// ```
/// use zt_risk_scoring_mock::simulator::Permissions;
///
/// let mut permissions = Permissions::full();
/// permissions.pii_read = false;
/// assert_eq!(permissions, Permissions::without_pii());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Permissions {
    /// Zero Trust Read: reads behaviors and integrations.
    pub read: bool,
    /// Zero Trust Write: reads and changes behaviors and integrations, and resets users.
    pub write: bool,
    /// Zero Trust: PII Read: reads users.
    pub pii_read: bool,
}

impl Permissions {
    /// All permissions.
    pub const fn full() -> Self {
        Self { read: true, write: true, pii_read: true }
    }

    /// Reads everything, and changes nothing.
    pub const fn read_only() -> Self {
        Self { write: false, ..Self::full() }
    }

    /// Reads and changes everything, but does not read users.
    pub const fn without_pii() -> Self {
        Self { pii_read: false, ..Self::full() }
    }

    /// No permission.
    pub const fn none() -> Self {
        Self { read: false, write: false, pii_read: false }
    }
}

/// An API token. [`Simulator::add_token`] makes it valid.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use zt_risk_scoring_mock::simulator::{Permissions, Simulator, Token};
///
/// let simulator = Simulator::start().await;
/// let account = simulator.account_id();
/// simulator.add_token(Token::new("cfut_reader").permissions(Permissions::read_only()).accounts([account]));
/// # }
/// ```
#[derive(Clone)]
pub struct Token {
    text: String,
    permissions: Permissions,
    accounts: Option<BTreeSet<String>>,
    owner: Option<String>,
    is_disabled: bool,
    not_before: Option<SystemTime>,
    expires_on: Option<SystemTime>,
    id: String,
}

impl Token {
    /// A token with all permissions for all accounts. It belongs to a user and does not expire.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            permissions: Permissions::full(),
            accounts: None,
            owner: None,
            is_disabled: false,
            not_before: None,
            expires_on: None,
            id: String::new(),
        }
    }

    /// Sets the permissions.
    pub fn permissions(mut self, permissions: Permissions) -> Self {
        self.permissions = permissions;
        self
    }

    /// Limits the token to some accounts. For others it lacks every permission.
    pub fn accounts(mut self, accounts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.accounts = Some(accounts.into_iter().map(Into::into).collect());
        self
    }

    /// Lets the token belong to an account instead of a user. The account's operation verifies it then.
    pub fn of_account(mut self, account_id: impl Into<String>) -> Self {
        self.owner = Some(account_id.into());
        self
    }

    /// Disables the token.
    pub fn disabled(mut self) -> Self {
        self.is_disabled = true;
        self
    }

    /// Sets when the token becomes valid.
    pub fn not_before(mut self, time: SystemTime) -> Self {
        self.not_before = Some(time);
        self
    }

    /// Sets when the token expires.
    pub fn expires_on(mut self, time: SystemTime) -> Self {
        self.expires_on = Some(time);
        self
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The token as the simulator keeps it. Its id is made of a number.
    pub(super) fn with_number(self, number: u64) -> Self {
        Self { id: format!("{number:032x}"), ..self }
    }

    /// Whether the token can be used.
    pub(super) fn is_valid(&self, now: SystemTime) -> bool {
        self.status(now) == "active" && self.not_before.is_none_or(|time| time <= now)
    }

    /// What the token permits in an account.
    pub(super) fn permissions_in(&self, account_id: &str) -> Permissions {
        let is_limited_to_others = self.accounts.as_ref().is_some_and(|accounts| !accounts.contains(account_id));
        if is_limited_to_others { Permissions::none() } else { self.permissions }
    }

    fn status(&self, now: SystemTime) -> &'static str {
        match self.expires_on {
            _ if self.is_disabled => "disabled",
            Some(time) if time <= now => "expired",
            _ => "active",
        }
    }

    /// The status as the operations that verify tokens return it.
    fn verified(&self, now: SystemTime) -> Response {
        let mut result = json!({"id": self.id, "status": self.status(now)});
        for (name, time) in [("not_before", self.not_before), ("expires_on", self.expires_on)] {
            if let (Some(time), Some(fields)) = (time, result.as_object_mut()) {
                fields.insert(name.to_owned(), Value::String(timestamp(time)));
            }
        }
        if self.status(now) == "active" {
            let message = json!({"code": 10_000, "message": "This API Token is valid and active", "type": null});
            Response::success_with_message(&result, message)
        } else {
            Response::success(&result)
        }
    }
}

/// Leaves out the secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("id", &self.id)
            .field("permissions", &self.permissions)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

/// Verifies a token of a user, or of an account if its id is given.
pub(super) fn verify(caller: &Caller, account_id: Option<&str>, now: SystemTime) -> Response {
    match caller {
        Caller::Token(token) if token.owner.as_deref() == account_id => token.verified(now),
        Caller::Token(_) | Caller::GlobalKey => Response::invalid_token(),
    }
}

impl Simulator {
    /// Adds a token, or replaces the one with the same secret.
    pub fn add_token(&self, token: Token) {
        self.state().add_token(token);
    }

    /// Removes a token. It returns whether the token existed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use zt_risk_scoring_mock::simulator::Simulator;
    /// let simulator = Simulator::start().await;
    /// assert!(simulator.remove_token(simulator.api_token()));
    /// assert!(!simulator.remove_token(simulator.api_token()));
    /// # }
    /// ```
    pub fn remove_token(&self, secret: &str) -> bool {
        self.state().tokens.remove(secret).is_some()
    }
}
