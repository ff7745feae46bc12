//! The accounts of a simulator.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::Simulator;
use super::behaviors::{Behavior, Behaviors, SharedBehaviors};
use super::integrations::Integration;
use super::users::{User, Users};

/// An account: its behaviors, users and integrations. A test reads it with [`Simulator::account`] and changes it with
/// [`Simulator::edit`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use zt_risk_scoring_mock::simulator::Simulator;
///
/// let simulator = Simulator::start().await;
/// simulator.edit(simulator.account_id(), |account| {
///     if let Some(behavior) = account.behaviors_mut().get_mut("imp_travel") {
///         behavior.enabled = true;
///     }
///     account.generate_users(200_000);
/// });
/// let account = simulator.account(simulator.account_id()).unwrap();
/// assert!(account.behaviors()["imp_travel"].enabled);
/// # }
/// ```
#[derive(Clone)]
pub struct Account {
    behaviors: Arc<SharedBehaviors>,
    /// The behaviors at first, to which a PUT may reset what it omits.
    initial_behaviors: Arc<SharedBehaviors>,
    users: Users,
    integrations: Vec<Integration>,
    has_feature: bool,
}

impl Account {
    /// An account without users and integrations, whose plan has the feature.
    pub(super) fn new(behaviors: &Arc<SharedBehaviors>) -> Self {
        Self {
            behaviors: Arc::clone(behaviors),
            initial_behaviors: Arc::clone(behaviors),
            users: Users::default(),
            integrations: Vec::new(),
            has_feature: true,
        }
    }

    /// The behaviors, by id.
    pub fn behaviors(&self) -> &BTreeMap<String, Behavior> {
        self.behaviors.get()
    }

    /// The behaviors, to change some of them.
    pub fn behaviors_mut(&mut self) -> &mut BTreeMap<String, Behavior> {
        Arc::make_mut(&mut self.behaviors).get_mut()
    }

    /// Replaces the behaviors, also those to which a PUT may reset what it omits.
    pub fn set_behaviors(&mut self, behaviors: BTreeMap<String, Behavior>) {
        self.share_behaviors(&Arc::new(SharedBehaviors::new(behaviors)));
    }

    /// Replaces the behaviors by those of other accounts.
    pub(super) fn share_behaviors(&mut self, behaviors: &Arc<SharedBehaviors>) {
        self.behaviors = Arc::clone(behaviors);
        self.initial_behaviors = Arc::clone(behaviors);
    }

    pub(super) fn shared_behaviors(&self) -> &Arc<SharedBehaviors> {
        &self.behaviors
    }

    pub(super) fn initial_behaviors(&self) -> &Behaviors {
        self.initial_behaviors.get()
    }

    /// A user.
    pub fn user(&self, id: Uuid) -> Option<User> {
        self.users.get(id)
    }

    /// Adds a user, or replaces the one with its id.
    pub fn put_user(&mut self, user: User) {
        self.users.put(user);
    }

    /// Removes a user.
    pub fn remove_user(&mut self, id: Uuid) -> Option<User> {
        self.users.remove(id)
    }

    /// Replaces all users.
    pub fn set_users(&mut self, users: impl IntoIterator<Item = User>) {
        self.users = Users::default();
        users.into_iter().for_each(|user| self.users.put(user));
    }

    /// Replaces all users by generated ones: [`User::generated`] of each number below `count`. They take no memory, but
    /// the response with the summary takes 180 bytes a user.
    pub fn generate_users(&mut self, count: u32) {
        self.users.generate(count);
    }

    pub(super) fn users_mut(&mut self) -> &mut Users {
        &mut self.users
    }

    /// The integrations, the oldest first.
    pub fn integrations(&self) -> &[Integration] {
        &self.integrations
    }

    /// The integrations, to change them.
    pub fn integrations_mut(&mut self) -> &mut Vec<Integration> {
        &mut self.integrations
    }

    /// Whether the account's plan has the feature. Without it, every operation of risk scoring fails with 403.
    pub fn has_feature(&self) -> bool {
        self.has_feature
    }

    /// Sets whether the account's plan has the feature.
    pub fn set_feature(&mut self, has_feature: bool) {
        self.has_feature = has_feature;
    }
}

/// Leaves out what may be personal data.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("behaviors", self.behaviors())
            .field("integrations", &self.integrations)
            .field("has_feature", &self.has_feature)
            .finish_non_exhaustive()
    }
}

impl Simulator {
    /// Adds an account with the behaviors of a new account, or replaces the account with that id. 10,000 accounts take
    /// a few megabytes: they share their behaviors until these are changed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use zt_risk_scoring_mock::simulator::Simulator;
    /// let simulator = Simulator::start().await;
    /// (0..10_000).for_each(|number| simulator.add_account(&format!("{number:032x}")));
    /// assert_eq!(simulator.account_ids().len(), 10_001);
    /// # }
    /// ```
    pub fn add_account(&self, account_id: &str) {
        self.state().add_account(account_id);
    }

    /// Removes an account. It returns whether the account existed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use zt_risk_scoring_mock::simulator::Simulator;
    /// let simulator = Simulator::start().await;
    /// assert!(simulator.remove_account(simulator.account_id()));
    /// assert_eq!(simulator.account(simulator.account_id()).map(|account| account.has_feature()), None);
    /// # }
    /// ```
    pub fn remove_account(&self, account_id: &str) -> bool {
        self.state().accounts.remove(account_id).is_some()
    }

    /// The ids of all accounts.
    pub fn account_ids(&self) -> Vec<String> {
        self.state().accounts.keys().cloned().collect()
    }

    /// A copy of an account, as it is now.
    pub fn account(&self, account_id: &str) -> Option<Account> {
        self.state().accounts.get(account_id).cloned()
    }

    /// Changes an account in one step, between two requests. An account that does not exist is added.
    ///
    /// The function must not call the simulator, which waits for the function to return.
    pub fn edit<T>(&self, account_id: &str, edit: impl FnOnce(&mut Account) -> T) -> T {
        edit(self.state().add_missing_account(account_id))
    }

    /// Replaces the behaviors of the account that exists from the start.
    ///
    /// # Errors
    ///
    /// If the value is not a map from id to behavior.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use zt_risk_scoring_mock::simulator::Simulator;
    /// use serde_json::json;
    ///
    /// let simulator = Simulator::start().await;
    /// let behavior = json!({"name": "New", "description": "", "enabled": true, "risk_level": "critical"});
    /// simulator.set_behaviors(json!({"new": behavior})).unwrap();
    /// assert!(simulator.set_behaviors(json!(["new"])).is_err());
    /// # }
    /// ```
    pub fn set_behaviors(&self, behaviors: impl Serialize) -> Result<(), serde_json::Error> {
        self.set_behaviors_of(self.account_id(), behaviors)
    }

    /// Replaces the behaviors of an account. An account that does not exist is added.
    ///
    /// # Errors
    ///
    /// If the value is not a map from id to behavior.
    pub fn set_behaviors_of(&self, account_id: &str, behaviors: impl Serialize) -> Result<(), serde_json::Error> {
        let behaviors = serde_json::from_value(serde_json::to_value(behaviors)?)?;
        self.edit(account_id, |account| account.set_behaviors(behaviors));
        Ok(())
    }
}
