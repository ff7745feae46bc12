//! How a client connects: certificates, proxies, addresses, timeouts, dead connections, and retries of the HTTP
//! library.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic fails the test"
)]

use std::error::Error as _;
use std::future::IntoFuture;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use zt_risk_scoring::{Error, ErrorKind, RetryConfig};
use zt_risk_scoring_tests::{
    ACCOUNT_ID, CertificateAuthority, Http2Response, Http2Server, Http2Step, RecordingProxy, ScriptedServer, Step,
    TOKEN, brief_retries, builder,
};

const SUCCESS: &str = r#"{"success":true,"errors":[],"messages":[],"result":{"behaviors":{}}}"#;

/// An error and its causes.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

async fn http2_server() -> Http2Server {
    Http2Server::start(vec![Http2Step::respond(200, SUCCESS)]).await
}

#[tokio::test]
async fn certificate_is_trusted_only_with_its_authority() {
    let server = http2_server().await;
    server.builder().build().unwrap().behaviors().get().await.unwrap();
    assert_eq!((server.requests().len(), server.requests()[0].method), (1, "GET"));

    let error = builder(server.base_url()).build().unwrap().behaviors().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(chain(&error).contains("certificate"), "{}", chain(&error));

    let other = CertificateAuthority::default();
    let client = builder(server.base_url()).root_certificate_pem(other.pem()).build().unwrap();
    client.behaviors().get().await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn several_root_certificates_are_trusted_one_by_one_or_in_a_bundle() {
    let (first, second, other) = (http2_server().await, http2_server().await, CertificateAuthority::default());
    let bundle = [first.root_certificate_pem(), second.root_certificate_pem()].concat();
    for server in [&first, &second] {
        let builder = || builder(server.base_url()).root_certificate_pem(other.pem());
        builder().root_certificate_pem(&bundle).build().unwrap().behaviors().get().await.unwrap();
        let builder = builder()
            .root_certificate_pem(first.root_certificate_pem())
            .root_certificate_pem(second.root_certificate_pem());
        builder.build().unwrap().behaviors().get().await.unwrap();
    }
}

#[tokio::test]
async fn certificate_of_another_host_is_rejected() {
    let server = http2_server().await;
    let client = builder(format!("https://127.0.0.1:{}", server.address().port()))
        .root_certificate_pem(server.root_certificate_pem());
    client.build().unwrap().behaviors().get().await.unwrap_err();
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn client_certificate_is_sent_to_a_server_that_requires_it() {
    let clients = CertificateAuthority::default();
    let server = Http2Server::requiring_certificate(vec![Http2Step::respond(200, SUCCESS)], &clients).await;
    let with = server.builder().client_certificate_pem(clients.client_certificate_pem()).build().unwrap();
    with.behaviors().get().await.unwrap();
    assert_eq!(server.requests().len(), 1);

    server.builder().build().unwrap().behaviors().get().await.unwrap_err();
    let others = CertificateAuthority::default().client_certificate_pem();
    server.builder().client_certificate_pem(others).build().unwrap().behaviors().get().await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn client_certificate_without_its_own_key_is_rejected_at_build() {
    let authority = CertificateAuthority::default();
    let (one, other) = (authority.client_certificate_pem(), authority.client_certificate_pem());
    let key_start = one.find("-----BEGIN PRIVATE").unwrap();
    let other_key = &other[other.find("-----BEGIN PRIVATE").unwrap()..];
    let key_line = other_key.lines().nth(1).unwrap();
    for pem in [&one[..key_start], &one[key_start..], &format!("{}{other_key}", &one[..key_start])] {
        let error = builder("https://localhost").client_certificate_pem(pem).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("`client_certificate_pem` is invalid"), "{error}");
        assert!(!chain(&error).contains(key_line), "{error}");
    }
    builder("https://localhost").client_certificate_pem(&one).build().unwrap();
}

#[tokio::test]
async fn resolved_address_is_used_and_the_certificate_is_that_of_the_host() {
    let server = http2_server().await;
    let client = |host: &str| {
        builder(format!("https://{host}"))
            .root_certificate_pem(server.root_certificate_pem())
            .resolve(host, [server.address()])
            .build()
            .unwrap()
    };
    client("api.cloudflare.com").behaviors().get().await.unwrap();
    client("api.example.com").behaviors().get().await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn suffix_ends_the_user_agent() {
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &[], SUCCESS)]).await;
    let client = builder(server.base_url()).user_agent_suffix("my-app/1.2 (a b)").build().unwrap();
    client.behaviors().get().await.unwrap();
    let head = &server.heads()[0];
    let user_agent = head.lines().find_map(|line| line.strip_prefix("user-agent: ")).unwrap();
    let parts: Vec<_> = user_agent.splitn(3, ' ').collect();
    assert!(parts[0].starts_with("zt-risk-scoring/") && parts[1].starts_with("cloudflare-client/"), "{user_agent}");
    assert_eq!(parts[2], "my-app/1.2 (a b)");
}

