//! Connections that leave the pool.

use alloc::boxed::Box;

use super::lease::Lease;
use crate::time::Mono;
use crate::trace::Sink;
use crate::values::Retirement;

/// A connection that has left the pool and must be closed.
///
/// [`Pool`](super::Pool) has an example.
#[derive(Debug)]
#[must_use = "the connection must be closed"]
#[non_exhaustive]
pub struct Retired<T> {
    /// The connection.
    pub lease: Box<Lease<T>>,
    /// The reason.
    pub why: Retirement,
}

impl<T> Retired<T> {
    /// Emits that the connection is closed, with the reason, and calls `close` with its transport and
    /// the last bytes, such as TLS's `close_notify`, which are often empty. `close` may ignore errors
    /// of sending them. A connection that lacks a part is only dropped.
    pub fn close<S: Sink>(self, now: Mono, sink: &S, close: impl FnOnce(T, &[u8])) {
        let Lease { link, transport, .. } = *self.lease;
        if let Some((link, transport)) = link.zip(transport) {
            link.retire(self.why, now, sink, |last| close(transport, last));
        }
    }
}
