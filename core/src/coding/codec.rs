//! One coding at work, whichever it is.

use alloc::boxed::Box;
use core::fmt::Debug;

use super::Coding;
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

    /// Whether the input may end here.
    fn is_complete(&self) -> bool;
}

/// What undoes `coding`, if that is built in.
pub(super) fn codec(coding: Coding) -> Option<Box<dyn Codec>> {
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
