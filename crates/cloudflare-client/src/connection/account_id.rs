//! Account ids.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};

use crate::Error;

/// The id of a Cloudflare account: 32 hexadecimal digits.
///
/// It becomes part of a path, so everything else is rejected: dots, slashes, escapes, line breaks. Upper case becomes lower
/// case, as the API writes it. It is a string in serialized data, and is checked when it is deserialized.
///
/// ```
/// use cloudflare_client::AccountId;
///
/// let account: AccountId = "023e105f4ecef8ad9ca31a8372d0c353".parse()?;
/// assert_eq!(account.as_str(), "023e105f4ecef8ad9ca31a8372d0c353");
/// assert!("../../user".parse::<AccountId>().is_err());
/// # Ok::<(), cloudflare_client::Error>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AccountId(String);

impl AccountId {
    const LENGTH: usize = 32;

    /// Checks an account id.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if it is not 32 hexadecimal digits.
    pub fn new(id: impl AsRef<str>) -> Result<Self, Error> {
        let id = id.as_ref();
        let digits = id.chars().count();
        if digits != Self::LENGTH {
            return Err(Error::configuration(format!(
                "the account id has {digits} character{}, but an account id is {} hexadecimal digits",
                if digits == 1 { "" } else { "s" },
                Self::LENGTH
            )));
        }
        match id.chars().find(|digit| !digit.is_ascii_hexdigit()) {
            Some(other) => Err(Error::configuration(format!(
                "the account id contains {other:?}, but an account id is {} hexadecimal digits",
                Self::LENGTH
            ))),
            None => Ok(Self(id.to_ascii_lowercase())),
        }
    }

    /// The id, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for AccountId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Allows lookups in a map by `&str` in lower case: `Ord`, `Eq` and `Hash` are those of the text.
impl Borrow<str> for AccountId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl FromStr for AccountId {
    type Err = Error;

    fn from_str(id: &str) -> Result<Self, Error> {
        Self::new(id)
    }
}

impl TryFrom<&str> for AccountId {
    type Error = Error;

    fn try_from(id: &str) -> Result<Self, Error> {
        Self::new(id)
    }
}

impl TryFrom<&String> for AccountId {
    type Error = Error;

    fn try_from(id: &String) -> Result<Self, Error> {
        Self::new(id)
    }
}

impl From<&AccountId> for AccountId {
    fn from(id: &AccountId) -> Self {
        id.clone()
    }
}

impl TryFrom<String> for AccountId {
    type Error = Error;

    fn try_from(id: String) -> Result<Self, Error> {
        Self::new(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";

    #[test]
    fn account_id_is_32_hexadecimal_digits() {
        assert_eq!(AccountId::new(ID).unwrap().to_string(), ID);
    }

    #[test]
    fn upper_case_becomes_lower_case() {
        assert_eq!(AccountId::new(ID.to_uppercase()).unwrap(), AccountId::new(ID).unwrap());
    }

    #[test]
    fn every_conversion_keeps_the_text() {
        let id = AccountId::new(ID).unwrap();
        assert_eq!(AsRef::<str>::as_ref(&id), ID);
        assert!(std::collections::BTreeSet::from([id.clone()]).contains(ID));
        assert_eq!(AccountId::from(&id), id);
        assert_eq!(AccountId::try_from(&ID.to_owned()).unwrap(), id);
        assert_eq!(AccountId::try_from(ID.to_owned()).unwrap(), id);
        assert_eq!(String::from(id), ID);
    }

    #[test]
    fn serialized_id_is_a_string_which_is_checked_when_it_is_read() {
        let id = AccountId::new(ID).unwrap();
        let json = format!("{ID:?}");
        assert_eq!(serde_json::to_string(&id).unwrap(), json);
        assert_eq!(serde_json::from_str::<AccountId>(&json).unwrap(), id);
        assert_eq!(serde_json::from_str::<AccountId>(&json.to_uppercase()).unwrap(), id);
        let error = serde_json::from_str::<AccountId>(r#""../../user""#).unwrap_err();
        assert!(error.to_string().contains("32 hexadecimal digits"), "{error}");
        assert!(serde_json::from_str::<AccountId>("7").is_err());
    }

    #[test]
    fn other_text_is_rejected() {
        let inside = |text: &str| format!("{text}{}", &ID[text.len()..]);
        let bad = [
            String::new(),
            "023e".to_owned(),
            format!("{ID}0"),
            format!("{ID}\n"),
            "../../user".to_owned(),
            inside("../../user"),
            inside("%2e%2e"),
            inside("..\\"),
            inside("?"),
            inside("#"),
            inside("/"),
            inside("\r\n"),
            inside("g"),
            "é".repeat(32),
            "０".repeat(32),
        ];
        for id in bad {
            let error = AccountId::new(&id).expect_err(&id);
            assert!(error.to_string().contains("32 hexadecimal digits"), "{error}");
        }
    }
}
