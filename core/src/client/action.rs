//! What an exchange asks of its driver.

use core::net::{IpAddr, SocketAddr};

use crate::http1::{HeadInfo, ResponseHead};
use crate::time::Deadline;
use crate::trace::SocketOption;

use super::dial::DialId;

/// What [`Exchange::poll`](super::Exchange::poll) asks of the driver.
///
/// All but [`Wait`](Self::Wait) are returned once. What they need is read from the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Say which TLS configuration is used: the options have none. This is asked before there is a
    /// connection, for one that was opened under another configuration is not used. Answers:
    /// [`handle_trusted`](super::Exchange::handle_trusted) or
    /// [`handle_failed`](super::Exchange::handle_failed).
    Trust {
        /// Whether the configuration is for the proxy, and not for the origin server.
        proxy: bool,
    },
    /// Ask the pool for a connection on [`Exchange::route`](super::Exchange::route), or simply open
    /// one. Answers: [`handle_reused`](super::Exchange::handle_reused),
    /// [`handle_opened`](super::Exchange::handle_opened) or
    /// [`handle_failed`](super::Exchange::handle_failed). While the [`Pool`](super::Pool) is full there is
    /// no answer, and the driver asks the pool again when a connection was released.
    Acquire,
    /// Look up the addresses of a host, which may be an address itself:
    /// [`Exchange::peer`](super::Exchange::peer) has it, and the port for the addresses. Answers:
    /// [`handle_resolved`](super::Exchange::handle_resolved) or
    /// [`handle_failed`](super::Exchange::handle_failed).
    Resolve,
    /// Begin to open the connection that [`Exchange::dial`](super::Exchange::dial) describes. Answers,
    /// at once or later: [`handle_dialed`](super::Exchange::handle_dialed) or
    /// [`handle_dial_failed`](super::Exchange::handle_dial_failed).
    Dial(DialId),
    /// Drop the socket of this attempt, if there is one: it is not needed.
    Abandon(DialId),
    /// Make the layer that secures the connection. The server's name is
    /// [`Exchange::server_name`](super::Exchange::server_name). Answers:
    /// [`handle_secured`](super::Exchange::handle_secured) or
    /// [`handle_failed`](super::Exchange::handle_failed).
    Secure {
        /// Whether the connection is secured to the proxy, and not to the origin server.
        proxy: bool,
    },
    /// Go back to the start of the request's body, which is sent once more. If that is not possible:
    /// [`handle_body_failed`](super::Exchange::handle_body_failed) with
    /// [`Cause::BodyConsumed`](crate::error::Cause::BodyConsumed).
    Rewind,
    /// Hand a part of the response to the caller: [`Exchange::event`](super::Exchange::event) has it
    /// until the next call of [`poll`](super::Exchange::poll).
    Event(Emitted),
    /// Close the transport.
    Close,
    /// Give the connection back, because another is needed: to the pool with
    /// [`Exchange::take_link`](super::Exchange::take_link) if that has one, else it is closed already.
    Release,
    /// The exchange is over, and the response was complete. Its connection is to be given back as by
    /// [`Release`](Self::Release).
    Done,
    /// The exchange is over, and [`Exchange::error`](super::Exchange::error) is why. Its connection is
    /// to be given back as by [`Release`](Self::Release).
    Failed,
    /// Wait for these, and for outstanding answers, but not longer than until
    /// [`Exchange::deadline`](super::Exchange::deadline).
    Wait(Interest),
}

/// What is waited for. Each is independent of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Bytes of the transport, for [`Exchange::space`](super::Exchange::space). Answers:
    /// [`handle_received`](super::Exchange::handle_received),
    /// [`handle_eof`](super::Exchange::handle_eof) or
    /// [`handle_receive_failed`](super::Exchange::handle_receive_failed).
    pub read: bool,
    /// The transport's taking some of [`Exchange::out`](super::Exchange::out). Answers:
    /// [`handle_sent`](super::Exchange::handle_sent) or
    /// [`handle_send_failed`](super::Exchange::handle_send_failed).
    pub write: bool,
    /// The next piece of the request's body. It is not asked for before the transport has taken the last
    /// one, so that a driver that has a piece can hand it in before it looks at the transport. Answers:
    /// [`handle_body`](super::Exchange::handle_body),
    /// [`handle_body_end`](super::Exchange::handle_body_end) or
    /// [`handle_body_failed`](super::Exchange::handle_body_failed).
    pub body: bool,
}

impl Interest {
    /// Nothing but time and outstanding answers.
    pub const NONE: Self = Self { read: false, write: false, body: false };
    /// Bytes of the transport.
    pub const READ: Self = Self { read: true, ..Self::NONE };
    /// The transport's taking bytes.
    pub const WRITE: Self = Self { write: true, ..Self::NONE };
    /// The next piece of the request's body.
    pub const BODY: Self = Self { body: true, ..Self::NONE };

    /// Whether it is none of them.
    #[must_use]
    pub const fn is_none(self) -> bool {
        !(self.read || self.write || self.body)
    }
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
    /// When the time for this attempt is over.
    pub until: Option<Deadline>,
}

/// What a connection is opened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'x> {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(&'x str),
}

/// Which part of the response has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emitted {
    /// An informational response.
    Informational,
    /// The head of the response.
    Head,
    /// A piece of its body.
    Data,
}

/// A part of the response. Its end is the end of the exchange: [`Action::Done`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'x> {
    /// An informational response.
    Informational(ResponseHead<'x>),
    /// The head of the response.
    Head(ResponseHead<'x>, HeadInfo),
    /// A piece of its body, decoded if [`Options::decode`](super::Options::decode) says so.
    Data(&'x [u8]),
}

// An action is returned in a register.
const _: () = assert!(size_of::<Action>() <= 8);
