//! Runs the program `zt-risk`, and checks its output and exit status.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use httpmock::MockServer;
use serde_json::{Value, json};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection};

const ACCOUNT_ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const TOKEN: &str = "cfut_do-not-print";

/// Runs the program with the given environment alone. Checks that it does not print the token.
fn zt_risk(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_zt-risk"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    assert!(!stdout(&output).contains(TOKEN) && !stderr(&output).contains(TOKEN));
    output
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs `behaviors list` against a server that sends the same response to every request.
fn list(status: u16, headers: &[(&str, &str)], body: &str, arguments: &[&str]) -> Output {
    let server = MockServer::start();
    server.mock(|when, mut then| {
        when.any_request();
        for (name, value) in headers {
            then = then.header(*name, *value);
        }
        then.status(status).body(body);
    });
    let url = server.base_url();
    let environment =
        [("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID), ("CLOUDFLARE_BASE_URL", url.as_str())];
    zt_risk(&[&["behaviors", "list"], arguments].concat(), &environment)
}

/// The error that the program printed as JSON. Checks its keys.
fn error_object(output: &Output) -> Value {
    let report: Value = serde_json::from_slice(&output.stderr).unwrap();
    let keys: Vec<_> = report["error"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.len(), 7, "{keys:?}");
    for key in ["kind", "message", "status", "errors", "cf_ray", "attempts", "retry_after_s"] {
        assert!(keys.contains(&key), "{key}");
    }
    report["error"].clone()
}

#[test]
fn simulated_behaviors_are_listed_as_a_table() {
    let output = zt_risk(&["behaviors", "list", "--simulate"], &[]);
    let expected = "\
ID            LEVEL   ENABLED  NAME
high_dlp      medium  no       High Number of DLP Policies Triggered
imp_travel    high    no       Impossible Travel
sentinel_one  medium  no       SentinelOne Infection Detected
";
    assert_eq!(stdout(&output), expected);
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn simulated_behaviors_are_listed_as_json() {
    let output = zt_risk(&["behaviors", "list", "--simulate", "--output", "json"], &[]);
    let behaviors: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(behaviors["imp_travel"]["risk_level"], "high");
    assert_eq!(behaviors.as_object().unwrap().len(), 3);
}

#[test]
fn simulation_ignores_the_environment_and_its_proxy() {
    let environment = [
        ("CLOUDFLARE_API_TOKEN", "\n"),
        ("CLOUDFLARE_EMAIL", "a@example.com"),
        ("CLOUDFLARE_ACCOUNT_ID", "../../user"),
        ("CLOUDFLARE_BASE_URL", "nonsense"),
        ("http_proxy", "http://127.0.0.1:1"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
        ("ALL_PROXY", "http://127.0.0.1:1"),
    ];
    let output = zt_risk(&["behaviors", "list", "--simulate"], &environment);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn account_of_the_arguments_overrides_the_one_of_the_environment() {
    let output = list(404, &[], "", &["--account-id", "short"]);
    assert_eq!(output.status.code(), Some(2));
    let line = stderr(&output);
    assert!(line.contains("5 characters") && line.contains("--account-id"), "{line}");
}

/// Runs `behaviors list` at a base URL with a proxy in the environment, and returns the first line that the proxy got,
/// if any.
fn first_line_at_proxy(base_url: &str, variable: &str) -> Option<String> {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let environment =
        [("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID), (variable, url.as_str())];
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for connection in proxy.incoming() {
            let mut connection = connection.unwrap();
            let mut line = String::new();
            BufReader::new(&connection).read_line(&mut line).unwrap();
            sender.send(line).unwrap();
            let _ = connection.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    zt_risk(&["behaviors", "list", "--allow-plain-http", "--timeout", "5", "--base-url", base_url], &environment);
    receiver.try_recv().ok()
}

#[test]
fn proxy_of_the_environment_is_used_except_for_loopback_hosts() {
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let line = first_line_at_proxy("http://api.example.com", variable).unwrap();
        assert!(line.starts_with("GET http://api.example.com/accounts/"), "{variable}: {line}");
    }
    for variable in ["HTTPS_PROXY", "https_proxy"] {
        let line = first_line_at_proxy("https://api.example.com", variable).unwrap();
        assert!(line.starts_with("CONNECT api.example.com:443 "), "{variable}: {line}");
    }
    for url in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
        assert_eq!(first_line_at_proxy(url, "HTTP_PROXY"), None, "{url}");
    }
}

#[test]
fn json_has_no_character_that_a_terminal_executes() {
    let name = "a\u{9b}31m\u{7f}\u{202e}b";
    let behavior = json!({"name": name, "description": name, "enabled": true, "risk_level": "low"});
    let body = json!({"success": true, "errors": [], "messages": [], "result": {"behaviors": {"x": behavior}}});
    let output = list(200, &[], &body.to_string(), &["--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).is_ascii() && stdout(&output).contains(r"a\u009b31m\u007f\u202eb"), "{}", stdout(&output));
    let behaviors: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(behaviors["x"]["name"], name);
}

#[test]
fn failed_call_prints_one_line_with_code_ray_and_hint() {
    let body = json!({"success": false, "errors": [{"code": 10000, "message": "Authentication error"}]});
    let output = list(403, &[("cf-ray", "abc-FRA")], &body.to_string(), &[]);
    let expected = "error: get_behaviors: a permission is missing: Authentication error \
        (status 403 Forbidden, code 10000, cf-ray abc-FRA); \
        hint: grant the token the permission Zero Trust Read for this account\n";
    assert_eq!(stderr(&output), expected);
    assert_eq!(stdout(&output), "");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn failed_call_prints_an_object_with_output_json() {
    let body = json!({"success": false, "errors": [{"code": 971, "message": "Please wait"}]});
    let output = list(429, &[("cf-ray", "abc-FRA"), ("retry-after", "120")], &body.to_string(), &["--output", "json"]);
    let error = error_object(&output);
    assert_eq!(error["kind"], "rate_limited");
    assert_eq!(error["status"], 429);
    assert_eq!(error["errors"], json!([{"code": 971, "message": "Please wait"}]));
    assert_eq!(error["cf_ray"], "abc-FRA");
    assert_eq!(error["retry_after_s"], 120);
    assert!(error["attempts"].as_u64() >= Some(1));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn page_of_html_with_403_gets_no_hint_about_permissions() {
    let output = list(403, &[("content-type", "text/html")], "<html>hunter2", &[]);
    let line = stderr(&output);
    assert!(line.contains("a page of HTML or XML (text/html, 13 bytes)"), "{line}");
    assert!(line.contains("does not look like the API's") && !line.contains("hunter2"), "{line}");
}

#[test]
fn page_of_html_with_429_or_503_gets_a_hint_about_the_wait() {
    for (status, part) in [(429, "wait for the stated time before the next call"), (503, "try again later")] {
        let headers = [("content-type", "text/html"), ("retry-after", "120")];
        let line = stderr(&list(status, &headers, "<html>", &[]));
        assert!(line.contains("retry after 2 min") && line.contains(part), "{line}");
        assert!(!line.contains("check the base URL"), "{line}");
    }
}

/// Sends the same bytes to every connection after its first line. Returns the server's address.
fn serve(bytes: &'static [u8]) -> std::net::SocketAddr {
    accept(move |connection| {
        let mut line = String::new();
        BufReader::new(&*connection).read_line(&mut line).unwrap();
        // A client that closes the connection early fails the write.
        let _ = connection.write_all(bytes);
    })
}

/// Sends bytes to every connection before it reads. Returns the server's address.
fn greet(bytes: &'static [u8]) -> std::net::SocketAddr {
    accept(move |connection| connection.write_all(bytes).unwrap())
}

/// Handles every connection, and keeps it open. Returns the server's address.
fn accept(handle: impl Fn(&mut TcpStream) + Send + 'static) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut connections = Vec::new();
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            handle(&mut connection);
            connections.push(connection);
        }
    });
    address
}

/// A server with a certificate that no system trusts. Returns the server's address.
fn serve_untrusted() -> std::net::SocketAddr {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
    let config = ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![certified.cert.der().clone()], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut session = ServerConnection::new(Arc::clone(&config)).unwrap();
            // The client rejects the certificate, which fails the handshake.
            session.complete_io(&mut connection.unwrap()).unwrap_err();
        }
    });
    address
}

/// The line that `behaviors list` prints for a failed call to a base URL.
fn failure_at(base_url: &str, environment: &[(&str, &str)]) -> String {
    let environment = [&[("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID)], environment].concat();
    let output =
        zt_risk(&["behaviors", "list", "--timeout", "1", "--allow-plain-http", "--base-url", base_url], &environment);
    assert_eq!((output.status.code(), stderr(&output).lines().count()), (Some(1), 1), "{}", stderr(&output));
    assert!(!stderr(&output).contains("client error ("), "{}", stderr(&output));
    stderr(&output)
}

#[test]
fn failed_connection_gets_a_hint_about_its_cause() {
    let line = failure_at(&format!("https://localhost:{}", serve_untrusted().port()), &[]);
    assert!(line.contains("the server's certificate is not trusted"), "{line}");
    assert!(line.contains("hint: check the base URL, this machine's clock, and which certificates"), "{line}");

    for (response, problem) in [
        (&b"HTTP/1.1 403 Forbidden\r\n\r\n"[..], "the proxy did not connect to the server"),
        (b"SSH-2.0-Oh\r\n", "the proxy did not connect to the server, or is not an HTTP proxy"),
        (b"HTTP/1.1 407 Oh\r\n\r\n", "the proxy requires a user name and a password"),
    ] {
        let proxy = format!("http://{}", serve(response));
        let line = failure_at("https://api.example.com", &[("HTTPS_PROXY", &proxy)]);
        assert!(line.contains(problem) && line.contains("hint: check the proxy in HTTPS_PROXY"), "{line}");
    }

    // Words in a host's name choose no hint.
    let line = failure_at("http://certificate-proxy.invalid/secret", &[]);
    assert!(line.contains("the server's name `certificate-proxy.invalid` could not be resolved"), "{line}");
    assert!(line.contains("hint: check the network and the base URL") && !line.contains("secret"), "{line}");

    for (greeting, problem) in [
        (&b"SSH-2.0-Oh\r\n"[..], "the server does not speak TLS"),
        // The alert `handshake_failure`.
        (b"\x15\x03\x01\0\x02\x02\x28", "the server rejected the TLS handshake"),
    ] {
        let line = failure_at(&format!("https://{}", greet(greeting)), &[]);
        assert!(line.contains(problem) && line.contains("hint: check the scheme and the port"), "{line}");
    }

    let line = failure_at("http://127.0.0.1:1", &[]);
    assert!(line.contains("the connection to the server was refused"), "{line}");
    assert!(line.contains("hint: check the network and the base URL"), "{line}");
}

#[test]
fn failed_proxy_is_not_taken_for_the_server() {
    let password = b"HTTP/1.1 407 Oh\r\ncontent-length: 0\r\n\r\n";
    let untrusted = format!("https://localhost:{}", serve_untrusted().port());
    let asking = format!("http://{}", serve(password));
    for (proxy, scheme, problem) in [
        ("http://no-such.invalid:3128", "https", "the proxy's name `no-such.invalid` could not be resolved"),
        ("http://no-such.invalid:3128", "http", "the proxy's name `no-such.invalid` could not be resolved"),
        ("http://127.0.0.1:1", "https", "the connection to the proxy was refused"),
        ("http://127.0.0.1:1", "http", "the connection to the proxy was refused"),
        (untrusted.as_str(), "https", "the proxy's certificate is not trusted"),
        (untrusted.as_str(), "http", "the proxy's certificate is not trusted"),
        (asking.as_str(), "http", "the proxy requires a user name and a password"),
    ] {
        let line = failure_at(&format!("{scheme}://api.example.com"), &[("ALL_PROXY", proxy)]);
        assert!(line.contains(problem) && line.contains("hint: check the proxy in HTTPS_PROXY"), "{line}");
    }
}

#[test]
fn time_out_says_what_was_waited_for_and_how_to_allow_more_time() {
    let line = failure_at(&format!("http://{}", serve(b"")), &[]);
    assert!(line.contains(" ms of waiting for a connection, or the first byte of the response"), "{line}");
    assert!(line.contains("hint: try again, or allow more time with --timeout"), "{line}");
}

#[test]
fn body_that_is_too_large_gets_a_hint_about_what_responded() {
    let server = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n");
    let line = failure_at(&format!("http://{server}"), &[]);
    assert!(line.contains("the body is larger than 67108864 bytes"), "{line}");
    assert!(line.contains("hint: the API sends no such body; check the base URL, and proxies"), "{line}");
}

#[test]
fn decode_error_prints_the_json_path() {
    let body = json!({"success": true, "result": {"behaviors": {"foo": {"enabled": true}}}});
    let line = stderr(&list(200, &[], &body.to_string(), &[]));
    assert!(line.contains("`result.behaviors.foo`: missing field"), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
}

#[test]
fn invalid_configuration_prints_the_problem_and_exits_with_2() {
    for (environment, arguments, part) in [
        (&[][..], &[][..], "CLOUDFLARE_API_TOKEN is not set"),
        (&[("CLOUDFLARE_EMAIL", "a@example.com")], &[], "CLOUDFLARE_API_KEY is not set"),
        (&[("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_API_KEY", "k")], &[], "contradictory"),
        (&[("CLOUDFLARE_API_TOKEN", "a b")], &[], "contains a space"),
        (&[("CLOUDFLARE_API_TOKEN", TOKEN)], &[], "no account id"),
        (&[("CLOUDFLARE_API_TOKEN", TOKEN)], &["--base-url", "http://example.com"], "plain http"),
        (&[("CLOUDFLARE_API_TOKEN", TOKEN)], &["--base-url", "example.com"], "in full"),
        (&[("HTTPS_PROXY", "http://user:pass word@proxy.example")], &[], "HTTPS_PROXY"),
        (&[("HTTPS_PROXY", ""), ("ALL_PROXY", "socks5://proxy.example")], &[], "ALL_PROXY: SOCKS"),
    ] {
        let arguments = [&["behaviors", "list"], arguments].concat();
        let output = zt_risk(&arguments, environment);
        assert!(stderr(&output).starts_with("error: ") && stderr(&output).contains(part), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1);
        assert_eq!(output.status.code(), Some(2));

        let output = zt_risk(&[&arguments[..], &["--output", "json"]].concat(), environment);
        let error = error_object(&output);
        assert_eq!(error["kind"], "configuration");
        assert!(error["message"].as_str().unwrap().contains(part));
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn invalid_arguments_print_the_problem_and_exit_with_2() {
    for (arguments, part) in [
        (&[][..], "subcommand"),
        (&["nonsense"], "nonsense"),
        (&["--nonsense"], "--nonsense"),
        (&["behaviors"], "subcommand"),
        (&["behaviors", "list", "--timeout", "0"], "at least 1"),
        (&["behaviors", "list", "--timeout", "99999999999999999999"], "at most 86400"),
        (&["behaviors", "list", "--account-id", "short"], "--account-id"),
        (&["behaviors", "list", "--simulate", "--base-url", "https://example.com"], "--base-url"),
        (&["--simulate", "behaviors", "list", "--base-url", "https://example.com"], "--base-url"),
        (&["--base-url", "https://example.com", "behaviors", "list", "--simulate"], "--base-url"),
        (&["--simulate", "behaviors", "--allow-plain-http", "list"], "--allow-plain-http"),
        (&["behaviors", "list", "--simulate", "--allow-plain-http"], "--allow-plain-http"),
    ] {
        let output = zt_risk(arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(stdout(&output), "");
        let line = stderr(&output);
        assert!(line.starts_with("error: ") && line.contains(part) && line.lines().count() == 1, "{line}");

        let error = error_object(&zt_risk(&[arguments, &["--output", "json"]].concat(), &[]));
        assert_eq!(error["kind"], "usage");
        assert!(error["message"].as_str().unwrap().contains(part), "{error}");
    }
    assert!(stderr(&zt_risk(&["behaviors", "list", "--output", "xml"], &[])).contains("xml"));
}

#[test]
fn help_lists_the_environment_variables_and_exit_status() {
    let output = zt_risk(&["--help"], &[]);
    for part in ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "HTTPS_PROXY", "Exit status"] {
        assert!(stdout(&output).contains(part), "{part}");
    }
    assert_eq!(output.status.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn exit_status_is_the_same_if_standard_error_cannot_be_written() {
    for output in ["table", "json"] {
        let status = Command::new(env!("CARGO_BIN_EXE_zt-risk"))
            .args(["behaviors", "list", "--output", output])
            .env_clear()
            .stderr(std::fs::File::options().write(true).open("/dev/full").unwrap())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(2));
    }
}

#[cfg(unix)]
#[test]
fn closed_standard_output_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zt-risk"))
        .args(["behaviors", "list", "--simulate"])
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
}
