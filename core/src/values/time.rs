//! Time as the machines see it: a number that the driver reads off its own clock.

use core::fmt;
use core::time::Duration;

/// A point on the driver's monotonic clock, in nanoseconds since an origin the driver chose.
///
/// The core never reads a clock. A driver takes one reading per IO call and passes it in, so that
/// every event of that call carries the same time.
///
/// ```
/// use core::time::Duration;
/// use limpid_core::time::Mono;
///
/// // A driver with std may count from an `Instant` that it has kept.
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
    /// Returns the point `nanos` nanoseconds after the clock's origin.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the clock's origin.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Returns how long after `earlier` this point is; zero when it is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl core::ops::Add<Duration> for Mono {
    type Output = Self;

    /// Returns the point `by` later; it stays at the end of the clock (584 years) instead of wrapping.
    fn add(self, by: Duration) -> Self {
        let nanos = by.as_secs().saturating_mul(1_000_000_000);
        Self(self.0.saturating_add(nanos).saturating_add(by.subsec_nanos().into()))
    }
}

/// What a deadline was set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Waiting {
    /// A connection of the pool.
    Pool,
    /// The next attempt at connecting.
    Retry,
    /// Opening a connection: each address, and the TLS handshake, has this time for itself.
    Connect,
    /// The peer's next bytes.
    Read,
    /// The transport taking our bytes.
    Write,
    /// The server's word that it wants the body (RFC 9110 section 10.1.1).
    Continue,
    /// The whole exchange.
    Total,
    /// A client to shake hands over TLS.
    Handshake,
    /// A client to send a head, once it began.
    Head,
    /// A client to send more of a body, and to keep up with the least rate.
    Body,
    /// A client to send another request.
    Idle,
    /// A client to close, after it was told that the connection ends.
    Linger,
    /// Open exchanges to end, while the server shuts down.
    Shutdown,
}

impl Waiting {
    /// Returns what is waited for, in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pool => "a free connection",
            Self::Retry => "the next attempt",
            Self::Connect => "connecting",
            Self::Read => "reading",
            Self::Write => "writing",
            Self::Continue => "100 Continue",
            Self::Total => "the whole exchange",
            Self::Handshake => "the TLS handshake",
            Self::Head => "the request's head",
            Self::Body => "the request's body",
            Self::Idle => "the next request",
            Self::Linger => "the client to close",
            Self::Shutdown => "shutting down",
        }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Until when the machine is willing to wait, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When it expires.
    pub at: Mono,
    /// What it was set for.
    pub why: Waiting,
}

impl Deadline {
    /// Returns the deadline that `timeout` from `now` sets, if there is a timeout.
    #[must_use]
    pub fn after(now: Mono, timeout: Option<Duration>, why: Waiting) -> Option<Self> {
        timeout.map(|timeout| Self { at: now + timeout, why })
    }

    /// Returns the earlier of two deadlines, where either may be absent.
    #[must_use]
    pub fn earlier(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(if b.at < a.at { b } else { a }),
            (a, b) => a.or(b),
        }
    }
}

/// How long each kind of wait may take; `None` waits without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For a connection to be free, where the pool is full. Five seconds by default.
    pub pool: Option<Duration>,
    /// For connecting to one address, and again for the TLS handshake. Five seconds by default.
    pub connect: Option<Duration>,
    /// For the next bytes of the response. Five seconds by default.
    pub read: Option<Duration>,
    /// For the transport to take some bytes of the request. Five seconds by default.
    pub write: Option<Duration>,
    /// For the server to say `100 Continue`, where the request expects it; then the body is sent
    /// all the same. One second by default.
    pub expect_continue: Option<Duration>,
    /// For the whole exchange, name resolution and body included. None by default.
    pub total: Option<Duration>,
}

super::with!(Timeouts);

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
        }
    }
}
