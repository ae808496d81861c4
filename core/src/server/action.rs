//! The actions that a session requires of its driver, and the outcomes of a handler.

use crate::fields::Fields;

/// An action that [`Session::poll`](super::Session::poll) requires of the driver.
///
/// Every action except [`Wait`](Self::Wait) and [`Done`](Self::Done) is returned once. The
/// [module](super) has a complete driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Create the layer that secures the connection, and hand it in with
    /// [`handle_secured`](super::Session::handle_secured). If that is not possible, call
    /// [`handle_failed`](super::Session::handle_failed).
    Secure,
    /// Call the handler for a request. [`Session::head`](super::Session::head) returns its head.
    Request,
    /// Resume the handler with a piece of the body, or its end.
    /// [`Session::event`](super::Session::event) returns it.
    Event,
    /// Resume the handler, whose [`Session::flush`](super::Session::flush) is complete.
    Handle,
    /// Stop the handler, because the exchange failed: nothing that it sends is sent any more.
    /// [`Session::failure`](super::Session::failure) returns the reason. The session itself goes on,
    /// because the client may have to receive an answer. Call
    /// [`Session::handled`](super::Session::handled) when the handler has ended, as usual.
    Failed,
    /// Shut down the sending direction of the transport, and go on.
    ShutdownWrite,
    /// Close the transport. [`Done`](Self::Done) follows at once.
    Close {
        /// Whether to reset the transport, where that is possible: the end of an incomplete body
        /// would otherwise look like its proper end.
        reset: bool,
    },
    /// The connection is over.
    Done,
    /// Wait for any of these conditions, at most until
    /// [`Session::deadline`](super::Session::deadline).
    Wait(Interest),
}

/// The conditions that a session waits for. Each is independent of the others.
///
/// Without any, the session waits for its handler, or for the layer that it asked for.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interest {
    /// Received bytes: read into [`Session::space`](super::Session::space), and call
    /// [`handle_received`](super::Session::handle_received) or
    /// [`handle_eof`](super::Session::handle_eof).
    pub read: bool,
    /// Room to write: write some of [`Session::out`](super::Session::out), and call
    /// [`handle_sent`](super::Session::handle_sent).
    pub write: bool,
    /// A hangup, to be noticed without reading. Call [`handle_hangup`](super::Session::handle_hangup)
    /// if the connection was reset or hung up, or [`handle_failed`](super::Session::handle_failed)
    /// where the error is known, and [`handle_half_close`](super::Session::handle_half_close) if the
    /// client has closed its direction. In terms of poll(2), the first is `POLLHUP` or `POLLERR`, which are always
    /// reported, and the second `POLLRDHUP`, where the system has it.
    pub hangup: bool,
}

impl Interest {
    /// No condition.
    pub const NONE: Self = Self { read: false, write: false, hangup: false };
    /// Received bytes.
    pub const READ: Self = Self { read: true, ..Self::NONE };
    /// Room to write.
    pub const WRITE: Self = Self { write: true, ..Self::NONE };

    /// Returns whether no condition is set.
    #[must_use]
    pub const fn is_none(self) -> bool {
        !self.read && !self.write && !self.hangup
    }
}

/// A part of a request's body.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'s> {
    /// A piece of the body.
    Data(&'s [u8]),
    /// The end of the body, with the trailers.
    End(Fields<'s>),
}

/// The way in which a handler ended.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The handler returned. A response that it did not finish is finished if its body is complete;
    /// one that it did not begin is a failure.
    Done,
    /// The handler failed.
    Failed,
    /// The handler panicked.
    Panicked,
}

crate::stored::stored_enum! {
    Outcome {
        0 Done,
        1 Failed,
        2 Panicked,
    }
}

impl Outcome {
    /// Returns what the handler did, for a request without a complete response.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::Done => "it returned without a complete response",
            Self::Failed => "it returned an error",
            Self::Panicked => "it panicked",
        }
    }
}

/// Actions fit into a register.
const _: () = assert!(size_of::<Action>() <= 8);
