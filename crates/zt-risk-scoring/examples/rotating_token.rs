//! Uses a token that rotates: each attempt asks a provider for the newest one. For tokens that are fetched and expire,
//! use a [`CachedTokenProvider`](zt_risk_scoring::CachedTokenProvider) instead of a provider of your own.
//!
//! `cargo run -p zt-risk-scoring --example rotating_token`

use std::sync::{Mutex, PoisonError};

use zt_risk_scoring::{ApiToken, Client, Credentials, Error, RenewFuture, TokenFuture, TokenProvider};
use zt_risk_scoring_mock::Simulator;

/// A vault: the cached token, and the one that replaces it.
struct Vault {
    cached: Mutex<ApiToken>,
    newest: ApiToken,
}

impl TokenProvider for Vault {
    fn token(&self) -> TokenFuture<'_> {
        Box::pin(async { Ok(self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone()) })
    }

    /// The API rejected a token. Many calls may report the same one, so only the first replaces it.
    fn renew<'a>(&'a self, rejected: &'a ApiToken) -> RenewFuture<'a> {
        Box::pin(async {
            let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
            if *cached == *rejected {
                *cached = self.newest.clone();
            }
            Ok(*cached != *rejected)
        })
    }
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    let simulator = Simulator::start().await;
    let vault = Vault {
        cached: Mutex::new(ApiToken::new("cfut_revoked-in-the-meantime")?),
        newest: ApiToken::new(simulator.api_token())?,
    };
    let client = Client::builder()
        .credentials(Credentials::provider(vault))
        .account_id(simulator.account_id())
        .base_url(simulator.base_url())
        .build()?;

    let response = client.behaviors().get().send().await?;
    println!("{} behaviors after {} attempts", response.value().len(), response.metadata().attempts());
    Ok(())
}
