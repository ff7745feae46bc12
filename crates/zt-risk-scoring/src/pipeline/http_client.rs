//! The HTTP client below the pipeline, set up so that the pipeline is in charge.

use std::time::Duration;

use crate::Error;
use crate::base_url::BaseUrl;

/// The client that is made if none is given.
pub(crate) fn build(base_url: &BaseUrl, connect_timeout: Duration) -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder()
        .connect_timeout(connect_timeout)
        .user_agent(concat!("zt-risk-scoring/", env!("CARGO_PKG_VERSION")))
        .https_only(base_url.is_https())
        // The library would take the global key along to another host.
        .redirect(reqwest::redirect::Policy::none())
        // A hidden retry would make the count of attempts a lie.
        .retry(reqwest::retry::never());
    // Where the environment sets a proxy, a request to this machine would be sent there, in plain text.
    let builder = if base_url.is_loopback() { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| Error::configuration("the HTTP client could not be set up").with_source(error))
}

/// Refuses a given client that would follow redirects, or may.
///
/// Its `Debug` is all that tells: it names the policy unless it is the default, which follows.
pub(crate) fn check(client: &reqwest::Client) -> Result<(), Error> {
    if format!("{client:?}").contains(r#"redirect_policy: "Policy(None)""#) {
        return Ok(());
    }
    Err(Error::configuration(
        "the given HTTP client may follow redirects, which would take credentials along to another host; \
         build it with `redirect(reqwest::redirect::Policy::none())`",
    ))
}

#[cfg(test)]
mod tests {
    use reqwest::redirect::Policy;

    use super::*;

    #[test]
    fn a_client_that_may_follow_redirects_is_refused() {
        let client = |policy: Policy| reqwest::Client::builder().redirect(policy).build().unwrap();
        check(&client(Policy::none())).unwrap();
        for policy in [Policy::default(), Policy::limited(3), Policy::custom(|attempt| attempt.stop())] {
            assert!(check(&client(policy)).unwrap_err().to_string().contains("redirects"));
        }
        assert!(check(&reqwest::Client::new()).is_err());
    }
}
