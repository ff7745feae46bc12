//! Who is calling.

mod provider;
mod secret;

use std::fmt;
use std::sync::Arc;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;

pub use provider::{TokenFuture, TokenProvider};
pub use secret::ApiToken;
pub(crate) use secret::{Secret, Secrets};

use crate::{Environment, Error, ErrorKind};

const X_AUTH_EMAIL: HeaderName = HeaderName::from_static("x-auth-email");
const X_AUTH_KEY: HeaderName = HeaderName::from_static("x-auth-key");

/// What proves to the API who is calling.
///
/// Secrets are checked when they are given, never printed, and wiped from memory when the last owner drops them. That
/// includes the header made from them; what the HTTP library copies into its own buffers on the way out is beyond reach.
///
/// ```
/// use zt_risk_scoring::Credentials;
///
/// let credentials = Credentials::api_token("cfut_0123456789")?;
/// assert_eq!(format!("{credentials:?}"), "Credentials(ApiToken)");
/// assert!(Credentials::api_token("with a line break\n").is_err());
/// # Ok::<(), zt_risk_scoring::Error>(())
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
    /// An API token, which the vendor prefers: it can be limited to what is needed. Goes out as
    /// `Authorization: Bearer …`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) if it is empty or has a character that cannot go into a header.
    pub fn api_token(token: impl Into<SecretString>) -> Result<Self, Error> {
        ApiToken::new(token).map(Self::from)
    }

    /// The global API key of a user, with the user's e-mail address. Goes out as `X-Auth-Email` and `X-Auth-Key`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) if either is empty or has a character that cannot go into a header.
    pub fn global_key(email: impl Into<SecretString>, key: impl Into<SecretString>) -> Result<Self, Error> {
        Ok(Self(Scheme::GlobalKey {
            email: Secret::new("the e-mail address", email.into())?,
            key: Secret::new("the global API key", key.into())?,
        }))
    }

    /// Tokens that change while the client lives. The provider is asked once per attempt.
    pub fn provider(provider: impl TokenProvider + 'static) -> Self {
        Self(Scheme::Provider(Arc::new(provider)))
    }

    /// The credentials in the environment of this process: `CLOUDFLARE_API_TOKEN`, or `CLOUDFLARE_EMAIL` with
    /// `CLOUDFLARE_API_KEY`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration), naming each variable that is missing or contradicts another.
    pub fn from_env() -> Result<Self, Error> {
        Environment::from_process().credentials()
    }

    /// Puts the credentials into a request's headers, marked as sensitive. Gives back the secrets that went in, so that
    /// they can be kept out of whatever is said about the response.
    pub(crate) async fn attach(&self, headers: &mut HeaderMap) -> Result<Secrets, Error> {
        let mut attach =
            |name: HeaderName, value: Result<HeaderValue, Error>| value.map(|value| headers.insert(name, value));
        match &self.0 {
            Scheme::Token(token) => {
                attach(AUTHORIZATION, token.secret().header("Bearer "))?;
                Ok(Secrets(vec![token.secret().clone()]))
            }
            Scheme::GlobalKey { email, key } => {
                attach(X_AUTH_EMAIL, email.header(""))?;
                attach(X_AUTH_KEY, key.header(""))?;
                Ok(Secrets(vec![key.clone(), email.clone()]))
            }
            Scheme::Provider(provider) => {
                let token = provider.token().await.map_err(|error| {
                    Error::new(ErrorKind::Authentication, "the token provider failed").with_source(error)
                })?;
                attach(AUTHORIZATION, token.secret().header("Bearer "))?;
                Ok(Secrets(vec![token.secret().clone()]))
            }
        }
    }

    /// Whether they can change.
    pub(crate) fn rotate(&self) -> bool {
        matches!(self.0, Scheme::Provider(_))
    }

    /// Whether there may be other credentials by now than the ones that were not accepted.
    pub(crate) fn renew(&self, rejected: &Secrets) -> bool {
        match &self.0 {
            Scheme::Token(_) | Scheme::GlobalKey { .. } => false,
            Scheme::Provider(provider) => {
                rejected.0.first().is_some_and(|token| provider.renew(&ApiToken::from(token.clone())))
            }
        }
    }
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
    use super::*;

    async fn headers(credentials: Credentials) -> HeaderMap {
        let mut headers = HeaderMap::new();
        credentials.attach(&mut headers).await.unwrap();
        headers
    }

    #[tokio::test]
    async fn a_token_goes_out_as_bearer_and_nothing_else() {
        let headers = headers(Credentials::api_token("cfut_secret").unwrap()).await;
        assert_eq!(headers.len(), 1);
        assert_eq!(headers[AUTHORIZATION], "Bearer cfut_secret");
    }

    #[tokio::test]
    async fn a_global_key_goes_out_with_its_email_and_nothing_else() {
        let headers = headers(Credentials::global_key("a@example.com", "cfk_secret").unwrap()).await;
        assert_eq!(headers.len(), 2);
        assert_eq!(headers["X-Auth-Email"], "a@example.com");
        assert_eq!(headers["X-Auth-Key"], "cfk_secret");
    }

    #[tokio::test]
    async fn every_credential_header_is_sensitive() {
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
    async fn a_provider_is_asked_each_time() {
        #[derive(Default)]
        struct Counting(std::sync::atomic::AtomicU32);
        impl TokenProvider for Counting {
            fn token(&self) -> TokenFuture<'_> {
                let turn = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Box::pin(async move { Ok(ApiToken::new(format!("turn-{turn}"))?) })
            }
        }

        let credentials = Credentials::provider(Counting::default());
        for expected in ["Bearer turn-0", "Bearer turn-1"] {
            let mut headers = HeaderMap::new();
            credentials.attach(&mut headers).await.unwrap();
            assert_eq!(headers[AUTHORIZATION], expected);
        }
    }

    #[tokio::test]
    async fn a_provider_that_fails_is_an_authentication_error_with_its_cause() {
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

    #[test]
    fn credentials_that_cannot_go_into_a_header_are_refused_and_not_repeated() {
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
    fn debug_shows_the_scheme_only() {
        let debug = format!("{:?}", Credentials::global_key("a@example.com", "cfk_hunter2").unwrap());
        assert_eq!(debug, "Credentials(GlobalKey)");
    }
}
