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
    /// Plain http sends the credentials unencrypted, so it is rejected unless the host is loopback or
    /// `allow_plain_http` is set.
    pub(crate) fn new(text: &str, allow_plain_http: bool) -> Result<Self, Error> {
        check_text(text)?;
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

    /// Whether requests are sent to the vendor. The host alone decides: the vendor counts requests per token, whatever
    /// the port. A dot after the host marks it as absolute and changes nothing else.
    pub(crate) fn is_vendor(&self) -> bool {
        let host = self.host();
        let host = host.strip_suffix('.').unwrap_or(host);
        Url::parse(DEFAULT_BASE_URL).is_ok_and(|vendors| vendors.host_str() == Some(host))
    }

    /// Whether requests stay on this machine; see [`Builder::base_url`](crate::Builder::base_url) for the spellings.
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

    /// The path of a URL after the path of the base URL, with its leading slash. `None` if the URL is not below the
    /// base URL.
    pub(crate) fn relative_path<'a>(&self, url: &'a Url) -> Option<&'a str> {
        let path = url.path().strip_prefix(self.0.path().trim_end_matches('/'))?;
        (self.has_origin_of(url) && path.starts_with('/')).then_some(path)
    }

    /// Whether a URL has the same scheme, host and port.
    fn has_origin_of(&self, url: &Url) -> bool {
        // `Url::origin` would copy both hosts.
        url.scheme() == self.0.scheme() && url.host() == self.0.host() && self.port() == url.port_or_known_default()
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

/// Rejects a URL that parsers would change silently, or that contains credentials.
fn check_text(text: &str) -> Result<(), Error> {
    // URL parsers drop or replace these characters.
    if text.chars().any(|char| char.is_control() || char.is_whitespace() || char == '\\') {
        return Err(invalid("it contains white space, a control character or a backslash"));
    }
    if !text.is_ascii() || text.to_ascii_lowercase().contains("%2e") {
        return Err(invalid("it contains a non-ASCII character or an escaped dot (%2e)"));
    }
    let Some((_, rest)) = text.split_once("://").filter(|(_, rest)| !rest.is_empty() && !rest.starts_with('/')) else {
        return Err(invalid(format!("it has no scheme or no host; write it in full, such as {DEFAULT_BASE_URL}")));
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // Behind the authority, `@` is an ordinary character of a path.
    if authority.contains('@') {
        return Err(invalid("it contains credentials; set them on the client instead"));
    }
    // URL parsers remove these segments, and `..` the segment before it as well.
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(invalid("its path contains `.` or `..`; write the path that remains without them"));
    }
    Ok(())
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
    fn path_with_an_at_sign_is_accepted() {
        for url in ["https://example.com/@scope/x", "https://example.com:8443/a@b"] {
            assert_eq!(BaseUrl::new(url, false).unwrap().as_str(), url);
        }
    }

    #[test]
    fn path_with_dots_inside_a_segment_is_accepted() {
        for url in ["https://example.com/v1.2/..a/a../...", "https://example.com/client/v4"] {
            assert_eq!(BaseUrl::new(url, false).unwrap().as_str(), url);
        }
    }

    #[test]
    fn vendor_is_recognized_by_its_host() {
        let is_vendor = |url| BaseUrl::new(url, true).unwrap().is_vendor();
        for url in [
            DEFAULT_BASE_URL,
            "https://api.cloudflare.com./client/v4",
            "https://API.Cloudflare.com",
            "https://api.cloudflare.com:8443",
            "http://api.cloudflare.com",
        ] {
            assert!(is_vendor(url), "{url}");
        }
        for url in [
            "https://cloudflare.com",
            "https://api.cloudflare.com.example.com",
            "https://xapi.cloudflare.com",
            "https://127.0.0.1",
        ] {
            assert!(!is_vendor(url), "{url}");
        }
    }

    #[test]
    fn loopback_is_localhost_or_an_address_of_this_machine() {
        let is_loopback = |url| BaseUrl::new(url, true).unwrap().is_loopback();
        for url in [
            "http://localhost",
            "http://LOCALHOST:1",
            "http://127.0.0.1",
            "http://127.255.255.254",
            "http://127.1",
            "http://2130706433",
            "http://0x7f.1",
            "http://[::1]",
            "http://[0:0:0:0:0:0:0:1]",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://localhost.",
            "http://api.localhost",
            "http://localhost.localdomain",
            "http://0.0.0.0",
            "http://128.0.0.1",
            "http://[::]",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(!is_loopback(url), "{url}");
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
            ("https://example.com/a secret", "white space"),
            ("https://example.com/secret\u{7f}", "control character"),
            ("https://example.com/\\secret", "backslash"),
            ("https://", "in full"),
            ("https:example.com", "in full"),
            ("https:///example.com", "in full"),
            ("https://@example.com", "credentials"),
            ("https://exam\u{200b}ple.com", "non-ASCII"),
            ("https://example.com/%2E%2e/x", "escaped dot"),
            ("https://example.com/secret/../x", "`..`"),
            ("https://example.com/secret/..", "`..`"),
            ("https://example.com/./secret", "`..`"),
            ("https://example.com/..?secret", "`..`"),
            ("https://secret@example.com/@scope", "credentials"),
            ("https://user:secret@example.com?x", "credentials"),
        ] {
            let error = BaseUrl::new(given, true).expect_err(given).to_string();
            assert!(error.contains(reason), "{given:?}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
