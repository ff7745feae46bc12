//! The policy: what accounts must be like. The comments of its fields are the descriptions in the JSON Schema.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, de};
use toml::value::Datetime;
use zt_risk_scoring::{AccountId, RiskLevel};

use super::key::Key;
use super::rule::{Rule, Severity};
use super::suggestion::did_you_mean;

/// The policy of `zt-risk behaviors audit`: what accounts must be like.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// What every account must be like.
    #[serde(default)]
    pub(crate) baseline: Requirements,
    /// What single accounts must be like, by account id. Each value replaces the same value of the baseline; all others stay.
    #[serde(default)]
    pub(crate) accounts: BTreeMap<String, Requirements>,
    /// Findings that are accepted.
    #[serde(default)]
    pub(crate) exceptions: Vec<Exception>,
    /// Severities, by rule id, in place of the default ones.
    #[serde(default)]
    pub(crate) severities: BTreeMap<Rule, Severity>,
}

/// What an account must be like.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Requirements {
    /// How many behaviors must be enabled, at least.
    pub(crate) min_enabled: Option<usize>,
    /// Whether behaviors that the policy does not list are reported. They are, unless this is `allow`.
    pub(crate) unlisted_behaviors: Option<Unlisted>,
    /// The behaviors that the account must have, by id, and how they must be set.
    #[serde(default)]
    pub(crate) behaviors: BTreeMap<String, BehaviorRequirement>,
    /// Whether integrations that the policy does not list are reported. They are if the policy has a list of integrations, unless
    /// this is `allow`.
    pub(crate) unlisted_integrations: Option<Unlisted>,
    /// The integrations that the account must have. The list of an account replaces that of the baseline.
    pub(crate) integrations: Option<Vec<IntegrationRequirement>>,
}

/// How a behavior must be set. An empty table only requires that the account has the behavior.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BehaviorRequirement {
    /// Whether the behavior must be enabled or must be disabled.
    pub(crate) enabled: Option<bool>,
    /// The lowest risk level that the behavior may have.
    pub(crate) min_level: Option<Level>,
    /// The highest risk level that the behavior may have.
    pub(crate) max_level: Option<Level>,
    /// Whether the account may lack the behavior. The other values hold if it has it.
    pub(crate) optional: Option<bool>,
}

/// An integration that the account must have. It is named by exactly one of `id`, `reference` and `tenant_url`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(extend("oneOf" = [{ "required": ["id"] }, { "required": ["reference"] }, { "required": ["tenant_url"] }]))]
#[serde(deny_unknown_fields)]
pub(crate) struct IntegrationRequirement {
    /// The id of the integration, a UUID.
    pub(crate) id: Option<String>,
    /// The reference of the integration, an id of your own choosing.
    pub(crate) reference: Option<String>,
    /// The base URL of the tenant, such as `https://tenant.okta.com`.
    pub(crate) tenant_url: Option<String>,
    /// Whether the integration may be inactive.
    #[serde(default)]
    pub(crate) allow_inactive: bool,
}

/// Accepts findings of an account. At least one of `rule`, `behavior` and `integration` says which findings; all that are given
/// must match.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(extend("anyOf" = [{ "required": ["rule"] }, { "required": ["behavior"] }, { "required": ["integration"] }]))]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    /// The id of the account.
    pub(crate) account: String,
    /// The id of a rule, such as `level-too-low`.
    pub(crate) rule: Option<Rule>,
    /// The id of a behavior.
    pub(crate) behavior: Option<String>,
    /// An integration, as findings name it: the `id`, `reference` or `tenant_url` of the policy, or the id of an unlisted one.
    pub(crate) integration: Option<String>,
    /// Why the findings are accepted.
    pub(crate) reason: String,
    /// The last day on which the exception applies, in UTC.
    #[serde(default, deserialize_with = "date")]
    #[schemars(with = "Option<NaiveDateText>")]
    pub(crate) until: Option<NaiveDate>,
}

/// What an audit does about something that the policy does not list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unlisted {
    /// It is a finding.
    Report,
    /// It is allowed.
    Allow,
}

/// A risk level that a policy can name.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Level {
    Low,
    Medium,
    High,
}

/// A date, such as `2027-01-31`. TOML dates need no quotes.
#[derive(JsonSchema)]
#[schemars(transparent)]
struct NaiveDateText(
    #[schemars(extend("format" = "date"))]
    #[expect(dead_code, reason = "only its schema is used")]
    String,
);

/// A value, and where the policy states it.
pub(crate) struct Stated<T> {
    pub(crate) value: T,
    pub(crate) key: Key,
}

/// The policy as it holds for one account.
pub(crate) struct AccountPolicy<'a> {
    baseline: &'a Requirements,
    /// The account id as the policy spells it, and what the policy states for it.
    own: Option<(&'a str, &'a Requirements)>,
}

