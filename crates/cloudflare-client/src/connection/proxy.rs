//! The proxy of a connection.

use std::ffi::OsString;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::Error;
use crate::base_url::BaseUrl;
use crate::pipeline::Route;

/// Which proxy the user wants.
#[derive(Clone, Default)]
pub(super) enum ProxySetting {
    /// The proxy of the environment or of the operating system.
    #[default]
    System,
    /// No proxy.
    Direct,
    /// This proxy. Its URL may contain credentials.
    Url(SecretString),
}

/// Which proxy the HTTP client uses.
pub(super) enum ProxyChoice {
    System,
    Direct,
    Explicit(Box<reqwest::Proxy>),
}

impl ProxySetting {
    /// The proxy for a base URL. A proxy would see plain-text requests to this machine, so a loopback host gets none.
    pub(super) fn resolve(&self, base_url: Option<&BaseUrl>) -> Result<ProxyChoice, Error> {
        let choice = match self {
            Self::System => ProxyChoice::System,
            Self::Direct => ProxyChoice::Direct,
            Self::Url(url) => ProxyChoice::Explicit(Box::new(explicit(url.expose_secret())?)),
        };
        match base_url {
            Some(url) if url.is_loopback() => Ok(ProxyChoice::Direct),
            Some(url) if matches!(choice, ProxyChoice::System) => {
                check_environment(url, |name| std::env::var_os(name))?;
                Ok(choice)
            }
            _ => Ok(choice),
        }
    }

    /// How requests reach a base URL, as reqwest decides it.
    pub(super) fn route(&self, base_url: &BaseUrl) -> Route {
        let matcher = match self {
            _ if base_url.is_loopback() => return Route::Direct,
            Self::Direct => return Route::Direct,
            Self::System => Matcher::from_system(),
            Self::Url(url) => Matcher::builder().all(url.expose_secret()).build(),
        };
        let proxy = base_url.as_str().parse::<Uri>().ok().and_then(|url| matcher.intercept(&url));
        // The URI has no credentials: hyper-util keeps them apart.
        let host = proxy.and_then(|proxy| Some(proxy.uri().host()?.trim_matches(['[', ']']).to_owned()));
        host.map_or(Route::Direct, Route::Proxy)
    }
}

/// Reads the URL of a proxy. Errors do not repeat it, since it may contain credentials.
fn explicit(text: &str) -> Result<reqwest::Proxy, Error> {
    const EXAMPLE: &str = "write it in full, such as http://proxy.example:8080";
    let invalid = |reason: String| Error::configuration(format!("the proxy's URL is invalid: {reason}; {EXAMPLE}"));
    if text.chars().any(|char| !char.is_ascii_graphic() || char == '\\') {
        return Err(invalid("it contains a character that is not allowed in a URL".to_owned()));
    }
    let url = Url::parse(text).map_err(|error| invalid(error.to_string()))?;
    match url.scheme() {
        "http" | "https" => {}
        scheme if scheme.starts_with("socks") => return Err(invalid("SOCKS is not supported".to_owned())),
        _ => return Err(invalid("its scheme is not http or https".to_owned())),
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("it contains a path, a query or a fragment".to_owned()));
    }
    // reqwest sends without a proxy if it cannot read the URL.
    check_readable(url.as_str()).map_err(|reason| invalid(reason.to_owned()))?;
    reqwest::Proxy::all(url).map_err(|_| invalid("the HTTP client cannot read it".to_owned()))
}

