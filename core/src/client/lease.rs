//! Leases: connections that a pool hands out.

use alloc::boxed::Box;

use super::route::Route;
use crate::time::Mono;
use crate::transport::Link;
use crate::values::ConnectionId;

/// A connection of a [`Pool`](super::Pool), idle or to open, which the holder returns with
/// [`Pool::release`](super::Pool::release).
#[derive(Debug)]
#[must_use = "the place is taken until it is released"]
pub struct Lease<T> {
    pub(super) route: Route,
    pub(super) connection: ConnectionId,
    /// When the connection became idle.
    pub(super) since: Mono,
    /// The state of the connection, which exchanges take and return; `None` before it is open.
    pub link: Option<Box<Link>>,
    /// The driver's transport, such as a socket; `None` before it is open.
    pub transport: Option<T>,
}

impl<T> Lease<T> {
    /// Returns the connection's number. Numbers increase in the order of opening.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Returns whether both parts are there, so that the connection can be kept.
    #[inline]
    pub(super) const fn is_whole(&self) -> bool {
        self.link.is_some() && self.transport.is_some()
    }
}
