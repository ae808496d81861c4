//! The decoder of a body, which decodes its codings from the last to the first.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::codec::{Broken, Codec, Step};
use super::codings::Codings;
use crate::error::{CodingError, CodingFault};
use crate::limits::Limits;
use crate::values::Coding;

/// A decoder of the content codings of one body.
///
/// Pass in bytes with [`decode`](Self::decode) until it has taken all of them and the
/// [`piece`](Self::piece) is empty. At the end of the body, call [`finish`](Self::finish). A decoder
/// buffers at most one piece for each coding, in addition to the windows of the codings: 32 KiB for
/// gzip and deflate, at most 16 MiB for br and 8 MiB for zstd.
///
/// The [module](crate::coding) has an example.
#[derive(Debug)]
pub struct Decoder {
    /// The decoders of the codings. The last one returns the decoded body.
    stages: Vec<Stage>,
    /// Number of bytes of the coded body that were taken.
    coded: u64,
    /// Maximum number of bytes of the decoded body.
    most: u64,
    /// Maximum ratio of decoded to coded bytes.
    expansion: u64,
}

/// The decoder of one coding, with its output that was not used yet.
#[derive(Debug)]
struct Stage {
    coding: Coding,
    codec: Box<dyn Codec>,
    out: Box<[u8]>,
    /// The range of the unused output.
    start: usize,
    end: usize,
    /// Total number of bytes of output.
    total: u64,
    /// The fault of the bytes after the unused output.
    fault: Option<CodingFault>,
}

impl Stage {
    fn new(coding: Coding, piece: usize) -> Option<Self> {
        let (codec, out) = (codec(coding)?, vec![0; piece].into());
        Some(Self { coding, codec, out, start: 0, end: 0, total: 0, fault: None })
    }

    /// Decodes a part of `input`, and returns how much of it was read. Output before a fault is
    /// returned first, so that the result does not depend on how the input is split.
    fn decode(&mut self, input: &[u8]) -> Result<usize, Broken> {
        // Without more input, there is more output only if the buffer was full.
        let was_full = self.end == self.out.len();
        (self.start, self.end) = (0, 0);
        if let Some(fault) = self.fault {
            return Err(Broken { fault, step: Step::default() });
        }
        if input.is_empty() && !was_full {
            return Ok(0);
        }
        let step = match self.codec.decode(input, &mut self.out) {
            Ok(step) => step,
            Err(Broken { fault, step }) if step.written > 0 => {
                self.fault = Some(fault);
                step
            }
            Err(broken) => return Err(broken),
        };
        self.end = step.written;
        self.total += step.written as u64;
        Ok(step.read)
    }

    fn unused(&self) -> &[u8] {
        &self.out[self.start..self.end]
    }
}

impl Decoder {
    /// Creates a decoder for a body with these codings, or `None` without codings. It enforces
    /// [`Limits::body`] and [`Limits::expansion`].
    #[must_use]
    pub fn new(codings: Codings, limits: &Limits) -> Option<Self> {
        let stages: Vec<_> = {
            let piece = limits.buffers().piece();
            codings.iter().rev().filter_map(|coding| Stage::new(coding, piece)).collect()
        };
        let Limits { body: most, expansion, .. } = *limits;
        (!stages.is_empty()).then_some(Self { stages, coded: 0, most, expansion })
    }

    /// Decodes a part of `input` and returns how many bytes it took. [`piece`](Self::piece) is the
    /// result, which replaces the piece before. If the piece is empty, all of `input` was taken.
    ///
    /// # Errors
    /// Returns an error if the coded body is invalid, or if the decoded body exceeds the limits. The
    /// decoder must not be used after that.
    pub fn decode(&mut self, input: &[u8]) -> Result<usize, CodingError> {
        if let Some(last) = self.stages.last_mut() {
            last.start = last.end;
        }
        let mut rest = input;
        self.fill(self.stages.len(), &mut rest)?;
        Ok(input.len() - rest.len())
    }

    /// Returns the decoded bytes of the last call of [`decode`](Self::decode).
    #[must_use]
    pub fn piece(&self) -> &[u8] {
        self.stages.last().map_or(&[], Stage::unused)
    }

    /// Returns how many coded bytes were taken, and how many decoded bytes resulted.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.coded, self.stages.last().map_or(self.coded, |last| last.total))
    }

    /// Checks that the body is complete, after all of it was decoded.
    ///
    /// # Errors
    /// Returns an error if the body is incomplete.
    pub fn finish(&self) -> Result<(), CodingError> {
        match self.stages.iter().find(|stage| !stage.codec.is_complete()) {
            Some(stage) => Err(self.error(stage.coding, CodingFault::Truncated)),
            None => Ok(()),
        }
    }

    /// Runs the first `count` stages until the last of them has output, or all of `input` is taken.
    fn fill(&mut self, count: usize, input: &mut &[u8]) -> Result<(), CodingError> {
        loop {
            let (below, [stage, ..]) = self.stages.split_at_mut(count - 1) else { return Ok(()) };
            let source = below.last().map_or(*input, Stage::unused);
            let (available, coding) = (source.len(), stage.coding);
            let (read, broken) = match stage.decode(source) {
                // The stage neither takes the bytes nor reports a fault.
                Ok(0) if available > 0 && stage.end == 0 => (0, Some(CodingFault::Data)),
                Ok(read) => (read, None),
                Err(Broken { fault, step }) => (step.read, Some(fault)),
            };
            let given = stage.end > 0;
            match below.last_mut() {
                Some(below) => below.start += read,
                None => {
                    *input = input.get(read..).unwrap_or_default();
                    self.coded += read as u64;
                }
            }
            match broken {
                Some(fault) => return Err(self.error(coding, fault)),
                None if given => return self.check(count - 1),
                None if read < available => {}
                None if count == 1 => return Ok(()),
                None => {
                    self.fill(count - 1, input)?;
                    if self.stages[count - 2].unused().is_empty() {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Checks the output of a stage against the limits.
    fn check(&self, index: usize) -> Result<(), CodingError> {
        let Stage { coding, total, .. } = self.stages[index];
        let is_last = index + 1 == self.stages.len();
        if is_last && total > self.most {
            return Err(self.error(coding, CodingFault::TooLong(self.most)));
        }
        let most = self.expansion.saturating_mul(self.coded).max(Limits::UNSUSPICIOUS);
        if total > most {
            return Err(self.error(coding, CodingFault::Expansion(self.expansion)));
        }
        Ok(())
    }

    const fn error(&self, coding: Coding, fault: CodingFault) -> CodingError {
        CodingError { coding, fault, offset: self.coded }
    }
}

/// Returns the decoder of `coding`, if it is built in.
fn codec(coding: Coding) -> Option<Box<dyn Codec>> {
    match coding {
        #[cfg(feature = "gzip")]
        Coding::Gzip => Some(Box::<super::gzip::Gzip>::default()),
        #[cfg(feature = "gzip")]
        Coding::Deflate => Some(Box::<super::deflate::Deflate>::default()),
        #[cfg(not(feature = "gzip"))]
        Coding::Gzip | Coding::Deflate => None,
        #[cfg(feature = "brotli")]
        Coding::Brotli => Some(Box::<super::brotli::Brotli>::default()),
        #[cfg(not(feature = "brotli"))]
        Coding::Brotli => None,
        #[cfg(feature = "zstd")]
        Coding::Zstd => Some(Box::<super::zstd::Zstd>::default()),
        #[cfg(not(feature = "zstd"))]
        Coding::Zstd => None,
    }
}
