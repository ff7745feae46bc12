//! Secrets of a request.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::{HeaderValue, InvalidHeaderValue};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::search::find;

/// Text that is allowed in a header and is never printed. Clones share it; dropping the last one wipes the memory.
#[derive(Clone)]
pub(crate) struct Secret(Arc<Inner>);

struct Inner {
    text: SecretString,
    /// The header value and its prefix, made when it is first used. All requests share its memory.
    header: OnceLock<(&'static str, HeaderValue)>,
}

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
            return Ok(Self(Arc::new(Inner { text: secret, header: OnceLock::new() })));
        };
        Err(InvalidSecret(problem))
    }

    /// A sensitive header value: the prefix, then the secret. Dropping the last copy wipes its memory.
    pub(crate) fn header(&self, prefix: &'static str) -> Result<HeaderValue, InvalidHeaderValue> {
        if let Some((_, value)) = self.0.header.get().filter(|(used, _)| *used == prefix) {
            return Ok(value.clone());
        }
        let value = Zeroizing::new([prefix, self.expose()].concat().into_bytes());
        let mut value = HeaderValue::from_maybe_shared(wiped_on_drop(value))?;
        value.set_sensitive(true);
        // If another call was faster, its value is the same.
        let _ = self.0.header.set((prefix, value.clone()));
        Ok(value)
    }

    fn expose(&self) -> &str {
        self.0.text.expose_secret()
    }

    /// Replaces the secret in untrusted text. A text without the secret is not copied.
    fn redact<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        let secret = self.expose();
        if !Self::is_redactable(secret) {
            return text;
        }
        let mut redacted = String::new();
        let mut rest = text.as_ref();
        while let Some(range) = find(rest.as_bytes(), secret) {
            redacted.push_str(rest.get(..range.start).unwrap_or_default());
            redacted.push_str(Self::REDACTED);
            rest = rest.get(range.end..).unwrap_or_default();
        }
        if rest.len() == text.len() {
            return text;
        }
        redacted.push_str(rest);
        Cow::Owned(redacted)
    }

    /// Whether redaction would change a text.
    fn is_in(&self, text: &[u8]) -> bool {
        let secret = self.expose();
        Self::is_redactable(secret) && find(text, secret).is_some()
    }

    /// A secret shorter than any real one is not replaced, since ordinary words may contain it. E-mail addresses may be
    /// short.
    fn is_redactable(secret: &str) -> bool {
        const MIN_LENGTH: usize = 8;
        secret.len() >= MIN_LENGTH || secret.contains('@')
    }
}

/// Shares bytes whose memory is wiped when the last copy is dropped. The bound makes sure of that at compile time.
fn wiped_on_drop(bytes: impl AsRef<[u8]> + ZeroizeOnDrop + Send + 'static) -> Bytes {
    Bytes::from_owner(bytes)
}

/// The comparison takes the same time wherever two secrets of one length differ.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
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
#[derive(Debug, Default)]
pub(crate) struct Secrets([Option<Secret>; 2]);

impl Secrets {
    /// The secrets of one scheme: a token, or a key with its e-mail address.
    pub(crate) fn new(first: Option<Secret>, second: Option<Secret>) -> Self {
        Self([first, second])
    }

    fn iter(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter().flatten()
    }

    /// The secret that identifies the caller: the token, or the key.
    pub(crate) fn first(&self) -> Option<&Secret> {
        self.iter().next()
    }

    /// Whether a text contains a secret. Neither copies the text nor checks whether it is UTF-8.
    pub(crate) fn are_in(&self, text: &[u8]) -> bool {
        self.iter().any(|secret| secret.is_in(text))
    }

    /// Replaces every secret in untrusted text. A text without secrets is not copied.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.iter().fold(Cow::Borrowed(text), |text, secret| secret.redact(text))
    }
}

#[cfg(test)]
impl From<&str> for Secrets {
    fn from(secret: &str) -> Self {
        Self::new(Some(Secret::new(secret.into()).unwrap()), None)
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
    fn memory_of_a_secret_is_wiped_on_drop() {
        fn check<T: ZeroizeOnDrop + ?Sized>(_: &T) {}
        check(&secret("cfut_secret").0.text);
    }

    #[test]
    fn echoed_secret_is_redacted_wherever_it_is() {
        let secrets = Secrets::new(Some(secret("cfk_secret")), Some(secret("a@b.io")));
        for (text, expected) in [
            ("bad key cfk_secret!", "bad key [redacted]!"),
            ("cfk_secretCFK_SECRET", "[redacted][redacted]"),
            ("é cfk_secret of A%40b.io é", "é [redacted] of [redacted] é"),
            ("Bearer cfk_secret", "Bearer [redacted]"),
        ] {
            assert!(secrets.are_in(text.as_bytes()));
            assert_eq!(secrets.redact(text), expected);
        }
    }

    #[test]
    fn text_without_a_secret_is_not_copied() {
        let secrets = Secrets::new(Some(secret("cfk_secret")), Some(secret("a@example.com")));
        assert!(!secrets.are_in(b"an error of cfk_secre"));
        assert!(matches!(secrets.redact("an error of cfk_secre"), Cow::Borrowed("an error of cfk_secre")));
    }

    #[test]
    fn secret_that_is_shorter_than_any_real_one_is_not_redacted() {
        assert_eq!(Secrets::from("e").redact("error"), "error");
        assert!(!Secrets::from("e").are_in(b"error"));
        assert_eq!(Secrets::from("0123456").redact("0123456"), "0123456");
        assert_eq!(Secrets::from("01234567").redact("01234567"), "[redacted]");
    }
}
