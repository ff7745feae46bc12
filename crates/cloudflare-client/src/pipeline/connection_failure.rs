//! Why there is no whole response: classifies the errors of the HTTP library.

use std::error::Error as StdError;
use std::io;

use super::retry_loop::AttemptFailure;
use super::retry_policy::Retryability::{self, Impossible, Interrupted, NotSent, Unreadable};
use crate::{Error, ErrorKind};

/// The failure for an error of the HTTP library. Its source leaves out the URL, which has ids in its path.
pub(super) fn of(error: reqwest::Error) -> AttemptFailure {
    let (kind, message, retryability) = classify(&error);
    let error = Error::new(kind, message).with_source(error.without_url());
    AttemptFailure { error, retryability }
}

fn classify(error: &reqwest::Error) -> (ErrorKind, &'static str, Retryability) {
    if error.is_builder() {
        return (ErrorKind::Configuration, "the request could not be built", Impossible);
    }
    if error.is_connect() {
        let (message, retryability) = connecting(error);
        let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Connection };
        return (kind, message, retryability);
    }
    if error.is_timeout() {
        return (ErrorKind::Timeout, "the HTTP client's own timeout passed", Interrupted);
    }
    let (message, retryability) = exchanging(error);
    (ErrorKind::Connection, message, retryability)
}

/// Why no connection could be made. Nothing was sent.
///
/// The types of some causes are private to their crates, so their messages are read. Tests make each cause over sockets, and
/// fail if a message changes.
fn connecting(error: &reqwest::Error) -> (&'static str, Retryability) {
    if error.is_timeout() {
        return ("timed out while connecting", NotSent);
    }
    if let Some(cause) = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind)
        && cause == io::ErrorKind::ConnectionRefused
    {
        return ("the connection was refused", NotSent);
    }
    let text = causes(error).map(|cause| cause.to_string().to_ascii_lowercase() + "\n").collect::<String>();
    let has = |part: &str| text.contains(part);
    if has("certificate") {
        ("the server's certificate is not trusted, or the server requires a client certificate", Impossible)
    } else if has("proxy auth") || has("407") {
        ("the proxy requires a user name and a password", Impossible)
    } else if has("tunnel") || has("proxy") {
        ("the proxy did not connect to the server", Impossible)
    } else if has("dns") || has("lookup address") {
        ("the host's name could not be resolved", NotSent)
    } else if has("tls") || has("handshake") || has("ssl") {
        ("the TLS handshake failed", NotSent)
    } else {
        ("no connection could be made", NotSent)
    }
}

/// Why a connection did not carry a whole response.
fn exchanging(error: &reqwest::Error) -> (&'static str, Retryability) {
    for cause in causes(error) {
        if let Some(cause) = cause.downcast_ref::<h2::Error>() {
            return http2(cause);
        }
        if let Some(cause) = cause.downcast_ref::<hyper::Error>() {
            if cause.is_parse() && cause.to_string().contains("too large") {
                return ("the head of the response is too large", Unreadable);
            }
            if cause.is_parse() {
                return ("the head of the response is not valid HTTP", Unreadable);
            }
            if cause.is_canceled() {
                return ("the connection closed before the request was sent", NotSent);
            }
        }
    }
    let is_body = error.is_body() || error.is_decode();
    let reset = causes(error).any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::ConnectionReset)
    });
    match (is_body, reset) {
        (true, _) => ("the connection broke before the end of the body", Interrupted),
        (false, true) => ("the server reset the connection, perhaps after it read the request", Interrupted),
        (false, false) => {
            ("the connection closed before a response came, perhaps after the request was read", Interrupted)
        }
    }
}

/// What an error of HTTP/2 says about a request. A refused stream was not processed (RFC 9113, section 8.7); neither was one
/// that the server's GOAWAY does not cover.
fn http2(error: &h2::Error) -> (&'static str, Retryability) {
    match error.reason() {
        Some(h2::Reason::REFUSED_STREAM) if error.is_reset() && error.is_remote() => {
            ("the server refused the request before it processed it", NotSent)
        }
        Some(h2::Reason::NO_ERROR) if error.is_go_away() && error.is_remote() => {
            ("the server closed the connection before it processed the request", NotSent)
        }
        _ => ("the HTTP/2 connection broke, perhaps after the request was read", Interrupted),
    }
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
