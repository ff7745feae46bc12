//! Why there is no whole response: classifies the errors of the HTTP library.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use tokio::time::Instant;

use super::Pipeline;
use super::peer::{Peer, Route};
use super::retry::AttemptFailure;
use super::retry::Retryability::{self, Impossible, Interrupted, NotSent, Unreadable};
use crate::redact::{Secrets, one_line};
use crate::{Error, ErrorKind};

/// What a call waited for until a timeout of the HTTP client itself. The client of this crate has none.
const GIVEN_TIMEOUT: &str = "a response, as long as the HTTP client's own timeout allows";

/// The failure for an error before the response, on which the HTTP library worked since some time.
pub(super) fn of(error: &reqwest::Error, pipeline: &Pipeline, since: Instant, secrets: &Secrets) -> AttemptFailure {
    let timeout = |awaited| Error::timeout(awaited, since.elapsed());
    let (described, retryability) = if error.is_builder() {
        (Error::configuration("the request could not be built"), Impossible)
    } else if error.is_connect() && error.is_timeout() {
        (timeout("a connection"), NotSent)
    } else if error.is_connect() {
        let (message, retryability) = connecting(error, pipeline);
        (Error::new(ErrorKind::Connection, message), retryability)
    } else if let Some((message, retryability)) = known_exchange(error) {
        (Error::new(ErrorKind::Connection, message), retryability)
    } else if error.is_timeout() {
        (timeout(GIVEN_TIMEOUT), Interrupted)
    } else {
        let (message, retryability) = exchanging(error);
        (Error::new(ErrorKind::Connection, message), retryability)
    };
    AttemptFailure { error: described.with_source(source(error, secrets)), retryability }
}

/// The failure for an error within the body of a response, which was read since some time.
///
/// Whatever the error says, the server has processed the request: it began to respond.
pub(super) fn of_body(error: &reqwest::Error, since: Instant, secrets: &Secrets) -> AttemptFailure {
    let is_malformed = causes(error).any(|cause| is_io(cause, io::ErrorKind::InvalidInput));
    let (described, retryability) = if is_malformed {
        (Error::new(ErrorKind::Connection, "the body of the response is not valid HTTP"), Unreadable)
    } else if is_ping_timeout(error) || !error.is_timeout() {
        (Error::new(ErrorKind::Connection, "the connection broke before the end of the body"), Interrupted)
    } else {
        (Error::timeout(GIVEN_TIMEOUT, since.elapsed()), Interrupted)
    };
    AttemptFailure { error: described.with_source(source(error, secrets)), retryability }
}

/// The causes of an error on one line. It leaves out the error's own message: that has the URL, which has ids in its path. A
/// server may echo a secret in a cause, such as the reason for which it closes an HTTP/2 connection.
fn source(error: &reqwest::Error, secrets: &Secrets) -> Causes {
    let mut causes: Vec<_> = causes(error).skip(1).map(ToString::to_string).collect();
    // An `io::Error` has the message of the error that it wraps.
    causes.dedup();
    Causes(one_line(&secrets.redact(&causes.join(": "))))
}

/// The messages of an error's causes. `Debug` prints all of them. `Display` omits that of hyper-util, such as `client error
/// (Connect)`, which only names a part of the library.
struct Causes(String);

impl fmt::Display for Causes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.0.strip_prefix("client error (").and_then(|text| text.split_once("): "));
        f.write_str(rest.map_or(&self.0, |(_, rest)| rest))
    }
}

impl fmt::Debug for Causes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for Causes {}

