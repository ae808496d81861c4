//! The durations of the parts of an exchange, and the sizes of its messages.

use core::time::Duration;

/// The duration of each part of an exchange.
///
/// The parts are consecutive and do not overlap. Each is the sum over all requests of the exchange, if
/// redirects were followed or a request was resent or retried, and `None` if it did not happen: a reused connection
/// needs no name resolution, connecting or TLS handshake. `total` also includes the time for closing the
/// connection and the delays before retries of requests, which are not parts.
///
/// ```text
///         start of the request   its end            first byte          last byte
///                 |-- send -------->|-- wait ---------->|-- receive ------->|
///
/// 100-continue    |-- head, wait for 100, body -- send->|-- wait -->|-- receive ->|
///
///                                  first byte      end of the request   last byte
/// early response  |-- send ----------->|-- receive --------:--------------->|
/// ```
///
/// Without a wait, because the response has begun before the request has ended, `wait` is `None`. An
/// informational response ends neither `send` nor `wait`. In a tunnel to the origin server, the request to
/// the proxy is a part of `connect`. If the driver's clock is set back, time passes again when it has caught
/// up.
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
    /// Acquiring a connection from the pool, and before that loading the trusted certificates when they
    /// are first needed.
    pub pool: Option<Duration>,
    /// Resolving the host name.
    pub resolve: Option<Duration>,
    /// Opening the connection: all addresses that were tried, the pauses between attempts, and the
    /// requests to a proxy.
    pub connect: Option<Duration>,
    /// Performing the TLS handshake.
    pub tls: Option<Duration>,
    /// Sending the request, including the wait for `100 Continue` and the body, until its end or the first
    /// byte of the final response.
    pub send: Option<Duration>,
    /// From the end of the request to the first byte of the final response.
    pub wait: Option<Duration>,
    /// From the first byte of the final response to its end, including pauses of the caller and the rest of
    /// the request.
    pub receive: Option<Duration>,
    /// From the start of the exchange to its end, or to the present if it has not ended.
    pub total: Duration,
    /// From the start of the exchange to the start of the last request, if that is not the first.
    pub redirect: Option<Duration>,
    /// Number of connections that were opened.
    pub connections: u32,
    /// Number of redirects that were followed.
    pub redirects: u32,
    /// Number of repeated attempts to open a connection.
    pub connect_retries: u32,
    /// Number of retries of requests, by a [`RetryPolicy`](crate::client::RetryPolicy).
    pub retries: u32,
}

impl Timings {
    /// Returns the parts that happened, with their names, in order.
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

/// The number of bytes of HTTP that an exchange has sent and received, without those of TLS.
///
/// An exchange reports it with its [`Timings`], which have an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sizes {
    /// The heads of all requests, including those to a proxy.
    pub request_heads: u64,
    /// The body of the last request, without the framing of chunks.
    pub request_body: u64,
    /// The heads of all responses, including informational ones and those of a proxy.
    pub response_heads: u64,
    /// The received part of the last response's body, without the framing of chunks.
    pub response_body: u64,
}