/// Rejects a variable that names a proxy in a way that reqwest cannot read, and would therefore ignore.
///
/// This follows the order in which reqwest reads them. The error names the variable without its value, which may contain
/// credentials.
fn check_environment(base_url: &BaseUrl, lookup: impl Fn(&str) -> Option<OsString>) -> Result<(), Error> {
    // In a CGI script, `HTTP_PROXY` may be a header of the request, so no proxy is used.
    if lookup("REQUEST_METHOD").is_some() {
        return Ok(());
    }
    let specific = if base_url.is_https() { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    let found = match first(&specific, &lookup)? {
        Some(found) => Some(found),
        None => first(&["ALL_PROXY", "all_proxy"], &lookup)?,
    };
    let Some((name, value)) = found else { return Ok(()) };
    let excluded = first(&["NO_PROXY", "no_proxy"], &lookup)?.map(|(_, hosts)| hosts).unwrap_or_default();
    let is_excluded = base_url
        .as_str()
        .parse::<Uri>()
        .is_ok_and(|url| Matcher::builder().all("http://proxy.invalid").no(excluded).build().intercept(&url).is_none());
    if is_excluded {
        return Ok(());
    }
    check_readable(&value).map_err(|reason| in_variable(name, reason))
}

/// The first variable that is set, unless it is empty.
fn first(
    names: &[&'static str],
    lookup: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<(&'static str, String)>, Error> {
    let Some((name, value)) = names.iter().find_map(|name| Some((*name, lookup(name)?))) else { return Ok(None) };
    let value = value.into_string().map_err(|_| in_variable(name, "it is not UTF-8"))?;
    Ok(Some((name, value)).filter(|(_, value)| !value.is_empty()))
}

/// Rejects the URL of a proxy that reqwest cannot use.
fn check_readable(value: &str) -> Result<(), &'static str> {
    const NOT_A_PROXY: &str = "it is not the URL of an http or https proxy";
    let proxy = Matcher::builder().all(value).build().intercept(&Uri::from_static("https://api.invalid"));
    let proxy = proxy.ok_or(NOT_A_PROXY)?;
    let authority = proxy.uri().authority().ok_or(NOT_A_PROXY)?;
    // The parser accepts an authority without a host, and a port that is not a number.
    let has_valid_port = authority.port_u16().is_some() || authority.as_str() == authority.host();
    match proxy.uri().scheme_str() {
        Some("http" | "https") if has_valid_port && !authority.host().is_empty() => Ok(()),
        Some("http" | "https") | None => Err(NOT_A_PROXY),
        Some(_) => Err("SOCKS is not supported"),
    }
}

fn in_variable(name: &str, reason: &str) -> Error {
    Error::configuration(format!(
        "{name}: {reason}; correct it, unset it, or exclude the host with NO_PROXY or `no_proxy()`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment_problem(base_url: &str, vars: &[(&str, &str)]) -> Option<String> {
        let url = BaseUrl::new(base_url, true).unwrap();
        let lookup = |name: &str| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
        check_environment(&url, lookup).err().map(|error| error.to_string())
    }

    #[test]
    fn unreadable_variable_is_rejected_and_its_value_is_not_repeated() {
        for (url, vars, name) in [
            ("https://a.example", &[("HTTPS_PROXY", "http://user:secret@")][..], "HTTPS_PROXY"),
            ("https://a.example", &[("https_proxy", "ht!tp://secret")], "https_proxy"),
            ("https://a.example", &[("ALL_PROXY", "ftp://secret:1")], "ALL_PROXY"),
            ("https://a.example", &[("all_proxy", " http://secret:1")], "all_proxy"),
            ("https://a.example", &[("HTTPS_PROXY", ""), ("ALL_PROXY", "secret secret")], "ALL_PROXY"),
            ("https://a.example", &[("HTTPS_PROXY", "socks5://secret:1")], "SOCKS"),
            ("http://a.example", &[("HTTP_PROXY", "http://secret:port")], "HTTP_PROXY"),
            ("http://a.example", &[("HTTP_PROXY", "http://:8080")], "HTTP_PROXY"),
            ("http://a.example", &[("http_proxy", "http://se cret")], "http_proxy"),
            ("https://a.example", &[("HTTPS_PROXY", "/secret"), ("NO_PROXY", "b.example")], "HTTPS_PROXY"),
        ] {
            let problem = environment_problem(url, vars).unwrap();
            assert!(problem.contains(name) && problem.contains("`no_proxy()`"), "{problem}");
            assert!(!problem.contains("secret"), "{problem}");
        }
    }

    #[test]
    fn variable_that_is_readable_or_not_read_is_accepted() {
        for (url, vars) in [
            ("https://a.example", &[][..]),
            ("https://a.example", &[("HTTPS_PROXY", "http://user:secret@proxy.example:8080")]),
            ("https://a.example", &[("HTTPS_PROXY", "proxy.example:8080"), ("ALL_PROXY", "/")]),
            ("https://a.example", &[("HTTPS_PROXY", "https://proxy.example"), ("https_proxy", "/")]),
            ("https://a.example", &[("HTTPS_PROXY", ""), ("https_proxy", "/")]),
            ("https://a.example", &[("HTTP_PROXY", "/")]),
            ("http://a.example", &[("HTTPS_PROXY", "/")]),
            ("https://a.example", &[("HTTPS_PROXY", "/"), ("NO_PROXY", "b.example, a.example")]),
            ("https://a.example", &[("HTTPS_PROXY", "/"), ("no_proxy", "*")]),
            ("https://10.1.2.3", &[("HTTPS_PROXY", "/"), ("NO_PROXY", "10.0.0.0/8")]),
            ("https://a.example", &[("HTTPS_PROXY", "/"), ("REQUEST_METHOD", "GET")]),
        ] {
            assert_eq!(environment_problem(url, vars), None, "{vars:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn variable_that_is_not_utf8_is_rejected() {
        use std::os::unix::ffi::OsStringExt;

        let url = BaseUrl::new("https://a.example", false).unwrap();
        let lookup = |name: &str| (name == "HTTPS_PROXY").then(|| OsString::from_vec(vec![0xff]));
        let problem = check_environment(&url, lookup).unwrap_err().to_string();
        assert!(problem.contains("HTTPS_PROXY: it is not UTF-8"), "{problem}");
    }

    #[test]
    fn explicit_proxy_is_a_url_of_http_or_https() {
        for url in
            ["http://proxy.example:8080", "https://u%40x:p%2F@proxy.example/", "http://[::1]:1", "HTTP://10.0.0.1"]
        {
            explicit(url).unwrap();
        }
        for (url, reason) in [
            ("", "in full"),
            ("secret.example:8080", "scheme"),
            ("secret", "in full"),
            ("socks5://user:secret@proxy.example", "SOCKS"),
            ("socks4a://secret", "SOCKS"),
            ("ftp://secret", "scheme"),
            ("http://proxy.example/secret", "path"),
            ("http://proxy.example?secret", "query"),
            ("http://proxy.example#secret", "fragment"),
            ("http://user:secret@", "in full"),
            ("http://proxy.example:secret", "in full"),
            ("http://proxy.example\nsecret", "not allowed"),
            ("http://proxy.example\\secret", "not allowed"),
        ] {
            let problem = explicit(url).unwrap_err().to_string();
            assert!(problem.contains("the proxy's URL is invalid") && problem.contains(reason), "{url}: {problem}");
            assert!(!problem.contains("secret"), "{problem}");
        }
    }

    #[test]
    fn explicit_proxy_that_the_http_client_cannot_read_is_rejected() {
        // http's limit of a URI is 64 KiB.
        let problem = explicit(&format!("http://me:{}@proxy.example", "x".repeat(1 << 16))).unwrap_err().to_string();
        assert!(problem.contains("it is not the URL of an http or https proxy") && problem.len() < 200, "{problem}");
    }

    #[test]
    fn loopback_host_gets_no_proxy() {
        let loopback = BaseUrl::new("http://127.0.0.1:1", false).unwrap();
        let proxy = ProxySetting::Url("http://proxy.example".to_owned().into());
        assert!(matches!(proxy.resolve(Some(&loopback)), Ok(ProxyChoice::Direct)));
        assert!(matches!(ProxySetting::System.resolve(Some(&loopback)), Ok(ProxyChoice::Direct)));
        let other = BaseUrl::new("https://a.example", false).unwrap();
        assert!(matches!(proxy.resolve(Some(&other)), Ok(ProxyChoice::Explicit(_))));
        assert!(matches!(ProxySetting::Direct.resolve(Some(&other)), Ok(ProxyChoice::Direct)));
    }

    #[test]
    fn route_has_the_host_of_the_proxy_and_no_credentials() {
        let other = BaseUrl::new("https://a.example", false).unwrap();
        let loopback = BaseUrl::new("http://127.0.0.1:1", false).unwrap();
        let setting = |url: &str| ProxySetting::Url(url.to_owned().into());
        let proxy = setting("https://user:secret@proxy.example:8080");
        assert_eq!(proxy.route(&other), Route::Proxy("proxy.example".to_owned()));
        assert_eq!(setting("http://[::1]:1").route(&other), Route::Proxy("::1".to_owned()));
        assert_eq!(proxy.route(&loopback), Route::Direct);
        assert_eq!(ProxySetting::Direct.route(&other), Route::Direct);
    }
}
