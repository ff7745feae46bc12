//! Text that nobody gets to see.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::Error;

/// An API token that can go into a header.
#[derive(Clone, Debug)]
pub struct ApiToken(Secret);

impl ApiToken {
    /// Checks a token.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if it is empty or has a character that cannot go into a header.
    pub fn new(token: impl Into<SecretString>) -> Result<Self, Error> {
        Secret::new("the API token", token.into()).map(Self)
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.0
    }
}

/// Takes the same time wherever two tokens differ.
impl PartialEq for ApiToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.0.expose_secret().as_bytes().ct_eq(other.0.0.expose_secret().as_bytes()).into()
    }
}

impl Eq for ApiToken {}

impl From<Secret> for ApiToken {
    fn from(secret: Secret) -> Self {
        Self(secret)
    }
}

/// Text that can go into a header and appears nowhere else. Cloning shares it; the last owner wipes it.
#[derive(Clone)]
pub(crate) struct Secret(Arc<SecretString>);

impl Secret {
    /// What takes the place of a secret in text from outside.
    const REDACTED: &str = "[redacted]";

    /// Checks a secret. `what` names it in the error.
    pub(crate) fn new(what: &str, secret: SecretString) -> Result<Self, Error> {
        let text = secret.expose_secret();
        let problem = if text.is_empty() {
            "is empty"
        } else if text.contains(['\n', '\r']) {
            "contains a line break; trim what you read it from"
        } else if text.contains(' ') {
            "contains a space; give the secret alone"
        } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            "contains a character that is not printable ASCII"
        } else {
            return Ok(Self(Arc::new(secret)));
        };
        Err(Error::configuration(format!("{what} {problem}")))
    }

    /// A sensitive header value: the prefix, then the secret. Its memory is wiped when the last copy is dropped.
    pub(crate) fn header(&self, prefix: &str) -> Result<HeaderValue, Error> {
        let value = Zeroizing::new([prefix, self.0.expose_secret()].concat().into_bytes());
        let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(value))
            .map_err(|_| Error::configuration("a credential cannot go into a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Takes the secret out of text that came from outside.
    ///
    /// One that is shorter than any real secret is left alone: it would tear words apart.
    fn scrub(&self, text: &str) -> String {
        const SHORTEST: usize = 8;
        let secret = self.0.expose_secret();
        if secret.len() < SHORTEST { text.to_owned() } else { text.replace(secret, Self::REDACTED) }
    }
}

/// The secrets that a request carried.
#[derive(Debug)]
pub(crate) struct Secrets(pub(super) Vec<Secret>);

impl Secrets {
    /// Takes the secrets out of text that came from outside: a server may repeat what it was sent.
    pub(crate) fn scrub(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| secret.scrub(&text))
    }
}

impl From<ApiToken> for Secrets {
    fn from(token: ApiToken) -> Self {
        Self(vec![token.0])
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::REDACTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_prints_nothing() {
        let token = ApiToken::new("cfut_secret").unwrap();
        assert_eq!(format!("{token:?}"), "ApiToken([redacted])");
    }

    #[test]
    fn tokens_can_be_told_apart() {
        let token = |text: &str| ApiToken::new(text).unwrap();
        assert_eq!(token("cfut_secret"), token("cfut_secret"));
        assert_ne!(token("cfut_secret"), token("cfut_secreT"));
        assert_ne!(token("cfut_secret"), token("cfut_secre"));
    }

    #[test]
    fn what_a_server_repeats_is_scrubbed() {
        let token = ApiToken::new("cfut_secret").unwrap();
        assert_eq!(token.secret().scrub("bad token cfut_secret!"), "bad token [redacted]!");
        assert_eq!(ApiToken::new("e").unwrap().secret().scrub("error"), "error");
    }
}
