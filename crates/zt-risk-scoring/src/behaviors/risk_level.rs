//! How risky a behavior is.

use std::fmt;

use serde::{Deserialize, Serialize};
use zt_risk_scoring_api::types;

/// How risky a behavior is: low < medium < high < any unknown level.
///
/// The set of levels is open. An unknown level is read and written verbatim, and is greater than `high`: a filter for at
/// least some level must not miss a behavior that may be riskier. Unknown levels compare with each other as text.
///
/// Every other text is an unknown level, such as `High`, or the `unscored` of Access policies. Use
/// [`is_known`](Self::is_known) to exclude unknown levels.
///
/// ```
/// use zt_risk_scoring::RiskLevel;
///
/// assert!(RiskLevel::Low < RiskLevel::Medium && RiskLevel::Medium < RiskLevel::High);
/// assert_eq!(RiskLevel::from("high"), RiskLevel::High);
///
/// let critical = RiskLevel::from("critical");
/// assert!(critical > RiskLevel::High);
/// assert!(!critical.is_known());
/// assert_eq!(critical.as_str(), "critical");
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum RiskLevel {
    /// `low`
    Low,
    /// `medium`
    Medium,
    /// `high`
    High,
    /// A level that this crate does not know. Only `from` makes one, so it is never `low`, `medium` or `high`.
    Unknown(UnknownRiskLevel),
}

/// The text of a level that this crate does not know.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnknownRiskLevel(String);

impl UnknownRiskLevel {
    /// The level as the API writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RiskLevel {
    /// The levels that this crate knows, lowest first.
    pub const KNOWN: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The level as the API writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Unknown(level) => level.as_str(),
        }
    }

    /// Whether this crate knows the level.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    pub(super) fn from_raw(raw: types::RiskLevel) -> Self {
        match raw {
            types::RiskLevel::Low => Self::Low,
            types::RiskLevel::Medium => Self::Medium,
            types::RiskLevel::High => Self::High,
            other => Self::from(other.to_string()),
        }
    }
}

impl From<String> for RiskLevel {
    fn from(level: String) -> Self {
        match Self::KNOWN.into_iter().find(|known| known.as_str() == level) {
            Some(known) => known,
            None => Self::Unknown(UnknownRiskLevel(level)),
        }
    }
}

impl From<&str> for RiskLevel {
    fn from(level: &str) -> Self {
        Self::from(level.to_owned())
    }
}

impl From<RiskLevel> for String {
    fn from(level: RiskLevel) -> Self {
        match level {
            RiskLevel::Unknown(level) => level.0,
            known => known.as_str().to_owned(),
        }
    }
}

impl fmt::Display for RiskLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_levels_are_ordered_after_known_ones() {
        let mut levels = ["zero", "high", "unscored", "low", "critical", "Low", "medium"].map(RiskLevel::from);
        levels.sort();
        assert_eq!(levels.map(String::from), ["low", "medium", "high", "Low", "critical", "unscored", "zero"]);
    }

    #[test]
    fn every_level_is_written_as_it_was_read() {
        for json in [r#""low""#, r#""medium""#, r#""high""#, r#""critical""#, r#""High""#, r#""""#] {
            let level: RiskLevel = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&level).unwrap(), json);
        }
    }

    #[test]
    fn generated_level_is_converted_to_the_same_level() {
        for level in ["low", "medium", "high", "critical"] {
            let raw: types::RiskLevel = level.parse().unwrap();
            assert_eq!(RiskLevel::from_raw(raw), RiskLevel::from(level));
        }
    }

    #[test]
    fn level_that_is_not_a_string_is_rejected() {
        assert!(serde_json::from_str::<RiskLevel>("3").is_err());
        assert!(serde_json::from_str::<RiskLevel>("null").is_err());
    }
}
