//! The HTTP client below the pipeline.

use std::time::Duration;

use crate::Error;
use crate::base_url::BaseUrl;

/// Makes the HTTP client of a connection that is given none. The pipeline retries and follows no redirect; reqwest must not.
pub(crate) fn build(base_url: &BaseUrl, connect_timeout: Duration) -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder()
        .connect_timeout(connect_timeout)
        .https_only(base_url.is_https())
        // reqwest would send the global key to another host.
        .redirect(reqwest::redirect::Policy::none())
        // A retry of reqwest would not be counted as an attempt.
        .retry(reqwest::retry::never());
    // A proxy of the environment would get a request for this machine in plain text.
    let builder = if base_url.is_loopback() { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| Error::configuration("the HTTP client could not be set up").with_source(error))
}

/// Rejects a given client that may follow redirects.
///
/// Only its `Debug` shows the policy, and not if it is the default, which follows. If reqwest changes that, every given
/// client is rejected.
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
