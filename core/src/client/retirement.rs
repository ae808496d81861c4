//! Connections that leave the pool, and why.

use alloc::boxed::Box;

use super::lease::Lease;
use crate::values::Retirement;

/// A connection that has left the pool, to be closed: [`Link::retire`](super::Link::retire) tells so, and
/// has the last bytes for the transport.
#[derive(Debug)]
#[non_exhaustive]
pub struct Retired<T> {
    /// The connection.
    pub lease: Box<Lease<T>>,
    /// Why.
    pub why: Retirement,
}
