//! Providers of rotating tokens.

use std::error::Error as StdError;
use std::pin::Pin;

use super::ApiToken;

/// A source of tokens that change while the client is in use, such as a vault, a metadata service or a file.
///
/// Each attempt asks for a token, so a retry uses the newest one. Return the token from memory if possible: the time that
/// it takes counts towards the attempt's timeout.
///
/// ```
/// use cloudflare_client::{ApiToken, Credentials, TokenFuture, TokenProvider};
///
/// use std::sync::RwLock;
///
/// /// The newest token. Another task replaces it.
/// struct NewestToken(RwLock<ApiToken>);
///
/// impl TokenProvider for NewestToken {
///     fn token(&self) -> TokenFuture<'_> {
///         Box::pin(async { Ok(self.0.read().map_err(|_| "the token is being replaced")?.clone()) })
///     }
/// }
///
/// let credentials = Credentials::provider(NewestToken(RwLock::new(ApiToken::new("cfut_0123456789")?)));
/// # Ok::<(), cloudflare_client::Error>(())
/// ```
pub trait TokenProvider: Send + Sync {
    /// The token to use now.
    ///
    /// # Errors
    ///
    /// The reason why there is no token. The call returns it as the source of an
    /// [`Authentication`](crate::ErrorKind::Authentication) error, so it must not contain a secret.
    ///
    /// # Cancellation
    ///
    /// The client drops the future when the call is dropped or times out.
    fn token(&self) -> TokenFuture<'_>;

    /// Called when the API rejected a token. Returns whether [`token`](Self::token) now has another one; the call then
    /// makes one more attempt with it. The client calls this at most once per call, and only if an attempt is left. The
    /// default is `false`.
    ///
    /// Many calls may report the same rejected token at once: compare it with the newest token before you fetch another.
    fn renew(&self, rejected: &ApiToken) -> bool {
        let _ = rejected;
        false
    }
}

/// The future that [`TokenProvider::token`] returns.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<ApiToken, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;
