//! Credentials: what authenticates a request.

mod cached;
mod provider;
mod token;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, InvalidHeaderValue};
use secrecy::SecretString;

pub use cached::CachedTokenProvider;
pub use provider::{RenewFuture, TokenFuture, TokenProvider};
pub use token::{ApiToken, TokenWithExpiry};

use crate::redact::{Secret, Secrets, one_line};
use crate::{Error, ErrorKind};

/// An error of a user's code.
type BoxError = Box<dyn StdError + Send + Sync>;

const X_AUTH_EMAIL: HeaderName = HeaderName::from_static("x-auth-email");
const X_AUTH_KEY: HeaderName = HeaderName::from_static("x-auth-key");

/// What authenticates a request.
///
/// Constructors check secrets. A secret is never printed. Dropping its last owner wipes its memory and that of its header,
/// but not the write buffers of the HTTP library.
///
/// ```
/// use cloudflare_client::Credentials;
///
/// let credentials = Credentials::api_token("cfut_0123456789")?;
/// assert_eq!(format!("{credentials:?}"), "Credentials(ApiToken)");
/// assert!(Credentials::api_token("with a line break\n").is_err());
/// # Ok::<(), cloudflare_client::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials(Scheme);

#[derive(Clone)]
enum Scheme {
    Token(ApiToken),
    GlobalKey { email: Secret, key: Secret },
    Provider(Arc<dyn TokenProvider>),
}

impl Credentials {
    /// An API token, sent as `Authorization: Bearer …`. The vendor prefers tokens, since each can be limited to the
    /// permissions that it needs.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) if it is empty or has a character that is not allowed in a header.
    pub fn api_token(token: impl Into<SecretString>) -> Result<Self, Error> {
        ApiToken::new(token).map(Self::from)
    }

    /// The global API key of a user, with the user's e-mail address, sent as `X-Auth-Email` and `X-Auth-Key`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) if either is empty or has a character that is not allowed in a header.
    pub fn global_key(email: impl Into<SecretString>, key: impl Into<SecretString>) -> Result<Self, Error> {
        Ok(Self(Scheme::GlobalKey {
            email: checked("the e-mail address", email.into())?,
            key: checked("the global API key", key.into())?,
        }))
    }

    /// Tokens that change while the client is in use. Each attempt asks the provider for a token.
    pub fn provider(provider: impl TokenProvider + 'static) -> Self {
        Self(Scheme::Provider(Arc::new(provider)))
    }

    /// Adds the credentials to a request's headers, marked as sensitive. Returns the secrets of the request, which callers
    /// redact from all text about its response.
    pub(crate) async fn attach(&self, headers: &mut HeaderMap) -> Result<Secrets, Error> {
        let token = match &self.0 {
            Scheme::Token(token) => token.clone(),
            Scheme::GlobalKey { email, key } => {
                headers.insert(X_AUTH_EMAIL, email.header("").map_err(invalid_header)?);
                headers.insert(X_AUTH_KEY, key.header("").map_err(invalid_header)?);
                return Ok(Secrets::new(Some(key.clone()), Some(email.clone())));
            }
            Scheme::Provider(provider) => provider.token().await.map_err(|error| {
                Error::new(ErrorKind::Authentication, "the token provider failed").with_source(error)
            })?,
        };
        headers.insert(AUTHORIZATION, token.secret().header("Bearer ").map_err(invalid_header)?);
        Ok(Secrets::new(Some(token.secret().clone()), None))
    }

    /// Whether a provider may return other credentials later.
    pub(crate) fn can_rotate(&self) -> bool {
        matches!(self.0, Scheme::Provider(_))
    }

    /// Whether both authenticate alike. Two providers do if one is a clone of the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Scheme::Token(token), Scheme::Token(other)) => token == other,
            (Scheme::GlobalKey { email, key }, Scheme::GlobalKey { email: other_email, key: other_key }) => {
                email == other_email && key == other_key
            }
            (Scheme::Provider(provider), Scheme::Provider(other)) => Arc::ptr_eq(provider, other),
            _ => false,
        }
    }

    /// Asks the provider, if there is one, to replace the rejected credentials. Returns whether it has others.
    ///
    /// An error of the provider becomes an event, since the API's rejection is the error of the call.
    pub(crate) async fn try_renew(&self, rejected: &Secrets) -> bool {
        let (Scheme::Provider(provider), Some(token)) = (&self.0, rejected.first()) else { return false };
        provider.renew(&ApiToken::from(token.clone())).await.unwrap_or_else(|error| {
            let error = one_line(&rejected.redact(&with_causes(error.as_ref())));
            tracing::debug!(error, "the token could not be renewed");
            false
        })
    }
}

/// Checks a secret. The error contains its name and not its value.
fn checked(name: &str, secret: SecretString) -> Result<Secret, Error> {
    Secret::new(secret).map_err(|problem| Error::configuration(format!("{name} {problem}")))
}

/// An error and its causes, outermost first.
fn with_causes(error: &(dyn StdError + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |&error| error.source());
    errors.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn invalid_header(_: InvalidHeaderValue) -> Error {
    Error::configuration("a credential contains a character that is not allowed in a header")
}

impl From<ApiToken> for Credentials {
    fn from(token: ApiToken) -> Self {
        Self(Scheme::Token(token))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Scheme::Token(_) => "Credentials(ApiToken)",
            Scheme::GlobalKey { .. } => "Credentials(GlobalKey)",
            Scheme::Provider(_) => "Credentials(Provider)",
        })
    }
}

