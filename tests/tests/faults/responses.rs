//! Rows about responses: heads, bodies and statuses.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use zt_risk_scoring::{ApiToken, ClientBuilder, Credentials, RenewFuture, TokenFuture, TokenProvider};
use zt_risk_scoring_tests::{Step, TOKEN};

use crate::fault::{MAX_BODY_BYTES, SUCCESS, Section, fault};

/// A response that succeeds.
pub(crate) fn success() -> Step {
    Step::respond("200 OK", &[("content-type", "application/json")], SUCCESS)
}

/// A response with a page of HTML, such as the edge in front of the API sends.
pub(crate) fn html(status: &str, headers: &[(&str, &str)]) -> Step {
    Step::respond(status, &[&[("content-type", "text/html")], headers].concat(), "<html>")
}

/// A response that rejects the token.
pub(crate) fn unauthorized() -> Step {
    Step::respond("401 Oh", &[], r#"{"success":false,"errors":[{"code":1000,"message":"Invalid API Token"}]}"#)
}

/// Renews its token whenever it is asked to.
struct Renewing;

impl TokenProvider for Renewing {
    fn token(&self) -> TokenFuture<'_> {
        Box::pin(async { Ok(ApiToken::new(TOKEN)?) })
    }

    fn renew<'a>(&'a self, _: &'a ApiToken) -> RenewFuture<'a> {
        Box::pin(async { Ok(true) })
    }
}

/// Gives the client a token provider that renews its token.
pub(crate) fn renewing(builder: ClientBuilder) -> ClientBuilder {
    builder.credentials(Credentials::provider(Renewing))
}

/// The head of a success with a body of some length.
pub(crate) fn head(length: usize) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncf-ray: abc\r\ncontent-length: {length}\r\n\r\n").into_bytes()
}

/// One member of gzip.
pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// A success whose body has a content coding.
pub(crate) fn encoded(coding: &str, body: &[u8]) -> Step {
    Step::respond("200 OK", &[("content-encoding", coding), ("content-type", "application/json")], body)
}

