//! Where an exchange stands, and what its steps work on.

use alloc::boxed::Box;

use super::action::Do;
use super::dial::DialId;
use crate::error::Error;
use crate::trace::Span;

/// Where an exchange stands: what it is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Start,
    Trust,
    Acquire,
    Resolve,
    Dial,
    /// The layer is to be made that secures the connection.
    Secure,
    Handshake,
    Retry,
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

/// What came in and is left to the next step.
#[derive(Debug)]
pub(super) enum Pending {
    Reuse,
    Open,
    /// The addresses stand in the memory.
    Resolved,
    Dialed(DialId),
    Eof,
    Failed(Box<Error>),
    Tick,
    /// A piece of the request's body, which stands in the memory.
    Body,
    /// The end of the request's body, whose trailers stand in the memory.
    BodyEnd,
    Cancel,
}

/// What is kept with an attempt: its span, if it is told.
pub(super) type Kept = Option<Span>;

/// A step that asks for nothing is followed by the next.
pub(super) type Stepped = Result<Option<Do>, Error>;
