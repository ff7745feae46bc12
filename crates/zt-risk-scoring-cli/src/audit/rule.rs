//! The rules of an audit, and how severe a violation is.

use std::fmt;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::suggestion::did_you_mean;

/// What an audit checks. Each rule is named after its violation. The ids stay the same in every version.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rule {
    TooFewEnabled,
    MissingBehavior,
    BehaviorDisabled,
    BehaviorEnabled,
    LevelTooLow,
    LevelTooHigh,
    UnknownLevel,
    UnlistedBehavior,
    IntegrationMissing,
    IntegrationInactive,
    UnlistedIntegration,
    ExceptionExpired,
    ExceptionUnused,
}

/// How severe a finding is, as in SARIF.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// For information
    Note,
    /// Should be corrected
    Warning,
    /// Must be corrected
    Error,
}

impl Rule {
    pub(crate) const ALL: [Self; 13] = [
        Self::TooFewEnabled,
        Self::MissingBehavior,
        Self::BehaviorDisabled,
        Self::BehaviorEnabled,
        Self::LevelTooLow,
        Self::LevelTooHigh,
        Self::UnknownLevel,
        Self::UnlistedBehavior,
        Self::IntegrationMissing,
        Self::IntegrationInactive,
        Self::UnlistedIntegration,
        Self::ExceptionExpired,
        Self::ExceptionUnused,
    ];

    /// The id, such as `level-too-low`.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::TooFewEnabled => "too-few-enabled",
            Self::MissingBehavior => "missing-behavior",
            Self::BehaviorDisabled => "behavior-disabled",
            Self::BehaviorEnabled => "behavior-enabled",
            Self::LevelTooLow => "level-too-low",
            Self::LevelTooHigh => "level-too-high",
            Self::UnknownLevel => "unknown-level",
            Self::UnlistedBehavior => "unlisted-behavior",
            Self::IntegrationMissing => "integration-missing",
            Self::IntegrationInactive => "integration-inactive",
            Self::UnlistedIntegration => "unlisted-integration",
            Self::ExceptionExpired => "exception-expired",
            Self::ExceptionUnused => "exception-unused",
        }
    }

    /// The severity, unless the policy sets another one.
    pub(crate) fn default_severity(self) -> Severity {
        match self {
            Self::ExceptionUnused => Severity::Note,
            // An unknown level satisfies every `min_level`, so a note would let an account pass whose level may be a low one.
            Self::UnknownLevel | Self::UnlistedBehavior | Self::UnlistedIntegration | Self::ExceptionExpired => {
                Severity::Warning
            }
            _ => Severity::Error,
        }
    }

    /// The violation, as one sentence.
    pub(crate) fn summary(self) -> &'static str {
        match self {
            Self::TooFewEnabled => "Fewer behaviors are enabled than `min_enabled` requires.",
            Self::MissingBehavior => "The policy lists a behavior that the account does not have.",
            Self::BehaviorDisabled => "A behavior is disabled that must be enabled.",
            Self::BehaviorEnabled => "A behavior is enabled that must be disabled.",
            Self::LevelTooLow => "The risk level of a behavior is below its `min_level`.",
            Self::LevelTooHigh => {
                "The risk level of a behavior is above its `max_level`. An unknown level counts as above high."
            }
            Self::UnknownLevel => "A behavior has a risk level that zt-risk does not know. It counts as above high.",
            Self::UnlistedBehavior => "The account has a behavior that the policy does not list.",
            Self::IntegrationMissing => "The account does not have an integration that the policy lists.",
            Self::IntegrationInactive => "An integration is inactive that must be active.",
            Self::UnlistedIntegration => "The account has an integration that the policy does not list.",
            Self::ExceptionExpired => "An exception of the policy has expired and no longer applies.",
            Self::ExceptionUnused => "An exception of the policy matches no finding of its account.",
        }
    }

    /// What the user can do about a violation.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::TooFewEnabled => "Enable more behaviors with `zt-risk behaviors set ID --enable`.",
            Self::MissingBehavior => {
                "Check the id with `zt-risk behaviors list`, or set `optional = true` for the behavior."
            }
            Self::BehaviorDisabled => "Enable it with `zt-risk behaviors set ID --enable`.",
            Self::BehaviorEnabled => "Disable it with `zt-risk behaviors set ID --disable`.",
            Self::LevelTooLow => "Raise the level with `zt-risk behaviors set ID --level LEVEL`.",
            Self::LevelTooHigh => "Lower the level with `zt-risk behaviors set ID --level LEVEL`.",
            Self::UnknownLevel => "Update zt-risk, or set a known level with `zt-risk behaviors set ID --level LEVEL`.",
            Self::UnlistedBehavior => "Add the behavior to the policy, or set `unlisted_behaviors = \"allow\"`.",
            Self::IntegrationMissing => "Create it with `zt-risk integrations create`, or correct the policy.",
            Self::IntegrationInactive => {
                "Activate it with `zt-risk integrations update`, or set `allow_inactive = true` for the integration."
            }
            Self::UnlistedIntegration => "Delete it with `zt-risk integrations delete`, or add it to the policy.",
            Self::ExceptionExpired => "Correct the account and remove the exception, or set a later `until`.",
            Self::ExceptionUnused => "Remove the exception.",
        }
    }

    /// Whether the rule is about the exceptions of the policy, and not about the account.
    pub(crate) fn is_about_exceptions(self) -> bool {
        matches!(self, Self::ExceptionExpired | Self::ExceptionUnused)
    }
}

impl Severity {
    /// The severity as SARIF writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Suggests the nearest id for an unknown one.
impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::ALL.into_iter().find(|rule| rule.id() == text).ok_or_else(|| {
            de::Error::custom(format!("unknown rule {text:?}{}", did_you_mean(&text, Self::ALL.map(Self::id))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../AUDITS.md");

    #[test]
    fn page_has_every_rule_with_its_severity_and_summary() {
        let of_page: Vec<_> = PAGE.lines().filter(|line| line.starts_with("| `")).collect();
        let row = |rule: Rule| format!("| `{rule}` | {} | {} |", rule.default_severity(), rule.summary());
        assert_eq!(of_page, Rule::ALL.map(row));
    }

    #[test]
    fn rule_is_written_as_its_id_everywhere() {
        for rule in Rule::ALL {
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.id());
            assert_eq!(serde_json::from_value::<Rule>(rule.id().into()).unwrap(), rule);
        }
        for severity in [Severity::Note, Severity::Warning, Severity::Error] {
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
        }
    }

    #[test]
    fn rules_are_sorted_and_complete() {
        assert!(Rule::ALL.is_sorted());
        let schema = serde_json::to_value(schemars::schema_for!(Rule)).unwrap();
        assert_eq!(schema["enum"].as_array().unwrap().len(), Rule::ALL.len());
    }
}
