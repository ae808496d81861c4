//! Where the time of an exchange goes, and how many bytes it moves.

use core::time::Duration;

/// Where the time of an exchange went.
///
/// The parts follow one another and do not overlap. Each is the sum over all requests of the
/// exchange, where redirects were followed, and `None` if it did not happen: on a connection that
/// was used before, nothing is resolved, connected or secured. What is missing to `total` is closing
/// the connection.
///
/// ```
/// use core::time::Duration;
/// use limpid_core::client::Timings;
///
/// let mut timings = Timings::default();
/// timings.connect = Some(Duration::from_millis(10));
/// timings.wait = Some(Duration::from_millis(32));
/// assert_eq!(timings.parts().map(|(_, time)| time).sum::<Duration>(), Duration::from_millis(42));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timings {
    /// Getting a connection from the pool, and reading the trusted certificates before it where
    /// they are needed for the first time.
    pub pool: Option<Duration>,
    /// Looking up the addresses of the host.
    pub resolve: Option<Duration>,
    /// Opening the connection: every address that was tried, the pauses between attempts, and what
    /// a proxy was asked.
    pub connect: Option<Duration>,
    /// Shaking hands over TLS.
    pub tls: Option<Duration>,
    /// Sending the request, its body included.
    pub send: Option<Duration>,
    /// From the end of the request to the first byte of the response, be it informational.
    pub wait: Option<Duration>,
    /// From the first byte of the response to its end. The pauses that the caller makes count.
    pub receive: Option<Duration>,
    /// From the beginning of the exchange to its end, or to now while it is going on.
    pub total: Duration,
    /// How much of `total` had passed when the last request began, if it is not the first.
    pub redirect: Option<Duration>,
    /// How many connections were opened.
    pub connections: u32,
    /// How many redirects were followed.
    pub redirects: u32,
    /// How many times opening a connection was tried again.
    pub retries: u32,
}

impl Timings {
    /// Returns the parts that happened, by name, in the order in which they do.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        [
            ("pool", self.pool),
            ("resolve", self.resolve),
            ("connect", self.connect),
            ("tls", self.tls),
            ("send", self.send),
            ("wait", self.wait),
            ("receive", self.receive),
        ]
        .into_iter()
        .filter_map(|(name, time)| Some((name, time?)))
    }
}

/// How many bytes of HTTP an exchange has moved, without those of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sizes {
    /// The heads of all requests, those to a proxy included.
    pub request_heads: u64,
    /// The body of the last request, without the framing of chunks.
    pub request_body: u64,
    /// The heads of all responses, the informational ones and those of a proxy included.
    pub response_heads: u64,
    /// The body of the last response as far as it has come, without the framing of chunks.
    pub response_body: u64,
}
