//! Rows about connections: HTTP/1, HTTP/2, proxies, certificates and names.

use std::time::Duration;

use zt_risk_scoring_tests::{Http2Response, Http2Step, Step};

use crate::fault::{Fault, Peer, SUCCESS, Section, fault, http2_fault};
use crate::responses::{head, success};

pub(crate) fn connections() -> Section {
    let cut_off = [head(1000), b"{\"success\":".to_vec()].concat();
    let faults = vec![
        fault("resets the connection once, after the request", [Step::Reset(vec![]), success()]).returns_value(2),
        fault("resets the connection after every request", [Step::Reset(vec![])]).fails(
            "connection",
            3,
            "the server reset the connection",
        ),
        fault("resets the connection in the middle of the body", [Step::Reset(cut_off.clone())]).fails(
            "connection",
            3,
            "the connection broke before the end of the body",
        ),
        fault("sends less than `Content-Length`, once", [Step::Close(cut_off.clone()), success()]).returns_value(2),
        fault("sends less than `Content-Length`", [Step::Close(cut_off)]).fails(
            "connection",
            3,
            "the connection broke before the end of the body",
        ),
        fault("closes the connection before a response", [Step::Close(vec![])]).fails(
            "connection",
            3,
            "the connection closed before a response came",
        ),
        Fault::new("accepts no connection", Peer::Nothing("http://127.0.0.1:1")).unsent().fails(
            "connection",
            3,
            "the connection to the server was refused",
        ),
    ];
    Section { title: "Connections", subject: "The server", faults }
}

fn http2_success() -> Http2Step {
    Http2Step::respond(200, SUCCESS)
}

pub(crate) fn http2() -> Section {
    let refuse = || Http2Step::ResetStream(Http2Step::REFUSED_STREAM);
    let faults = vec![
        http2_fault("refuses the stream once (REFUSED_STREAM)", [refuse(), http2_success()]).returns_value(2),
        http2_fault("refuses every stream", [refuse()]).unsent().fails(
            "connection",
            3,
            "the server refused the request before it processed it",
        ),
        http2_fault("sends GOAWAY before it processes the request, once", [Http2Step::GoAway, http2_success()])
            .returns_value(2),
        http2_fault("sends GOAWAY before it processes any request", [Http2Step::GoAway]).unsent().fails(
            "connection",
            3,
            "the server closed the connection before it processed the request",
        ),
        http2_fault(
            "resets the stream once (INTERNAL_ERROR)",
            [Http2Step::ResetStream(Http2Step::INTERNAL_ERROR), http2_success()],
        )
        .returns_value(2),
        http2_fault(
            "resets the stream in the middle of the body, once",
            [Http2Step::RespondThenReset(Http2Response::new(200, "{"), Http2Step::INTERNAL_ERROR), http2_success()],
        )
        .returns_value(2),
        http2_fault("closes the connection once, after the request", [Http2Step::Close, http2_success()])
            .returns_value(2),
        http2_fault(
            "swallows everything after the first response of a connection, once",
            [http2_success(), Http2Step::Die, http2_success()],
        )
        .warmed_up()
        .slow()
        .with(|builder| builder.attempt_timeout(Duration::from_secs(8)))
        .returns_value(2),
    ];
    Section { title: "HTTP/2", subject: "The server", faults }
}

/// An alert of TLS: the version is not supported (RFC 8446, section 6.2).
const PROTOCOL_VERSION_ALERT: &[u8] = b"\x15\x03\x01\0\x02\x02\x46";
/// An alert of TLS: no acceptable set of parameters.
const HANDSHAKE_FAILURE_ALERT: &[u8] = b"\x15\x03\x01\0\x02\x02\x28";
/// A ServerHello of TLS 1.1 (RFC 4346, section 7.4.1.3), with zeros as its random bytes.
const TLS_1_1_SERVER_HELLO: &[u8] = b"\x16\x03\x02\0\x2a\x02\0\0\x26\x03\x02\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x2f\0";

