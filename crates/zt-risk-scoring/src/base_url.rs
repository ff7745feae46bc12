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
        if !text.is_ascii()
            || text.to_ascii_lowercase().contains("%2e")
            || !text.contains("://")
            || text.contains(":///")
        {
            return Err(refuse(format!("it is not a plain URL; write it in full, such as {DEFAULT_BASE_URL}")));
        }
        if text.contains('@') {
            return Err(refuse("it contains credentials; set them on the client instead"));
        }
        let url = Url::parse(text)
            .map_err(|error| refuse(format!("{error}; write it in full, such as {DEFAULT_BASE_URL}")))?;
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

    /// Whether requests go to the vendor.
    pub(crate) fn is_the_vendors(&self) -> bool {
        Url::parse(DEFAULT_BASE_URL).is_ok_and(|vendors| self.has_origin_of(&vendors))
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

    /// Whether a URL leads to the same scheme, host and port.
    pub(crate) fn has_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// The host that requests go to.
    pub(crate) fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.0.port_or_known_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
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
    fn another_scheme_host_or_port_is_another_origin() {
        let base = BaseUrl::new("https://example.com/client/v4", false).unwrap();
        for (url, same) in [
            ("https://example.com/other", true),
            ("https://example.com:443/", true),
            ("http://example.com/client/v4", false),
            ("https://example.com:8443/client/v4", false),
            ("https://api.example.com/client/v4", false),
        ] {
            assert_eq!(base.has_origin_of(&Url::parse(url).unwrap()), same, "{url}");
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
            ("api.example.com:443/secret", "in full"),
            ("", "in full"),
            ("ftp://example.com/secret", "scheme"),
            ("https://user:secret@example.com", "credentials"),
            ("https://secret@example.com", "credentials"),
            ("https://example.com?token=secret", "query"),
            ("https://example.com#secret", "fragment"),
            ("https://example.com\n.evil.example/secret", "white space"),
            ("https://example.com/\\secret", "backslash"),
            ("https://", "in full"),
            ("https:example.com", "in full"),
            ("https:///example.com", "in full"),
            ("https://@example.com", "credentials"),
            ("https://exam\u{200b}ple.com", "in full"),
            ("https://example.com/%2E%2e/x", "in full"),
        ] {
            let error = BaseUrl::new(given, true).expect_err(given).to_string();
            assert!(error.contains(reason), "{given:?}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
