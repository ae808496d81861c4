//! What undoes a coding.

use core::fmt::Debug;

use crate::error::CodingFault;

/// How far one call has come. Nothing read and nothing written means that more input is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) read: usize,
    pub(super) written: usize,
}

/// The coded bytes are wrong; this is how far it went when that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) fault: CodingFault,
    pub(super) step: Step,
}

/// Undoes one coding.
pub(super) trait Codec: Debug + Send + Sync {
    /// Decodes some of `input` into `out`, which is not empty, until one of them is used up.
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Result<Step, Broken>;

    /// Returns whether the input may end here.
    fn is_complete(&self) -> bool;
}
