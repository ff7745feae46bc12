//! The HTTP client below the pipeline.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use reqwest::tls::Version;
use reqwest::{Certificate, Identity};

use super::proxy::ProxyChoice;
use super::tls;
use crate::Error;

/// How long a connection may be idle before the client closes it.
///
/// A server that closes an idle connection while a POST is on its way leaves it open whether the POST was read. So the
/// client closes it first. Idle connections are closed by Cloudflare after 400 s
/// (<https://developers.cloudflare.com/fundamentals/reference/connection-limits>), and by default after 75 s by nginx
/// (`keepalive_timeout`), after 65 s by Node (`server.keepAliveTimeout`) and after 60 s by an AWS load balancer
/// (`idle_timeout.timeout_seconds`). Older releases of Node close them after 5 s, which is not worth a handshake for every
/// call that comes a few seconds after another one.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// When an HTTP/2 connection is pinged: if nothing was received for this long.
///
/// Requests share an HTTP/2 connection, and a new request uses the same one. Without pings, a dead connection would fail
/// all of them until the operating system gives up, which takes minutes. With [`HTTP2_PING_TIMEOUT`] it is found within 4 s,
/// which leaves time for another attempt in a call of 10 s. A connection that receives something is not pinged.
const HTTP2_PING_INTERVAL: Duration = Duration::from_secs(2);

/// How long the response to a ping may take. TCP sends a lost packet again several times within this time.
const HTTP2_PING_TIMEOUT: Duration = Duration::from_secs(2);

/// When the operating system probes a connection that received nothing, and how long it waits between probes. HTTP/1 has no
/// pings.
const TCP_KEEP_ALIVE: Duration = Duration::from_secs(5);

/// How many probes may stay without a response. A dead idle connection is closed after 20 s, and does not wait for a POST.
const TCP_KEEP_ALIVE_PROBES: u32 = 3;

/// How long sent bytes may stay without an acknowledgement. On Linux this also decides when probes have failed, and reqwest's
/// default of 30 s would override the time above.
#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(20);

/// The most headers of a response over HTTP/1. hyper's own limit of 100 is too low for some gateways. For a higher limit, hyper
/// allocates two tables of this length for each response.
const MAX_HEADERS: usize = 160;

/// What an HTTP client is built of.
pub(super) struct HttpClientConfig<'a> {
    pub(super) https_only: bool,
    pub(super) connect_timeout: Duration,
    pub(super) proxy: ProxyChoice,
    pub(super) root_certificates: Vec<Certificate>,
    pub(super) identity: Option<Identity>,
    pub(super) addresses: &'a BTreeMap<String, Vec<SocketAddr>>,
}

/// Builds the HTTP client of a connection.
pub(super) fn build(config: HttpClientConfig<'_>) -> Result<reqwest::Client, Error> {
    configure(config)
        .build()
        .map_err(|error| Error::configuration(format!("the HTTP client could not be set up: {}", tls::cause(&error))))
}

/// Sets all options. Only the pipeline retries, and nothing follows redirects.
fn configure(config: HttpClientConfig<'_>) -> reqwest::ClientBuilder {
    let mut builder = tls::with_backend(reqwest::Client::builder())
        .connect_timeout(config.connect_timeout)
        .https_only(config.https_only)
        // After a redirect to another host, reqwest would send the global key there.
        .redirect(reqwest::redirect::Policy::none())
        // By default, reqwest sends a request up to twice more if an HTTP/2 server refuses its stream or goes away. The
        // pipeline would not count these attempts.
        .retry(reqwest::retry::never())
        // The pipeline decompresses. A program may enable these features of reqwest, which are then on by default.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .tls_version_min(Version::TLS_1_2)
        .tls_certs_merge(config.root_certificates)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .tcp_keepalive(TCP_KEEP_ALIVE)
        .tcp_keepalive_interval(TCP_KEEP_ALIVE)
        .tcp_keepalive_retries(TCP_KEEP_ALIVE_PROBES)
        .http1_max_headers(MAX_HEADERS)
        .http2_keep_alive_interval(HTTP2_PING_INTERVAL)
        .http2_keep_alive_timeout(HTTP2_PING_TIMEOUT)
        // A connection that dies while it is idle must not wait for a POST. The idle timeout bounds the number of pings.
        .http2_keep_alive_while_idle(true);
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    {
        builder = builder.tcp_user_timeout(TCP_USER_TIMEOUT);
    }
    for (host, addresses) in config.addresses {
        builder = builder.resolve_to_addrs(host, addresses);
    }
    if let Some(identity) = config.identity {
        builder = builder.identity(identity);
    }
    match config.proxy {
        ProxyChoice::System => builder,
        ProxyChoice::Direct => builder.no_proxy(),
        ProxyChoice::Explicit(proxy) => builder.proxy(*proxy),
    }
}

