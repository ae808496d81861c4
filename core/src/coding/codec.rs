//! The interface of a decoder of one coding.

use core::fmt::Debug;

use crate::error::CodingFault;

/// The progress of one call. If nothing was read or written, more input is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) read: usize,
    pub(super) written: usize,
}

/// A fault of the coded bytes, with the progress before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) fault: CodingFault,
    pub(super) step: Step,
}

/// A decoder of one coding.
pub(super) trait Codec: Debug + Send + Sync {
    /// Decodes `input` into `out`, which must not be empty, until either is exhausted.
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Result<Step, Broken>;

    /// Returns whether the input may end at this point.
    fn is_complete(&self) -> bool;
}
