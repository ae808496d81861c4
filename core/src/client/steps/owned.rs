//! Bytes that were handed in whole: data of a body stays where it is.

use bytes::Bytes;
use memchr::{memchr, memmem};

use super::super::action::{Action, Emitted};
use super::super::exchange::Exchange;
use super::super::state::{Receiving, Stepped};

impl Exchange {
    /// Reads on in bytes that were handed in whole, after all that the connection has. What is not data is
    /// copied for the connection to read, but no more of it than it may need.
    #[cold]
    pub(super) fn read_owned(&mut self) -> Stepped {
        self.has_input = true;
        // A decoder reads what the connection has.
        let is_coded = self.content.is_coded();
        let data = if is_coded { 0 } else { self.link.http1.skip_data(self.owned.len()) };
        if data == 0 {
            let framing = match self.receiving {
                _ if is_coded => self.owned.len(),
                Receiving::Nothing | Receiving::Head => head_len(&self.owned),
                Receiving::HeadEmitted | Receiving::Body => line_len(&self.owned),
            };
            let framing = self.owned.split_to(framing);
            self.link.receive(&framing);
            return Ok(None);
        }
        let piece = self.owned.split_to(data);
        self.clock.sizes.response_body = self.link.http1.body_progress().0;
        // The body of a redirect that is followed is nothing that the caller asked for.
        if self.hop.is_some() {
            return Ok(None);
        }
        self.piece = piece;
        Ok(Some(Action::Event(Emitted::Data)))
    }

    /// Frees bytes that were handed in whole. There are seldom some.
    #[inline]
    pub(in super::super) fn drop_owned(&mut self) {
        if !self.owned.is_empty() || !self.piece.is_empty() {
            (self.owned, self.piece) = (Bytes::new(), Bytes::new());
        }
    }

    /// Copies what is left of bytes that were handed in whole: others follow, or they are no part of the
    /// response.
    pub(in super::super) fn keep_owned(&mut self) {
        if !self.owned.is_empty() {
            let owned = core::mem::take(&mut self.owned);
            self.link.receive(&owned);
        }
    }
}

/// How long the head is that these bytes begin with; all of them, if it does not end in them. If it is
/// longer than this, more is copied.
fn head_len(bytes: &Bytes) -> usize {
    let line = line_len(bytes);
    // The end of a head of which the rest has come before.
    if matches!(&bytes[..line], b"\r\n" | b"\n") {
        return line;
    }
    memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 4)
}

/// How long the line is that these bytes begin with.
fn line_len(bytes: &Bytes) -> usize {
    memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}
