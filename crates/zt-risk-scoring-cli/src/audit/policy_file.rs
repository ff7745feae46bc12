//! Reads a policy file. Errors name the file, the line and the key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use url::Url;
use zt_risk_scoring::{AccountId, IntegrationId, ReferenceId};

use super::key::Key;
use super::policy::{AccountPolicy, Exception, IntegrationRequirement, Policy, Requirements};
use crate::failure::Failure;
use crate::text::printable;
use crate::toml_file;

/// The policy that is built in.
pub(crate) const DEFAULT_POLICY: &str = include_str!("default_policy.toml");

const HINT: &str =
    "`zt-risk behaviors audit --print-policy` prints a policy to start from, and `--print-schema` describes every key";

/// A policy, and the file that it is from.
#[derive(Debug)]
pub(crate) struct PolicyFile {
    pub(crate) policy: Policy,
    /// `None` if the policy is the built-in one, or from standard input.
    pub(crate) path: Option<PathBuf>,
    text: String,
}

/// What is wrong with a policy, and at which key.
type Problem = (Key, String);

impl PolicyFile {
    /// Reads a file, or standard input, which is `-`. Without one, the built-in policy.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let (name, text) = match path {
            None => ("the built-in policy".to_owned(), DEFAULT_POLICY.to_owned()),
            Some(path) => toml_file::read(path, HINT)?,
        };
        let policy = toml_file::parse(&name, &text, HINT)?;
        // It was not written, or the pipe that it comes from failed.
        if text.parse::<toml::Table>().is_ok_and(|table| table.is_empty()) {
            return Err(Failure::usage(format!("{}: the policy is empty", printable(&name)), HINT));
        }
        if let Some((key, problem)) = problem(&policy) {
            return Err(toml_file::problem(&name, &text, key.offset_in(&text), &format!("{key}: {problem}"), HINT));
        }
        let path = path.filter(|path| !toml_file::is_stdin(path)).map(Path::to_owned);
        Ok(Self { policy, path, text })
    }

    /// The line of a key, counted from 1.
    pub(crate) fn line_of(&self, key: &Key) -> usize {
        key.line_in(&self.text).unwrap_or(1)
    }
}

/// What is wrong with a policy that has valid values.
fn problem(policy: &Policy) -> Option<Problem> {
    let requirements = || {
        let baseline = [(Key::new(["baseline"]), &policy.baseline)].into_iter();
        baseline.chain(policy.accounts.iter().map(|(id, own)| (Key::new(["accounts", id]), own)))
    };
    let mut lists = requirements().filter_map(|(key, of)| Some((key, of.integrations.as_deref()?)));
    account_problem(policy)
        .or_else(|| requirements().find_map(|(key, of)| empty_behavior_id(key, of)))
        .or_else(|| level_problem(policy))
        .or_else(|| lists.find_map(|(key, list)| list_problem(&key.join(&["integrations"]), list)))
        .or_else(|| exception_problem(policy))
}

fn account_problem(policy: &Policy) -> Option<Problem> {
    let mut seen = BTreeMap::new();
    policy.accounts.keys().find_map(|id| {
        let key = Key::new(["accounts", id]);
        match AccountId::new(id) {
            Err(error) => Some((key, error.to_string())),
            Ok(account_id) => {
                let other = seen.insert(account_id, id)?;
                Some((key, format!("the same account is listed as {other}")))
            }
        }
    })
}

fn empty_behavior_id(key: Key, requirements: &Requirements) -> Option<Problem> {
    let is_listed = requirements.behaviors.contains_key("");
    is_listed.then(|| (key.join(&["behaviors", ""]), "the id of the behavior is empty".to_owned()))
}

/// Finds a behavior that no level satisfies: in the baseline, or in what holds for an account.
fn level_problem(policy: &Policy) -> Option<Problem> {
    let baseline = policy.for_no_account();
    let accounts = policy.accounts.keys().filter_map(|id| Some(policy.for_account(&AccountId::new(id).ok()?)));
    [baseline].into_iter().chain(accounts).find_map(|account| contradictory_levels(&account))
}

fn contradictory_levels(account: &AccountPolicy<'_>) -> Option<Problem> {
    account.behavior_ids().into_iter().find_map(|id| {
        let min = account.of_behavior(id, "min_level", |behavior| behavior.min_level)?;
        let max = account.of_behavior(id, "max_level", |behavior| behavior.max_level)?;
        let problem = format!("min_level is {}, which is above max_level, {}", min.value, max.value);
        (min.value > max.value).then_some((account.key_of_behavior(id), problem))
    })
}

fn list_problem(key: &Key, integrations: &[IntegrationRequirement]) -> Option<Problem> {
    let mut seen = BTreeMap::new();
    integrations.iter().enumerate().find_map(|(index, integration)| {
        let problem = integration_problem(integration).or_else(|| {
            let other = seen.insert(integration.names().next(), index)?;
            Some(format!("the integration is the same as {key}.{other}"))
        });
        Some((key.clone().join(&[&index.to_string()]), problem?))
    })
}

fn integration_problem(integration: &IntegrationRequirement) -> Option<String> {
    let names: Vec<_> = integration.names().collect();
    let [(key, value)] = names[..] else {
        return Some("name the integration by exactly one of id, reference and tenant_url".to_owned());
    };
    match key {
        "id" => value.parse::<IntegrationId>().err().map(|error| error.to_string()),
        "reference" => value.parse::<ReferenceId>().err().map(|error| error.to_string()),
        _ => match Url::parse(value) {
            Ok(url) if url.has_host() => None,
            _ => Some("the tenant URL is not an absolute URL; write it as in https://tenant.okta.com".to_owned()),
        },
    }
}

fn exception_problem(policy: &Policy) -> Option<Problem> {
    let matched = |exception: &Exception| {
        let Exception { account, rule, behavior, integration, .. } = exception;
        (account.to_ascii_lowercase(), *rule, behavior.clone(), integration.clone())
    };
    let mut seen = BTreeMap::new();
    policy.exceptions.iter().enumerate().find_map(|(index, exception)| {
        let key = Key::new(["exceptions", &index.to_string()]);
        let problem = if let Err(error) = AccountId::new(&exception.account) {
            return Some((key.join(&["account"]), error.to_string()));
        } else if exception.reason.trim().is_empty() {
            return Some((key.join(&["reason"]), "say why the findings are accepted".to_owned()));
        } else if exception.rule.is_some_and(|rule| rule.is_about_exceptions()) {
            return Some((key.join(&["rule"]), "findings about exceptions cannot be accepted".to_owned()));
        } else if exception.rule.is_none() && exception.behavior.is_none() && exception.integration.is_none() {
            "name a rule, a behavior or an integration".to_owned()
        } else {
            let other = seen.insert(matched(exception), index)?;
            format!("the exception is the same as exceptions.{other}")
        };
        Some((key, problem))
    })
}
