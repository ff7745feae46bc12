//! Bounds what decorates the result of an envelope, while its body arrives.
//!
//! A body may have 64 MiB, but only its `result` is worth that memory. The filter copies the members `result` and `success`.
//! It drops the members beyond a limit, and white space. So every body that is large after the filter has a large `result`.
//! A `result` of more than 2 MiB dominates the memory, so the rest of it is copied as it is, white space included. The filter
//! only looks for its end, since the members behind it are bounded as well. That takes about a twelfth of the time of decoding,
//! while the body arrives.
//!
//! # Guarantees
//!
//! - A valid body stays valid, with the same `result` and `success`. A key counts as what it decodes to, whatever its escapes.
//! - A body that is cut off stays cut off, and one that is invalid between its members stays invalid. Dropped values are not
//!   validated.
//! - A duplicate `success` or `result` is never dropped, since it makes an envelope invalid and may state a failure. Too many
//!   of them make the body invalid.
//! - The output does not depend on how the body is divided into chunks.
//!
//! # Decisions
//!
//! - `errors`, `messages` and `result_info` have a limit of their own each, so that no other member displaces them. A list
//!   beyond its limit is closed after its last complete element: its first codes and messages are kept.
//! - After `"success": false` nobody reads the `result`, so it is bounded as well. A `result` before it is kept: nothing shows
//!   until then that the envelope is a failure. The API sends `null` there.
//! - White space in kept values is reduced to one character. It cannot be dropped, since `1 2` would become `12`.

mod value_scanner;

use std::borrow::Cow;

use value_scanner::{Event, ValueScanner, is_blank};

/// Filters one body, chunk by chunk.
pub(super) struct EnvelopeFilter {
    /// The most bytes that are kept of each class of members except `result`.
    limit: usize,
    max_result: usize,
    state: State,
    member: Member,
    /// Where the key or the value ends that is being read.
    scanner: ValueScanner,
    /// The bytes that are kept of each class.
    kept: [usize; Class::COUNT],
    has_members: bool,
    has_result: bool,
    /// Whether a `success` is false.
    is_failure: bool,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    /// Before the object. So many bytes of a byte order mark were read; after white space none can follow.
    Start(usize),
    FirstKey,
    NextKey,
    Key,
    Colon,
    ValueStart,
    Value,
    ValueEnd,
    /// After the object.
    End,
    /// The body is no object. Everything is copied.
    PassThrough,
    /// The body is invalid, and so is the output. The rest is dropped.
    Invalid,
}

/// The member that is being read.
#[derive(Clone, Copy)]
struct Member {
    class: Class,
    /// Where the member begins in the output, with the comma before it.
    start: usize,
    /// Where the value begins in the output.
    value: usize,
    /// Where the output of a list can be closed: after its last complete element.
    list_end: Option<usize>,
    is_dropped: bool,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Class {
    /// The first `result`. It has no limit.
    Result,
    /// A `success`, or a duplicate `result`: must not be dropped.
    Essential,
    Errors,
    Messages,
    ResultInfo,
    Other,
}

impl Class {
    const COUNT: usize = 6;
}

impl EnvelopeFilter {
    /// The rest of a longer `result` is copied as it is.
    const MAX_RESULT: usize = 2 << 20;
    /// The most bytes that are kept of all members except `result`.
    pub(super) const MAX_DECORATION: usize = 1 << 20;

    pub(super) fn new() -> Self {
        // `result` is the class without a limit.
        Self::with_limits(Self::MAX_DECORATION / (Class::COUNT - 1), Self::MAX_RESULT)
    }

    fn with_limits(limit: usize, max_result: usize) -> Self {
        Self {
            limit,
            max_result,
            state: State::Start(0),
            member: Member { class: Class::Other, start: 0, value: 0, list_end: None, is_dropped: false },
            scanner: ValueScanner::new(b'"'),
            kept: [0; Class::COUNT],
            has_members: false,
            has_result: false,
            is_failure: false,
        }
    }

    /// Whether everything is copied: the body is no object.
    pub(super) fn is_pass_through(&self) -> bool {
        self.state == State::PassThrough
    }

    /// Whether the body is invalid JSON, so that the rest of it need not be read.
    pub(super) fn is_invalid(&self) -> bool {
        self.state == State::Invalid
    }

