//! The HTTP client below the pipeline, set up so that the pipeline is in charge.

use std::time::Duration;

use crate::Error;
use crate::base_url::BaseUrl;

/// How long making a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) fn build(base_url: &BaseUrl) -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
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