#[tokio::test]
async fn plain_http_goes_through_the_proxy_with_its_credentials() {
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &[], SUCCESS)]).await;
    let proxy = RecordingProxy::start(server.address()).await;
    let client = builder("http://api.example.com/client/v4")
        .allow_plain_http(true)
        .proxy(proxy.url_with_credentials("me%40home", "hunter2"))
        .build()
        .unwrap();
    client.behaviors().get().await.unwrap();
    let head = &proxy.heads()[0];
    let start = format!("GET http://api.example.com/client/v4/accounts/{ACCOUNT_ID}/");
    assert!(head.starts_with(&start), "{head}");
    // me@home:hunter2
    assert!(head.contains("proxy-authorization: Basic bWVAaG9tZTpodW50ZXIy\r\n"), "{head}");
}

#[tokio::test]
async fn https_goes_through_a_tunnel_that_sees_no_credentials_of_the_api() {
    let server = http2_server().await;
    let proxy = RecordingProxy::start(server.address()).await;
    let client = builder("https://api.cloudflare.com")
        .root_certificate_pem(server.root_certificate_pem())
        .proxy(proxy.url_with_credentials("me", "hunter2"))
        .build()
        .unwrap();
    client.behaviors().get().await.unwrap();
    let heads = proxy.heads();
    assert!(heads[0].starts_with("CONNECT api.cloudflare.com:443 HTTP/1.1\r\n"), "{heads:?}");
    // me:hunter2
    assert!(heads[0].to_lowercase().contains("proxy-authorization: basic bwu6ahvudgvymg=="), "{heads:?}");
    assert_eq!((heads.len(), server.requests().len()), (1, 1));
    assert!(!heads[0].contains(TOKEN), "{heads:?}");
}

#[tokio::test]
async fn loopback_host_gets_no_proxy() {
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &[], SUCCESS)]).await;
    let proxy = RecordingProxy::start(server.address()).await;
    let port = server.address().port();
    for url in [server.base_url(), format!("http://localhost:{port}"), format!("http://127.1:{port}")] {
        builder(url).proxy(proxy.url()).build().unwrap().behaviors().get().await.unwrap();
    }
    assert_eq!((server.heads().len(), proxy.heads().len()), (3, 0));
}

#[tokio::test]
async fn rejected_proxy_password_is_not_printed() {
    let proxy = ScriptedServer::start(vec![Step::respond("407 Proxy Authentication Required", &[], "hunter2")]).await;
    let url = proxy.base_url().replace("http://", "http://me:hunter2@");
    let client = builder("https://api.example.com").proxy(url).build().unwrap();
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!(proxy.heads().len(), 1);
    assert!(!chain(&error).contains("hunter2") && !format!("{error:?}").contains("hunter2"), "{error:?}");
}

/// A listener whose queue of connections is full, so that connecting to it takes until a timeout. The connections fill
/// it.
#[cfg(target_os = "linux")]
async fn full_listener() -> (tokio::net::TcpListener, Vec<tokio::net::TcpStream>) {
    use tokio::net::{TcpSocket, TcpStream};

    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut connections = Vec::new();
    while let Ok(connection) = tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
        connections.push(connection.unwrap());
        assert!(connections.len() < 100, "the queue does not fill up");
    }
    (listener, connections)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connection_that_takes_too_long_times_out() {
    let (listener, _connections) = full_listener().await;
    assert_connecting_times_out(format!("http://{}", listener.local_addr().unwrap())).await;
}

#[tokio::test]
async fn tls_handshake_that_takes_too_long_times_out() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    assert_connecting_times_out(format!("https://{}", listener.local_addr().unwrap())).await;
}

/// Calls a server to which no connection can be made, with a brief `connect_timeout`.
async fn assert_connecting_times_out(url: String) {
    let client = builder(url).connect_timeout(Duration::from_millis(100)).build().unwrap();
    let start = Instant::now();
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test]
async fn given_client_sends_the_requests() {
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &[], SUCCESS)]).await;
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("x-given", "yes".parse().unwrap());
    let given = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .default_headers(headers)
        .build()
        .unwrap();
    let client = builder(server.base_url()).http_client_unchecked(given).user_agent_suffix("app/1").build().unwrap();
    client.behaviors().get().await.unwrap();
    let head = &server.heads()[0];
    assert!(head.contains("x-given: yes\r\n") && head.contains(" app/1\r\n"), "{head}");
}

