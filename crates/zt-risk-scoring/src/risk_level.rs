//! How risky a behavior is.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text;

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
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
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
///
/// The text is behind a second pointer: every behavior has room for a level, and hardly any level is unknown.
///
/// ```
/// use zt_risk_scoring::RiskLevel;
///
/// let RiskLevel::Unknown(unknown) = RiskLevel::from("critical") else { unreachable!() };
/// assert_eq!(unknown.as_str(), "critical");
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnknownRiskLevel(Box<Box<str>>);

impl UnknownRiskLevel {
    fn new(level: impl Into<Box<str>>) -> Self {
        Self(Box::new(level.into()))
    }

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

    /// The level with the given text, if this crate knows it.
    fn known(level: &str) -> Option<Self> {
        match level {
            "low" => Some(Self::Low),
            "medium" => Some(Self::Medium),
            "high" => Some(Self::High),
            _ => None,
        }
    }

    /// Whether this crate knows the level.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

impl From<String> for RiskLevel {
    fn from(level: String) -> Self {
        Self::known(&level).unwrap_or_else(|| Self::Unknown(UnknownRiskLevel::new(level)))
    }
}

impl From<&str> for RiskLevel {
    fn from(level: &str) -> Self {
        Self::known(level).unwrap_or_else(|| Self::Unknown(UnknownRiskLevel::new(level)))
    }
}

impl From<&String> for RiskLevel {
    fn from(level: &String) -> Self {
        Self::from(level.as_str())
    }
}

/// Any text is a level. Use [`is_known`](RiskLevel::is_known) to reject unknown ones.
impl FromStr for RiskLevel {
    type Err = Infallible;

    fn from_str(level: &str) -> Result<Self, Infallible> {
        Ok(Self::from(level))
    }
}

impl AsRef<str> for RiskLevel {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<RiskLevel> for String {
    fn from(level: RiskLevel) -> Self {
        match level {
            RiskLevel::Unknown(level) => level.0.into_string(),
            known => known.as_str().to_owned(),
        }
    }
}

impl fmt::Display for RiskLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for UnknownRiskLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for UnknownRiskLevel {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Serialize for RiskLevel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Known levels are read without an allocation.
impl<'de> Deserialize<'de> for RiskLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_conversion_keeps_the_text() {
        for text in ["low", "medium", "high", "critical", "Low", ""] {
            let level = RiskLevel::from(text);
            assert_eq!(level.is_known(), ["low", "medium", "high"].contains(&text));
            assert_eq!(RiskLevel::from(text.to_owned()), level);
            assert_eq!(RiskLevel::from(&text.to_owned()), level);
            assert_eq!(text.parse(), Ok(level.clone()));
            assert_eq!(level.to_string(), text);
            assert_eq!(AsRef::<str>::as_ref(&level), text);
            if let RiskLevel::Unknown(unknown) = &level {
                assert_eq!((unknown.to_string().as_str(), unknown.as_ref()), (text, text));
            }
            assert_eq!(String::from(level), text);
        }
    }

    #[test]
    fn unknown_levels_are_ordered_after_known_ones() {
        let mut levels = ["zero", "high", "unscored", "low", "critical", "Low", "medium"].map(RiskLevel::from);
        levels.sort();
        assert_eq!(levels.map(String::from), ["low", "medium", "high", "Low", "critical", "unscored", "zero"]);
    }

    #[test]
    fn every_level_is_written_as_it_was_read() {
        for json in [r#""low""#, r#""medium""#, r#""high""#, r#""critical""#, r#""High""#, r#""""#, r#""a\"b""#] {
            let level: RiskLevel = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::from_value::<RiskLevel>(serde_json::from_str(json).unwrap()).unwrap(), level);
            assert_eq!(serde_json::to_string(&level).unwrap(), json);
        }
    }

    #[test]
    fn level_that_is_not_a_string_is_rejected() {
        assert!(serde_json::from_str::<RiskLevel>("3").is_err());
        assert!(serde_json::from_str::<RiskLevel>("null").is_err());
    }
}
