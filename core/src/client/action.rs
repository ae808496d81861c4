//! What an exchange asks of its driver, and what the driver answers.

use alloc::boxed::Box;
use core::net::{IpAddr, SocketAddr};

use bytes::Bytes;

use crate::error::Error;
use crate::fields::Fields;
use crate::http1::{Reading, ResponseHead};
use crate::trace::{ConnectionId, SocketOption};
use crate::transport::{Layer, Link};

use super::dial::DialId;
use super::route::TrustId;

/// What a driver is to do next. What it needs for that, the exchange has; how long it may wait,
/// [`Exchange::deadline`](super::Exchange::deadline) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Do {
    /// Say which TLS configuration is used, with [`Input::Trust`]: the options have none. This is asked
    /// before there is a connection, for one that was opened under another configuration is not used.
    Trust {
        /// Whether the configuration is for the proxy, and not for the origin server.
        proxy: bool,
    },
    /// Ask the pool for a connection on [`Exchange::route`](super::Exchange::route), or simply open
    /// one.
    Acquire,
    /// Look up the addresses of a host, which may be an address itself:
    /// [`Exchange::peer`](super::Exchange::peer) has it, and the port for the addresses.
    Resolve,
    /// Open the connection that [`Exchange::dial`](super::Exchange::dial) describes: wait for it, or
    /// begin and say that it is under way with [`Input::Dialing`].
    ///
    /// Who only ever waits is asked for the next address when this one failed, or its time is over.
    Dial(DialId),
    /// Wait until something came of one of the attempts that are under way. Only who answers
    /// [`Input::Dialing`] is asked.
    Await,
    /// Let go of this attempt, which is under way or has just connected: it is not needed.
    Abandon(DialId),
    /// Make the layer that secures the connection, and answer with [`Input::Secured`], or
    /// with [`Input::Failed`] if there is none. The server's
    /// name is [`Exchange::server_name`](super::Exchange::server_name).
    Secure {
        /// Whether the connection is secured to the proxy, and not to the origin server.
        proxy: bool,
    },
    /// Let the transport take some of [`Exchange::out`](super::Exchange::out).
    Write,
    /// Read into [`Exchange::space`](super::Exchange::space).
    Read,
    /// Get the next piece of the request's body; the first piece again if `rewind` is true.
    Body {
        /// The body is sent once more, from its start.
        rewind: bool,
    },
    /// Let time pass until the deadline.
    Wait,
    /// Close the transport.
    Close,
    /// Give the connection back, for another is needed: to the pool with
    /// [`Exchange::take_link`](super::Exchange::take_link) if that has one, else it is closed already.
    Release,
    /// Hand a part of the response to the caller: [`Exchange::event`](super::Exchange::event) has it.
    Tell(Told),
    /// The exchange is over, and the response was complete. Its connection is to be given back as by
    /// [`Do::Release`].
    Done,
    /// The exchange is over, and [`Exchange::error`](super::Exchange::error) is why. Its connection is
    /// to be given back as by [`Do::Release`].
    Failed,
}

/// A connection that is to be opened.
#[derive(Clone, Copy, Debug)]
pub struct Dial<'x> {
    /// To what.
    pub target: Target<'x>,
    /// The local address it is opened from.
    pub from: Option<IpAddr>,
    /// Options that the socket is given.
    pub options: &'x [SocketOption],
    /// There is no other attempt, neither now nor later: nothing is lost by waiting.
    pub alone: bool,
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
    /// The TLS configuration that is used has this number.
    Trust(TrustId),
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
    /// The layer that secures the connection, which has not sent or received anything yet.
    Secured(Box<dyn Layer>),
    /// This attempt failed.
    DialFailed(DialId, Error),
    /// The transport took this many bytes.
    Sent(usize),
    /// This many bytes were read into [`Exchange::space`](super::Exchange::space).
    Filled(usize),
    /// The peer closed its direction.
    Eof,
    /// What was asked for failed: an [`io::Error`](std::io::Error), a
    /// [`ResolveError`](crate::error::ResolveError) or another cause, [`into`](Into::into) an [`Error`].
    /// For [`Do::Body`] it is [`Error::body`](crate::error::Error::body), or
    /// [`Cause::BodyConsumed`](crate::error::Cause::BodyConsumed) where the body was to be sent again
    /// and is gone.
    Failed(Error),
    /// Time has passed: the deadline that was given may be over.
    Tick,
    /// A piece of the request's body.
    Body(Bytes),
    /// The request's body is complete, and these are its trailers.
    BodyEnd(Fields<'i>),
    /// The caller has lost interest in the response.
    Cancel,
}

/// Which part of the response has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// An informational response.
    Informational,
    /// The head of the response.
    Head,
    /// A piece of its body.
    Data,
}

/// A part of the response. Its end is the end of the exchange: [`Do::Done`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'x> {
    /// An informational response.
    Informational(ResponseHead<'x>),
    /// The head of the response.
    Head(ResponseHead<'x>, Reading),
    /// A piece of its body, decoded if [`Options::decode`](super::Options::decode) says so.
    Data(&'x [u8]),
}
