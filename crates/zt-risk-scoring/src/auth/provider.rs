//! Tokens that rotate.

use std::error::Error as StdError;
use std::pin::Pin;

use super::ApiToken;

/// A source of tokens that change while the client lives: a vault, a metadata service, a file.
///
/// It is asked once per attempt, so a call that is tried again uses the newest token. It should answer from memory: the
/// time it takes counts towards the time of the call.
///
/// ```
/// use zt_risk_scoring::{ApiToken, Credentials, TokenFuture, TokenProvider};
///
/// struct File(std::path::PathBuf);
///
/// impl TokenProvider for File {
///     fn token(&self) -> TokenFuture<'_> {
///         Box::pin(async { Ok(ApiToken::new(std::fs::read_to_string(&self.0)?.trim())?) })
///     }
/// }
///
/// let credentials = Credentials::provider(File("/run/secrets/cloudflare".into()));
/// ```
pub trait TokenProvider: Send + Sync {
    /// The token to use now.
    ///
    /// # Errors
    ///
    /// Whatever kept the token away. It becomes the source of an
    /// [`Authentication`](crate::ErrorKind::Authentication) error, so it must not contain a secret.
    ///
    /// # Cancellation
    ///
    /// The future is dropped when the call is, or when its time is up.
    fn token(&self) -> TokenFuture<'_>;
}

/// What [`TokenProvider::token`] gives back.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<ApiToken, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;
