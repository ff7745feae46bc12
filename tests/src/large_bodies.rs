//! Bodies of any size.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Makes bodies of about a given length, which repeat a part.
pub fn repeated(
    start: &'static str,
    part: &'static str,
    last: &'static str,
    end: &'static str,
) -> impl Fn(usize) -> Vec<u8> + Copy {
    move |bytes| {
        let room = bytes.saturating_sub(start.len() + last.len() + end.len());
        [start, &part.repeat(room / part.len()), last, end].concat().into()
    }
}

/// A body of a given length, with a list that is nested as deeply as fits.
pub fn nested(start: &str, end: &str, bytes: usize) -> Vec<u8> {
    let depth = bytes.saturating_sub(start.len() + end.len()) / 2;
    [start, &"[".repeat(depth), &"]".repeat(depth), end].concat().into()
}

/// A success with about the given number of bytes of behaviors.
pub fn behaviors(bytes: usize) -> Vec<u8> {
    let behavior = |number| {
        let name = format!(r#""behavior_{number:07}":{{"name":"Impossible travel {number:07}","#);
        name + r#""description":"A user logs in from two places","enabled":true,"risk_level":"high"}"#
    };
    let behaviors: Vec<_> = (0..bytes / 146).map(behavior).collect();
    let behaviors = behaviors.join(",");
    format!(r#"{{"success":true,"errors":[],"messages":[],"result":{{"behaviors":{{{behaviors}}}}}}}"#).into()
}

/// A success with about the given number of bytes of users.
pub fn users(bytes: usize) -> Vec<u8> {
    let user = r#"{"email":"a@example.com","event_count":3,"last_event":"2026-01-01T00:00:00Z","max_risk_level":"high","name":"A. User","user_id":"00000000-0000-0000-0000-000000000000"}"#;
    let users = vec![user; bytes / (user.len() + 1)].join(",");
    format!(r#"{{"success":true,"result":{{"users":[{users}]}}}}"#).into()
}

/// Compresses a body.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// A body in the chunked transfer coding (RFC 9112, section 7.1).
pub fn chunked(body: &[u8], chunk: usize) -> Vec<u8> {
    let chunks =
        body.chunks(chunk).flat_map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
    chunks.chain(*b"0\r\n\r\n").collect()
}
