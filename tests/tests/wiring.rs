//! Settings and limits take effect in calls over sockets.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use std::future::IntoFuture;
use std::process::Command;
use std::time::{Duration, Instant};

use zt_risk_scoring::{ApiToken, Credentials, ErrorKind, RenewFuture, TokenFuture, TokenProvider};
use zt_risk_scoring_tests::{RecordingProxy, ScriptedServer, Step, TOKEN, brief_retries, builder, client};

const SUCCESS: &str = r#"{"success":true,"result":{"behaviors":{}}}"#;

#[tokio::test]
async fn body_of_exactly_the_limit_is_read_whether_or_not_its_length_is_announced() {
    let announced = Step::respond("200 OK", &[], SUCCESS);
    let unannounced = Step::Close(format!("HTTP/1.1 200 OK\r\n\r\n{SUCCESS}").into());
    for step in [announced, unannounced] {
        let server = ScriptedServer::start(vec![step]).await;
        let client = |limit| builder(server.base_url()).max_body_bytes(limit).build().unwrap();
        client(SUCCESS.len()).behaviors().get().await.unwrap();
        let error = client(SUCCESS.len() - 1).behaviors().get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedBody, "{error}");
    }
}

#[tokio::test]
async fn body_that_is_announced_as_larger_than_the_limit_is_not_waited_for() {
    for (status, kind) in [("200 OK", ErrorKind::UnexpectedBody), ("403 Oh", ErrorKind::Permission)] {
        let server = ScriptedServer::stalling(format!("HTTP/1.1 {status}\r\ncontent-length: 2000000\r\n\r\n{{")).await;
        let client = builder(server.base_url()).max_body_bytes(1_000_000).build().unwrap();
        let call = tokio::time::timeout(Duration::from_secs(20), client.behaviors().get().into_future());
        assert_eq!(call.await.unwrap().unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn error_says_whether_the_request_may_have_been_sent_and_whether_to_repeat_the_call() {
    for (status, is_retryable) in [("503 Oh", true), ("429 Oh", true), ("403 Oh", false), ("501 Oh", false)] {
        let server = ScriptedServer::start(vec![Step::respond(status, &[], "")]).await;
        let error = client(server.base_url()).behaviors().get().await.unwrap_err();
        assert_eq!((error.is_retryable(), error.is_timeout()), (is_retryable, false), "{error}");
        assert!(error.may_have_been_sent(), "{error}");
    }
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client(format!("http://{unused}")).behaviors().get().await.unwrap_err();
    assert!(error.is_retryable() && !error.may_have_been_sent() && !error.is_timeout(), "{error}");
}

#[tokio::test]
async fn limit_below_that_of_failures_applies_to_failures_as_well() {
    let failure = format!(r#"{{"success":false,"errors":[{{"code":3314}}],"result":"{}"}}"#, "x".repeat(2_000));
    let server = ScriptedServer::start(vec![Step::respond("403 Oh", &[], &failure)]).await;
    let client = |limit| builder(server.base_url()).max_body_bytes(limit).build().unwrap();
    assert_eq!(client(10_000).behaviors().get().await.unwrap_err().kind(), ErrorKind::Plan);
    let error = client(1_000).behaviors().get().await.unwrap_err();
    assert_eq!((error.kind(), error.errors().len()), (ErrorKind::Permission, 0));
    assert!(error.to_string().contains("1000 bytes"), "{error}");
}

#[tokio::test]
async fn elapsed_time_includes_the_conversion_of_a_value() {
    const TIME: Duration = Duration::from_millis(500);
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &[], SUCCESS)]).await;
    let client = client(server.base_url());
    let request = client.behaviors().get().map(|behaviors| {
        std::thread::sleep(TIME);
        behaviors
    });
    let response = request.send().await.unwrap();
    assert!(response.metadata().elapsed() >= TIME, "{:?}", response.metadata().elapsed());
}

#[tokio::test]
async fn elapsed_time_of_an_error_includes_the_wait_for_the_body() {
    const TIME: Duration = Duration::from_millis(500);
    let server = ScriptedServer::stalling("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").await;
    let error = client(server.base_url()).behaviors().get().timeout(TIME).await.unwrap_err();
    let elapsed = error.metadata().unwrap().elapsed();
    assert!(elapsed >= TIME, "{elapsed:?}");
}

#[tokio::test]
async fn attempt_timeout_of_the_connection_ends_attempts() {
    let server = ScriptedServer::stalling("").await;
    let builder = builder(server.base_url()).retry(brief_retries()).attempt_timeout(Duration::from_millis(50));
    let error = builder.build().unwrap().behaviors().get().timeout(Duration::from_secs(50)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3));
    assert!(error.to_string().contains("ms"), "{error}");
}

