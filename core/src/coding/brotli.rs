//! Brotli (RFC 7932).

use core::fmt;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::codec::{Broken, Codec, Step};
use crate::error::CodingFault;

/// A decoder of br. It skips bytes after the end.
pub(super) struct Brotli {
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    /// Whether a byte was read.
    is_begun: bool,
    is_over: bool,
}

impl Default for Brotli {
    fn default() -> Self {
        let alloc = StandardAlloc::default;
        // Strict: without windows of more than 16 MiB, which RFC 7932 does not define.
        let state = BrotliState::new_strict(alloc(), alloc(), alloc());
        Self { state, is_begun: false, is_over: false }
    }
}

impl fmt::Debug for Brotli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Brotli").field("is_over", &self.is_over).finish_non_exhaustive()
    }
}

impl Codec for Brotli {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Result<Step, Broken> {
        if self.is_over {
            return Ok(Step { read: input.len(), written: 0 });
        }
        self.is_begun |= !input.is_empty();
        let (mut read, mut written, mut total) = (0, 0, 0);
        let result = BrotliDecompressStream(
            &mut input.len(),
            &mut read,
            input,
            &mut out.len(),
            &mut written,
            out,
            &mut total,
            &mut self.state,
        );
        let step = Step { read, written };
        match result {
            BrotliResult::ResultFailure => Err(Broken { fault: CodingFault::Data, step }),
            BrotliResult::ResultSuccess => {
                self.is_over = true;
                Ok(step)
            }
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => Ok(step),
        }
    }

    fn is_complete(&self) -> bool {
        self.is_over || !self.is_begun
    }
}
