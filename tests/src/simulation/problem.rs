//! What a run finds.

use std::time::Duration;

/// What is not as it must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// Nobody can go on, and a request has not ended.
    Hang,
    /// A request came that nobody has made.
    UnknownRequest,
    /// The answer to a request is not its own.
    Answer {
        /// The request.
        number: u64,
        /// Its status.
        status: u16,
    },
    /// The body of a request is not what was sent.
    Upload {
        /// The request.
        number: u64,
        /// From which byte on.
        at: u64,
    },
    /// The body of a response is not what was sent.
    Download {
        /// The request.
        number: u64,
        /// From which byte on.
        at: u64,
    },
    /// A request failed though nothing was broken.
    Failed {
        /// The request.
        number: u64,
        /// Why.
        error: String,
    },
    /// A request took longer than it may.
    Late {
        /// The request.
        number: u64,
        /// How long it took.
        took: Duration,
    },
    /// The handler of a client that has gone away was not told.
    NotTold {
        /// The request.
        number: u64,
    },
    /// A client says that it sent less of a body than has come, or the other way round.
    Unsent {
        /// The request.
        number: u64,
        /// How many bytes the client says it has not sent.
        unsent: u64,
        /// How many have come.
        came: u64,
    },
    /// A machine keeps more bytes than it needs to go on.
    Memory {
        /// How many.
        bytes: usize,
    },
    /// A connection was open for longer after the shutdown than it may.
    Open {
        /// How long after it.
        after: Duration,
    },
    /// An operation started and did not end, or the other way round, or an error has another phase
    /// than what failed.
    Spans(String),
}

/// How many bytes may wait for a socket: the largest piece of a body, and what is said before it.
const WAITING: usize = 40 * 1024;

impl Problem {
    /// Returns what is wrong if so many bytes have waited for a socket.
    pub(super) fn of_memory(bytes: usize) -> Option<Self> {
        (bytes > WAITING).then_some(Self::Memory { bytes })
    }
}