/// An envelope beside a member that makes it larger than 256 KiB.
fn large_failure() -> String {
    let padding = "x".repeat(256 << 10);
    format!(r#"{{"success":false,"errors":[{{"code":1001,"message":"no"}}],"padding":"{padding}"}}"#)
}

/// Some bytes of gzip, then 16 MiB of a part that is repeated.
fn endless_gzip(start: &[u8], part: &[u8]) -> Step {
    let head = [b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n", start].concat();
    Step::Repeat { head, chunk: part.repeat((1 << 20) / part.len()), times: 16 }
}

pub(crate) fn heads() -> Section {
    let raw = |head: &str| [Step::Close(format!("{head}\r\n\r\n{SUCCESS}").into_bytes())];
    let lengths = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\ncontent-length: 5", SUCCESS.len());
    let headers = |count: usize| {
        let headers: String = (0..count).map(|number| format!("\r\nx-{number}: 1")).collect();
        raw(&format!("HTTP/1.1 200 OK\r\ncontent-length: {}{headers}", SUCCESS.len()))
    };
    let long = raw(&format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(1 << 20)));
    let hints = format!("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{SUCCESS}");
    let hinted = Step::Close(hints.into_bytes());
    let redirect = Step::respond("302 Found", &[("location", "https://example.com/")], "");
    const INVALID: &str = "the head of the response is not valid HTTP";
    const TOO_LARGE: &str = "the head of the response is too large";
    let faults = vec![
        fault("responds with something that is not HTTP", raw("SSH-2.0-OpenSSH_9.9")).fails("connection", 1, INVALID),
        fault("responds with a body alone (HTTP/0.9)", [Step::Close(SUCCESS.into())]).fails("connection", 1, INVALID),
        fault("sends two different `Content-Length`", raw(&lengths)).fails("connection", 1, INVALID),
        fault("sends early hints (103) before the response", [hinted]).returns_value(1),
        fault("sends 150 headers", headers(149)).returns_value(1),
        fault("sends more than 160 headers", headers(160)).fails("connection", 1, TOO_LARGE),
        fault("sends a header of 1 MiB", long).fails("connection", 1, TOO_LARGE),
        fault("redirects to another host", [redirect]).fails(
            "unexpected_status",
            1,
            "a redirect to example.com, which is never followed",
        ),
    ];
    Section { title: "Heads of responses", subject: "The server", faults }
}

pub(crate) fn bodies() -> Section {
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let beside = format!(r#"{{"success":true,"messages":{nested},"result":{{"behaviors":{{}}}}}}"#);
    let inside = format!(r#"{{"success":true,"result":{{"behaviors":{nested}}}}}"#);
    let respond = |status, body: &str| [Step::respond(status, &[("content-type", "application/json")], body)];
    let unknown_length = b"HTTP/1.1 200 OK\r\n\r\n{\"success\":".to_vec();
    let chunks = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{SUCCESS}\r\n").into_bytes();
    let faults = vec![
        fault("sends JSON after a byte order mark", respond("200 OK", &format!("\u{feff}{SUCCESS}"))).returns_value(1),
        fault("responds with 200 and a page of HTML", [html("200 OK", &[])]).fails(
            "unexpected_body",
            1,
            "a page of HTML or XML (text/html, 6 bytes)",
        ),
        fault("nests 100,000 arrays in `messages`, beside a result", respond("200 OK", &beside)).returns_value(1),
        fault("nests 100,000 arrays in the result", respond("200 OK", &inside)).fails(
            "decode",
            1,
            "the response does not match the documented schema",
        ),
        fault("responds with 403 and 100,000 nested arrays", respond("403 Oh", &beside)).fails(
            "permission",
            1,
            "a permission is missing",
        ),
        fault("closes the connection within a body of unknown length", [Step::Close(unknown_length)]).fails(
            "unexpected_body",
            1,
            "JSON that is cut off",
        ),
        fault("sends malformed chunks", [Step::Close(chunks)]).fails(
            "connection",
            1,
            "the body of the response is not valid HTTP",
        ),
    ];
    Section { title: "Bodies", subject: "The server", faults }
}

pub(crate) fn large_bodies() -> Section {
    let respond = |status| [Step::respond(status, &[("content-type", "application/json")], large_failure())];
    let exceeds_limit = |text, step| {
        // A busy machine takes seconds to decompress it.
        let fault = fault(text, [step]).with(|builder| builder.attempt_timeout(Duration::from_secs(10)));
        fault.fails("unexpected_body", 1, "the body is larger than 8388608 bytes")
    };
    // These take the time of much larger bodies, so the limit is low.
    let has_no_end = |text, step| {
        let fault = fault(text, [step]).with(|builder| builder.max_body_bytes(32 << 10));
        fault.fails("unexpected_body", 1, "the body is larger than 32768 bytes")
    };
    let is_not_read = |text, status, kind, requests| {
        fault(text, respond(status)).fails(kind, requests, "a body that was not read to its end")
    };
    let announced = Step::Stall(head(MAX_BODY_BYTES + 1));
    let long_name = endless_gzip(b"\x1f\x8b\x08\x08\0\0\0\0\0\x03", b"n");
    let faults = vec![
        exceeds_limit("announces a body larger than the limit", announced),
        exceeds_limit("sends a chunked body larger than the limit", Step::large_chunked_body()),
        exceeds_limit("sends a gzip body that decompresses to more than the limit", Step::gzip_bomb()),
        has_no_end("sends a gzip header that does not end", long_name),
        has_no_end("sends gzip members without data, and no end", endless_gzip(b"", &gzip(b""))),
        fault("responds with 200, `\"success\": false` and 256 KiB more", respond("200 OK")).fails(
            "api",
            1,
            "code 1001",
        ),
        is_not_read("responds with 403 and a body over 256 KiB", "403 Oh", "permission", 1),
        is_not_read("responds with 503 and a body over 256 KiB", "503 Oh", "server", 3),
    ];
    Section { title: "Large bodies", subject: "The server", faults }
}

pub(crate) fn content_codings() -> Section {
    let whole = gzip(SUCCESS.as_bytes());
    let (start, end) = SUCCESS.as_bytes().split_at(9);
    let members = [gzip(start), gzip(end)].concat();
    let mut damaged = whole.clone();
    // The checksum is in the trailer of 8 bytes.
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    let respond = |coding, body: &[u8]| [encoded(coding, body)];
    let fails = |text, body: &[u8], line| fault(text, respond("gzip", body)).fails("unexpected_body", 1, line);
    let faults = vec![
        fault("sends gzip of several members", respond("gzip", &members)).returns_value(1),
        fault("names gzip `x-gzip`", respond("x-gzip", &whole)).returns_value(1),
        fault("names gzip `GZIP`", respond("GZIP", &whole)).returns_value(1),
        fails("sends gzip that is cut off", &whole[..whole.len() / 2], "the gzip data is cut off"),
        fails("sends gzip without its trailer", &whole[..whole.len() - 8], "the gzip data is cut off"),
        fails("sends gzip with a wrong checksum", &damaged, "the gzip data fails its checksum"),
        fails("labels plain JSON as gzip", SUCCESS.as_bytes(), "the body is labelled gzip and is not"),
        fault("sends a body in Brotli (`br`)", respond("br", &whole)).fails(
            "unexpected_body",
            1,
            "the content coding `br`",
        ),
    ];
    Section { title: "Compressed bodies", subject: "The server", faults }
}

pub(crate) fn statuses() -> Section {
    const ATTEMPTS: &str = "3 attempts";
    let not_found = Step::respond("404 Oh", &[], r#"{"success":false,"errors":[{"code":1001}]}"#);
    let mut cut_off = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 1000\r\n\r\n".to_vec();
    cut_off.extend(b"{\"success\":");
    let faults = vec![
        fault("responds with 503, once", [html("503 Oh", &[]), success()]).returns_value(2),
        fault("always responds with 503", [html("503 Oh", &[])]).fails("server", 3, ATTEMPTS),
        fault("responds with 503 and `Retry-After: 3600`", [html("503 Oh", &[("retry-after", "3600")])]).fails(
            "server",
            1,
            "retry after 1 h",
        ),
        fault("responds with 501", [html("501 Oh", &[])]).fails("server", 1, "the server failed"),
        fault("responds with 403 and a page of HTML", [html("403 Oh", &[])]).fails(
            "permission",
            1,
            "something in front of the API, such as a firewall, probably blocked the request",
        ),
        fault("responds with 403, and closes the connection within the body", [Step::Close(cut_off)]).fails(
            "permission",
            1,
            "status 403 Forbidden",
        ),
        fault("responds with 500, once", [html("500 Oh", &[]), success()]).returns_value(2),
        fault("resets the connection, and responds to the retry with 404", [Step::Reset(vec![]), not_found]).fails(
            "not_found",
            2,
            "status 404",
        ),
        fault("responds with 401 once, and the token provider has a new token", [unauthorized(), success()])
            .with(renewing)
            .returns_value(2),
        fault("always responds with 401, and the token provider has new tokens", [unauthorized()])
            .with(renewing)
            .fails("authentication", 2, "code 1000"),
        fault("responds with 401 to a token that cannot be renewed", [unauthorized()]).fails(
            "authentication",
            1,
            "status 401",
        ),
    ];
    Section { title: "Statuses", subject: "The server", faults }
}
