//! A layer that does not change bytes.

use limpid_core::transport::{Layer, LayerError, LayerState};

#[derive(Debug, Default)]
pub(crate) struct Plain {
    /// The bytes that have arrived, and space for more.
    incoming: Vec<u8>,
    arrived: usize,
    outgoing: Vec<u8>,
}

impl Layer for Plain {
    fn space(&mut self, min: usize) -> &mut [u8] {
        self.incoming.resize(self.arrived + min, 0);
        &mut self.incoming[self.arrived..]
    }

    fn filled(&mut self, n: usize) {
        self.arrived += n;
    }

    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        if self.arrived > 0 {
            deliver(&self.incoming[..self.arrived]);
        }
        self.incoming.clear();
        self.arrived = 0;
        Ok(LayerState::Open)
    }

    fn buffered(&self) -> usize {
        self.arrived
    }

    fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
        self.outgoing.extend_from_slice(data);
        Ok(())
    }

    fn close(&mut self) {}

    fn out(&self) -> &[u8] {
        &self.outgoing
    }

    fn sent(&mut self, n: usize) {
        self.outgoing.drain(..n);
    }
}
