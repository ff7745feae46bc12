//! The accounts of a scenario.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use toml::Spanned;
use zt_risk_scoring::AccountId;
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::{self, Uuid};

use super::values::TimeText;

/// The most generated users of an account: the summary of as many takes 180 MB.
pub(crate) const MOST_GENERATED_USERS: u32 = 1_000_000;

/// An account. Without `behaviors`, it has those of a new account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) id: Spanned<AccountId>,
    #[serde(default = "default_true")]
    feature: bool,
    behaviors: Option<BTreeMap<String, Behavior>>,
    #[serde(default, deserialize_with = "generated_users")]
    generated_users: u32,
    #[serde(default)]
    users: Vec<User>,
    #[serde(default)]
    integrations: Vec<Integration>,
}

/// A behavior. What is missing is that of the behavior with the same id in a new account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Behavior {
    name: Option<String>,
    description: Option<String>,
    enabled: Option<bool>,
    level: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    id: Spanned<Uuid>,
    email: String,
    name: String,
    /// The level. Without it, the highest one of the events.
    level: Option<String>,
    last_reset_time: Option<TimeText>,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    id: Option<String>,
    name: String,
    level: String,
    time: TimeText,
    details: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Integration {
    id: Spanned<Uuid>,
    tenant_url: String,
    reference_id: Option<String>,
    #[serde(default = "default_true")]
    active: bool,
    created_at: Option<TimeText>,
    #[serde(rename = "type")]
    integration_type: Option<String>,
}

fn default_true() -> bool {
    true
}

fn generated_users<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let count = u32::deserialize(deserializer)?;
    if count > MOST_GENERATED_USERS {
        return Err(D::Error::custom(format!("at most {MOST_GENERATED_USERS} users can be generated")));
    }
    Ok(count)
}

impl Account {
    /// An account with the behaviors of a new account.
    pub(super) fn new(id: AccountId) -> Self {
        Self {
            id: Spanned::new(0..0, id),
            feature: true,
            behaviors: None,
            generated_users: 0,
            users: Vec::new(),
            integrations: Vec::new(),
        }
    }

    /// Replaces the users by generated ones.
    pub(super) fn generate_users(&mut self, count: u32) {
        self.generated_users = count;
        self.users.clear();
    }

    /// The ids of the users, each with its place in the file.
    pub(super) fn user_ids(&self) -> impl Iterator<Item = (Uuid, usize)> {
        self.users.iter().map(|user| (*user.id.get_ref(), user.id.span().start))
    }

    /// The ids of the integrations, each with its place in the file.
    pub(super) fn integration_ids(&self) -> impl Iterator<Item = (Uuid, usize)> {
        self.integrations.iter().map(|integration| (*integration.id.get_ref(), integration.id.span().start))
    }

    pub(super) fn add_to(&self, simulator: &Simulator) {
        let id = self.id.get_ref().as_str();
        simulator.add_account(id);
        simulator.edit(id, |account| {
            account.set_feature(self.feature);
            if let Some(behaviors) = &self.behaviors {
                let new = account.behaviors();
                let behaviors =
                    behaviors.iter().map(|(id, behavior)| (id.clone(), behavior.simulated(id, new.get(id))));
                let behaviors = behaviors.collect();
                account.set_behaviors(behaviors);
            }
            account.generate_users(self.generated_users);
            self.users.iter().for_each(|user| account.put_user(user.simulated()));
            account.integrations_mut().extend(self.integrations.iter().map(Integration::simulated));
        });
    }
}

impl Behavior {
    fn simulated(&self, id: &str, new: Option<&simulator::Behavior>) -> simulator::Behavior {
        let mut behavior = new.cloned().unwrap_or_else(|| simulator::Behavior::new(id, "low"));
        let Self { name, description, enabled, level } = self;
        behavior.name = name.clone().unwrap_or(behavior.name);
        behavior.description = description.clone().unwrap_or(behavior.description);
        behavior.enabled = enabled.unwrap_or(behavior.enabled);
        behavior.risk_level = level.clone().unwrap_or(behavior.risk_level);
        behavior
    }
}

impl User {
    fn simulated(&self) -> simulator::User {
        let user = simulator::User::new(*self.id.get_ref(), &self.email, &self.name);
        let mut user = self.events.iter().map(Event::simulated).fold(user, simulator::User::with_event);
        user.last_reset_time = self.last_reset_time.clone().map(|TimeText(time)| time);
        user.risk_level = self.level.clone().or(user.risk_level);
        user
    }
}

impl Event {
    fn simulated(&self) -> simulator::Event {
        let mut event = simulator::Event::new(&self.name, &self.level, &self.time.0);
        event.id = self.id.clone().unwrap_or(event.id);
        event.event_details = self.details.clone();
        event
    }
}

impl Integration {
    fn simulated(&self) -> simulator::Integration {
        let mut integration = simulator::Integration::new(*self.id.get_ref(), &self.tenant_url);
        integration.active = self.active;
        integration.reference_id = self.reference_id.clone();
        if let Some(TimeText(time)) = &self.created_at {
            integration.created_at.clone_from(time);
        }
        if let Some(integration_type) = &self.integration_type {
            integration.integration_type.clone_from(integration_type);
        }
        integration
    }
}
