//! What an audit found.

use schemars::JsonSchema;
use serde::Serialize;

use super::key::Key;
use super::rule::{Rule, Severity};
use crate::failure::Failure;
use crate::records::{Cell, Column, Record, Tone};
use crate::session::Account;

/// A violation of the policy.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub(crate) struct Finding {
    /// How severe the finding is: `error`, `warning` or `note`.
    pub(crate) severity: Severity,
    /// The id of the rule, such as `level-too-low`. It stays the same in every version.
    pub(crate) rule: Rule,
    /// The id of the behavior, if the finding is about one.
    pub(crate) behavior: Option<String>,
    /// The integration, if the finding is about one: as the policy names it, or the id of an unlisted one.
    pub(crate) integration: Option<String>,
    /// What is.
    pub(crate) actual: String,
    /// What should be.
    pub(crate) expected: String,
    /// The finding as a sentence.
    pub(crate) message: String,
}

/// What a rule was applied to.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Subject {
    Account,
    Behavior(String),
    Integration(String),
    /// An exception of the policy, and what it matches.
    Exception {
        rule: Option<Rule>,
        behavior: Option<String>,
        integration: Option<String>,
    },
}

/// One application of a rule to one subject.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) rule: Rule,
    pub(crate) subject: Subject,
    /// Where the policy states what is required.
    pub(crate) key: Key,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Passed,
    /// There is a finding, which an exception of the policy accepts for a reason.
    Accepted {
        finding: Box<Finding>,
        reason: String,
    },
    Found(Box<Finding>),
}

/// The audit of one account.
#[derive(Debug)]
pub(crate) struct AccountReport {
    pub(crate) account: Account,
    /// The checks, or why the account could not be read. Such an account is not compliant.
    pub(crate) checks: Result<Vec<Check>, Failure>,
}

impl Record for Finding {
    const COLUMNS: &'static [Column] = &[
        Column::new("severity", "SEVERITY"),
        Column::new("rule", "RULE"),
        Column::only_csv("behavior"),
        Column::only_csv("integration"),
        Column::only_csv("actual"),
        Column::only_csv("expected"),
        Column::new("message", "FINDING"),
    ];

    fn cells(&self) -> Vec<Cell> {
        let tone = match self.severity {
            Severity::Error => Tone::Bad,
            Severity::Warning => Tone::Caution,
            Severity::Note => Tone::Plain,
        };
        vec![
            Cell::new(self.severity.as_str()).tone(tone),
            self.rule.id().into(),
            Cell::optional(self.behavior.as_deref()),
            Cell::optional(self.integration.as_deref()),
            self.actual.as_str().into(),
            self.expected.as_str().into(),
            self.message.as_str().into(),
        ]
    }
}

impl Subject {
    /// The id of the behavior, if the subject has one.
    pub(crate) fn behavior(&self) -> Option<&str> {
        match self {
            Self::Behavior(id) => Some(id),
            Self::Exception { behavior, .. } => behavior.as_deref(),
            Self::Account | Self::Integration(_) => None,
        }
    }

    /// The integration, if the subject has one.
    pub(crate) fn integration(&self) -> Option<&str> {
        match self {
            Self::Integration(name) => Some(name),
            Self::Exception { integration, .. } => integration.as_deref(),
            Self::Account | Self::Behavior(_) => None,
        }
    }

    /// The subject in an account, such as `behaviors/imp_travel`. Empty for the account itself.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Account => String::new(),
            Self::Behavior(id) => format!("behaviors/{id}"),
            Self::Integration(name) => format!("integrations/{name}"),
            Self::Exception { rule, behavior, integration } => {
                let parts = [rule.map(Rule::id), behavior.as_deref(), integration.as_deref()];
                format!("exceptions/{}", parts.map(|part| part.unwrap_or("*")).join("/"))
            }
        }
    }
}

impl Check {
    /// The finding, unless it is accepted.
    pub(crate) fn finding(&self) -> Option<&Finding> {
        match &self.outcome {
            Outcome::Found(finding) => Some(finding),
            Outcome::Passed | Outcome::Accepted { .. } => None,
        }
    }
}

impl AccountReport {
    pub(crate) fn account_id(&self) -> &str {
        self.account.id.as_str()
    }

    /// The findings, most severe first. None if the account could not be read.
    pub(crate) fn findings(&self) -> Vec<&Finding> {
        let mut findings: Vec<_> = self.checks.iter().flatten().filter_map(Check::finding).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }
}
