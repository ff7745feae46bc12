//! API tokens.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use tokio::time::Instant;

use super::checked;
use crate::Error;
use crate::redact::Secret;

/// An API token that is allowed in a header. It is never printed, and two tokens are compared in constant time.
///
/// ```
/// use cloudflare_client::ApiToken;
///
/// let token: ApiToken = "cfut_0123456789".parse()?;
/// assert_eq!(format!("{token:?}"), "ApiToken([redacted])");
/// assert!(ApiToken::new("cfut_0123456789\n").is_err());
/// # Ok::<(), cloudflare_client::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiToken(Secret);

impl ApiToken {
    /// Checks a token.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if it is empty or has a character that is not allowed in a
    /// header.
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

impl FromStr for ApiToken {
    type Err = Error;

    fn from_str(token: &str) -> Result<Self, Error> {
        Self::new(token)
    }
}

impl TryFrom<&str> for ApiToken {
    type Error = Error;

    fn try_from(token: &str) -> Result<Self, Error> {
        Self::new(token)
    }
}

impl TryFrom<String> for ApiToken {
    type Error = Error;

    fn try_from(token: String) -> Result<Self, Error> {
        Self::new(token)
    }
}

impl TryFrom<SecretString> for ApiToken {
    type Error = Error;

    fn try_from(token: SecretString) -> Result<Self, Error> {
        Self::new(token)
    }
}

/// A token and when it expires, for a [`CachedTokenProvider`](crate::CachedTokenProvider).
///
/// `From<ApiToken>` makes one that does not expire.
///
/// ```
/// use std::time::Duration;
///
/// use cloudflare_client::{ApiToken, TokenWithExpiry};
///
/// let token = TokenWithExpiry::expires_in(ApiToken::new("cfut_0123456789")?, Duration::from_secs(3_600));
/// # drop(token);
/// # Ok::<(), cloudflare_client::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TokenWithExpiry {
    pub(super) token: ApiToken,
    /// `None` if the token does not expire, or after the last instant of the clock.
    pub(super) expires: Option<Instant>,
}

impl TokenWithExpiry {
    /// A token that expires after a time from now, such as the `expires_in` of OAuth 2.0.
    pub fn expires_in(token: ApiToken, lifetime: Duration) -> Self {
        Self { token, expires: Instant::now().checked_add(lifetime) }
    }

    /// A token that expires at a time of the system's clock.
    pub fn expires_at(token: ApiToken, time: SystemTime) -> Self {
        // A time in the past has an error, and its token has expired.
        Self::expires_in(token, time.duration_since(SystemTime::now()).unwrap_or_default())
    }
}

/// A token that does not expire.
impl From<ApiToken> for TokenWithExpiry {
    fn from(token: ApiToken) -> Self {
        Self { token, expires: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_token_is_redacted() {
        let token = ApiToken::new("cfut_secret").unwrap();
        assert_eq!(format!("{token:?}"), "ApiToken([redacted])");
        assert!(!format!("{:?}", TokenWithExpiry::from(token)).contains("cfut_secret"));
    }

    #[test]
    fn every_conversion_from_text_checks_the_token() {
        let token = ApiToken::new("cfut_secret").unwrap();
        assert_eq!("cfut_secret".parse::<ApiToken>().unwrap(), token);
        assert_eq!(ApiToken::try_from("cfut_secret").unwrap(), token);
        assert_eq!(ApiToken::try_from("cfut_secret".to_owned()).unwrap(), token);
        assert_eq!(ApiToken::try_from(SecretString::from("cfut_secret")).unwrap(), token);
        assert!("cfut secret".parse::<ApiToken>().is_err());
        assert!(ApiToken::try_from("cfut secret").is_err());
        assert!(ApiToken::try_from("cfut secret".to_owned()).is_err());
        assert!(ApiToken::try_from(SecretString::from("cfut secret")).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn expiry_is_a_time_from_now_or_of_the_systems_clock() {
        let hour = Duration::from_secs(3600);
        let token = || ApiToken::new("cfut_secret").unwrap();
        let left = |token: TokenWithExpiry| token.expires.unwrap().saturating_duration_since(Instant::now());
        assert_eq!(left(TokenWithExpiry::expires_in(token(), hour)), hour);
        let until_then = left(TokenWithExpiry::expires_at(token(), SystemTime::now() + hour));
        assert!(until_then <= hour && until_then > hour - Duration::from_secs(60), "{until_then:?}");
        assert_eq!(left(TokenWithExpiry::expires_at(token(), SystemTime::UNIX_EPOCH)), Duration::ZERO);
        assert_eq!(TokenWithExpiry::expires_in(token(), Duration::MAX).expires, None);
        assert_eq!(TokenWithExpiry::from(token()).expires, None);
    }
}
