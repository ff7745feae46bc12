//! No call returns later than its timeout, whatever the server and the token provider do. A margin of half a second is
//! for busy machines.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "a panic fails the test")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use zt_risk_scoring::{ApiToken, Client, ClientBuilder, Credentials, Error, TokenFuture, TokenProvider};
use zt_risk_scoring_tests::{ScriptedServer, Step, builder};

const MARGIN: Duration = Duration::from_millis(500);

/// Makes a call that times out, and returns the error. Checks the time that it took.
fn timed_out(timeout: Duration, step: Step, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Error {
    timed_out_call(timeout, step, configure, async |client| client.behaviors().get().await.map(|_| ()))
}

/// The same with any call.
fn timed_out_call(
    timeout: Duration,
    step: Step,
    configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
    send: impl AsyncFnOnce(&Client) -> Result<(), Error>,
) -> Error {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(async {
        let server = ScriptedServer::start(vec![step]).await;
        let builder = builder(server.base_url()).timeout(timeout);
        let client = configure(builder).build().unwrap();
        let start = Instant::now();
        let error = send(&client).await.unwrap_err();
        let elapsed = start.elapsed();
        assert!(error.is_timeout(), "{error}");
        assert!(elapsed < timeout + MARGIN, "{elapsed:?}: {error}");
        error
    });
    // Decoding cannot be stopped. Dropping the runtime would wait for it.
    runtime.shutdown_background();
    error
}

/// Never returns a token.
struct Hangs;

impl TokenProvider for Hangs {
    fn token(&self) -> TokenFuture<'_> {
        Box::pin(async { std::future::pending::<Result<ApiToken, _>>().await })
    }
}

#[test]
fn call_that_hangs_in_any_phase_ends_at_its_timeout() {
    const TIMEOUT: Duration = Duration::from_millis(600);
    let head = || b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".to_vec();
    timed_out(TIMEOUT, Step::Stall(vec![]), |builder| builder);
    timed_out(TIMEOUT, Step::Stall(head()), |builder| builder);
    timed_out(TIMEOUT, Step::Drip(head()), |builder| builder);
    timed_out(TIMEOUT, Step::Drip(b"HTTP/1.1 200 OK\r\nx: ".to_vec()), |builder| builder);
    timed_out(TIMEOUT, Step::Stall(vec![]), |builder| builder.credentials(Credentials::provider(Hangs)));
}

/// A success with many behaviors, of about 200 bytes each.
fn many_behaviors(count: usize) -> String {
    let mut body = r#"{"success":true,"result":{"behaviors":{"#.to_owned();
    let padding = "d".repeat(130);
    for number in 0..count {
        let separator = if number == 0 { "" } else { "," };
        write!(
            body,
            r#"{separator}"b{number}":{{"name":"n","description":"{padding}","enabled":true,"risk_level":"low"}}"#
        )
        .unwrap();
    }
    body + "}}}"
}

#[test]
fn call_whose_response_takes_long_to_decode_ends_at_its_timeout() {
    const TIMEOUT: Duration = Duration::from_secs(1);
    let body = many_behaviors(300_000);
    assert!((50 << 20..64 << 20).contains(&body.len()), "{}", body.len());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body.as_bytes()).unwrap();
    let compressed = encoder.finish().unwrap();
    timed_out(TIMEOUT, Step::respond("200 OK", &[], &body), |builder| builder);
    timed_out(TIMEOUT, Step::respond("200 OK", &[("content-encoding", "gzip")], compressed), |builder| builder);
}

#[test]
fn call_whose_free_form_result_takes_long_to_decode_ends_at_its_timeout() {
    let objects = r#"{"id":1,"name":"a name of some length","tags":["first","second"]},"#.repeat(900_000);
    let body = format!(r#"{{"success":true,"result":[{objects}1]}}"#);
    assert!((50 << 20..64 << 20).contains(&body.len()), "{}", body.len());
    let send =
        async |client: &Client| client.operations().get_behaviors().result_as::<serde_json::Value>().await.map(|_| ());
    timed_out_call(Duration::from_secs(1), Step::respond("200 OK", &[], body), |builder| builder, send);
}

#[test]
fn time_out_while_a_response_is_decoded_says_so() {
    const TIMEOUT: Duration = Duration::from_secs(1);
    let step = Step::respond("200 OK", &[], many_behaviors(3_000));
    // The conversion runs where the response is decoded.
    let convert = |_| std::thread::sleep(Duration::from_secs(3));
    let send = async |client: &Client| client.behaviors().get().map(convert).await;
    let error = timed_out_call(TIMEOUT, step, |builder| builder, send);
    assert!(error.to_string().contains(" ms of waiting for the response to be decoded (status 200 OK)"), "{error}");
    assert!(error.may_have_been_sent() && error.is_retryable());
}