#[tokio::test]
async fn rate_limit_that_only_the_body_names_closes_the_gate() {
    for code in [971, 10100] {
        let body = format!(r#"{{"success":false,"errors":[{{"code":{code}}}]}}"#);
        let server = ScriptedServer::start(vec![Step::respond("403 Oh", &[("retry-after", "300")], &body)]).await;
        let client = client(server.base_url());
        for attempts in [1, 0] {
            let error = client.behaviors().get().await.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, attempts));
            assert!(error.retry_after() > Some(Duration::from_secs(290)), "{error}");
        }
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn wait_for_a_gate_that_another_call_closed_is_reported_by_a_call_that_times_out() {
    let rejection = Step::respond("429 Oh", &[("retry-after", "300")], "");
    let server = ScriptedServer::start(vec![Step::Stall(vec![]), rejection]).await;
    let client = builder(server.base_url()).attempt_timeout(Duration::from_secs(2)).build().unwrap();
    let request = client.behaviors().get().retry(brief_retries());
    let slow = tokio::spawn(request.send());
    while server.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    client.behaviors().get().await.unwrap_err();
    let error = slow.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    assert!(error.retry_after() > Some(Duration::from_secs(290)), "{error}");
}

#[tokio::test]
async fn messages_and_result_info_of_a_failure_are_part_of_its_metadata() {
    let body = r#"{"errors":[{"code":3314}],"messages":["m"],"result_info":{"count":3}}"#;
    let server = ScriptedServer::start(vec![Step::respond("400 Oh", &[], body)]).await;
    let error = client(server.base_url()).behaviors().get().await.unwrap_err();
    let metadata = error.metadata().unwrap();
    assert_eq!(metadata.messages()[0].message(), Some("m"));
    assert_eq!(metadata.result_info().unwrap().count, Some(3));
}

#[tokio::test]
async fn failure_has_an_envelope_if_its_body_is_an_object_with_success_or_errors() {
    for (body, is_envelope) in [
        (r#"{"success":false}"#, true),
        (r#"{"errors":[]}"#, true),
        (r#"{"messages":[]}"#, false),
        // By position, this would be `success` and `errors`.
        (r#"[false,[{"code":3314}]]"#, false),
    ] {
        let server = ScriptedServer::start(vec![Step::respond("403 Oh", &[], body)]).await;
        let error = client(server.base_url()).behaviors().get().await.unwrap_err();
        assert_eq!((error.kind(), error.errors().len()), (ErrorKind::Permission, 0), "{body}");
        assert_eq!(error.unexpected_body().is_none(), is_envelope, "{body}");
    }
}

#[tokio::test]
async fn content_type_is_reported_if_it_looks_like_a_media_type() {
    let (longest, longer) = (format!("text/{}", "x".repeat(59)), format!("text/{}", "x".repeat(60)));
    for (value, expected) in [
        ("text/html; charset=utf-8", Some("text/html")),
        (&longest, Some(&*longest)),
        (&longer, None),
        ("text/<b>", None),
        ("", None),
        (";x", None),
    ] {
        let server = ScriptedServer::start(vec![Step::respond("403 Oh", &[("content-type", value)], "no")]).await;
        let error = client(server.base_url()).behaviors().get().await.unwrap_err();
        assert_eq!(error.unexpected_body().unwrap().content_type(), expected, "{value}");
    }
}

#[tokio::test]
async fn status_that_no_standard_defines_is_a_failure() {
    let body = r#"{"errors":[{"code":3314}]}"#;
    let server = ScriptedServer::start(vec![Step::respond("600 Oh", &[], body)]).await;
    let error = client(server.base_url()).behaviors().get().await.unwrap_err();
    assert_eq!((error.kind(), error.errors().len()), (ErrorKind::Plan, 1));
}

#[tokio::test]
async fn call_ends_at_its_timeout_if_its_value_takes_longer() {
    const TIME: Duration = Duration::from_millis(500);
    // A large body, which is decoded on a thread for blocking work.
    let body = format!("{SUCCESS}{}", " ".repeat(1 << 20));
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &[], &body)]).await;
    let client = client(server.base_url());
    let request = client.behaviors().get().timeout(TIME).map(|_| std::thread::sleep(8 * TIME));
    let start = Instant::now();
    let error = request.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(start.elapsed() < 6 * TIME, "{:?}", start.elapsed());
}

#[tokio::test]
async fn renewal_that_hangs_ends_with_the_call_and_its_response() {
    struct HangingRenewal;
    impl TokenProvider for HangingRenewal {
        fn token(&self) -> TokenFuture<'_> {
            Box::pin(async { Ok(ApiToken::new(TOKEN)?) })
        }

        fn renew<'a>(&'a self, _: &'a ApiToken) -> RenewFuture<'a> {
            Box::pin(std::future::pending())
        }
    }

    let server = ScriptedServer::start(vec![Step::respond("401 Oh", &[], "")]).await;
    let builder = builder(server.base_url()).credentials(Credentials::provider(HangingRenewal));
    let client = builder.timeout(Duration::from_millis(500)).build().unwrap();
    let call = tokio::time::timeout(Duration::from_secs(20), client.behaviors().get().into_future());
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Authentication, 1));
}

