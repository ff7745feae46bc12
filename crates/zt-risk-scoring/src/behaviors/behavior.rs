//! One behavior.

use serde::{Deserialize, Serialize};

use crate::RiskLevel;
use crate::object::impl_object_only;

/// A behavior that raises the risk score of a user who triggers it, such as impossible travel. Its id is its key in the
/// [`BehaviorMap`](super::BehaviorMap).
///
/// ```
/// use zt_risk_scoring::{Behavior, RiskLevel};
///
/// let mut travel = Behavior::new("Impossible Travel", RiskLevel::High);
/// travel.enabled = true;
/// assert_eq!(travel.description, "");
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(remote = "Self")]
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
}

impl_object_only!(Behavior);

#[cfg(test)]
mod tests {
    use zt_risk_scoring_api::types;

    use super::*;

    const JSON: &str = r#"{"description":"d","enabled":true,"name":"n","risk_level":"low"}"#;

    #[test]
    fn behavior_is_read_as_it_was_written() {
        let behavior: Behavior = serde_json::from_str(JSON).unwrap();
        let expected = Behavior { description: "d".to_owned(), enabled: true, ..Behavior::new("n", RiskLevel::Low) };
        assert_eq!(behavior, expected);
        assert_eq!(serde_json::to_string(&behavior).unwrap(), JSON);
    }

    #[test]
    fn behavior_is_read_like_the_generated_model() {
        for (json, problem) in [
            (JSON.to_owned(), None),
            (JSON.replace('}', r#","color":[1]}"#), None),
            (JSON.replace("low", "critical"), None),
            (JSON.replace(r#""name":"n","#, ""), Some("missing field `name`")),
            (JSON.replace(r#","risk_level":"low""#, ""), Some("missing field `risk_level`")),
            (JSON.replace("true", "null"), Some("invalid type: null, expected a boolean")),
            (JSON.replace(r#""n""#, "7"), Some("invalid type: integer `7`, expected a string")),
            (JSON.replace("true", r#"true,"enabled":true"#), Some("duplicate field `enabled`")),
            (r#"["d",true,"n","low"]"#.to_owned(), Some("invalid type: sequence, expected struct Behavior")),
            ("null".to_owned(), Some("invalid type: null, expected struct Behavior")),
        ] {
            let read = serde_json::from_str::<Behavior>(&json).map_err(|error| error.to_string());
            let generated = serde_json::from_str::<types::Behavior>(&json).map_err(|error| error.to_string());
            let generated = generated.map(|types::Behavior { description, enabled, name, risk_level, .. }| Behavior {
                description,
                enabled,
                name,
                risk_level: risk_level.to_string().into(),
            });
            assert_eq!(read, generated, "{json}");
            match problem {
                Some(problem) => assert!(read.unwrap_err().starts_with(problem), "{json}"),
                None => assert!(read.is_ok(), "{json}"),
            }
        }
    }
}
