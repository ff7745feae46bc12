//! Finds the end of a JSON value.

mod block;

use memchr::memchr2;

use block::Block;

/// Finds the end of one value or key, whose bytes may arrive in any pieces. It counts brackets and reads strings; it does not
/// validate. It needs no memory, however deep the value is nested.
#[derive(Clone, Copy)]
pub(super) struct ValueScanner {
    state: State,
    depth: usize,
    stops_after_elements: bool,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    /// In a number, `true`, `false` or `null` that is the value itself.
    Scalar,
    /// In a list or an object, outside of strings.
    Nested,
    /// As `Nested`, after white space at the end of a piece.
    NestedBlank,
    String,
    /// In a string, after a backslash.
    Escape,
}

/// The result of a scan.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Scan {
    /// So many bytes were read.
    pub(super) read: usize,
    /// So many of them are worth keeping. The others are white space after white space.
    pub(super) keep: usize,
    pub(super) event: Event,
}

/// Why a scan stopped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Event {
    /// The value continues after this byte.
    Paused,
    /// The value ended.
    Ended,
    /// The last byte is a comma after an element of the outermost list.
    Element,
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

impl Scan {
    fn new(read: usize, event: Event) -> Self {
        Self { read, keep: read, event }
    }
}

impl ValueScanner {
    /// The scanner of a value whose first byte was read.
    pub(super) fn new(first: u8) -> Self {
        let (state, depth) = match first {
            b'[' | b'{' => (State::Nested, 1),
            b'"' => (State::String, 0),
            _ => (State::Scalar, 0),
        };
        Self { state, depth, stops_after_elements: false }
    }

    /// Whether [`scan`](Self::scan) stops after each element of a list.
    pub(super) fn set_stops_after_elements(&mut self, stops: bool) {
        self.stops_after_elements = stops;
    }

    /// Reads bytes of the value.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> Scan {
        let mut position: usize = 0;
        while let Some((&first, _)) = bytes.get(position..).and_then(<[u8]>::split_first) {
            let rest = bytes.get(position..).unwrap_or_default();
            match self.state {
                State::String => match memchr2(b'"', b'\\', rest) {
                    None => break,
                    Some(found) => {
                        position = position.saturating_add(found).saturating_add(1);
                        match rest.get(found) {
                            Some(b'\\') => self.state = State::Escape,
                            _ if self.depth == 0 => return Scan::new(position, Event::Ended),
                            _ => self.state = State::Nested,
                        }
                    }
                },
                State::Escape => {
                    position = position.saturating_add(1);
                    self.state = State::String;
                }
                State::Scalar => match rest.iter().position(|byte| is_blank(*byte) || b",]}:[{\"".contains(byte)) {
                    None => break,
                    Some(found) => return Scan::new(position.saturating_add(found), Event::Ended),
                },
                State::NestedBlank if is_blank(first) => return self.skip_blanks(position, rest),
                State::Nested | State::NestedBlank => match self.scan_nested(&mut position, rest) {
                    None => {}
                    Some(scan) => return scan,
                },
            }
        }
        Scan::new(bytes.len(), Event::Paused)
    }

    /// Reads bytes of a large value. All of them are worth keeping: skipping white space takes more time than it saves memory.
    pub(super) fn scan_large(&mut self, bytes: &[u8]) -> Scan {
        if self.depth == 0 {
            // A string or a scalar. A block shows only where lists and objects end.
            return self.scan(bytes);
        }
        let mut position: usize = 0;
        while let Some(rest) = bytes.get(position..).filter(|rest| !rest.is_empty()) {
            let block = rest.get(..Block::LENGTH).unwrap_or(rest);
            if block.try_into().is_ok_and(|block| self.skip(&Block::new(block))) {
                position = position.saturating_add(Block::LENGTH);
                continue;
            }
            let scan = self.scan(block);
            position = position.saturating_add(scan.read);
            if scan.event == Event::Ended {
                return Scan::new(position, Event::Ended);
            }
        }
        Scan::new(bytes.len(), Event::Paused)
    }

    /// Reads a block at once, unless it has escapes or may end the value. Returns whether it did.
    fn skip(&mut self, block: &Block) -> bool {
        let starts_in_string = match self.state {
            State::Nested | State::NestedBlank => false,
            State::String => true,
            State::Scalar | State::Escape => return false,
        };
        let Some(depth) = block.depth_after(self.depth, starts_in_string).filter(|_| !block.has_backslash()) else {
            return false;
        };
        self.depth = depth;
        self.state = if block.ends_in_string(starts_in_string) { State::String } else { State::Nested };
        true
    }

    /// Reads to the next string, or to a byte at which the scan stops.
    fn scan_nested(&mut self, position: &mut usize, rest: &[u8]) -> Option<Scan> {
        self.state = State::Nested;
        for (index, &byte) in rest.iter().enumerate() {
            let read = || position.saturating_add(index).saturating_add(1);
            match byte {
                b'"' => {
                    self.state = State::String;
                    *position = read();
                    return None;
                }
                b'[' | b'{' => self.depth = self.depth.saturating_add(1),
                b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(Scan::new(read(), Event::Ended));
                    }
                }
                b',' if self.depth == 1 && self.stops_after_elements => {
                    return Some(Scan::new(read(), Event::Element));
                }
                byte if is_blank(byte) => {
                    self.state = State::NestedBlank;
                    let after = rest.get(index.saturating_add(1)..).unwrap_or_default();
                    if after.first().is_some_and(|next| is_blank(*next)) {
                        return Some(self.skip_blanks(read(), after));
                    }
                    *position = read();
                    return None;
                }
                _ => {}
            }
        }
        *position = position.saturating_add(rest.len());
        None
    }

    /// Reads the white space at the start of `rest`, which follows white space.
    fn skip_blanks(&mut self, keep: usize, rest: &[u8]) -> Scan {
        let count = rest.iter().take_while(|byte| is_blank(**byte)).count();
        Scan { read: keep.saturating_add(count), keep, event: Event::Paused }
    }
}
