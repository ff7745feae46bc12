//! The types of integrations.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::object::impl_required;
use crate::text;

/// The type of an integration: the third party to which it sends changes of risk scores.
///
/// The set of types is open. An unknown type is read and written verbatim.
///
/// ```
/// use zt_risk_scoring::IntegrationType;
///
/// assert_eq!(IntegrationType::from("Okta"), IntegrationType::Okta);
/// let other = IntegrationType::from("okta");
/// assert!(other != IntegrationType::Okta && !other.is_known());
/// assert_eq!(other.as_str(), "okta");
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum IntegrationType {
    /// `Okta`
    Okta,
    /// A type that this crate does not know. Only `from` makes one, so it is never `Okta`.
    Unknown(UnknownIntegrationType),
}

/// The text of a type that this crate does not know.
///
/// ```
/// use zt_risk_scoring::IntegrationType;
///
/// let IntegrationType::Unknown(unknown) = IntegrationType::from("Other") else { unreachable!() };
/// assert_eq!(unknown.as_str(), "Other");
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnknownIntegrationType(Box<str>);

impl UnknownIntegrationType {
    /// The type as the API writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl IntegrationType {
    /// The type as the API writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Okta => "Okta",
            Self::Unknown(unknown) => &unknown.0,
        }
    }

    /// Whether this crate knows the type.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

impl From<&str> for IntegrationType {
    fn from(text: &str) -> Self {
        match text {
            "Okta" => Self::Okta,
            text => Self::Unknown(UnknownIntegrationType(text.into())),
        }
    }
}

impl From<String> for IntegrationType {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

/// Any text is a type. Use [`is_known`](IntegrationType::is_known) to reject unknown ones.
impl FromStr for IntegrationType {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

impl AsRef<str> for IntegrationType {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for IntegrationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for IntegrationType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for IntegrationType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::deserialize(deserializer)
    }
}

impl_required!(IntegrationType);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_written_as_it_was_read() {
        for text in ["Okta", "okta", "Other", "", "a\"b"] {
            let read = IntegrationType::from(text);
            assert_eq!(read.is_known(), text == "Okta");
            assert_eq!((IntegrationType::from(text.to_owned()), text.parse().unwrap()), (read.clone(), read.clone()));
            assert_eq!((read.as_str(), read.as_ref(), read.to_string().as_str()), (text, text, text));
            let json = serde_json::to_string(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
            assert_eq!(serde_json::from_str::<IntegrationType>(&json).unwrap(), read);
        }
        assert!(serde_json::from_str::<IntegrationType>("null").is_err());
    }
}
