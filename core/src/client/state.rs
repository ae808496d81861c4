//! Where an exchange stands, and what its steps work on.

use super::action::Action;
use crate::error::Error;
use crate::trace::Span;

/// Where an exchange stands: what it is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Start,
    Trust,
    Acquire,
    /// A connection is to be opened.
    Open,
    Resolve,
    /// The addresses are known.
    Resolved,
    Dial,
    /// The transport is connected.
    Connected,
    /// The layer is to be made that secures the connection.
    Secure,
    Handshake,
    Retry,
    /// There is a connection that can carry the request.
    Begin,
    SendHead,
    /// The server is to say whether it wants the body.
    AwaitContinue,
    SendBody,
    ReceiveHead,
    /// The caller has the head; going on is asking for the body.
    Head,
    ReceiveBody,
    /// What the layer has to say before the end is on its way.
    Farewell,
    Close,
    Closed,
    /// The connection was given back, for the next hop.
    Released,
    /// It ends with this: the connection is closed, or is given back.
    Leave,
    /// It is over, and the response was complete.
    Done,
    /// It is over, and has failed.
    Failed,
    /// It holds nothing, and waits to begin with another request.
    Rest,
}

/// The timers of an exchange.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Timer {
    /// A step that is waited for as a whole: a connection of the pool, an address, a handshake, the
    /// next attempt, or `100 Continue`.
    Step,
    /// Bytes from the transport.
    Read,
    /// The transport's taking bytes.
    Write,
    /// The whole exchange.
    Total,
}

impl Timer {
    pub(super) const COUNT: usize = Self::Total as usize + 1;
}

/// What is kept with an attempt: its span, if it is told.
pub(super) type Kept = Option<Span>;

/// A step that asks for nothing is followed by the next.
pub(super) type Stepped = Result<Option<Action>, Error>;
