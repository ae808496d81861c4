//! What a session asks of its driver, and what the driver answers.

use alloc::boxed::Box;
use core::time::Duration;

use crate::error::Error;
use crate::fields::Fields;
use crate::transport::Layer;

/// What a driver is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Do {
    /// Make the layer that secures the connection, and answer with [`Input::Secured`], or
    /// with [`Input::Failed`] if there is none.
    Secure,
    /// Read into [`Session::space`](super::Session::space), and wait no longer for it than until
    /// [`Session::deadline`](super::Session::deadline).
    Read,
    /// Let the transport take some of [`Session::out`](super::Session::out), and wait no longer for it
    /// than until [`Session::deadline`](super::Session::deadline).
    Write,
    /// A request has come: call the handler. [`Session::head`](super::Session::head) has its head.
    Request,
    /// The piece of the body that the handler asked for has come, or its end:
    /// [`Session::event`](super::Session::event) has it.
    Body,
    /// It is the handler's turn: what it asked for is done.
    Handle,
    /// The exchange failed, and the handler is to stop: nothing that it sends goes out any more.
    /// [`Session::failure`](super::Session::failure) says why. The session itself goes on, for the
    /// client may have to be told.
    Failed,
    /// Shut the sending direction of the transport down, and go on.
    Finish,
    /// Close the transport.
    Close {
        /// The client is to see that what it was sent is not complete: the transport is to be reset
        /// where that can be done, for the end of the body would be its end.
        reset: bool,
    },
    /// The connection is over.
    Done,
}

/// A part of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'s> {
    /// A piece of it.
    Data(&'s [u8]),
    /// Its end, with the trailers.
    End(Fields<'s>),
}

/// What a driver tells.
#[derive(Debug)]
pub enum Input {
    /// This many bytes were read into [`Session::space`](super::Session::space).
    Filled(usize),
    /// The transport took this many bytes.
    Sent(usize),
    /// The layer that secures the connection, which has not sent or received anything yet.
    Secured(Box<dyn Layer>),
    /// The client closed its direction.
    Eof,
    /// What was asked for failed: an [`io::Error`](std::io::Error) or another cause,
    /// [`into`](Into::into) an [`Error`].
    Failed(Error),
    /// Time has passed: the deadline that was given may be over.
    Tick,
    /// The server shuts down: what is open is finished, and nothing else is begun.
    Shutdown {
        /// How long what is open may take; `None` waits without end.
        grace: Option<Duration>,
    },
    /// The driver gives the connection up. What has been started is told as ended.
    Abandon,
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
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Done => "it returned without a complete response",
            Self::Failed => "it returned an error",
            Self::Panicked => "it panicked",
        }
    }
}
