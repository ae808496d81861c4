//! Problems of runs.

use std::time::Duration;

/// A violated requirement.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// No task can run, and a request has not ended.
    Hang,
    /// The server received an unknown request.
    UnknownRequest,
    /// A request received the response to another.
    Answer {
        /// The request.
        number: u64,
        /// Its status.
        status: u16,
    },
    /// The received body of a request differs from the sent one.
    Upload {
        /// The request.
        number: u64,
        /// The offset of the first difference.
        at: u64,
    },
    /// The received body of a response differs from the sent one.
    Download {
        /// The request.
        number: u64,
        /// The offset of the first difference.
        at: u64,
    },
    /// A request failed without a fault.
    Failed {
        /// The request.
        number: u64,
        /// The error.
        error: String,
    },
    /// A request exceeded its time limit.
    Late {
        /// The request.
        number: u64,
        /// How long it took.
        took: Duration,
    },
    /// The handler was not notified that its client disconnected.
    NotTold {
        /// The request.
        number: u64,
    },
    /// A client reports another number of unsent bytes than is missing at the server.
    Unsent {
        /// The request.
        number: u64,
        /// The number of bytes that the client reports as unsent.
        unsent: u64,
        /// The number of received bytes.
        came: u64,
    },
    /// The server received a request more often than its method allows.
    Repeated {
        /// The request.
        number: u64,
        /// How often it was received.
        times: u32,
    },
    /// The server received requests again that the client does not report as sent again.
    NotReported {
        /// How many it received again.
        again: u32,
        /// How many the client reports.
        resent: u32,
    },
    /// A machine holds more bytes than it needs.
    Memory {
        /// The number of bytes.
        bytes: usize,
    },
    /// A connection was open too long after the shutdown.
    Open {
        /// The time since the shutdown.
        after: Duration,
    },
    /// A span started and did not end, or the reverse, or an error has another phase than the last failure.
    Spans(String),
    /// The events of the replayed recording are others, or it cannot be replayed.
    Replay(String),
}

/// The most bytes that may wait for a socket: the largest piece of a body, and the head before it.
const WAITING: usize = 40 * 1024;

impl Problem {
    /// Returns the problem if this many bytes have waited for a socket.
    pub(super) fn of_memory(bytes: usize) -> Option<Self> {
        (bytes > WAITING).then_some(Self::Memory { bytes })
    }
}