#[cfg(test)]
mod tests {
    use http::header::HeaderValue;

    use super::*;

    async fn headers(credentials: Credentials) -> HeaderMap {
        let mut headers = HeaderMap::new();
        credentials.attach(&mut headers).await.unwrap();
        headers
    }

    #[tokio::test]
    async fn api_token_is_sent_as_bearer_and_nothing_else() {
        let headers = headers(Credentials::api_token("cfut_secret").unwrap()).await;
        assert_eq!(headers.len(), 1);
        assert_eq!(headers[AUTHORIZATION], "Bearer cfut_secret");
    }

    #[tokio::test]
    async fn global_key_is_sent_with_its_email_and_nothing_else() {
        let headers = headers(Credentials::global_key("a@example.com", "cfk_secret").unwrap()).await;
        assert_eq!(headers.len(), 2);
        assert_eq!(headers["X-Auth-Email"], "a@example.com");
        assert_eq!(headers["X-Auth-Key"], "cfk_secret");
    }

    #[tokio::test]
    async fn credential_headers_are_sensitive() {
        for credentials in [
            Credentials::api_token("cfut_secret").unwrap(),
            Credentials::global_key("a@example.com", "cfk_secret").unwrap(),
        ] {
            let headers = headers(credentials).await;
            assert!(headers.values().all(HeaderValue::is_sensitive));
            assert!(!format!("{headers:?}").contains("secret"));
        }
    }

    #[tokio::test]
    async fn every_secret_of_a_request_is_redacted_from_its_response() {
        for (credentials, echo, redacted) in [
            (Credentials::api_token("cfut_secret"), "cfut_secret!", "[redacted]!"),
            (Credentials::global_key("jo@x.io", "cfk_secret"), "cfk_secret of jo@x.io", "[redacted] of [redacted]"),
        ] {
            let secrets = credentials.unwrap().attach(&mut HeaderMap::new()).await.unwrap();
            assert_eq!(secrets.redact(echo), redacted);
        }
    }

    #[tokio::test]
    async fn provider_is_asked_for_every_attempt() {
        #[derive(Default)]
        struct Counting(std::sync::atomic::AtomicU32);
        impl TokenProvider for Counting {
            fn token(&self) -> TokenFuture<'_> {
                let number = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Box::pin(async move { Ok(ApiToken::new(format!("token-{number}"))?) })
            }
        }

        let credentials = Credentials::provider(Counting::default());
        for expected in ["Bearer token-0", "Bearer token-1"] {
            let mut headers = HeaderMap::new();
            credentials.attach(&mut headers).await.unwrap();
            assert_eq!(headers[AUTHORIZATION], expected);
        }
    }

    #[tokio::test]
    async fn failed_provider_is_an_authentication_error_with_its_cause() {
        struct Failing;
        impl TokenProvider for Failing {
            fn token(&self) -> TokenFuture<'_> {
                Box::pin(async { Err("the vault is sealed".into()) })
            }
        }

        let error = Credentials::provider(Failing).attach(&mut HeaderMap::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the vault is sealed");
    }

    #[tokio::test]
    async fn renewal_asks_the_provider_with_the_rejected_token() {
        struct Renewing(Result<bool, &'static str>);
        impl TokenProvider for Renewing {
            fn token(&self) -> TokenFuture<'_> {
                Box::pin(async { Ok(ApiToken::new("cfut_secret")?) })
            }

            fn renew<'a>(&'a self, rejected: &'a ApiToken) -> RenewFuture<'a> {
                assert_eq!(*rejected, ApiToken::new("cfut_secret").unwrap());
                Box::pin(async { Ok(self.0?) })
            }
        }

        let rejected = Secrets::from("cfut_secret");
        for (result, expected) in [(Ok(true), true), (Ok(false), false), (Err("the vault is sealed"), false)] {
            assert_eq!(Credentials::provider(Renewing(result)).try_renew(&rejected).await, expected);
        }
        assert!(!Credentials::api_token("cfut_secret").unwrap().try_renew(&rejected).await);
        assert!(!Credentials::global_key("a@example.com", "cfk_secret").unwrap().try_renew(&rejected).await);
    }

    #[test]
    fn error_is_described_with_its_causes() {
        let error = Error::configuration("outer").with_source(Error::configuration("middle").with_source("inner"));
        assert_eq!(with_causes(&error), "outer: middle: inner");
    }

    #[test]
    fn secret_that_is_not_allowed_in_a_header_is_rejected_and_not_printed() {
        for (credentials, reason) in [
            (Credentials::api_token(""), "empty"),
            (Credentials::api_token("hunter2\n"), "line break"),
            (Credentials::api_token("Bearer hunter2"), "space"),
            (Credentials::api_token("hunter2-é"), "ASCII"),
            (Credentials::api_token("hunter2\u{7f}"), "ASCII"),
            (Credentials::global_key("", "hunter2"), "empty"),
            (Credentials::global_key("a@example.com", ""), "empty"),
            (Credentials::global_key("hunter2\r\nX: y", "hunter2"), "line break"),
        ] {
            let error = credentials.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains(reason), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn debug_of_credentials_shows_only_the_scheme() {
        let debug = format!("{:?}", Credentials::global_key("a@example.com", "cfk_hunter2").unwrap());
        assert_eq!(debug, "Credentials(GlobalKey)");
    }
}
