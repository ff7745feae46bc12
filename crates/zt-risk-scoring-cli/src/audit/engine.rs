//! Compares an account with the policy. Nothing here reads anything else, so equal inputs have equal results.

use chrono::NaiveDate;
use url::Url;
use zt_risk_scoring::{AccountId, Behavior, BehaviorMap, Integration, IntegrationId, RiskLevel};

use super::exceptions;
use super::finding::{Check, Finding, Outcome, Subject};
use super::key::Key;
use super::policy::{AccountPolicy, IntegrationRequirement, Level, Policy};
use super::rule::Rule;
use crate::text::{self, count};

/// What is known about an account.
pub(crate) struct AccountState<'a> {
    pub(crate) account_id: &'a AccountId,
    pub(crate) behaviors: &'a BehaviorMap,
    /// Needed only if [`AccountPolicy::needs_integrations`].
    pub(crate) integrations: &'a [Integration],
}

/// A violation: what is, what should be, and both as a sentence.
pub(super) struct Violation {
    pub(super) actual: String,
    pub(super) expected: String,
    pub(super) message: String,
}

/// Applies every rule of the policy, and then its exceptions. The checks are sorted by rule and subject.
pub(crate) fn audit(policy: &Policy, state: &AccountState<'_>, today: NaiveDate) -> Vec<Check> {
    let account = policy.for_account(state.account_id);
    let mut checks = Checks { policy, account_id: state.account_id, checks: Vec::new() };
    check_count(&mut checks, &account, state.behaviors);
    for id in account.behavior_ids() {
        check_behavior(&mut checks, &account, state.behaviors, id);
    }
    check_unlisted_behaviors(&mut checks, &account, state.behaviors);
    check_integrations(&mut checks, &account, state.integrations);
    exceptions::apply(&mut checks, today);
    checks.checks.sort_by(|a, b| (a.rule, &a.subject, &a.key).cmp(&(b.rule, &b.subject, &b.key)));
    checks.checks
}

/// The checks of an account so far.
pub(super) struct Checks<'a> {
    pub(super) policy: &'a Policy,
    pub(super) account_id: &'a AccountId,
    pub(super) checks: Vec<Check>,
}

impl Checks<'_> {
    /// Adds the application of a rule, with the violation if there is one.
    pub(super) fn add(&mut self, rule: Rule, subject: Subject, key: Key, violation: Option<Violation>) {
        let outcome = violation.map_or(Outcome::Passed, |Violation { actual, expected, message }| {
            Outcome::Found(Box::new(Finding {
                severity: self.policy.severity(rule),
                rule,
                behavior: subject.behavior().map(str::to_owned),
                integration: subject.integration().map(str::to_owned),
                actual,
                expected,
                message,
            }))
        });
        self.checks.push(Check { rule, subject, key, outcome });
    }
}

fn check_count(checks: &mut Checks<'_>, account: &AccountPolicy<'_>, behaviors: &BehaviorMap) {
    let Some(min) = account.stated(&["min_enabled"], |requirements| requirements.min_enabled) else { return };
    let enabled = behaviors.enabled().len();
    let violation = (enabled < min.value).then(|| Violation {
        actual: format!("{enabled} enabled"),
        expected: format!("at least {} enabled", min.value),
        message: format!(
            "{enabled} of {} {} enabled, but at least {} must be",
            count(behaviors.len(), "behavior"),
            if behaviors.len() == 1 { "is" } else { are(enabled) },
            min.value
        ),
    });
    checks.add(Rule::TooFewEnabled, Subject::Account, min.key, violation);
}

/// The verb of a number of things.
fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

fn check_behavior(checks: &mut Checks<'_>, account: &AccountPolicy<'_>, behaviors: &BehaviorMap, id: &str) {
    let subject = || Subject::Behavior(id.to_owned());
    let Some(behavior) = behaviors.get(id) else {
        let optional = account.of_behavior(id, "optional", |behavior| behavior.optional);
        let is_optional = optional.is_some_and(|optional| optional.value);
        let violation = (!is_optional).then(|| missing(behaviors, id));
        return checks.add(Rule::MissingBehavior, subject(), account.key_of_behavior(id), violation);
    };
    checks.add(Rule::MissingBehavior, subject(), account.key_of_behavior(id), None);
    if let Some(enabled) = account.of_behavior(id, "enabled", |behavior| behavior.enabled) {
        let word = |enabled| if enabled { "enabled" } else { "disabled" };
        let (actual, expected) = (word(behavior.enabled), word(enabled.value));
        let violation = (behavior.enabled != enabled.value).then(|| Violation {
            actual: actual.to_owned(),
            expected: expected.to_owned(),
            message: format!("{id} is {actual}, but must be {expected}"),
        });
        let rule = if enabled.value { Rule::BehaviorDisabled } else { Rule::BehaviorEnabled };
        checks.add(rule, subject(), enabled.key, violation);
    }
    check_level(checks, account, behavior, id);
}

fn missing(behaviors: &BehaviorMap, id: &str) -> Violation {
    let similar = text::suggestion(id, behaviors.iter().map(|(id, _)| id.as_str()));
    let similar = similar.map_or_else(String::new, |similar| format!("; it has {similar}"));
    Violation {
        actual: "missing".to_owned(),
        expected: "present".to_owned(),
        message: format!("the account has no behavior {id}{similar}"),
    }
}

