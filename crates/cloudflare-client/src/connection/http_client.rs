//! The HTTP client below the pipeline.

use std::time::Duration;

use crate::Error;
use crate::base_url::BaseUrl;

/// Builds the HTTP client of a connection whose user sets none. Only the pipeline retries, and nothing follows redirects.
pub(crate) fn build(base_url: &BaseUrl, connect_timeout: Duration) -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder()
        .connect_timeout(connect_timeout)
        .https_only(base_url.is_https())
        // After a redirect to another host, reqwest would send the global key there.
        .redirect(reqwest::redirect::Policy::none())
        // The client does not count reqwest's own retries as attempts.
        .retry(reqwest::retry::never());
    // A proxy of the environment would see the plain-text requests to this machine.
    let builder = if base_url.is_loopback() { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| Error::configuration("the HTTP client could not be set up").with_source(error))
}

/// Rejects a user's HTTP client that may follow redirects.
///
/// Only reqwest's `Debug` output has the redirect policy, and only if it is not the default, which follows redirects. If a
/// later reqwest prints the policy differently, this function rejects every client.
pub(crate) fn check(client: &reqwest::Client) -> Result<(), Error> {
    if format!("{client:?}").contains(r#"redirect_policy: "Policy(None)""#) {
        return Ok(());
    }
    Err(Error::configuration(
        "the given HTTP client may follow redirects, which would send credentials to another host; \
         build it with `redirect(reqwest::redirect::Policy::none())`",
    ))
}

#[cfg(test)]
mod tests {
    use reqwest::redirect::Policy;

    use super::*;

    #[test]
    fn client_that_may_follow_redirects_is_rejected() {
        let client = |policy: Policy| reqwest::Client::builder().redirect(policy).build().unwrap();
        check(&client(Policy::none())).unwrap();
        for policy in [Policy::default(), Policy::limited(3), Policy::custom(|attempt| attempt.stop())] {
            assert!(check(&client(policy)).unwrap_err().to_string().contains("redirects"));
        }
        assert!(check(&reqwest::Client::new()).is_err());
    }
}
