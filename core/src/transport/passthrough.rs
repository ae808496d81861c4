//! A layer that changes nothing: used between a tunnel and a plain transport, and instead of a layer
//! whose own protocol has ended.

use super::layer::{Layer, LayerError, LayerState};
use crate::values::{Buffer, BufferSizes};

/// A layer that delivers its input unchanged.
#[derive(Debug, Default)]
pub(crate) struct Passthrough {
    pub(super) incoming: Buffer,
    pub(super) outgoing: Buffer,
}

impl Passthrough {
    pub(super) fn new(sizes: BufferSizes) -> Self {
        Self { incoming: Buffer::new(sizes), outgoing: Buffer::new(sizes) }
    }
}

impl Layer for Passthrough {
    fn space(&mut self, min: usize) -> &mut [u8] {
        self.incoming.space(min)
    }

    fn filled(&mut self, n: usize) {
        self.incoming.filled(n);
    }

    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        let n = self.incoming.unread().len();
        if n > 0 {
            deliver(self.incoming.unread());
            self.incoming.consume(n);
        }
        Ok(LayerState::Open)
    }

    fn buffered(&self) -> usize {
        self.incoming.len()
    }

    fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
        self.outgoing.push(data);
        Ok(())
    }

    fn close(&mut self) {}

    fn out(&self) -> &[u8] {
        self.outgoing.unread()
    }

    fn sent(&mut self, n: usize) {
        self.outgoing.consume(n);
    }

    fn free_buffers(&mut self) {
        self.incoming.free_buffers();
        self.outgoing.free_buffers();
    }
}
