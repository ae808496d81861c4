//! One direction of a transport that takes and delivers any number of bytes.

use limpid_core::http1::Connection;

/// Bytes in transit, and whether more will come.
#[derive(Debug, Default)]
pub(super) struct Wire {
    bytes: Vec<u8>,
    closed: bool,
    told: bool,
    /// How many bytes it delivers before it breaks.
    left: Option<usize>,
}

impl Wire {
    /// Returns a wire that breaks after `left` bytes, if ever.
    pub(super) fn new(left: Option<usize>) -> Self {
        Self { left, ..Self::default() }
    }

    pub(super) const fn is_broken(&self) -> bool {
        matches!(self.left, Some(0))
    }

    /// Takes up to `n` bytes from `connection`.
    pub(super) fn take(&mut self, connection: &mut Connection, n: usize) -> bool {
        let total = connection.total_sent();
        let mut taken = 0;
        for slice in connection.out() {
            let part = &slice[..slice.len().min(n - taken)];
            self.bytes.extend_from_slice(part);
            taken += part.len();
        }
        connection.sent(taken);
        assert_eq!(connection.total_sent(), total + taken as u64);
        taken > 0
    }

    /// Takes bytes that are not HTTP.
    pub(super) fn take_raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) const fn close(&mut self) -> bool {
        !std::mem::replace(&mut self.closed, true)
    }

    /// Delivers up to `n` bytes, or the end. `in_place` fills the connection's memory.
    pub(super) fn deliver(
        &mut self,
        connection: &mut Connection,
        n: usize,
        in_place: bool,
    ) -> bool {
        let n = n.min(self.bytes.len()).min(self.left.unwrap_or(usize::MAX));
        if n == 0 {
            let ends = self.is_broken() || self.closed && self.bytes.is_empty();
            if !ends || std::mem::replace(&mut self.told, true) {
                return false;
            }
            connection.eof();
            return true;
        }
        let received = connection.received();
        if in_place {
            connection.space(n)[..n].copy_from_slice(&self.bytes[..n]);
            connection.filled(n);
        } else {
            connection.push(&self.bytes[..n]);
        }
        assert_eq!(connection.received(), received + n as u64);
        self.bytes.drain(..n);
        self.left = self.left.map(|left| left - n);
        true
    }
}
