//! Decodes gzip data of several members (RFC 1952), whose bytes may arrive in any pieces.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::ContentCodingError;

/// Flags of a member's header: the fields that it has.
const HEADER_CHECKSUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

pub(super) struct Gzip {
    step: Step,
    /// The fields that the current header still has.
    flags: u8,
    is_first_member: bool,
    inflate: Decompress,
    crc: Crc,
    /// Decoded data on its way to the body.
    buffer: Vec<u8>,
}

/// What the next byte belongs to.
#[derive(Clone, Copy)]
enum Step {
    /// The fixed part of a header, at this position. At 0, the body may end.
    Header(u8),
    /// The length of the extra field, of which the first byte may be known.
    ExtraLength(Option<u8>),
    /// Bytes of the header to ignore.
    Skip(u16),
    /// A name or a comment, which ends with a zero byte.
    Text,
    /// The compressed data.
    Data,
    /// The checksum and the length, of which this many bytes are known.
    Trailer([u8; 8], usize),
    /// Zero bytes after the last member.
    Padding,
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            step: Step::Header(0),
            flags: 0,
            is_first_member: true,
            inflate: Decompress::new(false),
            crc: Crc::new(),
            buffer: Vec::new(),
        }
    }
}

impl Gzip {
    const BUFFER_LENGTH: usize = 16 << 10;

    /// Takes bytes off the start of a chunk. Decodes at most `max_bytes` more bytes, and at most one member.
    ///
    /// At the end of a chunk the decoder may hold data back. It writes that with the next chunk: at least the trailer follows.
    pub(super) fn decode(
        &mut self,
        chunk: &mut &[u8],
        out: &mut Vec<u8>,
        max_bytes: usize,
    ) -> Result<(), ContentCodingError> {
        let mut room = max_bytes;
        while let Some((&byte, rest)) = chunk.split_first() {
            if let Step::Data = self.step {
                let (produced, ended) = self.inflate(chunk, out, room.min(Self::BUFFER_LENGTH))?;
                room = room.saturating_sub(produced);
                if ended {
                    self.step = Step::Trailer([0; 8], 0);
                } else if room == 0 {
                    return Ok(());
                }
            } else {
                *chunk = rest;
                self.read(byte)?;
                // Members without data take time and produce nothing, so each ends a piece.
                if let Step::Header(0) = self.step {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(&self) -> Result<(), ContentCodingError> {
        match self.step {
            Step::Header(0) | Step::Padding => Ok(()),
            _ => Err(ContentCodingError::CutOff),
        }
    }

    /// Decodes compressed data into at most `limit` bytes. Returns their number, and whether the data ended.
    fn inflate(
        &mut self,
        chunk: &mut &[u8],
        out: &mut Vec<u8>,
        limit: usize,
    ) -> Result<(usize, bool), ContentCodingError> {
        self.buffer.resize(Self::BUFFER_LENGTH, 0);
        let buffer = self.buffer.get_mut(..limit).unwrap_or_default();
        let (consumed_before, produced_before) = (self.inflate.total_in(), self.inflate.total_out());
        let status =
            self.inflate.decompress(chunk, buffer, FlushDecompress::None).map_err(|_| ContentCodingError::Corrupt)?;
        let consumed = difference(self.inflate.total_in(), consumed_before);
        let produced = difference(self.inflate.total_out(), produced_before);
        let ended = status == Status::StreamEnd;
        // A decoder that makes no progress would never end the loop.
        if consumed == 0 && produced == 0 && !ended && !chunk.is_empty() {
            return Err(ContentCodingError::Corrupt);
        }
        *chunk = chunk.get(consumed..).unwrap_or_default();
        let decoded = buffer.get(..produced).unwrap_or_default();
        self.crc.update(decoded);
        out.extend_from_slice(decoded);
        Ok((produced, ended))
    }

    /// Reads a byte of a header or a trailer, or one that follows the last member.
    fn read(&mut self, byte: u8) -> Result<(), ContentCodingError> {
        match self.step {
            Step::Header(position) => self.read_header(position, byte)?,
            Step::ExtraLength(None) => self.step = Step::ExtraLength(Some(byte)),
            Step::ExtraLength(Some(first)) => match u16::from_le_bytes([first, byte]) {
                0 => self.next_field(),
                length => self.step = Step::Skip(length),
            },
            Step::Skip(length) if length > 1 => self.step = Step::Skip(length.saturating_sub(1)),
            Step::Text if byte != 0 => {}
            Step::Skip(_) | Step::Text => self.next_field(),
            Step::Trailer(mut bytes, length) => {
                if let Some(place) = bytes.get_mut(length) {
                    *place = byte;
                }
                self.step = Step::Trailer(bytes, length.saturating_add(1));
                if length.saturating_add(1) == bytes.len() {
                    self.end_member(bytes)?;
                }
            }
            Step::Padding if byte == 0 => {}
            Step::Padding => return Err(ContentCodingError::TrailingBytes),
            // `decode` passes compressed data to the decoder.
            Step::Data => return Err(ContentCodingError::Corrupt),
        }
        Ok(())
    }

    fn read_header(&mut self, position: u8, byte: u8) -> Result<(), ContentCodingError> {
        const LAST_POSITION: u8 = 9;
        match (position, byte) {
            (0, 0) if !self.is_first_member => {
                self.step = Step::Padding;
                return Ok(());
            }
            (0, 0x1f) | (1, 0x8b) | (2, 8) => {}
            (0 | 1, _) if self.is_first_member => return Err(ContentCodingError::NotGzip),
            (0 | 1, _) => return Err(ContentCodingError::TrailingBytes),
            (2, _) => return Err(ContentCodingError::Corrupt),
            (3, flags) if flags & RESERVED != 0 => return Err(ContentCodingError::Corrupt),
            (3, flags) => self.flags = flags,
            // The time, the compression level and the operating system.
            _ => {}
        }
        match position {
            LAST_POSITION => self.next_field(),
            _ => self.step = Step::Header(position.saturating_add(1)),
        }
        Ok(())
    }

    /// Continues with the next field of the header, or with the data.
    fn next_field(&mut self) {
        self.step = if self.take_flag(EXTRA) {
            Step::ExtraLength(None)
        } else if self.take_flag(NAME) || self.take_flag(COMMENT) {
            Step::Text
        } else if self.take_flag(HEADER_CHECKSUM) {
            Step::Skip(2)
        } else {
            Step::Data
        };
    }

    fn take_flag(&mut self, flag: u8) -> bool {
        let is_set = self.flags & flag != 0;
        self.flags &= !flag;
        is_set
    }

    /// Checks the trailer, and prepares for another member.
    fn end_member(&mut self, trailer: [u8; 8]) -> Result<(), ContentCodingError> {
        let expected = u64::from(self.crc.sum()) | u64::from(self.crc.amount()) << 32;
        if u64::from_le_bytes(trailer) != expected {
            return Err(ContentCodingError::Checksum);
        }
        self.crc.reset();
        self.inflate.reset(false);
        self.is_first_member = false;
        self.step = Step::Header(0);
        Ok(())
    }
}

fn difference(after: u64, before: u64) -> usize {
    usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX)
}