#[tokio::test]
async fn http_library_retries_nothing_by_itself() {
    for step in [Http2Step::ResetStream(Http2Step::REFUSED_STREAM), Http2Step::GoAway] {
        let server = Http2Server::start(vec![step.clone()]).await;
        server.builder().retry(RetryConfig::none()).build().unwrap().behaviors().get().await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{step:?}");

        let server = Http2Server::start(vec![step.clone()]).await;
        let error = server.builder().retry(brief_retries()).build().unwrap().behaviors().get().await.unwrap_err();
        assert_eq!((server.requests().len(), error.attempts()), (3, 3), "{step:?}");
    }
}

#[tokio::test]
async fn response_with_160_headers_is_read() {
    let headers: Vec<_> = (0..159).map(|number| (format!("x-{number}"), "1")).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &headers, SUCCESS)]).await;
    builder(server.base_url()).build().unwrap().behaviors().get().await.unwrap();
}

/// Measures how long a call takes on a connection that is dead.
async fn time_on_a_dead_connection(server: &Http2Server, idle: Duration) -> (Duration, Result<(), Error>) {
    let client = server.builder().retry(brief_retries()).build().unwrap();
    client.behaviors().get().await.unwrap();
    tokio::time::sleep(idle).await;
    let start = Instant::now();
    let result = client.behaviors().get().await;
    (start.elapsed(), result.map(|_| ()))
}

#[tokio::test]
async fn http2_connection_that_dies_during_a_request_is_replaced_within_seconds() {
    let success = || Http2Step::respond(200, SUCCESS);
    let server = Http2Server::start(vec![success(), Http2Step::Die, success()]).await;
    let (elapsed, result) = time_on_a_dead_connection(&server, Duration::ZERO).await;
    result.unwrap();
    println!("a dead connection was replaced after {elapsed:?}");
    assert!(elapsed < Duration::from_secs(8), "{elapsed:?}");
    assert_eq!(server.requests().iter().map(|request| request.connection).collect::<Vec<_>>(), [0, 0, 1]);
}

#[tokio::test]
async fn http2_connection_that_dies_while_idle_gets_no_request() {
    let death = Http2Step::RespondThenDie(Http2Response::new(200, SUCCESS));
    let server = Http2Server::start(vec![death, Http2Step::respond(200, SUCCESS)]).await;
    let (elapsed, result) = time_on_a_dead_connection(&server, Duration::from_millis(5500)).await;
    result.unwrap();
    assert!(elapsed < Duration::from_secs(2), "{elapsed:?}");
    assert_eq!(server.requests().iter().map(|request| request.connection).collect::<Vec<_>>(), [0, 1]);
}

#[tokio::test]
async fn live_http2_connection_is_pinged_and_reused() {
    let server = http2_server().await;
    let (_, result) = time_on_a_dead_connection(&server, Duration::from_millis(5500)).await;
    result.unwrap();
    assert_eq!((server.connections(), server.requests().len()), (1, 2));
    assert!((1..=3).contains(&server.pings()), "{} pings", server.pings());
}

/// How many connections the server gets for two calls with some time between them.
async fn connections_of_two_calls(pause: Duration) -> usize {
    let server = http2_server().await;
    let client = server.builder().build().unwrap();
    client.behaviors().get().await.unwrap();
    tokio::time::pause();
    tokio::time::advance(pause).await;
    tokio::time::resume();
    client.behaviors().get().await.unwrap();
    server.connections()
}

#[tokio::test]
async fn connection_is_closed_before_servers_close_it() {
    assert_eq!(connections_of_two_calls(Duration::from_secs(45)).await, 1);
    assert_eq!(connections_of_two_calls(Duration::from_secs(55)).await, 2);
}

/// Sends 120 calls at once, more than the burst of the vendor's quota, and returns their errors. Within 3 s the quota
/// allows 11 more than its burst of 100.
async fn errors_of_120_calls(server: &Http2Server, host: &str, timeout: Duration) -> Vec<ErrorKind> {
    let client = builder(format!("https://{host}/client/v4"))
        .root_certificate_pem(server.root_certificate_pem())
        .resolve(host, [server.address()])
        .build()
        .unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..120 {
        calls.spawn(client.behaviors().get().timeout(timeout).into_future());
    }
    calls.join_all().await.into_iter().filter_map(Result::err).map(|error| error.kind()).collect()
}

#[tokio::test]
async fn vendor_quota_is_kept_by_default_at_the_vendors_host_only() {
    for host in ["api.cloudflare.com", "api.cloudflare.com."] {
        let server = http2_server().await;
        let errors = errors_of_120_calls(&server, host, Duration::from_secs(3)).await;
        assert!(errors.contains(&ErrorKind::RateLimited), "{host}: {errors:?}");
        assert!(server.requests().len() < 120, "{host}");
    }
    let server = http2_server().await;
    assert_eq!(errors_of_120_calls(&server, "localhost", Duration::from_secs(30)).await, []);
    assert_eq!(server.requests().len(), 120);
}
