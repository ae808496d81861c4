//! What a session asks of its driver, and how a handler tells that it has ended.

use crate::fields::Fields;

/// What a driver does next: [`Session::poll`](super::Session::poll) returns it.
///
/// Every action but [`Wait`](Self::Wait) and [`Done`](Self::Done) is returned once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make the layer that secures the connection, and hand it in with
    /// [`handle_secured`](super::Session::handle_secured); if there is none, say so with
    /// [`handle_failed`](super::Session::handle_failed).
    Secure,
    /// A request has come: call the handler. [`Session::head`](super::Session::head) has its head.
    Request,
    /// The piece of the body that the handler asked for has come, or its end:
    /// [`Session::event`](super::Session::event) has it.
    Event,
    /// What the handler asked for by [`Session::flush`](super::Session::flush) is done.
    Handle,
    /// The exchange failed, and the handler is to stop: nothing that it sends goes out any more.
    /// [`Session::failure`](super::Session::failure) says why. The session itself goes on, because the
    /// client may have to be sent an answer. The handler's end is told as usual, by
    /// [`Session::handled`](super::Session::handled).
    Failed,
    /// Shut the sending direction of the transport down, and go on.
    ShutdownWrite,
    /// Close the transport. [`Done`](Self::Done) follows at once.
    Close {
        /// Whether the transport is to be reset, where that is possible: the end of the body would be
        /// its end, and the client must see that the body is not complete.
        reset: bool,
    },
    /// The connection is over.
    Done,
    /// Nothing can be done now: wait for any of these, but not longer than until
    /// [`Session::deadline`](super::Session::deadline).
    Wait(Interest),
}

/// What a session waits for. Each is independent of the others.
///
/// With none of them the session waits for its handler, or for the layer that it asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interest {
    /// Read into [`Session::space`](super::Session::space), and tell with
    /// [`handle_received`](super::Session::handle_received) or
    /// [`handle_eof`](super::Session::handle_eof).
    pub read: bool,
    /// Write some of [`Session::out`](super::Session::out), and tell with
    /// [`handle_sent`](super::Session::handle_sent).
    pub write: bool,
    /// Notice, without reading, that the client is gone. Tell with
    /// [`handle_failed`](super::Session::handle_failed) that the connection was reset or hung up, and with
    /// [`handle_half_close`](super::Session::handle_half_close) that the client has closed its direction.
    /// In terms of poll(2), the first is `POLLHUP` or `POLLERR`, which need not be asked for, and the
    /// second `POLLRDHUP`, where the system has that.
    pub hangup: bool,
}

impl Interest {
    /// Nothing.
    pub const NONE: Self = Self { read: false, write: false, hangup: false };
    /// To read.
    pub const READ: Self = Self { read: true, ..Self::NONE };
    /// To write.
    pub const WRITE: Self = Self { write: true, ..Self::NONE };

    /// Returns whether nothing is waited for.
    #[must_use]
    pub const fn is_none(self) -> bool {
        !self.read && !self.write && !self.hangup
    }
}

/// A part of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'s> {
    /// A piece of it.
    Data(&'s [u8]),
    /// Its end, with the trailers.
    End(Fields<'s>),
}

/// How a handler ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It has done what it wanted to. A response that it did not finish is finished for it if its
    /// body is complete, and one that it did not begin is a failure.
    Done,
    /// It could not do it.
    Failed,
    /// It panicked.
    Panicked,
}

impl Outcome {
    /// What happened, in words, where the request was not answered as it should be.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::Done => "it returned without a complete response",
            Self::Failed => "it returned an error",
            Self::Panicked => "it panicked",
        }
    }
}

/// An action is returned in a register.
const _: () = assert!(size_of::<Action>() <= 8);
