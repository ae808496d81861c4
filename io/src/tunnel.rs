//! Connections that have left HTTP/1.1, with the sink of their events.

use std::ops::{Deref, DerefMut};

use limpid_core::transport::Switched;

use crate::clock::Clock;
use crate::settings::SharedSink;

/// A connection that has left HTTP/1.1, with the clock and the sink of its client or server.
///
/// The methods are those of [`Switched`], which has an example.
pub struct Tunnel {
    switched: Switched,
    clock: Clock,
    sink: SharedSink,
}

impl Tunnel {
    pub(crate) fn new(switched: Switched, sink: SharedSink) -> Self {
        Self { switched, clock: Clock::start(), sink }
    }

    /// Handles the end of input: the peer has closed its direction of the transport.
    pub fn handle_eof(&mut self) {
        self.switched.handle_eof(self.clock.now(), &self.sink);
    }
}

impl Deref for Tunnel {
    type Target = Switched;

    fn deref(&self) -> &Switched {
        &self.switched
    }
}

impl DerefMut for Tunnel {
    fn deref_mut(&mut self) -> &mut Switched {
        &mut self.switched
    }
}

impl std::fmt::Debug for Tunnel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.switched.fmt(f)
    }
}
