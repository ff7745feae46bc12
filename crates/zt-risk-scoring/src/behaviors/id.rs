//! The id of a behavior.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::text;

/// The id of a behavior, such as `imp_travel`: its key in a [`BehaviorMap`](super::BehaviorMap).
///
/// The set of ids is open: the vendor adds new ones. Identify a behavior by its id, since its display name may change.
///
/// ```
/// use zt_risk_scoring::BehaviorId;
///
/// let id = BehaviorId::new("imp_travel");
/// assert_eq!(id.as_str(), "imp_travel");
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct BehaviorId(Box<str>);

impl BehaviorId {
    /// The id with the given text.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into().into_boxed_str())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BehaviorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for BehaviorId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::deserialize(deserializer)
    }
}

/// Allows lookups in a map by `&str`: `Ord`, `Eq` and `Hash` are those of the text.
impl Borrow<str> for BehaviorId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for BehaviorId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for BehaviorId {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl From<String> for BehaviorId {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}

impl From<&String> for BehaviorId {
    fn from(id: &String) -> Self {
        Self::new(id)
    }
}

impl From<BehaviorId> for String {
    fn from(id: BehaviorId) -> Self {
        id.0.into_string()
    }
}

/// Any text is an id.
impl FromStr for BehaviorId {
    type Err = Infallible;

    fn from_str(id: &str) -> Result<Self, Infallible> {
        Ok(Self::new(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_conversion_keeps_the_text() {
        let id = BehaviorId::new("imp_travel");
        assert_eq!(BehaviorId::from("imp_travel"), id);
        assert_eq!(BehaviorId::from("imp_travel".to_owned()), id);
        assert_eq!(BehaviorId::from(&"imp_travel".to_owned()), id);
        assert_eq!("imp_travel".parse(), Ok(id.clone()));
        assert_eq!(AsRef::<str>::as_ref(&id), "imp_travel");
        assert_eq!(format!("{id:>12}"), "  imp_travel");
        assert_eq!(String::from(id), "imp_travel");
    }

    #[test]
    fn serialized_id_is_a_string() {
        let id = BehaviorId::new("imp_travel");
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, r#""imp_travel""#);
        assert_eq!(serde_json::from_str::<BehaviorId>(&json).unwrap(), id);
        assert!(serde_json::from_str::<BehaviorId>("7").is_err());
    }
}
