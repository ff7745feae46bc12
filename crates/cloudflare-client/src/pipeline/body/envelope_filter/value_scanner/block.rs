//! A few bytes of JSON that are read at once, faster than one by one.

/// The structure of a block: a bit for each byte, the first one in the lowest bit.
pub(super) struct Block {
    has_backslash: bool,
    /// The bytes within strings, if the block starts outside of one: opening quotes count, closing ones do not.
    strings: u64,
    opening: u64,
    closing: u64,
}

impl Block {
    pub(super) const LENGTH: usize = 64;

    pub(super) fn new(bytes: &[u8; Self::LENGTH]) -> Self {
        /// The bit by which `[` and `{` differ, and `]` and `}`.
        const CURLY: u8 = b'[' ^ b'{';
        Self {
            has_backslash: bytes.iter().fold(false, |found, byte| found | (*byte == b'\\')),
            strings: parity(positions(bytes, |byte| byte == b'"')),
            opening: positions(bytes, |byte| byte | CURLY == b'{'),
            closing: positions(bytes, |byte| byte | CURLY == b'}'),
        }
    }

    /// Whether the block has a backslash. The other results are wrong then: a quote after it may not end a string.
    pub(super) fn has_backslash(&self) -> bool {
        self.has_backslash
    }

    /// The depth after the block, from the depth before it. `None` if a value ends within the block.
    pub(super) fn depth_after(&self, depth: usize, starts_in_string: bool) -> Option<usize> {
        let outside = !self.strings(starts_in_string);
        let (opening, closing) = (self.opening & outside, self.closing & outside);
        // Most values are deep enough that this decides.
        if count(closing) >= depth && Self::closes(depth, opening, closing) {
            return None;
        }
        depth.saturating_add(count(opening)).checked_sub(count(closing))
    }

    /// Whether one of the closing brackets leads to a depth of 0.
    fn closes(depth: usize, opening: u64, closing: u64) -> bool {
        let mut rest = closing;
        while rest != 0 {
            let up_to = rest ^ rest.wrapping_sub(1);
            if depth.saturating_add(count(opening & up_to)) <= count(closing & up_to) {
                return true;
            }
            rest &= rest.wrapping_sub(1);
        }
        false
    }

    pub(super) fn ends_in_string(&self, starts_in_string: bool) -> bool {
        self.strings(starts_in_string).leading_ones() > 0
    }

    fn strings(&self, starts_in_string: bool) -> u64 {
        if starts_in_string { !self.strings } else { self.strings }
    }
}

fn count(bits: u64) -> usize {
    usize::try_from(bits.count_ones()).unwrap_or(Block::LENGTH)
}

/// A bit for each byte that meets a condition. The loops are written so that the compiler uses vector instructions.
fn positions(bytes: &[u8; Block::LENGTH], condition: impl Fn(u8) -> bool) -> u64 {
    /// Moves the lowest bit of each byte of a word to the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let flags = bytes.map(|byte| u8::from(condition(byte)));
    let (words, _) = flags.as_chunks();
    // The last word has the highest bits.
    words.iter().rev().fold(0, |bits, word| (bits << 8) | (u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56))
}

/// Sets each bit to the parity of the bits up to it.
fn parity(bits: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].iter().fold(bits, |bits, shift| bits ^ (bits << shift))
}
