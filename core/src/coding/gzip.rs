//! gzip (RFC 1952): members, each of which has a header, deflate data and a trailer.

use flate2::Crc;

use super::codec::{Broken, Codec, Step};
use super::deflate::Inflate;
use crate::error::CodingFault;

/// The first two bytes of every member.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Length in bytes of the fixed part of a header.
const FIXED: u8 = 10;

/// Length in bytes of the trailer: CRC-32 and the length, each of four bytes.
const TRAILER: usize = 8;

// The flags for the optional parts of a header.
const HEADER_CRC: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0xe0;

/// The position of the next byte in a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Within the fixed part of the header.
    Fixed(u8),
    /// In the length of the extra field; with the first byte if it was read.
    ExtraLength(Option<u8>),
    /// This many bytes are left of the extra field.
    Extra(u16),
    Name,
    Comment,
    /// At this byte of the header's checksum.
    HeaderCrc(u8),
    Deflate,
    /// At this byte of the trailer.
    Trailer(usize),
    /// After the last member.
    End,
}

/// A decoder of gzip. Consecutive members are one body (RFC 1952 section 2.2). Like browsers, it skips
/// bytes after the last member that are not another member.
#[derive(Debug)]
pub(super) struct Gzip {
    at: At,
    inflate: Inflate,
    /// The checksum of the header, and then of the inflated data.
    crc: Crc,
    /// The flags of the header parts that were not read yet.
    flags: u8,
    trailer: [u8; TRAILER],
    /// Whether a member was read to its end.
    is_later: bool,
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            at: At::Fixed(0),
            inflate: Inflate::raw(),
            crc: Crc::new(),
            flags: 0,
            trailer: [0; TRAILER],
            is_later: false,
        }
    }
}

impl Gzip {
    /// Reads one byte outside the deflate data.
    fn byte(&mut self, byte: u8) -> Result<(), CodingFault> {
        // The checksum covers all of the header except itself.
        if !matches!(self.at, At::HeaderCrc(_) | At::Trailer(_)) {
            self.crc.update(&[byte]);
        }
        self.at = match self.at {
            At::Fixed(index) => self.fixed(index, byte)?,
            At::ExtraLength(None) => At::ExtraLength(Some(byte)),
            At::ExtraLength(Some(low)) => match u16::from_le_bytes([low, byte]) {
                0 => self.next_part(),
                length => At::Extra(length),
            },
            At::Extra(1) => self.next_part(),
            At::Extra(left) => At::Extra(left - 1),
            At::Name if byte == 0 => self.next_part(),
            At::Comment if byte == 0 => self.next_part(),
            At::HeaderCrc(index) => {
                // The field is the lower half of the checksum.
                if self.crc.sum().to_le_bytes()[usize::from(index & 1)] != byte {
                    return Err(CodingFault::Checksum);
                }
                if index == 0 { At::HeaderCrc(1) } else { self.next_part() }
            }
            At::Trailer(index) => {
                self.trailer[index % TRAILER] = byte;
                if index + 1 < TRAILER { At::Trailer(index + 1) } else { self.end_member()? }
            }
            At::Name | At::Comment | At::Deflate | At::End => self.at,
        };
        Ok(())
    }

    fn fixed(&mut self, index: u8, byte: u8) -> Result<At, CodingFault> {
        match index {
            0 | 1 if byte != MAGIC[usize::from(index)] => {
                return if self.is_later { Ok(At::End) } else { Err(CodingFault::Header) };
            }
            // Deflate is the only method.
            2 if byte != 8 => return Err(CodingFault::Header),
            3 if byte & RESERVED != 0 => return Err(CodingFault::Header),
            3 => self.flags = byte,
            _ => {}
        }
        let index = index + 1;
        Ok(if index < FIXED { At::Fixed(index) } else { self.next_part() })
    }

    /// Returns the next part of the header according to its flags, or the deflate data after the last.
    fn next_part(&mut self) -> At {
        let parts = [
            (EXTRA, At::ExtraLength(None)),
            (NAME, At::Name),
            (COMMENT, At::Comment),
            (HEADER_CRC, At::HeaderCrc(0)),
        ];
        if let Some((flag, part)) = parts.into_iter().find(|(flag, _)| self.flags & flag != 0) {
            self.flags &= !flag;
            return part;
        }
        self.crc.reset();
        self.inflate.restart(false);
        At::Deflate
    }

    /// Checks the inflated data against the trailer, and prepares for another member.
    fn end_member(&mut self) -> Result<At, CodingFault> {
        let [a, b, c, d, length @ ..] = self.trailer;
        if u32::from_le_bytes([a, b, c, d]) != self.crc.sum() {
            return Err(CodingFault::Checksum);
        }
        if u32::from_le_bytes(length) != self.crc.amount() {
            return Err(CodingFault::Length);
        }
        self.crc.reset();
        self.is_later = true;
        Ok(At::Fixed(0))
    }
}

impl Codec for Gzip {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Result<Step, Broken> {
        let mut read = 0;
        loop {
            match self.at {
                At::End => return Ok(Step { read: input.len(), written: 0 }),
                At::Deflate => {
                    let result = self.inflate.step(&input[read..], out);
                    let (step, is_over) = result.map_err(|Broken { fault, mut step }| {
                        step.read += read;
                        Broken { fault, step }
                    })?;
                    read += step.read;
                    self.crc.update(&out[..step.written]);
                    if is_over {
                        self.at = At::Trailer(0);
                    }
                    if step.written > 0 || !is_over {
                        return Ok(Step { read, ..step });
                    }
                }
                _ => {
                    let step = Step { read, written: 0 };
                    let Some(byte) = input.get(read) else { return Ok(step) };
                    read += 1;
                    self.byte(*byte)
                        .map_err(|fault| Broken { fault, step: Step { read, ..step } })?;
                }
            }
        }
    }

    fn is_complete(&self) -> bool {
        match self.at {
            At::End => true,
            // An empty body is complete; one byte after a member does not begin another.
            At::Fixed(index) => index == 0 || (self.is_later && index == 1),
            _ => false,
        }
    }
}
