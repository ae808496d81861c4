//! Where an exchange stands, and what its steps work on.

use super::action::Action;
use crate::error::{Error, Phase};
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
    /// The request goes out and the response comes in.
    Transfer,
    /// What the layer has to say before the end is on its way.
    CloseNotify,
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

/// How much of the request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    Head,
    /// The server is to say whether it wants the body.
    AwaitContinue,
    Body,
    /// All of it.
    Done,
    /// The rest is not sent: the server has answered, or the transport takes no more. The connection
    /// cannot be used again.
    Stopped,
}

impl Sending {
    /// Whether bytes of the request are being sent.
    pub(super) const fn is_active(self) -> bool {
        matches!(self, Self::Head | Self::Body)
    }

    /// The phase of an error that ends it.
    pub(super) const fn phase(self) -> Phase {
        if matches!(self, Self::Head) { Phase::SendHead } else { Phase::SendBody }
    }
}

/// How much of the response was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Receiving {
    /// Nothing, and the request is still being sent.
    Nothing,
    /// Its head is waited for.
    Head,
    /// The caller has the head. The next poll asks for the body.
    HeadEmitted,
    Body,
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
