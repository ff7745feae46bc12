//! What an error says: the cause in its line, and what a caller may do next.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic fails the test"
)]

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zt_risk_scoring::{ApiToken, ClientBuilder, Credentials, Error, ErrorKind, Quota, TokenFuture, TokenProvider};
use zt_risk_scoring_tests::{
    CertificateAuthority, Http2Response, Http2Server, Http2Step, ScriptedServer, Step, TOKEN, brief_retries, builder,
};

const SUCCESS: &str = r#"{"success":true,"result":{"behaviors":{}}}"#;

/// The longest line of an error.
const MAX_LINE: usize = 1_024;

/// The error of a call, which is not retried.
async fn error_of(builder: ClientBuilder) -> Error {
    builder.build().unwrap().behaviors().get().await.unwrap_err()
}

/// The error of a call whose server does the same for every request.
async fn error_of_step(step: Step, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Error {
    let server = ScriptedServer::start(vec![step]).await;
    error_of(configure(builder(server.base_url()))).await
}

fn respond(status: &str, body: &str) -> Step {
    Step::respond(status, &[("content-type", "application/json")], body)
}

/// Checks an error's line, and what it says about the next call: whether it may succeed, whether time was the reason,
/// and whether a request may have been sent.
fn check(error: &Error, kind: ErrorKind, line: &str, [is_retryable, is_timeout, may_have_been_sent]: [bool; 3]) {
    let text = error.to_string();
    assert!(text.contains(line) && text.len() <= MAX_LINE && text.lines().count() == 1, "{line:?}: {error:?}");
    assert_eq!(error.kind(), kind, "{text}");
    assert_eq!(error.is_retryable(), is_retryable, "is_retryable: {text}");
    assert_eq!(error.is_timeout(), is_timeout, "is_timeout: {text}");
    assert_eq!(error.may_have_been_sent(), may_have_been_sent, "may_have_been_sent: {text}");
}

/// The same request would fail again.
const FINAL: [bool; 3] = [false, false, true];
/// The same request would fail again, and nothing was sent.
const FINAL_UNSENT: [bool; 3] = [false, false, false];
const RETRYABLE: [bool; 3] = [true, false, true];
const RETRYABLE_UNSENT: [bool; 3] = [true, false, false];
const TIMEOUT: [bool; 3] = [true, true, true];
const TIMEOUT_UNSENT: [bool; 3] = [true, true, false];

#[tokio::test]
async fn failure_that_the_server_reports_says_whether_it_may_improve() {
    for (step, kind, line, expected) in [
        (respond("400 Bad Request", ""), ErrorKind::Api, "status 400", FINAL),
        (respond("401 Unauthorized", ""), ErrorKind::Authentication, "the API rejected the credentials", FINAL),
        (respond("403 Forbidden", r#"{"errors":[]}"#), ErrorKind::Permission, "a permission is missing", FINAL),
        (respond("403 Forbidden", "<html>"), ErrorKind::Permission, "probably blocked the request: a page", FINAL),
        (respond("403 Oh", r#"{"errors":[{"code":3314}]}"#), ErrorKind::Plan, "code 3314", FINAL),
        (respond("403 Oh", r#"{"errors":[{"code":971}]}"#), ErrorKind::RateLimited, "retry after 9.9 s", RETRYABLE),
        (respond("404 Not Found", ""), ErrorKind::NotFound, "does not exist", FINAL),
        (respond("407 Oh", ""), ErrorKind::Api, "the proxy requires a user name and a password", FINAL),
        (respond("429 Too Many Requests", ""), ErrorKind::RateLimited, "retry after 9.9 s", RETRYABLE),
        (respond("500 Oh", ""), ErrorKind::Server, "the server failed", RETRYABLE),
        (respond("501 Oh", ""), ErrorKind::Server, "the server failed", FINAL),
        (respond("206 Oh", SUCCESS), ErrorKind::UnexpectedStatus, "does not list the status", FINAL),
        (respond("200 OK", "<html>"), ErrorKind::UnexpectedBody, "a page of HTML or XML", FINAL),
        (respond("200 OK", "{"), ErrorKind::UnexpectedBody, "JSON that is cut off", FINAL),
        (respond("200 OK", r#"{"success":true,"result":1}"#), ErrorKind::Decode, "documented schema", FINAL),
        (respond("200 OK", r#"{"success":false}"#), ErrorKind::Api, "the API rejected the call", FINAL),
    ] {
        check(&error_of_step(step, |builder| builder).await, kind, line, expected);
    }
}

#[tokio::test]
async fn connection_that_fails_names_the_cause() {
    for (step, line, expected) in [
        (Step::Reset(vec![]), "the server reset the connection", RETRYABLE),
        (Step::Close(vec![]), "the connection closed before a response came", RETRYABLE),
        (Step::Close(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec()), "the end of the body", RETRYABLE),
        (Step::Close(b"HTTP/1.1 2000 OK\r\n\r\n".to_vec()), "the head of the response is not valid HTTP", FINAL),
    ] {
        check(&error_of_step(step, |builder| builder).await, ErrorKind::Connection, line, expected);
    }
    for (reads, line) in
        [(true, "the TLS handshake with the server failed"), (false, "reset the connection before a request was sent")]
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closing = builder(format!("https://{}", listener.local_addr().unwrap()));
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.read_u8().await.unwrap();
            if reads {
                // Closing a connection with unread bytes resets it.
                assert!(connection.read(&mut [0; 10_000]).await.unwrap() > 0);
            }
        });
        check(&error_of(closing).await, ErrorKind::Connection, line, RETRYABLE_UNSENT);
    }
    // The path and the host have words that describe other causes.
    let refused = builder("http://127.0.0.1:1/certificate/407/tunnel/dns/tls");
    check(
        &error_of(refused).await,
        ErrorKind::Connection,
        "the connection to the server was refused",
        RETRYABLE_UNSENT,
    );
    let unknown = builder("http://certificate-407-tunnel.invalid").allow_plain_http(true).no_proxy();
    check(
        &error_of(unknown).await,
        ErrorKind::Connection,
        "the server's name `certificate-407-tunnel.invalid` could",
        RETRYABLE_UNSENT,
    );

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = builder(format!("https://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        // Closing it now could reset it before the client has read.
        std::future::pending::<()>().await;
    });
    check(&error_of(plain).await, ErrorKind::Connection, "the server does not speak TLS", FINAL_UNSENT);
}

async fn http2_server() -> Http2Server {
    Http2Server::start(vec![Http2Step::respond(200, SUCCESS)]).await
}

#[tokio::test]
async fn certificate_that_is_rejected_names_the_reason() {
    let check = |error: &Error, line| check(error, ErrorKind::Connection, line, FINAL_UNSENT);
    let server = http2_server().await;
    check(&error_of(builder(server.base_url())).await, "the server's certificate is not trusted");
    let other_host = server.builder().base_url(format!("https://127.0.0.1:{}", server.address().port()));
    check(&error_of(other_host).await, "the server's certificate is for another host");
    let expired = Http2Server::with_expired_certificate(vec![Http2Step::respond(200, SUCCESS)]).await;
    check(&error_of(expired.builder()).await, "the server's certificate has expired or is not valid yet");
}

#[tokio::test]
async fn own_certificate_of_a_server_is_trusted_unless_it_is_that_of_an_authority() {
    let server =
        async |is_ca| Http2Server::with_self_signed_certificate(vec![Http2Step::respond(200, SUCCESS)], is_ca).await;
    server(false).await.builder().build().unwrap().behaviors().get().await.unwrap();
    let error = error_of(server(true).await.builder()).await;
    let line = "the server's certificate is that of an authority (CA:TRUE), not a server's own";
    check(&error, ErrorKind::Connection, line, FINAL_UNSENT);
}

#[tokio::test]
async fn client_certificate_that_is_missing_or_rejected_is_named() {
    const LINE: &str = "the server rejected the client certificate, or requires one";
    let clients = CertificateAuthority::default();
    let server = Http2Server::requiring_certificate(vec![Http2Step::respond(200, SUCCESS)], &clients).await;
    let other = CertificateAuthority::default().client_certificate_pem();
    for builder in [server.builder(), server.builder().client_certificate_pem(other)] {
        // In TLS 1.3 the client has sent its request when the server rejects the certificate.
        check(&error_of(builder.retry(brief_retries())).await, ErrorKind::Connection, LINE, FINAL);
    }
    assert_eq!((server.accepted(), server.requests().len()), (2, 0));
}

#[tokio::test]
async fn proxy_that_does_not_connect_is_named() {
    let error = async |step| {
        let proxy = ScriptedServer::start(vec![step]).await;
        error_of(builder("https://api.example.com").proxy(proxy.base_url())).await
    };
    for (step, line, expected) in [
        (respond("502 Bad Gateway", ""), "the proxy did not connect to the server", FINAL_UNSENT),
        (respond("407 Oh", ""), "the proxy requires a user name and a password", FINAL_UNSENT),
        (Step::Close(vec![]), "the connection to the proxy failed", RETRYABLE_UNSENT),
        (Step::Reset(vec![]), "the connection to the proxy failed", RETRYABLE_UNSENT),
    ] {
        check(&error(step).await, ErrorKind::Connection, line, expected);
    }
    let refused = builder("https://api.example.com").proxy("http://127.0.0.1:1");
    check(&error_of(refused).await, ErrorKind::Connection, "connection to the proxy was refused", RETRYABLE_UNSENT);
}

#[tokio::test]
async fn failed_proxy_is_not_taken_for_the_server() {
    let server = http2_server().await;
    let untrusted = server.base_url();
    for (proxy, base_url, line, expected) in [
        (
            "http://no-such.invalid",
            "https://api.example.com",
            "the proxy's name `no-such.invalid` could not be resolved",
            RETRYABLE_UNSENT,
        ),
        (
            "http://no-such.invalid",
            "http://api.example.com",
            "the proxy's name `no-such.invalid` could not be resolved",
            RETRYABLE_UNSENT,
        ),
        ("http://127.0.0.1:1", "http://api.example.com", "the connection to the proxy was refused", RETRYABLE_UNSENT),
        (untrusted.as_str(), "https://api.example.com", "the proxy's certificate is not trusted", FINAL_UNSENT),
        (untrusted.as_str(), "http://api.example.com", "the proxy's certificate is not trusted", FINAL_UNSENT),
    ] {
        let error = error_of(builder(base_url).allow_plain_http(true).proxy(proxy)).await;
        check(&error, ErrorKind::Connection, line, expected);
    }
}

#[tokio::test]
async fn client_of_the_user_may_have_a_proxy_that_fails() {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let builder = |base_url| builder(base_url).allow_plain_http(true).http_client_unchecked(client.clone());
    let error = error_of(builder("http://127.0.0.1:1")).await;
    check(&error, ErrorKind::Connection, "the connection to the server or its proxy was refused", RETRYABLE_UNSENT);
    let error = error_of(builder("http://no-such.invalid")).await;
    let line = "the name of the server `no-such.invalid`, or of its proxy, could not be resolved";
    check(&error, ErrorKind::Connection, line, RETRYABLE_UNSENT);
}

#[tokio::test]
async fn proxy_with_an_unsupported_scheme_is_rejected_at_build() {
    for url in ["socks5://proxy.example:1080", "ftp://proxy.example"] {
        let error = builder("https://api.example.com").proxy(url).build().unwrap_err();
        check(&error, ErrorKind::Configuration, "the proxy's URL is invalid: ", FINAL_UNSENT);
    }
}

#[tokio::test]
async fn body_that_cannot_be_decompressed_names_the_reason() {
    for (coding, line) in [
        ("br", "the content coding `br`, which the client cannot decode"),
        ("gzip", "the body is labelled gzip and is not"),
        ("gzip, gzip", "compressed with gzip twice"),
    ] {
        let step = Step::respond("200 OK", &[("content-encoding", coding)], SUCCESS);
        check(&error_of_step(step, |builder| builder).await, ErrorKind::UnexpectedBody, line, FINAL);
    }
    let step = Step::respond("503 Oh", &[("content-encoding", "br")], SUCCESS);
    let error = error_of_step(step, |builder| builder).await;
    check(&error, ErrorKind::Server, "status 503", RETRYABLE);
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("`br`"));
}

/// Never returns a token.
struct Hangs;

impl TokenProvider for Hangs {
    fn token(&self) -> TokenFuture<'_> {
        Box::pin(async { std::future::pending::<Result<ApiToken, _>>().await })
    }
}

#[tokio::test]
async fn timeout_says_what_was_waited_for_and_how_long() {
    let brief = |builder: ClientBuilder| builder.timeout(Duration::from_millis(300));
    let hangs = |builder| brief(builder).credentials(Credentials::provider(Hangs));
    let error = error_of_step(Step::Stall(vec![]), hangs).await;
    check(&error, ErrorKind::Timeout, "timed out after ", TIMEOUT_UNSENT);
    check(&error, ErrorKind::Timeout, " ms of waiting for the token provider", TIMEOUT_UNSENT);

    let error = error_of_step(Step::Stall(vec![]), brief).await;
    check(&error, ErrorKind::Timeout, " ms of waiting for a connection, or the first byte of the response", TIMEOUT);

    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n";
    let error = error_of_step(Step::Stall(head.to_vec()), brief).await;
    check(&error, ErrorKind::Timeout, " ms of waiting for the rest of the body (status 200 OK)", TIMEOUT);

    // Nothing responds to the TLS handshake.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connecting = builder(format!("https://{}", listener.local_addr().unwrap()));
    let error = error_of(connecting.connect_timeout(Duration::from_millis(300))).await;
    check(&error, ErrorKind::Timeout, "timed out after ", TIMEOUT_UNSENT);
    check(&error, ErrorKind::Timeout, " ms of waiting for a connection", TIMEOUT_UNSENT);

    let client = builder("http://127.0.0.1:1").build().unwrap();
    let error = client.behaviors().get().timeout(Duration::from_millis(1)).await.unwrap_err();
    check(&error, ErrorKind::Timeout, "no time for an attempt: ", TIMEOUT_UNSENT);
}

#[tokio::test]
async fn wait_that_does_not_fit_says_what_for_and_how_long() {
    let limited = Step::respond("429 Oh", &[("retry-after", "300")], "");
    let server = ScriptedServer::start(vec![limited]).await;
    let client = builder(server.base_url()).build().unwrap();
    let error = client.behaviors().get().await.unwrap_err();
    check(&error, ErrorKind::RateLimited, "retry after 5 min", RETRYABLE);
    let error = client.behaviors().get().await.unwrap_err();
    check(&error, ErrorKind::RateLimited, "the API rejects every call for now: the call has ", RETRYABLE_UNSENT);
    check(&error, ErrorKind::RateLimited, " left, and would wait ", RETRYABLE_UNSENT);

    let server = ScriptedServer::start(vec![respond("200 OK", SUCCESS)]).await;
    let client = builder(server.base_url()).quota(Quota::new(1, Duration::from_secs(86_400))).build().unwrap();
    client.behaviors().get().await.unwrap();
    let error = client.behaviors().get().await.unwrap_err();
    check(&error, ErrorKind::RateLimited, "the client's own quota is used up for now: the call has", RETRYABLE_UNSENT);
    assert!(error.to_string().contains("would wait 23 h 59 min"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn line_is_short_whatever_the_response_contains() {
    let long = "\u{1f600}".repeat(60_000);
    let errors: Vec<_> = (0..5_000).map(|code| json!({"code": i64::MIN + code, "message": "m"})).collect();
    let messages = [
        json!({"success": false, "errors": errors}).to_string(),
        json!({"success": false, "errors": [{"code": 1, "message": long}]}).to_string(),
        json!({"success": false, "errors": [{"code": 1, "error_chain": errors}]}).to_string(),
        json!({"success": true, "result": {"behaviors": {"k".repeat(200_000): 1}}}).to_string(),
    ];
    let ray = "r".repeat(8_000);
    let headers = [("cf-ray", ray.as_str()), ("content-type", "application/json"), ("retry-after", "90061")];
    for body in messages {
        assert!(body.len() < 256 << 10);
        for status in ["200 OK", "400 Bad Request", "511 Network Authentication Required"] {
            let error = error_of_step(Step::respond(status, &headers, &body), |builder| builder).await;
            let line = error.to_string();
            assert!(line.len() <= MAX_LINE && line.lines().count() == 1, "{} bytes: {line}", line.len());
            assert!(line.contains("retry after 1 d 1 h"), "{line}");
            let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            assert!(source.len() <= MAX_LINE, "{source}");
        }
    }
}

#[tokio::test]
async fn secret_that_a_server_echoes_when_it_closes_the_connection_is_redacted() {
    let server = Http2Server::start(vec![Http2Step::GoAwayWith(0, "no cfut_do-not-print\n")]).await;
    let error = error_of(server.builder()).await;
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("connection error received") && source.contains("no [redacted]"), "{source}");
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");

    let trailer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: {TOKEN}\0\r\n\r\n");
    let error = error_of_step(Step::Close(trailer.into_bytes()), |builder| builder).await;
    check(&error, ErrorKind::Connection, "the body of the response is not valid HTTP", FINAL);
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
}

#[tokio::test]
async fn http2_response_with_large_headers_is_read_or_fails_at_once() {
    let headers = |count| (0..count).map(|number| (format!("x-{number}"), "v".repeat(100))).collect();
    let response =
        |count| Http2Step::Respond(Http2Response { headers: headers(count), ..Http2Response::new(200, SUCCESS) });
    let server = Http2Server::start(vec![response(80)]).await;
    server.builder().build().unwrap().behaviors().get().await.unwrap();
    let server = Http2Server::start(vec![response(140)]).await;
    let error = error_of(server.builder().retry(brief_retries())).await;
    check(&error, ErrorKind::Connection, "the response is not valid HTTP/2, or its head is too large", FINAL);
    assert_eq!(server.requests().len(), 1);
}
