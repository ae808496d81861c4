//! The frames that are not written to the file yet.

use std::time::SystemTime;

use limpid_core::internal::Stored;
use limpid_core::time::Mono;

use super::options::RecorderOptions;
use crate::format::{FrameKind, FrameWriter, Header};

/// The capacity of the buffers at the start, so that recording does not allocate: what is written at once, and a record.
const ROOM: usize = 96 * 1024;

/// A buffer of frames.
#[derive(Debug)]
pub(crate) struct Frames {
    options: RecorderOptions,
    /// The number of the file, from 1.
    part: u32,
    /// The state of the checksum, once the first line is written.
    writer: Option<FrameWriter>,
    pub(super) buffer: Vec<u8>,
    payload: Vec<u8>,
    /// The time of the last frame that has one.
    time: u64,
}

impl Frames {
    pub(super) fn new(options: RecorderOptions) -> Self {
        Self {
            options,
            part: 1,
            writer: None,
            buffer: Vec::with_capacity(ROOM),
            payload: Vec::with_capacity(ROOM),
            time: 0,
        }
    }

    /// Starts the next file.
    pub(super) fn next_part(&mut self) {
        self.part += 1;
        self.time = 0;
        self.writer = None;
    }

    /// Writes the first line, unless it is written. The driver's clock shows `now`.
    fn start(&mut self, now: Mono) {
        if self.writer.is_some() {
            return;
        }
        let since = now.since(Mono::default());
        let header = Header {
            capture: self.options.capture,
            bodies: self.options.kept_bodies(),
            process: std::process::id(),
            started: SystemTime::now().checked_sub(since).unwrap_or(SystemTime::UNIX_EPOCH),
            part: self.part,
        };
        self.writer = Some(FrameWriter::new(&header, &mut self.buffer));
    }

    /// Appends a frame whose payload `fill` writes.
    pub(crate) fn frame(&mut self, kind: FrameKind, fill: impl FnOnce(&mut Vec<u8>)) {
        self.start(Mono::default());
        self.payload.clear();
        fill(&mut self.payload);
        if let Some(writer) = &mut self.writer {
            writer.write(kind, &self.payload, &mut self.buffer);
        }
    }

    /// Appends a frame with a number and a time before the rest of its payload.
    #[inline]
    pub(crate) fn timed(
        &mut self,
        kind: FrameKind,
        number: u64,
        now: Mono,
        fill: impl FnOnce(&mut Vec<u8>),
    ) {
        self.start(now);
        let difference = zigzag(now.as_nanos().wrapping_sub(self.time));
        self.time = now.as_nanos();
        self.frame(kind, |to| {
            number.store(to);
            difference.store(to);
            fill(to);
        });
    }
}

/// Returns the form of a difference, in which a small one of either sign is a small number.
const fn zigzag(difference: u64) -> u64 {
    difference << 1 ^ 0_u64.wrapping_sub(difference >> 63)
}

/// Returns the difference of this form.
pub(crate) const fn unzigzag(form: u64) -> u64 {
    form >> 1 ^ 0_u64.wrapping_sub(form & 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_differences_of_either_sign_are_small_numbers() {
        for (difference, form) in
            [(0, 0), (1, 2), (-1, 1), (-2, 3), (i64::MAX, u64::MAX - 1), (i64::MIN, u64::MAX)]
        {
            assert_eq!(zigzag(difference.cast_unsigned()), form);
            assert_eq!(unzigzag(form), difference.cast_unsigned());
        }
    }
}
