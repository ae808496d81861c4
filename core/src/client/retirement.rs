//! Connections that leave the pool.

use alloc::boxed::Box;

use super::lease::Lease;
use crate::values::Retirement;

/// A connection that has left the pool and must be closed. [`Link::retire`](super::Link::retire) logs
/// that, and returns the last bytes for the transport.
#[derive(Debug)]
#[non_exhaustive]
pub struct Retired<T> {
    /// The connection.
    pub lease: Box<Lease<T>>,
    /// The reason.
    pub why: Retirement,
}
