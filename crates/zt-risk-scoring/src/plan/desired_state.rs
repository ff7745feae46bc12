//! The desired state of an account.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::object::impl_object_only;
use crate::{BehaviorChange, BehaviorChanges, BehaviorMap, BehaviorSettings};

/// What the behaviors of an account are to be. [`Behaviors::plan`](crate::Behaviors::plan) compares it with the account.
///
/// It is read from any format of serde, such as a file in TOML, YAML or JSON. An unknown key is an error, and so is a duplicate
/// id; the error of the format says where it is. A setting that is not named stays as it is.
///
/// ```
/// use zt_risk_scoring::{BehaviorChanges, DesiredState, OtherBehaviors, RiskLevel};
///
/// let desired: DesiredState = toml::from_str(
///     r#"
///     others = "disable"
///
///     [behaviors.imp_travel]
///     enabled = true
///     risk_level = "high"
///     "#,
/// )?;
/// let changes = BehaviorChanges::new().enable("imp_travel").level("imp_travel", RiskLevel::High);
/// assert_eq!(desired, DesiredState::new(changes).others(OtherBehaviors::Disable));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(remote = "Self", deny_unknown_fields)]
#[must_use = "a desired state does nothing until it is planned and applied"]
#[non_exhaustive]
pub struct DesiredState {
    /// What becomes of behaviors that are not listed.
    #[serde(default)]
    pub others: OtherBehaviors,
    /// The listed behaviors.
    #[serde(default)]
    pub behaviors: BehaviorChanges,
}

/// What becomes of the behaviors that a [`DesiredState`] does not list.
///
/// ```
/// # use zt_risk_scoring::{DesiredState, OtherBehaviors};
/// assert_eq!(DesiredState::default().others, OtherBehaviors::Leave);
/// ```
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OtherBehaviors {
    /// They stay as they are, and a plan lists them as unmanaged.
    #[default]
    Leave,
    /// They are disabled. Their levels stay.
    Disable,
    /// They are enabled. Their levels stay.
    Enable,
}

impl DesiredState {
    /// A state with the given settings. Other behaviors stay as they are.
    pub fn new(behaviors: BehaviorChanges) -> Self {
        Self { behaviors, ..Self::default() }
    }

    /// Sets what becomes of the behaviors that are not listed.
    pub fn others(mut self, others: OtherBehaviors) -> Self {
        self.others = others;
        self
    }
}

impl OtherBehaviors {
    /// The edit of a behavior that is not listed. `None` if it is not managed.
    pub(super) fn change(self) -> Option<BehaviorChange> {
        let enabled = match self {
            Self::Leave => return None,
            Self::Disable => false,
            Self::Enable => true,
        };
        Some(BehaviorChange { enabled: Some(enabled), ..BehaviorChange::default() })
    }
}

impl fmt::Display for OtherBehaviors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Leave => "leave",
            Self::Disable => "disable",
            Self::Enable => "enable",
        })
    }
}

impl From<BehaviorChanges> for DesiredState {
    fn from(changes: BehaviorChanges) -> Self {
        Self::new(changes)
    }
}

/// An export: the settings of all behaviors. Its plan for the same account is empty.
impl From<&BehaviorMap> for DesiredState {
    fn from(behaviors: &BehaviorMap) -> Self {
        let settings = behaviors.iter().map(|(id, behavior)| (id.clone(), BehaviorSettings::from(behavior).into()));
        Self::new(settings.collect())
    }
}

impl From<&Self> for DesiredState {
    fn from(desired: &Self) -> Self {
        desired.clone()
    }
}

impl_object_only!(DesiredState);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RiskLevel;

    fn desired() -> DesiredState {
        let changes = BehaviorChanges::new().enable("a b").level("a b", RiskLevel::High).level("c", "critical".into());
        DesiredState::new(changes).others(OtherBehaviors::Enable)
    }

    #[test]
    fn state_is_read_from_toml_yaml_and_json_as_it_was_written() {
        let toml = toml::to_string(&desired()).unwrap();
        assert_eq!(toml::from_str::<DesiredState>(&toml).unwrap(), desired(), "{toml}");
        let yaml = serde_yaml_ng::to_string(&desired()).unwrap();
        assert_eq!(serde_yaml_ng::from_str::<DesiredState>(&yaml).unwrap(), desired(), "{yaml}");
        let json = serde_json::to_string(&desired()).unwrap();
        assert_eq!(serde_json::from_str::<DesiredState>(&json).unwrap(), desired(), "{json}");
        assert_eq!(serde_json::from_str::<DesiredState>("{}").unwrap(), DesiredState::default());
    }

    #[test]
    fn unknown_key_is_an_error_with_its_place() {
        let toml = "[behaviors.a]\nenabeld = true\n";
        let error = toml::from_str::<DesiredState>(toml).unwrap_err().to_string();
        assert!(error.contains("line 2, column 1") && error.contains("unknown field `enabeld`"), "{error}");
        let yaml = "behaviors:\n  a:\n    enabeld: true\n";
        let error = serde_yaml_ng::from_str::<DesiredState>(yaml).unwrap_err().to_string();
        assert!(error.contains("behaviors.a: unknown field `enabeld`") && error.contains("line 3 column 5"), "{error}");
        let toml = "[behaviors]\nimp_travel = \"high\"\n";
        let error = toml::from_str::<DesiredState>(toml).unwrap_err().to_string();
        assert!(error.contains("expected an object with `enabled`, `risk_level` or both"), "{error}");
        let json = "{\n  \"other\": \"leave\"\n}";
        let error = serde_json::from_str::<DesiredState>(json).unwrap_err().to_string();
        assert!(error.contains("unknown field `other`") && error.contains("line 2 column 9"), "{error}");
    }

    #[test]
    fn duplicate_id_array_and_unknown_value_of_others_are_errors() {
        for json in [r#"{"behaviors":{"a":{},"a":{}}}"#, "[]", r#"["leave",{}]"#, r#"{"others":"delete"}"#] {
            assert!(serde_json::from_str::<DesiredState>(json).is_err(), "{json}");
        }
        assert!(serde_yaml_ng::from_str::<DesiredState>("behaviors:\n  a: {}\n  a: {}\n").is_err());
    }

    #[test]
    fn name_of_each_value_of_others_is_what_is_read() {
        for others in [OtherBehaviors::Leave, OtherBehaviors::Disable, OtherBehaviors::Enable] {
            let read: OtherBehaviors = serde_json::from_str(&format!("{:?}", others.to_string())).unwrap();
            assert_eq!(read, others);
        }
    }
}
