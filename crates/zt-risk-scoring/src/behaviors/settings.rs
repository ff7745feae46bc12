//! The part of a behavior that can be changed.

use std::fmt;

use cloudflare_client::sdk::one_line;
use serde::{Deserialize, Serialize};

use super::Behavior;
use crate::RiskLevel;
use crate::object::impl_object_only;

/// The part of a behavior that can be changed: whether it is enabled, and its risk level.
///
/// ```
/// use zt_risk_scoring::{Behavior, BehaviorSettings, RiskLevel};
///
/// let settings = BehaviorSettings::new(true, RiskLevel::High);
/// assert_eq!(settings.to_string(), "enabled, high");
/// assert_eq!(BehaviorSettings::from(&Behavior::new("Impossible Travel", RiskLevel::Low)).to_string(), "disabled, low");
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct BehaviorSettings {
    /// Whether the behavior counts towards the score.
    pub enabled: bool,
    /// How risky the behavior is.
    pub risk_level: RiskLevel,
}

impl BehaviorSettings {
    /// Settings with both values.
    pub fn new(enabled: bool, risk_level: RiskLevel) -> Self {
        Self { enabled, risk_level }
    }

    /// The values that other settings change, in words.
    pub(crate) fn changes_to(&self, after: &Self) -> Vec<String> {
        let enabled = |settings: &Self| if settings.enabled { "enabled" } else { "disabled" };
        let mut changes = Vec::new();
        if self.enabled != after.enabled {
            changes.push(format!("{} → {}", enabled(self), enabled(after)));
        }
        if self.risk_level != after.risk_level {
            changes.push(format!("{} → {}", one_line(self.risk_level.as_str()), one_line(after.risk_level.as_str())));
        }
        changes
    }
}

impl From<&Behavior> for BehaviorSettings {
    fn from(behavior: &Behavior) -> Self {
        Self { enabled: behavior.enabled, risk_level: behavior.risk_level.clone() }
    }
}

impl PartialEq<Behavior> for BehaviorSettings {
    fn eq(&self, behavior: &Behavior) -> bool {
        self.enabled == behavior.enabled && self.risk_level == behavior.risk_level
    }
}

impl fmt::Display for BehaviorSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let enabled = if self.enabled { "enabled" } else { "disabled" };
        write!(f, "{enabled}, {}", one_line(self.risk_level.as_str()))
    }
}

impl_object_only!(BehaviorSettings);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_from_an_object_only_and_keep_an_unknown_level() {
        let json = r#"{"enabled":true,"risk_level":"critical"}"#;
        let settings: BehaviorSettings = serde_json::from_str(json).unwrap();
        assert_eq!(settings, BehaviorSettings::new(true, "critical".into()));
        assert_eq!(serde_json::to_string(&settings).unwrap(), json);
        assert!(serde_json::from_str::<BehaviorSettings>(r#"[true,"low"]"#).is_err());
    }

    #[test]
    fn settings_equal_a_behavior_that_has_them() {
        let behavior = Behavior { enabled: true, ..Behavior::new("n", RiskLevel::Low) };
        assert_eq!(BehaviorSettings::from(&behavior), behavior);
        assert_ne!(BehaviorSettings::new(false, RiskLevel::Low), behavior);
        assert_ne!(BehaviorSettings::new(true, RiskLevel::High), behavior);
    }

    #[test]
    fn display_is_one_line_of_printable_text() {
        assert_eq!(BehaviorSettings::new(false, "x\ny".into()).to_string(), "disabled, x y");
    }
}