const SERVER_VARIABLE: &str = "WIRING_SERVER";

/// Only a process that starts with the variables can read them.
#[tokio::test]
async fn proxy_of_the_environment_is_used_unless_it_is_turned_off_or_the_host_is_loopback() {
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &[], SUCCESS)]).await;
    let proxy = RecordingProxy::start(server.address()).await;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--ignored", "calls_with_a_proxy_in_the_environment"])
        .env(SERVER_VARIABLE, server.address().to_string())
        .envs([("HTTP_PROXY", proxy.url()), ("http_proxy", proxy.url())])
        .envs([("HTTPS_PROXY", "/"), ("NO_PROXY", ""), ("no_proxy", "")])
        .env_remove("REQUEST_METHOD");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    assert_eq!((server.requests().len(), proxy.heads().len()), (3, 1));
    assert!(proxy.heads()[0].starts_with("GET http://proxied.example/"), "{:?}", proxy.heads());
}

#[tokio::test]
#[ignore = "the test above starts it, with the variables that it needs"]
async fn calls_with_a_proxy_in_the_environment() {
    let server = std::env::var(SERVER_VARIABLE).unwrap().parse::<std::net::SocketAddr>().unwrap();
    let proxied = builder("http://proxied.example").allow_plain_http(true);
    let direct = builder(format!("http://direct.example:{}", server.port()))
        .allow_plain_http(true)
        .resolve("direct.example", [server])
        .no_proxy();
    for builder in [proxied, direct, builder(format!("http://{server}"))] {
        builder.build().unwrap().behaviors().get().await.unwrap();
    }
    let https = || builder("https://api.example.com");
    let error = https().build().unwrap_err();
    assert!(error.to_string().contains("HTTPS_PROXY"), "{error}");
    https().no_proxy().build().unwrap();
    https().proxy("http://proxy.example").build().unwrap();
}
