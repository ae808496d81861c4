//! Frames: their writer and their reader.

use std::io::{self, BufRead, Read};

use crc32fast::Hasher;

use super::error::ReadError;
use super::header::{Header, HeaderError};
use super::kind::FrameKind;

/// The maximum length of a payload in bytes. A longer one would be a reason to allocate what a damaged file asks for.
pub const MOST: usize = 1 << 20;

/// The maximum length of the first line.
const LINE: u64 = 1024;

/// The number of bytes of a checksum.
const CHECKSUM: usize = size_of::<u32>();

/// A frame of a recording.
///
/// The [crate](crate) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'f> {
    /// The offset of the frame in the file.
    pub offset: u64,
    /// The kind, which says how the payload is read.
    pub kind: FrameKind,
    /// The content.
    pub payload: &'f [u8],
}

/// A writer of frames to a buffer. It has the state of the checksum.
///
/// The [crate](crate) has an example.
#[derive(Clone, Debug)]
pub struct FrameWriter {
    checksum: Hasher,
}

impl FrameWriter {
    /// Starts a file: appends the first line to `out`.
    pub fn new(header: &Header, out: &mut Vec<u8>) -> Self {
        let line = format!("{header}\n");
        out.extend_from_slice(line.as_bytes());
        let mut checksum = Hasher::new();
        checksum.update(line.as_bytes());
        Self { checksum }
    }

    /// Appends a frame to `out`. The payload has at most [`MOST`] bytes; a reader refuses a longer one.
    #[inline]
    pub fn write(&mut self, kind: FrameKind, payload: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        push_number(payload.len() as u64, out);
        out.push(kind.byte());
        out.extend_from_slice(payload);
        self.checksum.update(out.get(start..).unwrap_or_default());
        out.extend_from_slice(&self.checksum.clone().finalize().to_le_bytes());
    }
}

/// The number of bits of a number that one byte has. The highest bit says that another byte follows.
const BITS: u32 = 7;

/// The number of bits that the length of a payload takes at most.
const MOST_BITS: u32 = 3 * BITS;

#[inline]
fn push_number(number: u64, out: &mut Vec<u8>) {
    let mut rest = number;
    while rest >= 1 << BITS {
        out.push(rest.to_le_bytes()[0] | 1 << BITS);
        rest >>= BITS;
    }
    out.push(rest.to_le_bytes()[0]);
}

/// A reader of frames.
///
/// The [crate](crate) has an example.
#[derive(Debug)]
pub struct FrameReader<R> {
    input: R,
    header: Header,
    checksum: Hasher,
    /// The offset of the next frame.
    offset: u64,
    /// The last payload, and its checksum behind it.
    payload: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reading,
    /// The last frame was read.
    Ended,
    /// The file ends before the last frame.
    Truncated,
    /// A frame could not be read.
    Failed,
}

impl<R: BufRead> FrameReader<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// The file is not a recording, or one of another version.
    pub fn new(mut input: R) -> Result<Self, ReadError> {
        let mut line = Vec::new();
        input.by_ref().take(LINE).read_until(b'\n', &mut line)?;
        let text = line.strip_suffix(b"\n").and_then(|line| str::from_utf8(line).ok());
        let header = text.ok_or(HeaderError::NoRecording)?.parse()?;
        let mut checksum = Hasher::new();
        checksum.update(&line);
        let (offset, payload, state) = (line.len() as u64, Vec::new(), State::Reading);
        Ok(Self { input, header, checksum, offset, payload, state })
    }

    /// Returns what the first line says.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Returns whether the file ended before its last frame: the process that wrote it was killed, or writes it still.
    /// The frames that were read are valid.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.state == State::Truncated
    }

    /// Reads the next frame; `None` at the end of the file.
    ///
    /// # Errors
    /// The file cannot be read, or is damaged. No frame can be read after that.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, ReadError> {
        if self.state != State::Reading {
            return Ok(None);
        }
        let offset = self.offset;
        self.state = State::Failed;
        match self.read(offset) {
            Ok(kind) => {
                self.state = if kind == FrameKind::End { State::Ended } else { State::Reading };
                let end = self.payload.len() - CHECKSUM;
                let payload = self.payload.get(..end).unwrap_or_default();
                Ok(Some(Frame { offset, kind, payload }))
            }
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.state = State::Truncated;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads a frame, and leaves its payload and checksum in `self.payload`.
    fn read(&mut self, offset: u64) -> Result<FrameKind, ReadError> {
        let len = self.read_len(offset)?;
        let kind = self.read_byte()?;
        self.payload.clear();
        self.payload.resize(len + CHECKSUM, 0);
        self.input.read_exact(&mut self.payload)?;
        self.offset += self.payload.len() as u64;
        let damaged = ReadError::Damaged { offset };
        let Some((payload, checksum)) = self.payload.split_last_chunk() else {
            return Err(damaged);
        };
        self.checksum.update(payload);
        if self.checksum.clone().finalize() != u32::from_le_bytes(*checksum) {
            return Err(damaged);
        }
        let kind = FrameKind::from_byte(kind)
            .ok_or(ReadError::Invalid { offset, what: "is of an unknown kind" })?;
        if kind == FrameKind::End && !self.input.fill_buf()?.is_empty() {
            return Err(ReadError::Invalid { offset, what: "is the last, but bytes follow it" });
        }
        Ok(kind)
    }

    /// Reads the length of a payload.
    fn read_len(&mut self, offset: u64) -> Result<usize, ReadError> {
        let (mut len, mut place) = (0, 0);
        loop {
            let byte = self.read_byte()?;
            len |= usize::from(byte & !(1 << BITS)) << place;
            place += BITS;
            if len > MOST || place > MOST_BITS {
                return Err(ReadError::Damaged { offset });
            }
            if byte >> BITS == 0 {
                return Ok(len);
            }
        }
    }

    /// Reads a byte before the payload.
    fn read_byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.input.read_exact(&mut byte)?;
        self.checksum.update(&byte);
        self.offset += 1;
        Ok(byte[0])
    }
}
