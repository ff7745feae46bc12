//! The options of the HTTP client, and its setup.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretSlice};
use url::Host;

use super::http_client::{self, HttpClientConfig};
use super::problems::{Problems, check_not_zero};
use super::proxy::ProxySetting;
use super::{Builder, tls};
use crate::Error;
use crate::base_url::BaseUrl;
use crate::pipeline::Route;

/// How long connecting may take by default.
pub(super) const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest suffix of the `User-Agent`.
const MAX_SUFFIX_LENGTH: usize = 256;

/// What the user set, unchecked.
#[derive(Clone, Default)]
pub(super) struct HttpOptions {
    given: Option<reqwest::Client>,
    connect_timeout: Option<Duration>,
    proxy: ProxySetting,
    root_certificates: Vec<Vec<u8>>,
    client_certificate: Option<SecretSlice<u8>>,
    addresses: BTreeMap<String, Vec<SocketAddr>>,
    user_agent_suffix: Option<String>,
}

impl<C> Builder<C> {
    /// How long connecting may take: name, proxy, TCP and TLS. 5 s by default; zero is an error.
    ///
    /// The timeouts of the call and of the attempt apply as well. If an attempt ends before this timeout, it is not known
    /// whether it was still connecting: its error says that the request may have been sent. So this timeout should be the
    /// shortest one if calls have timeouts below 5 s and make changes.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.http().connect_timeout = Some(timeout);
        self
    }

    /// The proxy of all requests, such as `http://user:password@proxy.example:8080`. The scheme is http or https. SOCKS is
    /// not supported. User and password are percent-encoded, and become the proxy's basic credentials.
    ///
    /// By default the proxy is that of the environment or of the operating system. Of the environment, these variables
    /// count: `HTTPS_PROXY` or `https_proxy` for https, `HTTP_PROXY` or `http_proxy` for http, then `ALL_PROXY` or
    /// `all_proxy`. A host that `NO_PROXY` or `no_proxy` lists gets no proxy. They are read whether or not there is an
    /// [`environment`](Self::environment), and a malformed one is an error. With this option, none of them is read.
    ///
    /// A loopback host gets no proxy of any kind: requests to it may be plain http, and must stay on this machine.
    ///
    /// The last call of this method and [`no_proxy`](Self::no_proxy) counts.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http().proxy = ProxySetting::Url(url.into().into());
        self
    }

    /// Uses no proxy, and does not read the environment's. The last call of this method and [`proxy`](Self::proxy) counts.
    pub fn no_proxy(mut self) -> Self {
        self.http().proxy = ProxySetting::Direct;
        self
    }

    /// Trusts the certificates of some certificate authorities, in PEM, in addition to those of the operating system. May
    /// be called several times.
    ///
    /// These are the certificates of authorities (`CA:TRUE`). A server's own certificate must have `CA:FALSE`: with the feature
    /// `rustls`, a server that uses the certificate of an authority as its own is rejected, also if it is given here. By
    /// default, `openssl req -x509` makes such a certificate; add `-addext basicConstraints=critical,CA:FALSE`.
    pub fn root_certificate_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.http().root_certificates.push(pem.as_ref().to_vec());
        self
    }

    /// The client's own certificate, for servers that require one: in PEM, the certificate, then its intermediate
    /// certificates, and the private key, unencrypted.
    ///
    /// With the feature `rustls` the key is in PKCS #8, PKCS #1 or SEC 1. With `native-tls` alone it is in PKCS #8.
    pub fn client_certificate_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.http().client_certificate = Some(pem.as_ref().to_vec().into());
        self
    }

    /// The addresses of a host, which is then not looked up. The certificate of a server must still be that of the host.
    ///
    /// The host is written as in the base URL, or as in the proxy's. The port of a URL overrides that of an address. If the
    /// URL has no port, that of the address counts, or else that of the scheme if it is 0. A proxy looks up the API's host
    /// itself.
    ///
    /// A later call for the same host replaces the addresses.
    pub fn resolve(mut self, host: impl Into<String>, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.http().addresses.insert(host.into().to_ascii_lowercase(), addresses.into_iter().collect());
        self
    }

    /// Text for the end of the `User-Agent`, such as `my-app/1.2`: up to 256 visible ASCII characters, and spaces between
    /// them. The header is `SDK/VERSION cloudflare-client/VERSION SUFFIX`. None by default.
    pub fn user_agent_suffix(mut self, text: impl Into<String>) -> Self {
        self.http().user_agent_suffix = Some(text.into());
        self
    }

    /// Sends with an HTTP client of your own, whose settings this crate cannot check. Use the other options if they
    /// suffice.
    ///
    /// The build fails if the client may follow redirects, which would send credentials to another host. Build it with
    /// `redirect(reqwest::redirect::Policy::none())`. Everything else is up to you:
    ///
    /// - **Retries.** reqwest sends a request again after some failures of HTTP/2, and as often as its own retry policy says:
    ///   also a POST, also with [`RetryConfig::none`](crate::RetryConfig::none), and without a turn of the rate limiter. Turn
    ///   it off with `retry(reqwest::retry::never())`.
    /// - **Timeouts.** Connecting has no timeout of its own. A timeout of the client ends attempts earlier than this
    ///   crate's.
    /// - **Proxies** are used for loopback hosts as well, and a malformed variable is ignored.
    /// - **https.** Set `https_only` and the least TLS version yourself.
    /// - **Headers.** Default headers are sent with the credentials. Responses over HTTP/1 have up to 100 headers.
    /// - **Decompression** depends on the features of reqwest that your program enables, and on the client.
    /// - **Dead and idle connections.** Without pings, a dead HTTP/2 connection fails call after call. A connection that is
    ///   idle for longer than the server allows fails the next POST.
    ///
    /// The options of this builder for TLS, proxies, addresses and `connect_timeout` have no effect on such a client, so
    /// setting one of them as well is an error.
    pub fn http_client_unchecked(mut self, client: reqwest::Client) -> Self {
        self.http().given = Some(client);
        self
    }
}

