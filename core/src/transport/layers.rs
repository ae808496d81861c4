//! The layers of a connection, and the bytes that pass through them.
//!
//! Functions of each transfer are calls, so that they take no room in those of connections without layers,
//! which have gates.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::layer::{Layer, LayerError, LayerState, MAX_BUFFERED};
use super::pump::pump;

/// The maximum number of bytes written to a layer at once, so that a large body is not buffered
/// twice: a piece of 64 KiB with its framing.
pub(super) const PIECE: usize = 65 * 1024;

/// The layers of a connection, from the transport up.
#[derive(Default)]
pub(super) struct Layers {
    stack: Vec<Box<dyn Layer>>,
    /// The length of the last buffer for the transport's bytes.
    pub(super) room: usize,
    /// How many of HTTP's bytes are in records of which the transport has taken nothing.
    pub(super) unsent: u64,
    /// The numbers of bytes that the transport has sent and received.
    pub(super) moved: (u64, u64),
}

impl Layers {
    /// Returns the number of layers.
    pub(super) const fn len(&self) -> usize {
        self.stack.len()
    }

    /// Adds a layer above the others.
    pub(super) fn push(&mut self, layer: Box<dyn Layer>) {
        self.stack.push(layer);
        // The last buffer is not one of this layer.
        self.room = 0;
    }

    /// Returns the uppermost layer.
    pub(super) fn top(&self) -> Option<&dyn Layer> {
        self.stack.last().map(|layer| &**layer)
    }

    /// Returns the uppermost layer, to change it.
    pub(super) fn top_mut(&mut self) -> Option<&mut Box<dyn Layer>> {
        self.stack.last_mut()
    }

    /// Frees the buffers that hold nothing.
    pub(super) fn free_buffers(&mut self) {
        for layer in &mut self.stack {
            layer.free_buffers();
        }
    }

    /// Returns room for at least `min` bytes of the transport.
    #[inline(never)]
    pub(super) fn space(&mut self, min: usize) -> &mut [u8] {
        let space = self.stack.first_mut().map_or(&mut [][..], |layer| layer.space(min));
        self.room = space.len();
        space
    }

    /// Handles `n` bytes of the transport, which were written to [`space`](Self::space).
    #[inline(never)]
    pub(super) fn filled(&mut self, n: usize) {
        self.room = self.room.saturating_sub(n);
        self.moved.1 += n as u64;
        if let Some(layer) = self.stack.first_mut() {
            layer.filled(n);
        }
    }

    /// Returns the bytes for the transport.
    pub(super) fn out(&self) -> &[u8] {
        self.stack.first().map_or(&[], |layer| layer.out())
    }

    /// Handles that the transport has taken `n` bytes.
    #[inline(never)]
    pub(super) fn sent(&mut self, n: usize) {
        self.moved.0 += n as u64;
        if let Some(layer) = self.stack.first_mut() {
            layer.sent(n);
        }
        if n > 0 {
            self.unsent = 0;
        }
    }

    /// Returns whether a layer holds so much that nothing is read from the transport before it has
    /// delivered some of it.
    #[inline(never)]
    pub(super) fn is_full(&self) -> bool {
        self.stack.iter().any(|layer| layer.buffered() > MAX_BUFFERED)
    }

    /// Passes input up to `deliver` for as long as it needs more, and what the layers answer down to the
    /// transport. Returns the state of the uppermost layer, and whether the peer has ended its direction
    /// of any.
    pub(super) fn hand_up(
        &mut self,
        deliver: impl FnMut(&[u8]) -> bool,
    ) -> Result<(LayerState, bool), LayerError> {
        let pumped = pump(&mut self.stack, deliver)?;
        self.hand_down()?;
        Ok(pumped)
    }

    /// Passes the output of each layer to the one below, down to the transport.
    #[inline(never)]
    pub(super) fn hand_down(&mut self) -> Result<(), LayerError> {
        for index in (1..self.stack.len()).rev() {
            let (below, above) = self.stack.split_at_mut(index);
            if let (Some(below), Some(above)) = (below.last_mut(), above.first_mut()) {
                let n = above.out().len();
                if n > 0 {
                    below.write(above.out())?;
                    above.sent(n);
                }
            }
        }
        Ok(())
    }

    /// Writes bytes of the protocol above, and passes them down.
    pub(super) fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
        if let Some(layer) = self.stack.last_mut() {
            layer.write(data)?;
        }
        self.hand_down()
    }

    /// Writes as much of these slices as is written at once, and passes it down. Returns how many bytes
    /// that are.
    #[inline(never)]
    pub(super) fn write_piece(&mut self, slices: [&[u8]; 3]) -> Result<usize, LayerError> {
        let Some(layer) = self.stack.last_mut() else { return Ok(0) };
        let mut taken = 0;
        for slice in slices {
            let piece = &slice[..slice.len().min(PIECE - taken)];
            if !piece.is_empty() {
                layer.write(piece)?;
                taken += piece.len();
            }
            if piece.len() < slice.len() {
                break;
            }
        }
        self.unsent = taken as u64;
        self.hand_down()?;
        Ok(taken)
    }

    /// Sends the closing message of the uppermost layer, if its protocol has one.
    pub(super) fn close(&mut self) {
        if let Some(layer) = self.stack.last_mut() {
            layer.close();
            // An error is ignored: the message is optional.
            let _ = self.hand_down();
        }
    }
}
