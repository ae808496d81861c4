//! The actions that an exchange requires of its driver.

use core::net::{IpAddr, SocketAddr};

use crate::http1::{HeadInfo, ResponseHead};
use crate::time::Deadline;
use crate::trace::SocketOption;

use super::dial::DialId;

/// An action that [`Exchange::poll`](super::Exchange::poll) requires of the driver.
///
/// Every action except [`Wait`](Self::Wait), [`Done`](Self::Done) and [`Failed`](Self::Failed) is
/// returned once. The driver reads the arguments from the exchange. The [module](super) has a
/// complete driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Choose the TLS configuration, because the options contain none. The choice precedes the
    /// connection: a connection that was opened under another configuration is not reused. Results:
    /// [`handle_trusted`](super::Exchange::handle_trusted) or
    /// [`handle_failed`](super::Exchange::handle_failed).
    Trust {
        /// Whether the configuration is for the proxy, and not for the origin server.
        proxy: bool,
    },
    /// Ask the pool for a connection on [`Exchange::route`](super::Exchange::route), or open one.
    /// Results: [`handle_reused`](super::Exchange::handle_reused),
    /// [`handle_opened`](super::Exchange::handle_opened) or
    /// [`handle_failed`](super::Exchange::handle_failed). While the [`Pool`](super::Pool) is full
    /// there is no result, and the driver asks the pool again when a connection was released. If the
    /// exchange [needs a new connection](super::Exchange::needs_new_connection), an idle one of the pool
    /// does not do.
    ///
    /// A driver that keeps cookies first sets those for the URL of the request, with
    /// [`handle_cookies`](super::Exchange::handle_cookies): each hop asks for a connection.
    Acquire,
    /// Look up the addresses of the host that [`Exchange::peer`](super::Exchange::peer) returns, and
    /// combine them with its port. The host may be an address. Results:
    /// [`handle_resolved`](super::Exchange::handle_resolved) or
    /// [`handle_failed`](super::Exchange::handle_failed).
    Resolve,
    /// Start to open the connection that [`Exchange::dial`](super::Exchange::dial) describes.
    /// Results, at once or later: [`handle_dialed`](super::Exchange::handle_dialed) or
    /// [`handle_dial_failed`](super::Exchange::handle_dial_failed).
    Dial(DialId),
    /// Drop the socket of this attempt, if there is one.
    Abandon(DialId),
    /// Create the layer that secures the connection, for the server name that
    /// [`Exchange::server_name`](super::Exchange::server_name) returns. Results:
    /// [`handle_secured`](super::Exchange::handle_secured) or
    /// [`handle_failed`](super::Exchange::handle_failed).
    Secure {
        /// Whether the connection is secured to the proxy, and not to the origin server.
        proxy: bool,
    },
    /// Return to the start of the request's body, which is sent again: to the target of a redirect, or because
    /// its connection was closed. If that is not possible, call
    /// [`handle_body_failed`](super::Exchange::handle_body_failed) with
    /// [`Cause::BodyConsumed`](crate::error::Cause::BodyConsumed).
    Rewind,
    /// Pass a part of the response to the caller. [`Exchange::event`](super::Exchange::event) returns
    /// it until the next call of [`poll`](super::Exchange::poll).
    Event(Emitted),
    /// Close the transport.
    Close,
    /// Release the connection, because another one is needed: return what
    /// [`Exchange::take_link`](super::Exchange::take_link) contains to the pool. If it is `None`, the
    /// connection is closed already.
    Release,
    /// The exchange is over and the response complete. Release its connection as for
    /// [`Release`](Self::Release).
    Done,
    /// The exchange has failed; [`Exchange::error`](super::Exchange::error) returns the reason.
    /// Release its connection as for [`Release`](Self::Release).
    Failed,
    /// Wait for these conditions and for outstanding results, at most until
    /// [`Exchange::deadline`](super::Exchange::deadline).
    Wait(Interest),
}

/// The conditions that an exchange waits for. Each is independent of the others.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Received bytes, to be read into [`Exchange::space`](super::Exchange::space). Results:
    /// [`handle_received`](super::Exchange::handle_received),
    /// [`handle_eof`](super::Exchange::handle_eof) or
    /// [`handle_receive_failed`](super::Exchange::handle_receive_failed).
    pub read: bool,
    /// Room to write [`Exchange::out`](super::Exchange::out) to the transport. Results:
    /// [`handle_sent`](super::Exchange::handle_sent) or
    /// [`handle_send_failed`](super::Exchange::handle_send_failed).
    pub write: bool,
    /// The next piece of the request's body. The exchange does not ask for it before the transport
    /// has taken the last one, so that a driver that has a piece can hand it in before it writes.
    /// Results: [`handle_body`](super::Exchange::handle_body),
    /// [`handle_body_end`](super::Exchange::handle_body_end) or
    /// [`handle_body_failed`](super::Exchange::handle_body_failed).
    pub body: bool,
}

impl Interest {
    /// Only the deadline and outstanding results.
    pub const NONE: Self = Self { read: false, write: false, body: false };
    /// Received bytes.
    pub const READ: Self = Self { read: true, ..Self::NONE };
    /// Room to write.
    pub const WRITE: Self = Self { write: true, ..Self::NONE };
    /// The next piece of the request's body.
    pub const BODY: Self = Self { body: true, ..Self::NONE };

    /// Returns whether no condition is set.
    #[must_use]
    pub const fn is_none(self) -> bool {
        !(self.read || self.write || self.body)
    }
}

/// A connection to open.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug)]
pub struct Dial<'x> {
    /// The peer.
    pub target: Target<'x>,
    /// The local address to connect from.
    pub from: Option<IpAddr>,
    /// Options to set on the socket.
    pub options: &'x [SocketOption],
    /// No other attempt runs or will follow, so that blocking delays nothing.
    pub alone: bool,
    /// When this attempt times out.
    pub until: Option<Deadline>,
}

/// The peer of a connection.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'x> {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(&'x str),
}

/// The kind of an [`Event`].
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emitted {
    /// An informational response.
    Informational,
    /// The head of a redirect, which the exchange follows or fails for. Its body is not emitted.
    Redirect,
    /// The head of a response after which the request is retried. Its body is not emitted.
    Retried,
    /// The head of the response.
    Head,
    /// A piece of the body.
    Data,
}

/// A part of the response. The end of the response is [`Action::Done`].
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'x> {
    /// An informational response.
    Informational(ResponseHead<'x>),
    /// The head of a redirect, which the exchange follows or fails for. Its body is not emitted.
    Redirect(ResponseHead<'x>),
    /// The head of a response after which the request is retried. Its body is not emitted.
    Retried(ResponseHead<'x>),
    /// The head of the response.
    Head(ResponseHead<'x>, HeadInfo),
    /// A piece of the body, decoded if [`Options::decode`](super::Options::decode) is set.
    Data(&'x [u8]),
}

// An action is returned in a register.
const _: () = assert!(size_of::<Action>() <= 8);
