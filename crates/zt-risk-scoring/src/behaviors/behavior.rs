//! One behavior.

use serde::{Deserialize, Serialize};
use zt_risk_scoring_api::types;

use super::RiskLevel;

/// A behavior that raises the risk score of a user who triggers it, such as impossible travel. Its id is its key in the
/// [`BehaviorMap`](super::BehaviorMap).
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(from = "Raw")]
#[non_exhaustive]
pub struct Behavior {
    /// What a user does to trigger the behavior.
    pub description: String,
    /// Whether the behavior counts towards the score.
    pub enabled: bool,
    /// The display name. Unlike the id, it may change.
    pub name: String,
    /// How risky the behavior is.
    pub risk_level: RiskLevel,
}

impl Behavior {
    /// A disabled behavior with the given name and level, and without a description.
    pub fn new(name: impl Into<String>, risk_level: RiskLevel) -> Self {
        Self { description: String::new(), enabled: false, name: name.into(), risk_level }
    }

    pub(super) fn from_raw(raw: types::Behavior) -> Self {
        Self {
            description: raw.description,
            enabled: raw.enabled,
            name: raw.name,
            risk_level: RiskLevel::from_raw(raw.risk_level),
        }
    }
}

/// Deserializes a behavior through the generated model, so that JSON from a file is checked like a response.
#[derive(Deserialize)]
#[serde(transparent)]
struct Raw(types::Behavior);

impl From<Raw> for Behavior {
    fn from(Raw(raw): Raw) -> Self {
        Self::from_raw(raw)
    }
}
