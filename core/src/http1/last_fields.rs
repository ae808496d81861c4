//! The fields of the last request. A client says the same with most of its requests, byte for byte,
//! and what was read once need not be read again: it is enough to see that it is the same.

use alloc::vec::Vec;

use super::facts::Wishes;
use crate::fields::FieldSpan;
use crate::framing::Decision;

/// Longer fields are not kept.
const LONGEST: usize = 1024;

/// The fields of a head in which there was nothing to judge, as they came and as they were read.
#[derive(Clone, Debug)]
pub(super) struct LastFields {
    /// From the first field to the end of the blank line.
    bytes: Vec<u8>,
    /// Where they stand in the head in which they came.
    spans: Vec<FieldSpan>,
    /// Where the first one stands there.
    start: usize,
    /// What was decided after them, once it is known.
    said: Option<(Decision, Wishes)>,
    /// They are those of the head that is being read.
    are_these: bool,
}

impl LastFields {
    pub(super) const fn none() -> Self {
        Self { bytes: Vec::new(), spans: Vec::new(), start: 0, said: None, are_these: false }
    }

    /// Another head begins.
    pub(super) const fn restart(&mut self) {
        self.are_these = false;
    }

    /// Whether `bytes`, which stand at `start` in their head, begin with the same fields. Then these
    /// are put into `spans`, and their length is returned.
    pub(super) fn recognise(
        &mut self,
        bytes: &[u8],
        start: usize,
        spans: &mut Vec<FieldSpan>,
    ) -> Option<usize> {
        if self.bytes.is_empty() || !bytes.starts_with(&self.bytes) {
            return None;
        }
        spans.clear();
        spans.extend_from_slice(&self.spans);
        if start != self.start {
            for span in spans {
                span.name = moved(span.name, self.start, start);
                span.value = moved(span.value, self.start, start);
            }
        }
        self.are_these = true;
        Some(self.bytes.len())
    }

    /// Keeps fields that stand at `start` in their head, if they are short.
    pub(super) fn keep(&mut self, bytes: &[u8], start: usize, spans: &[FieldSpan]) {
        self.bytes.clear();
        self.spans.clear();
        self.said = None;
        self.are_these = bytes.len() <= LONGEST;
        if self.are_these {
            self.bytes.extend_from_slice(bytes);
            self.spans.extend_from_slice(spans);
            self.start = start;
        }
    }

    /// What follows from the fields that are being read, if that is known.
    #[inline]
    pub(super) const fn said(&self) -> Option<&(Decision, Wishes)> {
        if self.are_these { self.said.as_ref() } else { None }
    }

    /// This is what follows from the fields that are being read.
    pub(super) const fn learn(&mut self, said: (Decision, Wishes)) {
        if self.are_these {
            self.said = Some(said);
        }
    }
}

/// A place in a head that moves with the first field. A section is shorter than 4 GiB.
fn moved(place: u32, from: usize, to: usize) -> u32 {
    u32::try_from(place as usize + to - from).unwrap_or(u32::MAX)
}
