//! The reference of an integration.

use std::fmt;
use std::str::FromStr;

use api_runtime::path_segment;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::Error;
use crate::requests::invalid;

/// The reference of an integration: an id of the client's own choosing.
///
/// It becomes a part of a path, and is sent unchanged. So text that no URL can carry there is rejected: an empty one, `.` and `..`.
/// The API may have such references as well: [`Integration::reference_id`](super::Integration::reference_id) is any text.
///
/// ```
/// use zt_risk_scoring::{ErrorKind, ReferenceId};
///
/// let reference = ReferenceId::new("sso/primary tenant")?;
/// assert_eq!(reference.as_str(), "sso/primary tenant");
///
/// let error = ReferenceId::new("..").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// # Ok::<(), zt_risk_scoring::Error>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct ReferenceId(Box<str>);

impl ReferenceId {
    /// Checks a reference.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if no URL can carry it.
    pub fn new(reference: impl Into<String>) -> Result<Self, Error> {
        let reference = reference.into();
        match path_segment("reference_id", &reference) {
            Ok(_) => Ok(Self(reference.into())),
            Err(error) => Err(invalid(error.to_string())),
        }
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReferenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for ReferenceId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReferenceId {
    type Err = Error;

    fn from_str(reference: &str) -> Result<Self, Error> {
        Self::new(reference)
    }
}

impl TryFrom<&str> for ReferenceId {
    type Error = Error;

    fn try_from(reference: &str) -> Result<Self, Error> {
        Self::new(reference)
    }
}

impl TryFrom<&String> for ReferenceId {
    type Error = Error;

    fn try_from(reference: &String) -> Result<Self, Error> {
        Self::new(reference)
    }
}

impl TryFrom<String> for ReferenceId {
    type Error = Error;

    fn try_from(reference: String) -> Result<Self, Error> {
        Self::new(reference)
    }
}

impl From<ReferenceId> for String {
    fn from(reference: ReferenceId) -> Self {
        reference.0.into_string()
    }
}

impl<'de> Deserialize<'de> for ReferenceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_conversion_keeps_the_text() {
        for text in ["a", "...", "a b/c\\d", "%2e%2e", "ü", " ", "?#", "\n", "\\"] {
            let reference = ReferenceId::new(text).unwrap();
            assert_eq!(reference, text.parse().unwrap());
            assert_eq!(reference, ReferenceId::try_from(text).unwrap());
            assert_eq!(reference, ReferenceId::try_from(&text.to_owned()).unwrap());
            assert_eq!(reference, ReferenceId::try_from(text.to_owned()).unwrap());
            let json = serde_json::to_string(&reference).unwrap();
            assert_eq!(json, serde_json::to_string(text).unwrap());
            assert_eq!(serde_json::from_str::<ReferenceId>(&json).unwrap(), reference);
            assert_eq!((reference.to_string().as_str(), reference.as_ref()), (text, text));
            assert_eq!(String::from(reference), text);
        }
    }

    #[test]
    fn reference_that_no_url_can_carry_is_rejected() {
        for (text, problem) in [("", "is empty"), (".", "is `.`"), ("..", "is `..`")] {
            let error = ReferenceId::new(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("the path parameter `reference_id` {problem}")), "{error}");
            assert!(serde_json::from_str::<ReferenceId>(&format!("{text:?}")).is_err());
        }
    }
}
