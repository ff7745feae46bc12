//! Providers of rotating tokens.

use std::pin::Pin;
use std::sync::Arc;

use super::{ApiToken, BoxError};

/// A source of tokens that change while the client is in use, such as a vault, a metadata service or a file.
///
/// Each attempt asks for a token, so a retry uses the newest one. Return the token from memory if possible: the time
/// that it takes counts towards the attempt's timeout. [`CachedTokenProvider`](crate::CachedTokenProvider) keeps
/// fetched tokens in memory.
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
    /// sends its request once more. The client calls this at most once per call. The default is `false`.
    ///
    /// Many calls may report the same rejected token at once: compare it with the newest token before you fetch
    /// another.
    ///
    /// # Errors
    ///
    /// The reason why no other token could be fetched. The call ends with the API's rejection, and the reason becomes a
    /// `tracing` event, so it must not contain a secret.
    ///
    /// # Cancellation
    ///
    /// As for [`token`](Self::token).
    fn renew<'a>(&'a self, rejected: &'a ApiToken) -> RenewFuture<'a> {
        let _ = rejected;
        Box::pin(std::future::ready(Ok(false)))
    }
}

/// The future that [`TokenProvider::token`] returns.
///
/// ```
/// use cloudflare_client::{ApiToken, TokenFuture};
///
/// fn token_in_memory(token: &ApiToken) -> TokenFuture<'_> {
///     Box::pin(async { Ok(token.clone()) })
/// }
/// # drop(token_in_memory(&ApiToken::new("cfut_0123456789")?));
/// # Ok::<(), cloudflare_client::Error>(())
/// ```
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<ApiToken, BoxError>> + Send + 'a>>;

/// The future that [`TokenProvider::renew`] returns.
///
/// ```
/// use std::sync::RwLock;
///
/// use cloudflare_client::{ApiToken, RenewFuture, TokenFuture, TokenProvider};
/// # async fn fetch() -> Result<ApiToken, cloudflare_client::Error> {
/// #     ApiToken::new("cfut_9876543210")
/// # }
///
/// struct Newest(RwLock<ApiToken>);
///
/// impl TokenProvider for Newest {
///     fn token(&self) -> TokenFuture<'_> {
///         Box::pin(async { Ok(self.0.read().map_err(|_| "the token is being replaced")?.clone()) })
///     }
///
///     fn renew<'a>(&'a self, rejected: &'a ApiToken) -> RenewFuture<'a> {
///         Box::pin(async {
///             // Another call may have renewed it meanwhile.
///             if self.token().await? == *rejected {
///                 let renewed = fetch().await?;
///                 *self.0.write().map_err(|_| "the token is being replaced")? = renewed;
///             }
///             Ok(true)
///         })
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// # let rejected = ApiToken::new("cfut_0123456789")?;
/// # let newest = Newest(RwLock::new(rejected.clone()));
/// # assert!(newest.renew(&rejected).await? && newest.token().await? != rejected);
/// # Ok(())
/// # }
/// ```
pub type RenewFuture<'a> = Pin<Box<dyn Future<Output = Result<bool, BoxError>> + Send + 'a>>;

impl<T: TokenProvider + ?Sized> TokenProvider for Arc<T> {
    fn token(&self) -> TokenFuture<'_> {
        (**self).token()
    }

    fn renew<'a>(&'a self, rejected: &'a ApiToken) -> RenewFuture<'a> {
        (**self).renew(rejected)
    }
}

impl<T: TokenProvider + ?Sized> TokenProvider for Box<T> {
    fn token(&self) -> TokenFuture<'_> {
        (**self).token()
    }

    fn renew<'a>(&'a self, rejected: &'a ApiToken) -> RenewFuture<'a> {
        (**self).renew(rejected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A provider with one token, which it can renew.
    struct Renewing;

    impl TokenProvider for Renewing {
        fn token(&self) -> TokenFuture<'_> {
            Box::pin(async { Ok(ApiToken::new("cfut_secret")?) })
        }

        fn renew<'a>(&'a self, _: &'a ApiToken) -> RenewFuture<'a> {
            Box::pin(async { Ok(true) })
        }
    }

    #[tokio::test]
    async fn pointer_to_a_provider_passes_on_both_methods() {
        async fn check(provider: impl TokenProvider) {
            let token = provider.token().await.unwrap();
            assert_eq!(token, ApiToken::new("cfut_secret").unwrap());
            assert!(provider.renew(&token).await.unwrap());
        }
        check(Arc::new(Renewing)).await;
        check(Box::new(Renewing)).await;
        check(Arc::new(Renewing) as Arc<dyn TokenProvider>).await;
        check(Box::new(Renewing) as Box<dyn TokenProvider>).await;
    }

    #[tokio::test]
    async fn provider_renews_nothing_by_default() {
        struct Fixed;
        impl TokenProvider for Fixed {
            fn token(&self) -> TokenFuture<'_> {
                Box::pin(async { Renewing.token().await })
            }
        }
        assert!(!Fixed.renew(&ApiToken::new("cfut_secret").unwrap()).await.unwrap());
    }
}
