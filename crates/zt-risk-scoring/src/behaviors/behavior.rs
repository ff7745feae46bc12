//! One behavior.

use serde::{Deserialize, Serialize};
use zt_risk_scoring_api::types;

use super::RiskLevel;

/// A behavior that raises the risk score of a user who sets it off. Its id is its key in the map.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(from = "Raw")]
#[non_exhaustive]
pub struct Behavior {
    /// What a user has to do to set it off.
    pub description: String,
    /// Whether it counts towards the score.
    pub enabled: bool,
    /// Its name, for people.
    pub name: String,
    /// How risky it is.
    pub risk_level: RiskLevel,
}

impl Behavior {
    /// A behavior of the given name and level, not enabled and without a description.
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

/// Behaviors are read in the same way wherever they come from.
#[derive(Deserialize)]
#[serde(transparent)]
struct Raw(types::Behavior);

impl From<Raw> for Behavior {
    fn from(Raw(raw): Raw) -> Self {
        Self::from_raw(raw)
    }
}