impl Policy {
    /// The policy as it holds for an account.
    pub(crate) fn for_account(&self, account_id: &AccountId) -> AccountPolicy<'_> {
        let mut accounts = self.accounts.iter();
        let own = accounts.find(|(id, _)| id.eq_ignore_ascii_case(account_id.as_str()));
        AccountPolicy { baseline: &self.baseline, own: own.map(|(id, own)| (id.as_str(), own)) }
    }

    /// The policy as it holds for accounts for which it states nothing.
    pub(crate) fn for_no_account(&self) -> AccountPolicy<'_> {
        AccountPolicy { baseline: &self.baseline, own: None }
    }

    /// How severe a violation of a rule is.
    pub(crate) fn severity(&self, rule: Rule) -> Severity {
        self.severities.get(&rule).copied().unwrap_or_else(|| rule.default_severity())
    }
}

impl<'a> AccountPolicy<'a> {
    /// The account's own value, or else that of the baseline. The keys lead to the value.
    pub(crate) fn stated<T>(&self, keys: &[&str], get: impl Fn(&'a Requirements) -> Option<T>) -> Option<Stated<T>> {
        if let Some((id, own)) = self.own
            && let Some(value) = get(own)
        {
            return Some(Stated { value, key: Key::new(["accounts", id]).join(keys) });
        }
        get(self.baseline).map(|value| Stated { value, key: Key::new(["baseline"]).join(keys) })
    }

    /// As [`stated`](Self::stated), of a behavior.
    pub(crate) fn of_behavior<T>(
        &self,
        id: &str,
        name: &str,
        get: impl Fn(&'a BehaviorRequirement) -> Option<T>,
    ) -> Option<Stated<T>> {
        self.stated(&["behaviors", id, name], |requirements| get(requirements.behaviors.get(id)?))
    }

    /// The ids of all behaviors that are listed.
    pub(crate) fn behavior_ids(&self) -> BTreeSet<&'a str> {
        let own = self.own.into_iter().flat_map(|(_, own)| own.behaviors.keys());
        self.baseline.behaviors.keys().chain(own).map(String::as_str).collect()
    }

    /// Where the policy lists a behavior.
    pub(crate) fn key_of_behavior(&self, id: &str) -> Key {
        let listed = self.stated(&["behaviors", id], |requirements| requirements.behaviors.get(id));
        listed.map_or_else(|| Key::new(["baseline"]), |listed| listed.key)
    }

    /// The integrations that are listed. `None` if there is no list.
    pub(crate) fn integrations(&self) -> Option<Stated<&'a [IntegrationRequirement]>> {
        self.stated(&["integrations"], |requirements| requirements.integrations.as_deref())
    }

    /// Whether unlisted integrations are reported, and the key that says so.
    pub(crate) fn unlisted_integrations(&self) -> Option<Key> {
        match self.stated(&["unlisted_integrations"], |requirements| requirements.unlisted_integrations) {
            Some(Stated { value: Unlisted::Allow, .. }) => None,
            Some(Stated { value: Unlisted::Report, key }) => Some(key),
            None => self.integrations().map(|integrations| integrations.key),
        }
    }

    /// Whether unlisted behaviors are reported, and the key that says so.
    pub(crate) fn unlisted_behaviors(&self) -> Option<Key> {
        match self.stated(&["unlisted_behaviors"], |requirements| requirements.unlisted_behaviors) {
            Some(Stated { value: Unlisted::Allow, .. }) => None,
            Some(Stated { value: Unlisted::Report, key }) => Some(key),
            None => Some(Key::new(["baseline", "behaviors"])),
        }
    }

    /// Whether an audit of the account has to read its integrations.
    pub(crate) fn needs_integrations(&self) -> bool {
        self.integrations().is_some() || self.unlisted_integrations().is_some()
    }
}

impl IntegrationRequirement {
    /// The keys that name the integration, with their values.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let names = [("id", &self.id), ("reference", &self.reference), ("tenant_url", &self.tenant_url)];
        names.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)))
    }
}

impl Level {
    const NAMES: [(&'static str, Self); 3] = [("low", Self::Low), ("medium", Self::Medium), ("high", Self::High)];
}

impl From<Level> for RiskLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(RiskLevel::from(*self).as_str())
    }
}

/// Suggests the nearest level for an unknown one.
impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::NAMES.into_iter().find(|(name, _)| *name == text).map(|(_, level)| level).ok_or_else(|| {
            de::Error::custom(format!(
                "unknown level {text:?}{}",
                did_you_mean(&text.to_lowercase(), Self::NAMES.map(|(name, _)| name))
            ))
        })
    }
}

/// Reads a date of TOML, or a string.
fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    struct Visitor;

    impl<'de> de::Visitor<'de> for Visitor {
        type Value = NaiveDate;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a date such as 2027-01-31")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<NaiveDate, E> {
            text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<NaiveDate, A::Error> {
            let date = Datetime::deserialize(MapAccessDeserializer::new(map))?;
            self.visit_str(&date.to_string())
        }
    }

    deserializer.deserialize_any(Visitor).map(Some)
}
