//! What an exchange asks of its driver, and what the driver answers.

use alloc::boxed::Box;
use core::net::{IpAddr, SocketAddr};

use bytes::Bytes;

use crate::error::{Error, OsError, ResolveError, TlsError};
use crate::fields::Fields;
use crate::http1::{Reading, ResponseHead};
use crate::link::Link;
use crate::time::Deadline;
use crate::trace::{ConnectionId, SocketOption};

use super::dial::DialId;
use super::origin::Origin;

/// What a driver is to do next.
#[derive(Clone, Copy, Debug)]
pub enum Do<'x> {
    /// Say whom to trust: TLS is needed, and no configuration was given.
    Trust {
        /// Whether it is the proxy that is to be trusted, and not the origin server.
        proxy: bool,
    },
    /// Ask the pool for a connection to this origin, or simply open one.
    Acquire {
        /// The origin.
        origin: &'x Origin,
        /// When to give up.
        until: Option<Deadline>,
    },
    /// Look up the addresses of this host, which may be an address itself.
    Resolve {
        /// The host.
        host: &'x str,
        /// The port, for the addresses.
        port: u16,
        /// When to give up.
        until: Option<Deadline>,
    },
    /// Open a connection to this address: wait for it, or begin and say that it is under way with
    /// [`Input::Dialing`].
    ///
    /// Who only ever waits is asked for the next address when this one failed, or its time is over.
    Dial {
        /// The name of this attempt.
        dial: DialId,
        /// The address.
        target: Target<'x>,
        /// The local address it is opened from.
        from: Option<IpAddr>,
        /// Options that the socket is given.
        options: &'x [SocketOption],
        /// There is no other attempt, neither now nor later: nothing is lost by waiting.
        alone: bool,
        /// When to give up.
        until: Option<Deadline>,
    },
    /// Wait until something came of one of the attempts that are under way. Only who answers
    /// [`Input::Dialing`] is asked.
    Await {
        /// When there is something else to do.
        until: Option<Deadline>,
    },
    /// Let go of this attempt, which is under way or has just connected: it is not needed.
    Abandon(DialId),
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
    /// Get the next piece of the request's body; the first piece again if `rewind` is true.
    Body {
        /// The body is sent once more, from its start.
        rewind: bool,
    },
    /// Let time pass.
    Wait {
        /// Until when.
        until: Deadline,
    },
    /// Close the transport.
    Close,
    /// Give the connection back: to the pool with [`Exchange::take_link`](super::Exchange::take_link)
    /// if that has one, else it is closed already.
    Release,
    /// Something for the caller.
    Event(Event<'x>),
    /// The exchange is over, and the response was complete.
    Done,
    /// The exchange is over, and this is why.
    Failed(Error),
}

/// What a connection is opened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'x> {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(&'x str),
}

/// What a driver tells.
#[derive(Debug)]
pub enum Input<'i> {
    /// The TLS configuration.
    #[cfg(feature = "tls")]
    Trust(alloc::sync::Arc<rustls::ClientConfig>),
    /// There is an idle connection.
    Reuse(Box<Link>),
    /// A connection is to be opened, and has this number.
    Open(ConnectionId),
    /// The host has these addresses, in the order in which they should be tried.
    Resolved(&'i [SocketAddr]),
    /// The connection that was asked for is being opened; what comes of it is told later.
    Dialing,
    /// This attempt has connected: its connection is the transport from now on.
    Dialed(DialId),
    /// This attempt failed.
    DialFailed(DialId, Fault),
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
    /// The request's body is complete, and these are its trailers.
    BodyEnd(Fields<'i>),
    /// The request's body cannot be produced.
    BodyFailed(OsError),
    /// The request's body was to be sent again, and is gone.
    BodyConsumed,
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
    /// TLS cannot be had.
    Tls(TlsError),
}

/// A part of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'x> {
    /// An informational response.
    Informational(ResponseHead<'x>),
    /// The head of the response.
    Head(ResponseHead<'x>, Reading),
    /// A piece of its body, decoded if [`Options::decode`](super::Options::decode) says so.
    Data(&'x [u8]),
    /// Its end, with the trailers.
    End(Fields<'x>),
}
