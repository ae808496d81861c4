//! What an exchange asks of its driver, and what the driver answers.

use core::net::SocketAddr;

use bytes::Bytes;

use crate::error::{Error, OsError, ResolveError};
use crate::fields::Fields;
use crate::http1::{Reading, ResponseHead};
use crate::time::Deadline;

/// What a driver is to do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Do<'x> {
    /// Look up the addresses of this host, which may be an address itself.
    Resolve {
        /// The host.
        host: &'x str,
        /// The port, for the addresses.
        port: u16,
        /// When to give up.
        until: Option<Deadline>,
    },
    /// Open a connection to this address.
    Dial {
        /// The address.
        address: SocketAddr,
        /// When to give up.
        until: Option<Deadline>,
    },
    /// Let the transport take some of [`Exchange::out`](super::Exchange::out).
    Write {
        /// When to give up.
        until: Option<Deadline>,
    },
    /// Read into [`Exchange::space`](super::Exchange::space).
    Read {
        /// When to give up.
        until: Option<Deadline>,
    },
    /// Get the next piece of the request's body.
    Body,
    /// Close the transport.
    Close,
    /// Something for the caller.
    Event(Event<'x>),
    /// The exchange is over, and the response was complete.
    Done,
    /// The exchange is over, and this is why.
    Failed(Error),
}

/// What a driver tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Input<'i> {
    /// The host has these addresses, in the order in which they should be tried.
    Resolved(&'i [SocketAddr]),
    /// The connection is open.
    Dialed,
    /// The transport took this many bytes.
    Sent(usize),
    /// This many bytes were read into [`Exchange::space`](super::Exchange::space).
    Filled(usize),
    /// The peer closed its direction.
    Eof,
    /// What was asked for failed.
    Failed(Fault),
    /// Time has passed: the deadline that was given may be over.
    Tick,
    /// A piece of the request's body.
    Body(Bytes),
    /// The request's body is complete.
    BodyEnd,
    /// The request's body cannot be produced.
    BodyFailed(OsError),
    /// The caller has lost interest in the response.
    Cancel,
}

/// Why a driver could not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The operating system said no.
    Os(OsError),
    /// The resolver said no.
    Resolve(ResolveError),
}

/// A part of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'x> {
    /// An informational response.
    Informational(ResponseHead<'x>),
    /// The head of the response.
    Head(ResponseHead<'x>, Reading),
    /// A piece of its body.
    Data(&'x [u8]),
    /// Its end, with the trailers.
    End(Fields<'x>),
}
