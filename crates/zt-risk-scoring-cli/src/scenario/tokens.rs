//! The tokens of a scenario. They are valid in a simulator alone, so they are no secrets.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use toml::Spanned;
use zt_risk_scoring::AccountId;
use zt_risk_scoring_mock::simulator::{self, Permissions};

use super::values::Time;

/// A token. Without `permissions`, it has all of them, and without `accounts` in all accounts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    pub(super) text: Spanned<TokenText>,
    permissions: Option<Vec<Permission>>,
    accounts: Option<Vec<Spanned<AccountId>>>,
    of_account: Option<Spanned<AccountId>>,
    #[serde(default)]
    disabled: bool,
    not_before: Option<Time>,
    expires_on: Option<Time>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Permission {
    Read,
    Write,
    PiiRead,
}

/// The text of a token. It has only characters that need no quotes in a shell or in a header.
#[derive(Clone, Debug)]
pub(super) struct TokenText(String);

impl TokenText {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for TokenText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_valid = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
        if text.is_empty() || !text.chars().all(is_valid) {
            return Err(D::Error::custom("a token consists of letters, digits, `_`, `-` and `.`"));
        }
        Ok(Self(text))
    }
}

impl Token {
    /// The accounts that it names.
    pub(super) fn account_ids(&self) -> impl Iterator<Item = &Spanned<AccountId>> {
        self.accounts.iter().flatten().chain(&self.of_account)
    }

    pub(super) fn to_simulated(&self) -> simulator::Token {
        let mut token = simulator::Token::new(self.text.get_ref().as_str());
        if let Some(granted) = &self.permissions {
            let mut permissions = Permissions::none();
            permissions.read = granted.contains(&Permission::Read);
            permissions.write = granted.contains(&Permission::Write);
            permissions.pii_read = granted.contains(&Permission::PiiRead);
            token = token.permissions(permissions);
        }
        if let Some(accounts) = &self.accounts {
            token = token.accounts(accounts.iter().map(|id| id.get_ref().as_str()));
        }
        if let Some(owner) = &self.of_account {
            token = token.of_account(owner.get_ref().as_str());
        }
        if self.disabled {
            token = token.disabled();
        }
        if let Some(time) = self.not_before {
            token = token.not_before(time.system_time());
        }
        if let Some(time) = self.expires_on {
            token = token.expires_on(time.system_time());
        }
        token
    }
}
