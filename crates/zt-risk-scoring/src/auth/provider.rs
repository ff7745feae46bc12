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
/// use std::sync::RwLock;
///
/// /// The newest token; something else keeps it new.
/// struct Newest(RwLock<ApiToken>);
///
/// impl TokenProvider for Newest {
///     fn token(&self) -> TokenFuture<'_> {
///         Box::pin(async { Ok(self.0.read().map_err(|_| "the token is being replaced")?.clone()) })
///     }
/// }
///
/// let credentials = Credentials::provider(Newest(RwLock::new(ApiToken::new("cfut_0123456789")?)));
/// # Ok::<(), zt_risk_scoring::Error>(())
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

    /// The API did not accept a token: say whether another may be had now. If so, the call is tried once more, with what
    /// [`token`](Self::token) gives then. It is asked once per call at the most, and only if there is an attempt left. By
    /// default, there is none.
    ///
    /// Many calls may be refused the same token at once: compare it with the newest one before getting another.
    fn renew(&self, rejected: &ApiToken) -> bool {
        let _ = rejected;
        false
    }
}

/// What [`TokenProvider::token`] gives back.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<ApiToken, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;