    /// Filters a chunk. `out` is the output so far, which the caller must not change.
    pub(super) fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        let mut rest = chunk;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = match self.state {
                State::Key | State::Value => self.read_member(rest, out),
                State::PassThrough => {
                    out.extend_from_slice(rest);
                    return;
                }
                State::Invalid => return,
                _ => {
                    self.read_structure(byte, out);
                    tail
                }
            };
        }
    }

    /// Reads a byte outside of keys and values, or the first byte of one.
    fn read_structure(&mut self, byte: u8, out: &mut Vec<u8>) {
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        self.state = match (self.state, byte) {
            (State::Start(count), byte) if BYTE_ORDER_MARK.get(count) == Some(&byte) => {
                out.push(byte);
                State::Start(count.saturating_add(1))
            }
            (State::Start(0 | 3), b'{') => {
                out.push(b'{');
                State::FirstKey
            }
            (State::Start(0 | 3), byte) if is_blank(byte) => State::Start(3),
            (State::Start(_), byte) => {
                out.push(byte);
                State::PassThrough
            }
            (state, byte) if is_blank(byte) => state,
            (State::FirstKey | State::NextKey, b'"') => {
                self.begin_member(out);
                State::Key
            }
            (State::Colon, b':') => {
                self.keep(b":", out);
                State::ValueStart
            }
            (State::ValueStart, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                self.begin_value(byte, out);
                State::Value
            }
            (State::ValueEnd, b',') => State::NextKey,
            (State::FirstKey | State::ValueEnd, b'}') => {
                out.push(b'}');
                State::End
            }
            _ => {
                self.invalidate(out);
                return;
            }
        };
    }

    /// Makes the output invalid JSON whatever follows: no text may contain this character.
    fn invalidate(&mut self, out: &mut Vec<u8>) {
        out.push(0);
        self.state = State::Invalid;
    }

    fn begin_member(&mut self, out: &mut Vec<u8>) {
        let start = out.len();
        self.member = Member { class: Class::Other, start, value: start, list_end: None, is_dropped: false };
        if self.has_members {
            out.push(b',');
        }
        out.push(b'"');
        self.scanner = ValueScanner::new(b'"');
    }

    fn begin_value(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.member.value = out.len();
        self.keep(&[byte], out);
        self.scanner = ValueScanner::new(byte);
        let can_be_shortened = !self.member.is_dropped && self.member.class != Class::Result && byte == b'[';
        if can_be_shortened {
            self.member.list_end = Some(out.len());
            self.scanner.set_stops_after_elements(true);
        }
    }

    fn keep(&self, bytes: &[u8], out: &mut Vec<u8>) {
        if !self.member.is_dropped {
            out.extend_from_slice(bytes);
        }
    }

    /// Reads a part of a key or a value. Returns the rest of the bytes.
    fn read_member<'a>(&mut self, bytes: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let allowance = self.allowance(out);
        if allowance == 0 {
            self.exceed_limit(out);
            return bytes;
        }
        let window = bytes.get(..allowance).unwrap_or(bytes);
        let scan = if self.has_large_result(out) { self.scanner.scan_large(window) } else { self.scanner.scan(window) };
        self.keep(window.get(..scan.keep).unwrap_or_default(), out);
        match scan.event {
            Event::Paused => {}
            Event::Element => self.member.list_end = Some(out.len().saturating_sub(1)),
            Event::Ended if self.state == State::Key => {
                self.end_key(out);
                self.state = State::Colon;
            }
            Event::Ended => {
                self.end_member(out);
                self.state = State::ValueEnd;
            }
        }
        bytes.get(scan.read..).unwrap_or_default()
    }

    /// How many more bytes of the member may be read at once.
    fn allowance(&self, out: &[u8]) -> usize {
        if self.member.is_dropped || self.has_large_result(out) {
            return usize::MAX;
        }
        if self.member.class == Class::Result {
            // One byte more shows that the result is large.
            let length = out.len().saturating_sub(self.member.value);
            return self.max_result.saturating_sub(length).saturating_add(1);
        }
        // A key is read until its class is known.
        let length = out.len().saturating_sub(self.member.start);
        let for_key = if self.state == State::Key { MAX_NAME.saturating_sub(length) } else { 0 };
        self.room(out.len()).max(for_key)
    }

    /// Whether the member is a large `result`.
    fn has_large_result(&self, out: &[u8]) -> bool {
        self.member.class == Class::Result && out.len().saturating_sub(self.member.value) > self.max_result
    }

    /// How many bytes of the member's class may follow this end of the output.
    fn room(&self, end: usize) -> usize {
        let kept = self.kept.get(self.member.class as usize).copied().unwrap_or_default();
        let length = end.saturating_sub(self.member.start);
        self.limit.saturating_sub(kept).saturating_sub(length)
    }

    fn exceed_limit(&mut self, out: &mut Vec<u8>) {
        self.scanner.set_stops_after_elements(false);
        match self.member {
            Member { class: Class::Essential, .. } => self.invalidate(out),
            Member { list_end: Some(end), .. } if self.room(end) > 0 => {
                out.truncate(end);
                out.push(b']');
                self.end_member(out);
                self.member.is_dropped = true;
            }
            Member { start, .. } => {
                out.truncate(start);
                self.member.is_dropped = true;
            }
        }
    }

    fn end_key(&mut self, out: &[u8]) {
        let key = out.get(self.member.start..).unwrap_or_default();
        let key = key.strip_prefix(b",").unwrap_or(key);
        self.member.class = match &*decoded_key(key) {
            _ if self.member.is_dropped => Class::Other,
            b"success" => Class::Essential,
            b"result" if self.is_failure => Class::Other,
            b"result" if std::mem::replace(&mut self.has_result, true) => Class::Essential,
            b"result" => Class::Result,
            b"errors" => Class::Errors,
            b"messages" => Class::Messages,
            b"result_info" => Class::ResultInfo,
            _ => Class::Other,
        };
    }

    fn end_member(&mut self, out: &[u8]) {
        let Member { class, start, value, is_dropped, .. } = self.member;
        if is_dropped {
            return;
        }
        self.has_members = true;
        // Only `success` can be an essential member with this value and matter: a duplicate `result` is an error as well.
        self.is_failure |= class == Class::Essential && out.get(value..) == Some(b"false");
        if let Some(kept) = self.kept.get_mut(class as usize) {
            *kept = kept.saturating_add(out.len().saturating_sub(start));
        }
    }
}

/// The length of a comma and the longest key that has a class of its own: `result_info`, every character escaped, in quotes.
const MAX_NAME: usize = 1 + 2 + 6 * "result_info".len();

/// The text of a key in quotes, unless it is too long for a known one.
fn decoded_key(key: &[u8]) -> Cow<'_, [u8]> {
    let raw = key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\"")).unwrap_or_default();
    if key.len() > MAX_NAME || !raw.contains(&b'\\') {
        return raw.into();
    }
    serde_json::from_slice::<String>(key).unwrap_or_default().into_bytes().into()
}

#[cfg(test)]
mod tests;
