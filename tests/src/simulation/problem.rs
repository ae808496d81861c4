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
    /// A connection was open for longer after the shutdown than it may.
    Open {
        /// How long after it.
        after: Duration,
    },
    /// An operation started and did not end, or the other way round, or an error has another phase
    /// than what failed.
    Spans(String),
}