/// Handshakes of TLS that cannot succeed.
pub(crate) fn tls() -> Section {
    const VERSION: &str = "the server and the client have no common TLS version";
    const PROXYS_VERSION: &str = "the proxy and the client have no common TLS version";
    let row = |text, peer, line| Fault::new(text, peer).unsent().fails("connection", 1, line);
    let faults = vec![
        row("rejects the version of TLS", Peer::Handshake(PROTOCOL_VERSION_ALERT), VERSION),
        row("responds in TLS 1.1", Peer::Handshake(TLS_1_1_SERVER_HELLO), VERSION),
        row(
            "has no cipher suite in common with the client",
            Peer::Handshake(HANDSHAKE_FAILURE_ALERT),
            "the server rejected the TLS handshake",
        ),
        row("does not speak TLS", Peer::Handshake(b"SSH-2.0-Oh\r\n"), "the server does not speak TLS"),
        row(
            "is behind an https proxy that rejects the version of TLS",
            Peer::ProxyHandshake(PROTOCOL_VERSION_ALERT),
            PROXYS_VERSION,
        ),
        row(
            "is behind an https proxy that does not speak TLS",
            Peer::ProxyHandshake(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            "the proxy does not speak TLS",
        ),
    ];
    Section { title: "TLS", subject: "The server", faults }
}

/// A host that no resolver knows (RFC 6761). Its name has words that describe other causes.
pub(crate) const UNKNOWN_HOST: &str = "http://certificate-407-proxy-tls.invalid";

pub(crate) fn peers() -> Section {
    let proxy = |text, status, headers: &[_]| Fault::new(text, Peer::Proxy(vec![Step::respond(status, headers, "")]));
    let faults =
        vec![
            Fault::new("the host's name is unknown", Peer::Nothing(UNKNOWN_HOST)).unsent().fails(
                "connection",
                3,
                "the server's name `certificate-407-proxy-tls.invalid` could not be resolved",
            ),
            Fault::new("the server's certificate is not trusted", Peer::Untrusted(vec![http2_success()]))
                .unsent()
                .fails("connection", 1, "the server's certificate is not trusted"),
            proxy("a proxy refuses to connect to the server", "403 Forbidden", &[]).unsent().fails(
                "connection",
                1,
                "the proxy did not connect to the server",
            ),
            proxy(
                "a proxy asks for a password",
                "407 Proxy Authentication Required",
                &[("proxy-authenticate", "Basic realm=\"x\"")],
            )
            .unsent()
            .fails("connection", 1, "the proxy requires a user name and a password"),
            Fault::new(
                "a proxy has a scheme that is not supported, such as SOCKS",
                Peer::Nothing("https://api.example.com"),
            )
            .with(|builder| builder.proxy("socks5://proxy.example"))
            .unsent()
            .fails("configuration", 0, "SOCKS is not supported"),
            Fault::new(
                "a proxy responds with something that is not HTTP",
                Peer::Proxy(vec![Step::Close(b"SSH-2.0-Oh\r\n".to_vec())]),
            )
            .unsent()
            .fails("connection", 1, "the proxy did not connect to the server, or is not an HTTP proxy"),
            Fault::new("a proxy's name is unknown", Peer::Nothing("https://api.example.com"))
                .with(|builder| builder.proxy("http://user:password@no-such.invalid:3128"))
                .unsent()
                .fails("connection", 3, "the proxy's name `no-such.invalid` could not be resolved"),
            Fault::new("a proxy accepts no connection", Peer::Nothing("http://api.example.com"))
                .with(|builder| builder.proxy("http://127.0.0.1:1"))
                .unsent()
                .fails("connection", 3, "the connection to the proxy was refused"),
            Fault::new("a proxy closes the connection", Peer::Proxy(vec![Step::Close(vec![])])).unsent().fails(
                "connection",
                3,
                "the connection to the proxy failed",
            ),
        ];
    Section { title: "Names, certificates and proxies", subject: "The fault", faults }
}
