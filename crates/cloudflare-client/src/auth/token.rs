//! API tokens.

use secrecy::SecretString;

use super::checked;
use crate::Error;
use crate::redact::Secret;

/// An API token that is allowed in a header. It is never printed, and two tokens are compared in constant time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiToken(Secret);

impl ApiToken {
    /// Checks a token.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if it is empty or has a character that is not allowed in a header.
    pub fn new(token: impl Into<SecretString>) -> Result<Self, Error> {
        checked("the API token", token.into()).map(Self)
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.0
    }
}

impl From<Secret> for ApiToken {
    fn from(secret: Secret) -> Self {
        Self(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_token_is_redacted() {
        assert_eq!(format!("{:?}", ApiToken::new("cfut_secret").unwrap()), "ApiToken([redacted])");
    }
}