impl HttpOptions {
    /// The HTTP client. Records every problem of the options, also if the base URL is missing.
    pub(super) fn build(
        &self,
        base_url: Option<&BaseUrl>,
        allow_plain_http: bool,
        problems: &mut Problems,
    ) -> Option<reqwest::Client> {
        if let Some(client) = &self.given {
            problems.record(http_client::check(client));
            problems.record(self.check_no_other_options());
            return Some(client.clone());
        }
        let connect_timeout = self.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT);
        problems.record(check_not_zero("connect_timeout", connect_timeout));
        problems.record(self.check_addresses(base_url, allow_plain_http));
        let proxy = problems.record(self.proxy.resolve(base_url));
        let roots = self.root_certificates.iter().map(|pem| tls::root_certificates(pem)).collect::<Result<Vec<_>, _>>();
        let roots = problems.record(roots);
        let identity = self.client_certificate.as_ref().map(|pem| tls::identity(pem.expose_secret())).transpose();
        let identity = problems.record(identity);
        let config = HttpClientConfig {
            https_only: base_url?.is_https(),
            connect_timeout,
            proxy: proxy?,
            root_certificates: roots?.concat(),
            identity: identity?,
            addresses: &self.addresses,
        };
        problems.record(http_client::build(config))
    }

    /// How the HTTP client reaches a base URL.
    pub(super) fn route(&self, base_url: &BaseUrl) -> Route {
        if self.given.is_some() { Route::Unknown } else { self.proxy.route(base_url) }
    }

    /// The checked suffix of the `User-Agent`.
    pub(super) fn user_agent_suffix(&self) -> Result<Option<String>, Error> {
        let Some(suffix) = &self.user_agent_suffix else { return Ok(None) };
        let is_allowed = |char: char| char.is_ascii_graphic() || char == ' ';
        if suffix.is_empty()
            || suffix.len() > MAX_SUFFIX_LENGTH
            || suffix.trim_matches(' ') != suffix
            || !suffix.chars().all(is_allowed)
        {
            return Err(Error::configuration(format!(
                "`user_agent_suffix` is not 1 to {MAX_SUFFIX_LENGTH} visible ASCII characters, with spaces only between them"
            )));
        }
        Ok(Some(suffix.clone()))
    }

    /// Rejects options that have no effect on a given client.
    fn check_no_other_options(&self) -> Result<(), Error> {
        let names = [
            ("connect_timeout", self.connect_timeout.is_some()),
            ("proxy", matches!(self.proxy, ProxySetting::Url(_))),
            ("no_proxy", matches!(self.proxy, ProxySetting::Direct)),
            ("root_certificate_pem", !self.root_certificates.is_empty()),
            ("client_certificate_pem", self.client_certificate.is_some()),
            ("resolve", !self.addresses.is_empty()),
        ];
        let set: Vec<_> =
            names.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| format!("`{name}`")).collect();
        if set.is_empty() {
            return Ok(());
        }
        Err(Error::configuration(format!(
            "{} has no effect on the client of `http_client_unchecked`; set it on that client",
            set.join(", ")
        )))
    }

    /// Checks the addresses of each host.
    fn check_addresses(&self, base_url: Option<&BaseUrl>, allow_plain_http: bool) -> Result<(), Error> {
        for (host, addresses) in &self.addresses {
            if !matches!(Host::parse(host), Ok(Host::Domain(_))) {
                return Err(Error::configuration(format!("`resolve`: {host:?} is not the name of a host")));
            }
            if addresses.is_empty() {
                return Err(Error::configuration(format!("`resolve`: {host:?} has no address; give at least one")));
            }
            // The base URL may be plain http because its host is this machine, so it has to stay this machine.
            let is_plain = base_url.is_some_and(|url| url.is_loopback() && !url.is_https() && url.host() == host);
            if is_plain && !allow_plain_http && !addresses.iter().all(|address| address.ip().is_loopback()) {
                return Err(Error::configuration(format!(
                    "`resolve`: {host:?} gets an address of another machine, to which plain http would send the \
                     credentials unencrypted; use https, or call `allow_plain_http(true)`"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::TcpListener;

    use super::*;
    use crate::{Connection, Credentials};

    fn builder() -> Builder<Connection> {
        Connection::builder().credentials(Credentials::api_token("cfut_secret").unwrap())
    }

    fn problem(builder: Builder<Connection>) -> String {
        builder.build().unwrap_err().to_string()
    }

    fn address(text: &str) -> [SocketAddr; 1] {
        [text.parse().unwrap()]
    }

    #[test]
    fn all_problems_of_the_options_are_reported_at_once_without_secrets() {
        let problem = problem(
            builder()
                .base_url("https://user:secret@example.com")
                .proxy("socks5://user:secret@proxy.example")
                .root_certificate_pem("secret")
                .client_certificate_pem("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
                .resolve("10.0.0.1", address("10.0.0.2:0"))
                .user_agent_suffix("secret\n")
                .connect_timeout(Duration::ZERO),
        );
        for part in [
            "the base URL is invalid",
            "the proxy's URL is invalid",
            "`root_certificate_pem` is invalid",
            "`client_certificate_pem` is invalid",
            "`resolve`",
            "`user_agent_suffix`",
            "`connect_timeout`",
        ] {
            assert!(problem.contains(part), "{part} is missing: {problem}");
        }
        assert!(!problem.contains("secret") && !problem.contains("c2VjcmV0"), "{problem}");
    }

    #[test]
    fn debug_prints_no_option_that_may_contain_a_secret() {
        let builder = builder().proxy("http://user:secret@proxy.example").client_certificate_pem("secret");
        assert!(!format!("{builder:?}").contains("secret"));
    }

    #[test]
    fn user_agent_suffix_is_visible_ascii() {
        for text in ["app/1.2", "app/1.2 (a@example.com; +https://example.com)", &"x".repeat(256)] {
            builder().user_agent_suffix(text).build().unwrap();
        }
        for text in ["", " app", "app ", "app\t1", "app\r\nx: y", "äpp", "app\u{7f}", &"x".repeat(257)] {
            assert!(problem(builder().user_agent_suffix(text)).contains("`user_agent_suffix`"), "{text:?}");
        }
    }

    #[test]
    fn malformed_certificates_are_rejected_with_the_reason() {
        const NO_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "text", "-----BEGIN CERTIFICATE-----\n", NO_CERTIFICATE] {
            assert!(problem(builder().root_certificate_pem(pem)).contains("`root_certificate_pem`"), "{pem:?}");
            assert!(problem(builder().client_certificate_pem(pem)).contains("`client_certificate_pem`"), "{pem:?}");
        }
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assert!(problem(builder().client_certificate_pem(encrypted)).contains("encrypted"));
    }

    #[test]
    fn addresses_are_those_of_a_named_host() {
        builder().resolve("Api.Example", address("10.0.0.1:0")).build().unwrap();
        for host in ["", "10.0.0.1", "[::1]", "a b", "https://a.example", "a.example:443"] {
            assert!(problem(builder().resolve(host, address("10.0.0.1:0"))).contains("`resolve`"), "{host:?}");
        }
        assert!(problem(builder().resolve("a.example", [])).contains("no address"));
    }

    #[test]
    fn localhost_with_plain_http_stays_on_this_machine() {
        let builder = |url| builder().base_url(url).resolve("LocalHost", address("10.0.0.1:80"));
        assert!(problem(builder("http://localhost:80")).contains("another machine"));
        builder("https://localhost").build().unwrap();
        builder("http://localhost").allow_plain_http(true).build().unwrap();
        builder("http://localhost").resolve("localhost", address("127.0.0.2:80")).build().unwrap();
        builder("http://127.0.0.1").build().unwrap();
    }

    #[test]
    fn given_client_is_checked_and_excludes_the_options_that_it_replaces() {
        assert!(problem(builder().http_client_unchecked(reqwest::Client::new())).contains("redirects"));
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let builder = || builder().http_client_unchecked(client.clone());
        builder().user_agent_suffix("app/1").build().unwrap();
        for (builder, name) in [
            (builder().connect_timeout(Duration::from_secs(1)), "connect_timeout"),
            (builder().proxy("http://proxy.example"), "proxy"),
            (builder().no_proxy(), "no_proxy"),
            (builder().root_certificate_pem(""), "root_certificate_pem"),
            (builder().client_certificate_pem(""), "client_certificate_pem"),
            (builder().resolve("a.example", address("10.0.0.1:0")), "resolve"),
        ] {
            let problem = problem(builder);
            assert!(problem.contains(&format!("`{name}` has no effect")), "{problem}");
        }
    }

    #[test]
    fn own_client_passes_the_check_of_a_given_one() {
        http_client::check(&builder().build().unwrap().pipeline().http_client).unwrap();
    }

    #[tokio::test]
    async fn client_of_an_https_base_url_sends_no_plain_http() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connection = builder().base_url("https://127.0.0.1:1").build().unwrap();
        connection.pipeline().http_client.get(url).timeout(Duration::from_secs(1)).send().await.unwrap_err();
        assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}
