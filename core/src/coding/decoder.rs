//! The decoder of a body: its codings undone, the last one first.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::codec::{Broken, Codec, Step};
use super::codings::Codings;
use crate::error::{CodingError, CodingFault};
use crate::limits::Limits;
use crate::values::Coding;

/// How many bytes a piece has at most: what comes of a read, with room for compression.
const PIECE: usize = 32 * 1024;

/// Undoes the codings of one body.
///
/// Hand it bytes with [`decode`](Self::decode) until it has taken all of them and gives no
/// [`piece`](Self::piece) any more; at the end of the body call [`finish`](Self::finish). It never
/// holds more than one piece for each coding, beside what the codings themselves need: 32 KiB for
/// gzip and deflate, at most 16 MiB for br and 8 MiB for zstd.
#[derive(Debug)]
pub struct Decoder {
    /// The last one gives out the body.
    stages: Vec<Stage>,
    /// How many bytes of the coded body were taken.
    coded: u64,
    /// How many bytes the body may have.
    most: u64,
    /// How many bytes it may become for each of its bytes.
    expansion: u64,
}

/// One coding, and what came of it and is to be used next.
#[derive(Debug)]
struct Stage {
    coding: Coding,
    codec: Box<dyn Codec>,
    out: Box<[u8]>,
    /// Where the bytes that are to be used start, and where they end.
    start: usize,
    end: usize,
    /// How many bytes came of it.
    total: u64,
    /// What is wrong with the bytes behind those that are to be used.
    fault: Option<CodingFault>,
}

impl Stage {
    fn new(coding: Coding) -> Option<Self> {
        let (codec, out) = (codec(coding)?, vec![0; PIECE].into());
        Some(Self { coding, codec, out, start: 0, end: 0, total: 0, fault: None })
    }

    /// Decodes some of `input`: how much of it was read. What comes before a fault is given first,
    /// so that it does not matter how the input is cut.
    fn decode(&mut self, input: &[u8]) -> Result<usize, Broken> {
        // Only who had no more room has something to say without more input.
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
    /// Creates a decoder for a body with these codings; `None` if there are none. Of the limits,
    /// [`Limits::body`] and [`Limits::expansion`] matter.
    #[must_use]
    pub fn new(codings: Codings, limits: &Limits) -> Option<Self> {
        let stages: Vec<_> = codings.iter().rev().filter_map(Stage::new).collect();
        let Limits { body: most, expansion, .. } = *limits;
        (!stages.is_empty()).then_some(Self { stages, coded: 0, most, expansion })
    }

    /// Decodes some of `input` and returns how much of it was taken; what came of it is the
    /// [`piece`](Self::piece), and the piece before is gone. If the piece is empty, all was taken.
    ///
    /// # Errors
    /// The body is not coded as it says, or becomes more than the limits allow. There is no going on
    /// after that.
    pub fn decode(&mut self, input: &[u8]) -> Result<usize, CodingError> {
        if let Some(last) = self.stages.last_mut() {
            last.start = last.end;
        }
        let mut rest = input;
        self.fill(self.stages.len(), &mut rest)?;
        Ok(input.len() - rest.len())
    }

    /// Returns the bytes that the last call of [`decode`](Self::decode) gave.
    #[must_use]
    pub fn piece(&self) -> &[u8] {
        self.stages.last().map_or(&[], Stage::unused)
    }

    /// Returns how many bytes of the coded body were taken, and how many bytes came of them.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.coded, self.stages.last().map_or(self.coded, |last| last.total))
    }

    /// Checks that the body is complete, once all of it was decoded.
    ///
    /// # Errors
    /// It is not.
    pub fn finish(&self) -> Result<(), CodingError> {
        match self.stages.iter().find(|stage| !stage.codec.is_complete()) {
            Some(stage) => Err(self.error(stage.coding, CodingFault::Truncated)),
            None => Ok(()),
        }
    }

    /// Lets the first `count` stages go on until the last of them gives something, or all of
    /// `input` is taken.
    fn fill(&mut self, count: usize, input: &mut &[u8]) -> Result<(), CodingError> {
        loop {
            let (below, [stage, ..]) = self.stages.split_at_mut(count - 1) else { return Ok(()) };
            let source = below.last().map_or(*input, Stage::unused);
            let (available, coding) = (source.len(), stage.coding);
            let (read, broken) = match stage.decode(source) {
                // It neither takes the bytes nor says what is wrong with them.
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

    /// Checks what a stage has given against the limits.
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

/// Returns what undoes `coding`, if that is built in.
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
