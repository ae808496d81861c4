//! Zstandard (RFC 8878).

use core::fmt;

use zstd_safe::{DCtx, DParameter, ErrorCode, InBuffer, OutBuffer};

use super::codec::{Broken, Codec, Step};
use crate::error::CodingFault;

/// The largest window: 8 MiB, which every decoder must support and no encoder may exceed
/// (RFC 9659).
const WINDOW_LOG: u32 = 23;

/// The state of the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ZstdState {
    /// No byte was read.
    Fresh,
    Frame,
    /// A frame has ended; there may be another.
    Between,
}

/// A decoder of zstd. Consecutive frames are one body (RFC 8878 section 3).
pub(super) struct Zstd {
    context: DCtx<'static>,
    state: ZstdState,
}

impl Default for Zstd {
    fn default() -> Self {
        Self { context: DCtx::create(), state: ZstdState::Fresh }
    }
}

impl fmt::Debug for Zstd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zstd").field("state", &self.state).finish_non_exhaustive()
    }
}

/// Returns the fault for an error of the decoder, by the stable numbers of `zstd_errors.h`.
const fn fault(code: ErrorCode) -> CodingFault {
    match code.wrapping_neg() {
        // prefix_unknown, frameParameter_unsupported, dictionary_wrong
        10 | 14 | 32 => CodingFault::Header,
        // frameParameter_windowTooLarge
        16 => CodingFault::Window,
        // checksum_wrong
        22 => CodingFault::Checksum,
        _ => CodingFault::Data,
    }
}

impl Codec for Zstd {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Result<Step, Broken> {
        let broken = |step| move |code| Broken { fault: fault(code), step };
        if self.state == ZstdState::Fresh {
            self.context
                .set_parameter(DParameter::WindowLogMax(WINDOW_LOG))
                .map_err(broken(Step::default()))?;
        }
        if input.is_empty() && self.state != ZstdState::Frame {
            return Ok(Step::default());
        }
        // The library decodes a whole frame at once without checking its window. Passing in the first
        // byte of a frame alone prevents this, so that the result does not depend on how the input is split.
        let end = if self.state == ZstdState::Frame { input.len() } else { 1 };
        let input = &input[..end];
        let (mut source, mut target) = (InBuffer::around(input), OutBuffer::around(out));
        let result = self.context.decompress_stream(&mut target, &mut source);
        let step = Step { read: source.pos(), written: target.pos() };
        let left = result.map_err(broken(step))?;
        self.state = if left == 0 { ZstdState::Between } else { ZstdState::Frame };
        Ok(step)
    }

    fn is_complete(&self) -> bool {
        self.state != ZstdState::Frame
    }
}