fn check_level(checks: &mut Checks<'_>, account: &AccountPolicy<'_>, behavior: &Behavior, id: &str) {
    let level = &behavior.risk_level;
    let subject = || Subject::Behavior(id.to_owned());
    let bounds = [
        (Rule::LevelTooLow, account.of_behavior(id, "min_level", |behavior| behavior.min_level), "at least"),
        (Rule::LevelTooHigh, account.of_behavior(id, "max_level", |behavior| behavior.max_level), "at most"),
    ];
    let mut bound_key = None;
    for (rule, bound, words) in bounds {
        let Some(bound) = bound else { continue };
        let bound_level = RiskLevel::from(bound.value);
        let is_violated = if rule == Rule::LevelTooLow { *level < bound_level } else { *level > bound_level };
        let violation = is_violated.then(|| level_violation(level, bound.value, words, id));
        bound_key = Some(bound.key.clone());
        checks.add(rule, subject(), bound.key, violation);
    }
    if let Some(key) = bound_key {
        let violation = (!level.is_known()).then(|| Violation {
            actual: level.to_string(),
            expected: "a known level".to_owned(),
            message: format!(
                "{id} has the unknown level {level:?}, which counts as above high",
                level = level.as_str()
            ),
        });
        checks.add(Rule::UnknownLevel, subject(), key, violation);
    }
}

fn level_violation(level: &RiskLevel, bound: Level, words: &str, id: &str) -> Violation {
    let unknown = if level.is_known() { "" } else { ", which is unknown and counts as above high" };
    Violation {
        actual: level.to_string(),
        expected: format!("{words} {bound}"),
        message: format!("the level of {id} is {level}{unknown}, but must be {words} {bound}"),
    }
}

fn check_unlisted_behaviors(checks: &mut Checks<'_>, account: &AccountPolicy<'_>, behaviors: &BehaviorMap) {
    let Some(key) = account.unlisted_behaviors() else { return };
    let listed = account.behavior_ids();
    for (id, behavior) in behaviors.iter().filter(|(id, _)| !listed.contains(id.as_str())) {
        let state = if behavior.enabled { "enabled" } else { "disabled" };
        let violation = Violation {
            actual: format!("{state}, {}", behavior.risk_level),
            expected: "listed in the policy".to_owned(),
            message: format!("the policy does not list {id}, which is {state} at level {}", behavior.risk_level),
        };
        checks.add(Rule::UnlistedBehavior, Subject::Behavior(id.to_string()), key.clone(), Some(violation));
    }
}

fn check_integrations(checks: &mut Checks<'_>, account: &AccountPolicy<'_>, integrations: &[Integration]) {
    let listed = account.integrations();
    let requirements = listed.as_ref().map(|listed| listed.value).unwrap_or_default();
    for (index, requirement) in requirements.iter().enumerate() {
        let key = listed.as_ref().map(|listed| listed.key.clone()).unwrap_or_default().join(&[&index.to_string()]);
        check_integration(checks, requirement, key, integrations);
    }
    let Some(key) = account.unlisted_integrations() else { return };
    for integration in integrations {
        if requirements.iter().any(|requirement| is_named(requirement, integration)) {
            continue;
        }
        let (kind, tenant) = (integration.integration_type.as_str(), &integration.tenant_url);
        let violation = Violation {
            actual: format!("{kind}, {tenant}"),
            expected: "listed in the policy".to_owned(),
            message: format!("the policy does not list the integration of {kind} with {tenant}"),
        };
        let subject = Subject::Integration(integration.id.to_string());
        checks.add(Rule::UnlistedIntegration, subject, key.clone(), Some(violation));
    }
}

fn check_integration(
    checks: &mut Checks<'_>,
    requirement: &IntegrationRequirement,
    key: Key,
    integrations: &[Integration],
) {
    let (property, name) = requirement.names().next().unwrap_or_default();
    let property = if property == "tenant_url" { "tenant" } else { property };
    let subject = || Subject::Integration(name.to_owned());
    let present: Vec<_> = integrations.iter().filter(|integration| is_named(requirement, integration)).collect();
    let violation = present.is_empty().then(|| Violation {
        actual: "missing".to_owned(),
        expected: "present".to_owned(),
        message: format!("the account has no integration with the {property} {name}"),
    });
    checks.add(Rule::IntegrationMissing, subject(), key.clone(), violation);
    if present.is_empty() || requirement.allow_inactive {
        return;
    }
    let inactive = present.iter().filter(|integration| !integration.active).count();
    let message = match present.len() {
        1 => format!("the integration with the {property} {name} is inactive, but must be active"),
        all => format!(
            "{inactive} of {all} integrations with the {property} {name} {} inactive, but all must be active",
            are(inactive)
        ),
    };
    let (actual, expected) = ("inactive".to_owned(), "active".to_owned());
    let violation = (inactive > 0).then_some(Violation { actual, expected, message });
    checks.add(Rule::IntegrationInactive, subject(), key, violation);
}

/// Whether a requirement names an integration.
fn is_named(requirement: &IntegrationRequirement, integration: &Integration) -> bool {
    requirement.names().any(|(property, value)| match property {
        "id" => integration.id().is_some_and(|id| value.parse().is_ok_and(|value: IntegrationId| value == id)),
        "reference" => integration.reference_id.as_deref() == Some(value),
        _ => is_same_url(value, &integration.tenant_url),
    })
}

/// Compares URLs without regard to the case of the host, the default port, and a slash at the end. It is not known whether the API
/// writes the scheme; a URL without one is one of https.
fn is_same_url(a: &str, b: &str) -> bool {
    let normal = |url: &str| {
        let absolute = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
        Url::parse(&absolute).map_or_else(|_| url.to_owned(), |url| url.as_str().trim_end_matches('/').to_owned())
    };
    normal(a) == normal(b)
}
