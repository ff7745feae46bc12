//! Where requests go.

use std::fmt;

use url::{Host, Url};

use crate::Error;

/// Where the vendor serves the API.
pub const DEFAULT_BASE_URL: &str = "https://api.cloudflare.com/client/v4";

/// The beginning of every request's URL: checked, and without a slash at its end.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(Url);

impl BaseUrl {
    /// Checks a base URL.
    ///
    /// Plain HTTP shows the credentials to everybody on the way, so it is let through only to loopback, or if
    /// `allow_plain_http` is set.
    pub(crate) fn new(text: &str, allow_plain_http: bool) -> Result<Self, Error> {
        // The URL standard drops or replaces these in silence, so that one reads another URL than was written.
        if text.chars().any(|char| char.is_control() || char.is_whitespace() || char == '\\') {
            return Err(refuse("it contains white space, a control character or a backslash"));
        }
        let url = Url::parse(text)
            .map_err(|error| refuse(format!("{error}; write it in full, such as {DEFAULT_BASE_URL}")))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it contains credentials; set them on the client instead"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it contains a query or a fragment"));
        }
        let base = Self(url);
        match base.0.scheme() {
            "https" => Ok(base),
            "http" if allow_plain_http || base.is_loopback() => Ok(base),
            "http" => Err(refuse(
                "plain http shows the credentials to everybody on the way; use https, or allow plain http by name",
            )),
            _ => Err(refuse(format!("its scheme is not https; write it in full, such as {DEFAULT_BASE_URL}"))),
        }
    }

    /// Whether requests stay on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The URL itself stays out of the message: it may contain credentials.
fn refuse(reason: impl fmt::Display) -> Error {
    Error::configuration(format!("the base URL cannot be used: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_loopback_are_accepted() {
        for (given, kept) in [
            (DEFAULT_BASE_URL, DEFAULT_BASE_URL),
            ("https://example.com/", "https://example.com"),
            ("https://example.com:8443/client/v4//", "https://example.com:8443/client/v4"),
            ("http://127.0.0.1:8080/client/v4", "http://127.0.0.1:8080/client/v4"),
            ("http://127.9.9.9", "http://127.9.9.9"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://[::1]:1", "http://[::1]:1"),
        ] {
            assert_eq!(BaseUrl::new(given, false).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn plain_http_to_another_host_needs_to_be_allowed() {
        for host in
            ["http://example.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://10.0.0.1"]
        {
            let error = BaseUrl::new(host, false).expect_err(host);
            assert!(error.to_string().contains("allow plain http"), "{error}");
            assert!(BaseUrl::new(host, true).is_ok(), "{host}");
        }
    }

    #[test]
    fn what_is_not_a_plain_base_is_refused_and_not_repeated() {
        for (given, reason) in [
            ("api.example.com/secret", "in full"),
            ("api.example.com:443/secret", "scheme"),
            ("", "in full"),
            ("ftp://example.com/secret", "scheme"),
            ("https://user:secret@example.com", "credentials"),
            ("https://secret@example.com", "credentials"),
            ("https://example.com?token=secret", "query"),
            ("https://example.com#secret", "fragment"),
            ("https://example.com\n.evil.example/secret", "white space"),
            ("https://example.com/\\secret", "backslash"),
            ("https://", "in full"),
        ] {
            let error = BaseUrl::new(given, true).expect_err(given).to_string();
            assert!(error.contains(reason), "{given:?}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
