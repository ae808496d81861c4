//! Connections that leave the pool, and why.

use alloc::boxed::Box;

use super::pool::Lease;

/// A connection that has left the pool, to be closed.
#[derive(Debug)]
pub struct Retired<T> {
    /// The connection.
    pub lease: Box<Lease<T>>,
    /// Why.
    pub why: Retirement,
}

/// Why an idle connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retirement {
    /// It was idle for too long.
    Expired,
    /// Something has arrived on it, which may be its end.
    NotSilent,
    /// More connections are open than are kept.
    Surplus,
    /// It makes room for one to another origin.
    Evicted,
    /// The client is closed, and so are all that are idle.
    Closed,
}

impl Retirement {
    /// The reason in words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Expired => "it was idle for too long",
            Self::NotSilent => "the server has closed it, or sent what was not asked for",
            Self::Surplus => "more connections are open than are kept",
            Self::Evicted => "it makes room for a connection to another origin",
            Self::Closed => "the client is closed",
        }
    }
}