/// Rejects a user's HTTP client that may follow redirects.
///
/// Only reqwest's `Debug` output has the redirect policy, and only if it is not the default, which follows redirects. If a
/// later reqwest prints the policy differently, this function rejects every client.
pub(super) fn check(client: &reqwest::Client) -> Result<(), Error> {
    if format!("{client:?}").contains(r#"redirect_policy: "Policy(None)""#) {
        return Ok(());
    }
    Err(Error::configuration(
        "the client of `http_client_unchecked` may follow redirects, which would send credentials to another host; \
         build it with `redirect(reqwest::redirect::Policy::none())`",
    ))
}

/// No test checks the interval and the number of the probes, nor `TCP_USER_TIMEOUT`. Reading them needs the file descriptor of
/// the socket, which reqwest does not give out. Their effect needs a network that drops packets, and 20 s.
#[cfg(test)]
mod tests {
    use reqwest::redirect::Policy;

    use super::*;

    fn config(addresses: &BTreeMap<String, Vec<SocketAddr>>) -> HttpClientConfig<'_> {
        HttpClientConfig {
            https_only: false,
            connect_timeout: Duration::from_secs(5),
            proxy: ProxyChoice::Direct,
            root_certificates: Vec::new(),
            identity: None,
            addresses,
        }
    }

    /// rustls has no older version, and distributions often forbid them to OpenSSL. So a server with an older version is
    /// rejected with or without this setting, and only the builder's `Debug` output shows it.
    #[test]
    fn least_tls_version_is_1_2_whatever_the_backend_allows() {
        let builder = format!("{:?}", configure(config(&BTreeMap::new())));
        assert!(builder.contains("tls_version_min: Version(Tls1_2)"), "{builder}");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn idle_connection_is_probed_after_the_keep_alive_time() {
        use std::net::TcpListener;

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = build(config(&BTreeMap::new())).unwrap();
        let request = tokio::spawn(client.get(format!("http://{}", listener.local_addr().unwrap())).send());
        let (_stream, peer) = tokio::task::spawn_blocking(move || listener.accept()).await.unwrap().unwrap();
        // The kernel shows another timer until the request is acknowledged.
        let mut timer = None;
        for _ in 0..100 {
            timer = probe_timer(peer.port());
            if timer.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let timer = timer.expect("the connection has a timer for probes");
        assert!(timer <= TCP_KEEP_ALIVE && timer > TCP_KEEP_ALIVE / 2, "{timer:?}");
        request.abort();
    }

    /// When the kernel will probe the connection with a local port on 127.0.0.1: the column `tm->when` of `/proc/net/tcp`, in
    /// hundredths of a second, if `tr` is 2, the timer for probes.
    #[cfg(target_os = "linux")]
    fn probe_timer(local_port: u16) -> Option<Duration> {
        let connections = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
        let local = format!("0100007F:{local_port:04X}");
        let columns = connections.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let of_port = columns.into_iter().find(|columns| columns.get(1) == Some(&&*local))?;
        let hundredths = of_port.get(5)?.strip_prefix("02:")?;
        let hundredths = u64::from_str_radix(hundredths, 16).unwrap();
        Some(Duration::from_millis(hundredths.saturating_mul(10)))
    }

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
