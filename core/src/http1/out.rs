//! The send queue: encoded heads and framing, and a part of a body that is not copied.

use alloc::vec::Vec;

use bytes::{Buf, Bytes};

use crate::values::BufferSizes;

/// The bytes that wait for the transport.
#[derive(Clone, Debug, Default)]
pub(super) struct Out {
    pub(super) sizes: BufferSizes,
    staging: Vec<u8>,
    /// Number of bytes of `staging` that were sent.
    sent: usize,
    /// A part of a body, which follows this many bytes of `staging`.
    body: Option<(usize, Bytes)>,
    total: u64,
}

impl Out {
    pub(super) fn new(sizes: BufferSizes) -> Self {
        Self { sizes, ..Self::default() }
    }

    /// Returns the buffer for heads and framing.
    pub(super) const fn staging(&mut self) -> &mut Vec<u8> {
        &mut self.staging
    }

    /// Queues a part of a body. A large part is not copied if it is the only one in the queue.
    #[inline]
    pub(super) fn push(&mut self, data: Bytes) {
        if data.len() <= self.sizes.copied() || self.body.is_some() {
            self.staging.extend_from_slice(&data);
        } else {
            self.body = Some((self.staging.len(), data));
        }
    }

    /// Returns the bytes to be sent, in order.
    pub(super) fn slices(&self) -> [&[u8]; 3] {
        match &self.body {
            None => [&self.staging[self.sent..], &[], &[]],
            Some((at, data)) => {
                [&self.staging[self.sent.min(*at)..*at], data, &self.staging[*at..]]
            }
        }
    }

    /// Returns the bytes to be sent as owned values. A large part of a body is shared rather than copied.
    pub(super) fn shared(&self) -> [Bytes; 3] {
        let [before, body, after] = self.slices();
        let body = self
            .body
            .as_ref()
            .map_or_else(|| Bytes::copy_from_slice(body), |(_, data)| data.clone());
        [Bytes::copy_from_slice(before), body, Bytes::copy_from_slice(after)]
    }

    pub(super) fn len(&self) -> usize {
        self.staging.len() - self.sent + self.body.as_ref().map_or(0, |(_, data)| data.len())
    }

    /// Returns the total number of bytes sent.
    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    /// Removes the first `n` bytes, which the transport accepted.
    #[inline]
    pub(super) fn sent(&mut self, n: usize) {
        let mut n = n.min(self.len());
        self.total += n as u64;
        if let Some((at, data)) = &mut self.body {
            let before = n.min(*at - self.sent);
            self.sent += before;
            n -= before;
            let of_body = n.min(data.len());
            data.advance(of_body);
            n -= of_body;
            if data.is_empty() {
                self.body = None;
            }
        }
        self.sent += n;
        if self.sent == self.staging.len() && self.body.is_none() {
            self.staging.clear();
            self.sent = 0;
        }
    }

    /// Moves an empty buffer to `memory`, unless it is large.
    pub(super) fn detach_buffers(&mut self, memory: &mut Vec<u8>) {
        if self.len() == 0 && self.staging.capacity() <= self.sizes.kept_out() {
            *memory = core::mem::take(&mut self.staging);
        }
        self.free_buffers();
    }

    /// Takes the buffer in `memory`.
    pub(super) fn attach_buffers(&mut self, memory: &mut Vec<u8>) {
        if self.staging.is_empty() {
            self.staging = core::mem::take(memory);
        }
    }

    /// Frees an empty buffer.
    pub(super) fn free_buffers(&mut self) {
        if self.len() == 0 {
            self.staging = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COPIED: usize = 2048;

    fn queue() -> (Out, Vec<u8>) {
        let mut out = Out::default();
        out.staging().extend_from_slice(b"head");
        out.push(Bytes::from(vec![b'x'; COPIED + 1]));
        out.staging().extend_from_slice(b"tail");
        out.push(Bytes::from(vec![b'y'; COPIED + 1]));
        let whole = out.slices().concat();
        (out, whole)
    }

    #[test]
    fn queue_can_be_sent_in_steps_of_any_length() {
        for step in [1, 3, 4, 5, 1000, COPIED + 5, 100_000] {
            let (mut out, whole) = queue();
            let mut sent = Vec::new();
            while out.len() > 0 {
                let all = out.slices().concat();
                let n = step.min(all.len());
                sent.extend_from_slice(&all[..n]);
                out.sent(n);
            }
            assert_eq!(sent, whole, "in steps of {step}");
            assert_eq!(out.total(), whole.len() as u64);
        }
    }

    #[test]
    fn a_large_body_is_not_copied() {
        let (out, _) = queue();
        assert_eq!(out.slices()[1].len(), COPIED + 1);
        assert!(out.staging.len() < 2 * COPIED);
    }
}
