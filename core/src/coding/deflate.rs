//! The deflate coding (RFC 9110 section 8.4.1.2), and the inflater.

use flate2::{Decompress, FlushDecompress, Status};

use super::codec::{Broken, Codec, Step};
use crate::error::CodingFault;

/// The message of zlib for a wrong checksum. The library has no code for it.
const WRONG_CHECKSUM: &str = "incorrect data check";

/// An inflater (RFC 1951), with or without the zlib format (RFC 1950).
#[derive(Debug)]
pub(super) struct Inflate(Decompress);

impl Inflate {
    /// Creates an inflater without the zlib format.
    pub(super) fn raw() -> Self {
        Self(Decompress::new(false))
    }

    /// Starts another stream, and keeps the memory.
    pub(super) fn restart(&mut self, zlib: bool) {
        self.0.reset(zlib);
    }

    /// Inflates a part of `input`, and returns the progress and whether the end was reached.
    pub(super) fn step(&mut self, input: &[u8], out: &mut [u8]) -> Result<(Step, bool), Broken> {
        let (read, written) = (self.0.total_in(), self.0.total_out());
        let result = self.0.decompress(input, out, FlushDecompress::None);
        let since = |total, before: u64| usize::try_from(total - before).unwrap_or(usize::MAX);
        let read = since(self.0.total_in(), read);
        let step = Step { read, written: since(self.0.total_out(), written) };
        match result {
            Ok(status) => Ok((step, status == Status::StreamEnd)),
            Err(error) => {
                let fault = match error.message() {
                    _ if error.needs_dictionary().is_some() => CodingFault::Header,
                    Some(WRONG_CHECKSUM) => CodingFault::Checksum,
                    _ => CodingFault::Data,
                };
                Err(Broken { fault, step })
            }
        }
    }
}

/// The state of the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DeflateState {
    /// The format is unknown; no byte was read.
    Unknown,
    /// The format is unknown; this is the first byte.
    First(u8),
    /// The format is known, and the body is incomplete.
    Running,
    /// The body is complete.
    Over,
}

/// A decoder of the deflate coding: the zlib format, or raw deflate, which some servers send instead.
/// It skips bytes after the end.
#[derive(Debug)]
pub(super) struct Deflate {
    state: DeflateState,
    inflate: Inflate,
}

impl Default for Deflate {
    fn default() -> Self {
        Self { state: DeflateState::Unknown, inflate: Inflate::raw() }
    }
}

/// Returns whether these bytes begin the zlib format: method 8 with a window of at most 32 KiB, and a
/// check of both bytes (RFC 1950 section 2.2). Raw deflate with these bytes would begin with a stored
/// block whose padding is not zero, which no encoder writes.
fn begins_zlib(first: u8, second: u8) -> bool {
    first & 0x0f == 8 && first >> 4 <= 7 && u16::from_be_bytes([first, second]).is_multiple_of(31)
}

impl Deflate {
    fn step(&mut self, input: &[u8], out: &mut [u8]) -> Result<Step, Broken> {
        let (step, is_over) = self.inflate.step(input, out)?;
        if is_over {
            self.state = DeflateState::Over;
        }
        Ok(step)
    }
}

impl Codec for Deflate {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Result<Step, Broken> {
        match (self.state, input) {
            (DeflateState::Over, _) => Ok(Step { read: input.len(), written: 0 }),
            (DeflateState::Running, _) => self.step(input, out),
            (_, []) => Ok(Step::default()),
            (DeflateState::Unknown, [first, ..]) => {
                self.state = DeflateState::First(*first);
                Ok(Step { read: 1, written: 0 })
            }
            (DeflateState::First(first), [second, ..]) => {
                self.inflate.restart(begins_zlib(first, *second));
                self.state = DeflateState::Running;
                // The first of the two bytes was taken before.
                let less = |step: Step| Step { read: step.read.saturating_sub(1), ..step };
                let step = self
                    .step(&[first, *second], out)
                    .map_err(|broken| Broken { step: less(broken.step), ..broken })?;
                // Two bytes are always taken, because they produce no output.
                Ok(Step { read: 1, ..step })
            }
        }
    }

    fn is_complete(&self) -> bool {
        matches!(self.state, DeflateState::Unknown | DeflateState::Over)
    }
}
