//! What a pool hands out: a connection, or leave to open one.

use alloc::boxed::Box;

use super::route::Route;
use crate::time::Mono;
use crate::transport::Link;
use crate::values::ConnectionId;

/// A connection of a pool, or leave to open one: its place there, which goes back by
/// [`Pool::release`](super::Pool::release), and what is kept of it while it is idle.
#[derive(Debug)]
#[must_use = "the place is taken until it is released"]
pub struct Lease<T> {
    pub(super) route: Route,
    pub(super) connection: ConnectionId,
    /// Since when it is idle, if it is.
    pub(super) since: Mono,
    /// The machine's part, which exchanges take and give back.
    pub link: Option<Box<Link>>,
    /// The driver's part, once it is open: a socket, most often.
    pub transport: Option<T>,
}

impl<T> Lease<T> {
    /// The connection's number. Those that were opened later have higher ones.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Whether the connection can be kept.
    #[inline]
    pub(super) const fn is_whole(&self) -> bool {
        self.link.is_some() && self.transport.is_some()
    }
}
