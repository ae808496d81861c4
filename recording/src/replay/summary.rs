//! The outcome of a replay.

/// What a replay has made of a recording.
///
/// [`Recording`](crate::Recording) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replayed {
    /// The number of exchanges of clients that began.
    pub exchanges: u64,
    /// The number of connections that servers accepted.
    pub connections: u64,
    /// The number of exchanges and served connections of which the recording has no beginning, because that is in an earlier file.
    pub skipped: u64,
    /// The number of exchanges and served connections of which the recording has no end.
    pub incomplete: u64,
}
