//! Connections that fail: proxies, certificates, protocols and time limits.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection};

use crate::support::{ACCOUNT_ID, TOKEN, message_and_hint, stderr, zt_risk};

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

/// Sends the same bytes to every connection after its first line. Returns the server's address.
fn serve(bytes: &'static [u8]) -> SocketAddr {
    accept(move |connection| {
        let mut line = String::new();
        BufReader::new(&*connection).read_line(&mut line).unwrap();
        // A client that closes the connection early fails the write.
        let _ = connection.write_all(bytes);
    })
}

/// Sends bytes to every connection before it reads. Returns the server's address.
fn greet(bytes: &'static [u8]) -> SocketAddr {
    accept(move |connection| connection.write_all(bytes).unwrap())
}

/// Handles every connection, and keeps it open. Returns the server's address.
fn accept(handle: impl Fn(&mut TcpStream) + Send + 'static) -> SocketAddr {
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
fn serve_untrusted() -> SocketAddr {
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

/// The message and the hint that `behaviors list` prints for a failed call to a base URL.
fn failure_at(base_url: &str, environment: &[(&str, &str)]) -> (String, String) {
    let environment = [&[("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID)], environment].concat();
    let output =
        zt_risk(&["behaviors", "list", "--timeout", "1", "--allow-plain-http", "--base-url", base_url], &environment);
    let (message, hint) = message_and_hint(&output);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(!message.contains("client error ("), "{message}");
    (message, hint)
}

#[test]
fn failed_connection_gets_a_hint_about_its_cause() {
    let (message, hint) = failure_at(&format!("https://localhost:{}", serve_untrusted().port()), &[]);
    assert!(message.contains("the server's certificate is not trusted"), "{message}");
    assert!(hint.starts_with("check the base URL, this machine's clock, and which certificates"), "{hint}");

    for (response, problem) in [
        (&b"HTTP/1.1 403 Forbidden\r\n\r\n"[..], "the proxy did not connect to the server"),
        (b"SSH-2.0-Oh\r\n", "the proxy did not connect to the server, or is not an HTTP proxy"),
        (b"HTTP/1.1 407 Oh\r\n\r\n", "the proxy requires a user name and a password"),
    ] {
        let proxy = format!("http://{}", serve(response));
        let (message, hint) = failure_at("https://api.example.com", &[("HTTPS_PROXY", &proxy)]);
        assert!(message.contains(problem) && hint.starts_with("check the proxy in HTTPS_PROXY"), "{message}: {hint}");
    }

    // Words in a host's name choose no hint.
    let (message, hint) = failure_at("http://certificate-proxy.invalid/secret", &[]);
    assert!(message.contains("the server's name `certificate-proxy.invalid` could not be resolved"), "{message}");
    assert!(hint == "check the network and the base URL" && !message.contains("secret"), "{message}: {hint}");

    for (greeting, problem) in [
        (&b"SSH-2.0-Oh\r\n"[..], "the server does not speak TLS"),
        // The alert `handshake_failure`.
        (b"\x15\x03\x01\0\x02\x02\x28", "the server rejected the TLS handshake"),
    ] {
        let (message, hint) = failure_at(&format!("https://{}", greet(greeting)), &[]);
        assert!(message.contains(problem) && hint.starts_with("check the scheme and the port"), "{message}: {hint}");
    }

    let (message, hint) = failure_at("http://127.0.0.1:1", &[]);
    assert!(message.contains("the connection to the server was refused"), "{message}");
    assert_eq!(hint, "check the network and the base URL");
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
        let (message, hint) = failure_at(&format!("{scheme}://api.example.com"), &[("ALL_PROXY", proxy)]);
        assert!(message.contains(problem) && hint.starts_with("check the proxy in HTTPS_PROXY"), "{message}: {hint}");
    }
}

#[test]
fn time_out_says_what_was_waited_for_and_how_to_allow_more_time() {
    let (message, hint) = failure_at(&format!("http://{}", serve(b"")), &[]);
    // The last attempt waits, or its turn comes too late to send it.
    let waited = message.contains(" ms of waiting for a connection, or the first byte of the response");
    assert!(waited || message.contains("no time for an attempt"), "{message}");
    assert_eq!(hint, "try again, or allow more time with --timeout");
}

#[test]
fn body_that_is_too_large_gets_a_hint_about_what_responded() {
    let server = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n");
    let (message, hint) = failure_at(&format!("http://{server}"), &[]);
    assert!(message.contains("the body is larger than 67108864 bytes"), "{message}");
    assert!(hint.contains("check the base URL, and proxies"), "{hint}");
}

#[test]
fn invalid_number_is_rejected_in_plain_words() {
    for (arguments, message) in [
        ("check --simulate --timeout -5", "'-5' for '--timeout <SECONDS>': must be a whole number of seconds"),
        ("check --simulate --concurrency many", "'--concurrency <NUMBER>': must be a whole number from 1 to 64"),
        ("check --simulate --concurrency 65", "'--concurrency <NUMBER>': must be a whole number from 1 to 64"),
        (
            "users reset - --limit -1 --simulate",
            "'-1' for '--limit <NUMBER>': must be a whole number from 1 to 4294967295",
        ),
        (
            "behaviors watch --interval -1 --simulate",
            "'-1' for '--interval <SECONDS>': must be a whole number of seconds",
        ),
        ("behaviors watch --for -1 --simulate", "'-1' for '--for <SECONDS>': must be a whole number of seconds"),
        ("simulate --port -1", "'-1' for '--port <PORT>': must be a whole number from 0 to 65535"),
        ("simulate --users x", "'x' for '--users <NUMBER>': must be a whole number from 0 to 1000000"),
    ] {
        let output = zt_risk(&arguments.split(' ').collect::<Vec<_>>(), &[]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(message), "{message}: {}", stderr(&output));
    }
}
