//! Secrets of a request.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{HeaderValue, InvalidHeaderValue};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Text that is allowed in a header and is never printed. Clones share it; dropping the last one wipes the memory.
#[derive(Clone)]
pub(crate) struct Secret(Arc<SecretString>);

/// Why a secret is invalid, without its value. A message prints it after the secret's name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InvalidSecret(&'static str);

impl Secret {
    /// The text that replaces a secret.
    const REDACTED: &str = "[redacted]";

    /// Checks a secret.
    pub(crate) fn new(secret: SecretString) -> Result<Self, InvalidSecret> {
        let text = secret.expose_secret();
        let problem = if text.is_empty() {
            "is empty"
        } else if text.contains(['\n', '\r']) {
            "contains a line break; remove it"
        } else if text.contains(' ') {
            "contains a space; pass the secret alone"
        } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            "contains a character that is not printable ASCII"
        } else {
            return Ok(Self(Arc::new(secret)));
        };
        Err(InvalidSecret(problem))
    }

    /// A sensitive header value: the prefix, then the secret. Dropping the last copy wipes its memory.
    pub(crate) fn header(&self, prefix: &str) -> Result<HeaderValue, InvalidHeaderValue> {
        let value = Zeroizing::new([prefix, self.0.expose_secret()].concat().into_bytes());
        let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(value))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Replaces the secret in untrusted text.
    ///
    /// A secret shorter than any real one is not replaced, since ordinary words may contain it.
    fn redact(&self, text: &str) -> String {
        const MIN_LENGTH: usize = 8;
        let secret = self.0.expose_secret();
        if secret.len() < MIN_LENGTH { text.to_owned() } else { text.replace(secret, Self::REDACTED) }
    }
}

/// The comparison takes the same time wherever two secrets of one length differ.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret().as_bytes().ct_eq(other.0.expose_secret().as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::REDACTED)
    }
}

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The secrets that a request carried.
#[derive(Debug)]
pub(crate) struct Secrets(Vec<Secret>);

impl Secrets {
    pub(crate) fn new(secrets: impl Into<Vec<Secret>>) -> Self {
        Self(secrets.into())
    }

    /// The secret that identifies the caller: the token, or the key.
    pub(crate) fn first(&self) -> Option<&Secret> {
        self.0.first()
    }

    /// Replaces every secret in untrusted text.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| secret.redact(&text))
    }
}

#[cfg(test)]
impl From<&str> for Secrets {
    fn from(secret: &str) -> Self {
        Self::new([Secret::new(secret.into()).unwrap()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into()).unwrap()
    }

    #[test]
    fn debug_of_a_secret_is_redacted() {
        assert_eq!(format!("{:?}", secret("cfut_secret")), "[redacted]");
    }

    #[test]
    fn secrets_are_equal_only_if_their_text_is() {
        assert_eq!(secret("cfut_secret"), secret("cfut_secret"));
        assert_ne!(secret("cfut_secret"), secret("cfut_secreT"));
        assert_ne!(secret("cfut_secret"), secret("cfut_secre"));
    }

    #[test]
    fn echoed_secret_is_redacted_unless_it_is_shorter_than_any_real_one() {
        assert_eq!(Secrets::from("cfut_secret").redact("bad token cfut_secret!"), "bad token [redacted]!");
        assert_eq!(Secrets::from("e").redact("error"), "error");
    }
}
