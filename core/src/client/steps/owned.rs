//! Parsing received bytes that are owned, without copying data of a body.

use bytes::Bytes;
use memchr::{memchr, memmem};

use super::super::action::{Action, Emitted};
use super::super::exchange::Exchange;
use super::super::state::{Receiving, Stepped};
use crate::trace::{At, Sink};

impl Exchange {
    /// Parses owned bytes, after those in the connection's buffer. Data is sliced; anything else is
    /// copied into the buffer, but no more of it than the parser may need.
    #[cold]
    pub(super) fn read_owned<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.has_input = true;
        // A decoder reads from the connection's buffer.
        let is_coded = self.content.is_coded();
        let data = if is_coded { 0 } else { self.link.http1.skip_data(self.owned.len()) };
        if data == 0 {
            let framing = match self.receiving {
                _ if is_coded => self.owned.len(),
                Receiving::Nothing | Receiving::Head => head_len(&self.owned),
                Receiving::Refused | Receiving::HeadEmitted | Receiving::Body => {
                    line_len(&self.owned)
                }
            };
            let framing = self.owned.split_to(framing);
            self.link.receive(&framing);
            return Ok(None);
        }
        let piece = self.owned.split_to(data);
        self.clock.sizes.response_body = self.link.http1.body_progress().0;
        if self.draining.is_some() {
            self.discard_data(at);
            return Ok(None);
        }
        // The body of a redirect that is followed is not passed to the caller.
        if self.hop.is_some() {
            return Ok(None);
        }
        self.piece = piece;
        Ok(Some(Action::Event(Emitted::Data)))
    }

    /// Frees the owned bytes, if there are any.
    #[inline]
    pub(in super::super) fn drop_owned(&mut self) {
        if !self.owned.is_empty() || !self.piece.is_empty() {
            (self.owned, self.piece) = (Bytes::new(), Bytes::new());
        }
    }

    /// Copies the rest of the owned bytes into the buffer: others follow, or they are not part of the
    /// response.
    pub(in super::super) fn keep_owned(&mut self) {
        if !self.owned.is_empty() {
            let owned = core::mem::take(&mut self.owned);
            self.link.receive(&owned);
        }
    }
}

/// Returns the length of the head that these bytes begin with, or of all bytes if its end is missing.
/// If the head is longer, more is copied later.
fn head_len(bytes: &Bytes) -> usize {
    let line = line_len(bytes);
    // The end of a head whose beginning arrived earlier.
    if matches!(&bytes[..line], b"\r\n" | b"\n") {
        return line;
    }
    memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 4)
}

/// Returns the length of the line that these bytes begin with.
fn line_len(bytes: &Bytes) -> usize {
    memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}
