//! The base URL of requests.

use std::fmt;

use url::{Host, Url};

use crate::Error;

/// The URL at which the vendor serves the API.
pub const DEFAULT_BASE_URL: &str = "https://api.cloudflare.com/client/v4";

/// The base URL of all requests, checked.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(Url);

impl BaseUrl {
    /// Checks a base URL.
    ///
    /// Plain http sends the credentials unencrypted, so it is rejected unless the host is loopback or `allow_plain_http` is
    /// set.
    pub(crate) fn new(text: &str, allow_plain_http: bool) -> Result<Self, Error> {
        // URL parsers silently drop or replace these characters, so the parsed URL would differ from the text.
        if text.chars().any(|char| char.is_control() || char.is_whitespace() || char == '\\') {
            return Err(invalid("it contains white space, a control character or a backslash"));
        }
        if !text.is_ascii() || text.to_ascii_lowercase().contains("%2e") {
            return Err(invalid("it contains a non-ASCII character or an escaped dot (%2e)"));
        }
        if !text.contains("://") || text.contains(":///") {
            return Err(invalid(format!("it has no scheme or no host; write it in full, such as {DEFAULT_BASE_URL}")));
        }
        if text.contains('@') {
            return Err(invalid("it contains credentials; set them on the client instead"));
        }
        let url = Url::parse(text)
            .map_err(|error| invalid(format!("{error}; write it in full, such as {DEFAULT_BASE_URL}")))?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("it contains a query or a fragment"));
        }
        let base = Self(url);
        match base.0.scheme() {
            "https" => Ok(base),
            "http" if allow_plain_http || base.is_loopback() => Ok(base),
            "http" => Err(invalid(
                "plain http sends the credentials unencrypted; use https, or pass `--allow-plain-http`, or call \
                 `allow_plain_http(true)`",
            )),
            _ => Err(invalid(format!("its scheme is not https; write it in full, such as {DEFAULT_BASE_URL}"))),
        }
    }

    /// Whether requests are sent to the vendor.
    pub(crate) fn is_vendor(&self) -> bool {
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

    /// The path of a URL after the path of the base URL, with its leading slash. `None` if the URL is not below the base URL.
    pub(crate) fn relative_path<'a>(&self, url: &'a Url) -> Option<&'a str> {
        let path = url.path().strip_prefix(self.0.path().trim_end_matches('/'))?;
        (self.has_origin_of(url) && path.starts_with('/')).then_some(path)
    }

    /// Whether a URL has the same scheme, host and port.
    fn has_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// The host of requests. An IPv6 address has no brackets.
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

/// The message does not repeat the URL, which may contain credentials.
fn invalid(reason: impl fmt::Display) -> Error {
    Error::configuration(format!("the base URL is invalid: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_url_is_accepted_if_https_or_loopback() {
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
    fn relative_path_needs_the_same_origin_and_base_path() {
        let base = BaseUrl::new("https://example.com/client/v4", false).unwrap();
        for (url, path) in [
            ("https://example.com/client/v4/things", Some("/things")),
            ("https://example.com:443/client/v4/things/", Some("/things/")),
            ("https://example.com/client/v4", None),
            ("https://example.com/client/v4things", None),
            ("https://example.com/client/things", None),
            ("http://example.com/client/v4/things", None),
            ("https://example.com:8443/client/v4/things", None),
            ("https://api.example.com/client/v4/things", None),
        ] {
            assert_eq!(base.relative_path(&Url::parse(url).unwrap()), path, "{url}");
        }
        let base = BaseUrl::new("https://example.com", false).unwrap();
        assert_eq!(base.relative_path(&Url::parse("https://example.com/things").unwrap()), Some("/things"));
    }

    #[test]
    fn plain_http_to_another_host_is_rejected_unless_allowed() {
        for host in
            ["http://example.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://10.0.0.1"]
        {
            let error = BaseUrl::new(host, false).expect_err(host);
            assert!(error.to_string().contains("`allow_plain_http(true)`"), "{error}");
            assert!(BaseUrl::new(host, true).is_ok(), "{host}");
        }
    }

    #[test]
    fn malformed_base_url_is_rejected_and_not_repeated() {
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
            ("https://exam\u{200b}ple.com", "non-ASCII"),
            ("https://example.com/%2E%2e/x", "escaped dot"),
        ] {
            let error = BaseUrl::new(given, true).expect_err(given).to_string();
            assert!(error.contains(reason), "{given:?}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
