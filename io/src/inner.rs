//! What a request in flight runs in: its exchange and its connection.

use std::fmt;

use limpid_core::client::{Exchange, Lease};
use limpid_core::time::Mono;

use crate::error::TlsSetupError;

/// The exchange of a request and the connection that it has: what is kept for its memory when the
/// request is over.
pub struct Inner<T> {
    /// The exchange.
    pub exchange: Exchange,
    /// The connection's place in the pool, once there is one, with the transport.
    pub(crate) lease: Option<Box<Lease<T>>>,
    /// Why there is no TLS configuration.
    pub(crate) refused: Option<Box<TlsSetupError>>,
    /// The time of the last look at the clock.
    pub(crate) now: Mono,
}

impl<T: fmt::Debug> fmt::Debug for Inner<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("exchange", &self.exchange)
            .field("transport", &self.transport())
            .finish_non_exhaustive()
    }
}

impl<T> Inner<T> {
    /// Wraps an exchange that has no connection yet.
    pub(crate) fn new(exchange: Exchange) -> Self {
        Self { exchange, lease: None, refused: None, now: Mono::default() }
    }

    /// Returns the transport, once there is one.
    #[must_use]
    pub fn transport(&self) -> Option<&T> {
        self.lease.as_ref()?.transport.as_ref()
    }

    /// Returns the exchange, the transport that its bytes are read from and written to, and the time
    /// of the last look at the clock.
    #[inline]
    pub fn io(&mut self) -> (&mut Exchange, Option<&mut T>, Mono) {
        let transport = self.lease.as_mut().and_then(|lease| lease.transport.as_mut());
        (&mut self.exchange, transport, self.now)
    }

    /// Closes the transport.
    pub fn close(&mut self) {
        drop(self.take_transport());
    }

    pub(crate) fn take_transport(&mut self) -> Option<T> {
        self.lease.as_mut()?.transport.take()
    }
}