/// Why no connection could be made. Nothing was sent.
///
/// The types of some causes are private to their crates, so their messages are read. Tests make each cause over sockets, and
/// fail if a message changes.
fn connecting(error: &reqwest::Error, pipeline: &Pipeline) -> (String, Retryability) {
    let text = text_of_causes(error);
    let has = |part: &str| text.contains(part);
    let has_io = |kind| causes(error).any(|cause| is_io(cause, kind));
    // A certificate's error contains names of hosts, so only the start of a message counts.
    let is_tunnel = text.lines().any(|line| line.starts_with("tunnel error"));
    let peer = Peer::of(&pipeline.base_url, &pipeline.route, is_tunnel);
    if rejects_client_certificate(&text) {
        (client_certificate(peer), Impossible)
    } else if has("certificate") {
        (format!("{peer}'s certificate {}", certificate_problem(&text)), Impossible)
    } else if has("proxy authorization required") {
        ("the proxy requires a user name and a password".to_owned(), Impossible)
    } else if has("tunnel error: unsuccessful") || has("tunnel error: proxy response headers too long") {
        // hyper-util reports a status other than 200 and a malformed response alike.
        ("the proxy did not connect to the server, or is not an HTTP proxy".to_owned(), Impossible)
    } else if has_io(io::ErrorKind::ConnectionRefused) {
        (format!("the connection to {peer} was refused"), NotSent)
    } else if has("dns") || has("lookup address") {
        (unresolved_name(peer, pipeline), NotSent)
    } else if let Some(problem) = tls_mismatch(&text) {
        (format!("{peer} {problem}"), Impossible)
    } else if is_tunnel {
        ("the connection to the proxy failed".to_owned(), NotSent)
    } else if has_io(io::ErrorKind::ConnectionReset) {
        (format!("{peer} reset the connection before a request was sent"), NotSent)
    } else if has("tls") || has("handshake") || has("ssl") {
        (format!("the TLS handshake with {peer} failed"), NotSent)
    } else {
        (format!("no connection to {peer} could be made"), NotSent)
    }
}

/// Names the host, since the reader may not see the setting that has it. A URL's other parts may contain ids or credentials.
fn unresolved_name(peer: Peer, pipeline: &Pipeline) -> String {
    let server = one_line(pipeline.base_url.host());
    match (peer, &pipeline.route) {
        (Peer::Server, _) => format!("the server's name `{server}` could not be resolved"),
        (Peer::Proxy, Route::Proxy(host)) => format!("the proxy's name `{}` could not be resolved", one_line(host)),
        (Peer::Proxy, _) => "the proxy's name could not be resolved".to_owned(),
        (Peer::ServerOrProxy, _) => {
            format!("the name of the server `{server}`, or of its proxy, could not be resolved")
        }
    }
}

fn client_certificate(peer: Peer) -> String {
    format!("{peer} rejected the client certificate, or requires one")
}

/// Whether the server sent an alert about the client's certificate, by the messages of a TLS library.
fn rejects_client_certificate(text: &str) -> bool {
    const ALERTS: [&str; 4] = ["certificate", "unknownca", "decrypterror", "accessdenied"];
    let text = text.replace(' ', "");
    text.contains("alert") && ALERTS.iter().any(|alert| text.contains(alert))
}

/// What is wrong with the peer's certificate, by the messages of a TLS library.
fn certificate_problem(text: &str) -> &'static str {
    let has = |part: &str| text.contains(part);
    if has("expired") || has("not valid yet") {
        "has expired or is not valid yet"
    } else if has("not valid for") || has("mismatch") {
        "is for another host"
    } else if has("causedasendentity") {
        "is that of an authority (CA:TRUE), not a server's own"
    } else {
        "is not trusted"
    }
}

/// Why no TLS handshake with the peer can succeed, by the messages of a TLS library.
fn tls_mismatch(text: &str) -> Option<&'static str> {
    const NO_TLS: [&str; 2] = ["corruptmessage", "wrongversionnumber"];
    const VERSIONS: [&str; 4] =
        ["alertprotocolversion", "doesnotsupporttls12or13", "tlsversionisdisabled", "unsupportedprotocol"];
    const REJECTED: [&str; 5] = [
        "alerthandshakefailure",
        "alertillegalparameter",
        "alertinsufficientsecurity",
        "alertnoapplicationprotocol",
        "alertunrecogni",
    ];
    // rustls writes `fatal alert: ProtocolVersion`, OpenSSL `alert protocol version`.
    let text = text.replace([' ', ':'], "");
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if has(&NO_TLS) {
        Some("does not speak TLS")
    } else if has(&VERSIONS) {
        Some("and the client have no common TLS version; the client needs at least TLS 1.2")
    } else if has(&REJECTED) {
        Some("rejected the TLS handshake, perhaps because it needs other cipher suites or a client certificate")
    } else if has(&["peerisincompatible"]) {
        Some("has no TLS settings in common with the client")
    } else {
        None
    }
}

/// Why a connection did not carry a whole response, if an error of HTTP says so.
fn known_exchange(error: &reqwest::Error) -> Option<(&'static str, Retryability)> {
    causes(error).find_map(|cause| {
        if let Some(cause) = cause.downcast_ref::<h2::Error>() {
            return Some(http2(cause));
        }
        let cause = cause.downcast_ref::<hyper::Error>()?;
        if is_ping_timeout(error) {
            Some(("the server stopped responding on the connection, perhaps after it read the request", Interrupted))
        } else if cause.is_parse() && cause.to_string().contains("too large") {
            Some(("the head of the response is too large", Unreadable))
        } else if cause.is_parse() {
            Some(("the head of the response is not valid HTTP", Unreadable))
        } else if cause.is_canceled() {
            Some(("the connection closed before the request was sent", NotSent))
        } else {
            None
        }
    })
}

