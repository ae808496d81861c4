//! Times and deadlines, which the driver reads from its clock.

use core::fmt;
use core::time::Duration;

/// A time of the driver's monotonic clock, in nanoseconds since an origin that the driver chooses.
///
/// The core never reads a clock. A driver reads its clock once for each IO call and passes the time in,
/// so that all events of that call have the same time.
///
/// ```
/// use core::time::Duration;
/// use limpid_core::time::Mono;
///
/// // A driver with std can count from an `Instant`.
/// let begin = std::time::Instant::now();
/// let now = Mono::default() + begin.elapsed();
///
/// let start = Mono::from_nanos(1_000);
/// let later = start + Duration::from_nanos(500);
/// assert_eq!(later.since(start), Duration::from_nanos(500));
/// assert_eq!(start.since(later), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mono(u64);

impl Mono {
    /// Returns the time `nanos` nanoseconds after the origin of the clock.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Returns the nanoseconds since the origin of the clock.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Returns the duration from `earlier` to this time, or zero if this time is not later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl core::ops::Add<Duration> for Mono {
    type Output = Self;

    /// Returns the time `by` later. It saturates at the end of the clock (584 years).
    fn add(self, by: Duration) -> Self {
        let nanos = by.as_secs().saturating_mul(1_000_000_000);
        Self(self.0.saturating_add(nanos).saturating_add(by.subsec_nanos().into()))
    }
}

/// The operation that a deadline limits.
///
/// The module [`client`](crate::client) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Waiting {
    /// Waiting for a connection from the pool.
    Pool,
    /// Waiting before the next attempt to connect.
    Retry,
    /// Opening a connection. The limit applies to each address and to the TLS handshake separately.
    Connect,
    /// Waiting for bytes of the peer.
    Read,
    /// Waiting for the transport to accept bytes.
    Write,
    /// Waiting for `100 Continue` (RFC 9110 section 10.1.1).
    Continue,
    /// Waiting for the rest of a response that is discarded.
    Drain,
    /// The whole exchange.
    Total,
    /// Waiting for a client to complete the TLS handshake.
    Handshake,
    /// Waiting for a client to complete a head that it has begun.
    Head,
    /// Waiting for a client to send a body, at the minimum rate or faster.
    Body,
    /// Waiting for a client to send another request.
    Idle,
    /// Waiting for a client to close, after the server has announced the end of the connection.
    Linger,
    /// Waiting for open exchanges to end, while the server shuts down.
    Shutdown,
    /// Waiting for a client to send the rest of a request, however steadily it sends.
    Request,
    /// Waiting for a server to send or take bytes, at the minimum rate or faster.
    Rate,
}

impl Waiting {
    /// Returns a description of what the machine waits for.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pool => "a free connection",
            Self::Retry => "the next attempt",
            Self::Connect => "connecting",
            Self::Read => "reading",
            Self::Write => "writing",
            Self::Continue => "100 Continue",
            Self::Drain => "the rest of the response",
            Self::Total => "the whole exchange",
            Self::Handshake => "the TLS handshake",
            Self::Head => "the request's head",
            Self::Body => "the request's body",
            Self::Idle => "the next request",
            Self::Linger => "the client to close",
            Self::Shutdown => "shutting down",
            Self::Request => "the whole request",
            Self::Rate => "the minimum rate",
        }
    }

    /// Returns the name of a client's timeout, and that of the setting of a client that changes it; `None`
    /// for other waits.
    #[must_use]
    pub const fn timeout(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Pool => ("pool timeout", "pool_timeout"),
            Self::Connect => ("connect timeout", "connect_timeout"),
            Self::Read => ("read timeout", "read_timeout"),
            Self::Write => ("write timeout", "write_timeout"),
            Self::Total => ("total timeout", "timeout"),
            Self::Rate => ("minimum rate", "minimum_rate"),
            _ => return None,
        })
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A deadline: the end of a wait, and its purpose.
///
/// The module [`client`](crate::client) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When it expires.
    pub at: Mono,
    /// The operation that it limits.
    pub why: Waiting,
}

impl Deadline {
    /// Returns the deadline at `timeout` after `now`, if there is a timeout.
    #[must_use]
    pub fn after(now: Mono, timeout: Option<Duration>, why: Waiting) -> Option<Self> {
        timeout.map(|timeout| Self { at: now + timeout, why })
    }

    /// Returns the earlier of two deadlines, either of which may be `None`.
    #[must_use]
    pub fn earlier(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(if b.at < a.at { b } else { a }),
            (a, b) => a.or(b),
        }
    }
}

/// The time limits of a client. `None` is no limit.
///
/// [`Options`](crate::client::Options) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Limit for waiting for a free connection when the pool is full. Five seconds by default.
    pub pool: Option<Duration>,
    /// Limit for connecting to one address, and for the TLS handshake. Five seconds by default.
    pub connect: Option<Duration>,
    /// Limit for waiting for bytes of the response. Five seconds by default.
    pub read: Option<Duration>,
    /// Limit for waiting until the transport accepts bytes of the request. Five seconds by default.
    pub write: Option<Duration>,
    /// Limit for waiting for `100 Continue`, if the request expects it. After that the body is sent
    /// anyway. One second by default.
    pub expect_continue: Option<Duration>,
    /// Limit for the whole exchange, including name resolution and the body. No limit by default.
    pub total: Option<Duration>,
    /// The minimum average rate at which a server must take the request and send the response, in bytes
    /// per second of the time in which it was waited for. 0 by default, which means no minimum.
    ///
    /// Time that the caller takes does not count, neither to yield the request's body nor to take that of
    /// the response; nor does the time until the response begins, which `read` limits.
    pub rate: u32,
    /// How late a server may be, compared with `rate`. A silent one is cut off after this time, one
    /// at half the rate after twice this time; time that a fast start has gained is not saved. Thirty seconds
    /// by default.
    pub rate_time: Duration,
}

super::with!(Timeouts);

impl Timeouts {
    /// Returns the limit for this wait, if a client has one.
    #[must_use]
    pub const fn limit(&self, wait: Waiting) -> Option<Duration> {
        match wait {
            Waiting::Pool => self.pool,
            Waiting::Connect => self.connect,
            Waiting::Read => self.read,
            Waiting::Write => self.write,
            Waiting::Continue => self.expect_continue,
            Waiting::Total => self.total,
            Waiting::Rate => Some(self.rate_time),
            _ => None,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        let five = Some(Duration::from_secs(5));
        Self {
            pool: five,
            connect: five,
            read: five,
            write: five,
            expect_continue: Some(Duration::from_secs(1)),
            total: None,
            rate: 0,
            rate_time: Duration::from_secs(30),
        }
    }
}