/// Whether the server did not respond to a ping. hyper has no other timeout.
fn is_ping_timeout(error: &reqwest::Error) -> bool {
    causes(error).filter_map(|cause| cause.downcast_ref::<hyper::Error>()).any(hyper::Error::is_timeout)
}

/// Why a connection broke before a response.
fn exchanging(error: &reqwest::Error) -> (String, Retryability) {
    if rejects_client_certificate(&text_of_causes(error)) {
        // In TLS 1.3 a server rejects the client's certificate when the client has already sent the request.
        return (client_certificate(Peer::Server), Unreadable);
    }
    let message = if causes(error).any(|cause| is_io(cause, io::ErrorKind::ConnectionReset)) {
        "the server reset the connection, perhaps after it read the request"
    } else {
        "the connection closed before a response came, perhaps after the request was read"
    };
    (message.to_owned(), Interrupted)
}

/// What an error of HTTP/2 says about a request. A refused stream was not processed (RFC 9113, section 8.7); neither was one
/// that the server's GOAWAY does not cover (section 6.8).
fn http2(error: &h2::Error) -> (&'static str, Retryability) {
    match error.reason() {
        Some(h2::Reason::REFUSED_STREAM) if error.is_reset() && error.is_remote() => {
            ("the server refused the request before it processed it", NotSent)
        }
        // Whatever the reason: the streams that a GOAWAY covers do not end with it.
        Some(_) if error.is_go_away() && error.is_remote() => {
            ("the server closed the connection before it processed the request", NotSent)
        }
        Some(h2::Reason::PROTOCOL_ERROR) if error.is_reset() && error.is_library() => {
            ("the response is not valid HTTP/2, or its head is too large", Unreadable)
        }
        _ => ("the HTTP/2 connection broke, perhaps after the request was read", Interrupted),
    }
}

/// The messages of the causes in lower case. The error itself is left out: its message has the URL.
fn text_of_causes(error: &reqwest::Error) -> String {
    causes(error).skip(1).map(|cause| cause.to_string().to_ascii_lowercase() + "\n").collect()
}

fn is_io(cause: &(dyn StdError + 'static), kind: io::ErrorKind) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == kind)
}

/// An error and its causes.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| cause(*error))
}

fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    // An `io::Error` hides the error that it wraps, and returns that error's source instead.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_omit_the_parts_of_the_library_only_in_display() {
        for (text, line) in [
            ("client error (Connect): tcp connect error: refused", "tcp connect error: refused"),
            ("client error (SendRequest): connection closed", "connection closed"),
            ("client error (Connect)", "client error (Connect)"),
            ("refused: client error (Connect): no", "refused: client error (Connect): no"),
        ] {
            let causes = Causes(text.to_owned());
            assert_eq!(causes.to_string(), line);
            assert_eq!(format!("{causes:?}"), format!("{text:?}"));
        }
    }

    #[test]
    fn tls_mismatch_is_read_from_the_messages_of_both_libraries() {
        for (text, expected) in [
            ("received corrupt message of type invalidcontenttype", "does not speak TLS"),
            ("error:0a00010b:ssl routines:ssl3_get_record:wrong version number", "does not speak TLS"),
            ("received fatal alert: protocolversion", "no common TLS version"),
            ("error:0a00042e:ssl routines:ssl3_read_bytes:tlsv1 alert protocol version", "no common TLS version"),
            ("error:0a000102:ssl routines:tls_process_server_hello:unsupported protocol", "no common TLS version"),
            ("peer is incompatible: serverdoesnotsupporttls12or13", "no common TLS version"),
            ("received fatal alert: handshakefailure", "rejected the TLS handshake"),
            ("error:0a000410:ssl routines:ssl3_read_bytes:ssl/tls alert handshake failure", "rejected the TLS"),
            ("received fatal alert: unrecognisedname", "rejected the TLS handshake"),
            ("peer is incompatible: nokxgroupsincommon", "no TLS settings in common"),
        ] {
            let problem = tls_mismatch(text).unwrap();
            assert!(problem.contains(expected), "{text}: {problem}");
        }
        for text in ["received fatal alert: internalerror", "tls handshake eof", "connection reset by peer"] {
            assert_eq!(tls_mismatch(text), None, "{text}");
        }
    }
}
