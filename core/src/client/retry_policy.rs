//! The policy by which requests are retried.

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use crate::error::{Cause, OsErrorKind, ResolveError, Rule, TlsError};
use crate::fields::Fields;
use crate::values::ExchangeId;
use crate::wire::date;

/// Which requests are retried, how often and how long after. A request is sent as it was; one that followed a redirect
/// goes to the URL of the redirect.
///
/// A response with one of the [`statuses`](Self::statuses) is then not returned, and one of the
/// [`failures`](Self::failures) is not an error, unless there is a reason not to retry. Each decision and its reason
/// is an event ([`RequestRetryDecided`](crate::trace::TraceEvent::RequestRetryDecided)). A request is never retried
/// once its response was returned, nor if its body comes from a source that yields it once and was begun.
///
/// The delay is [`delay`](Self::delay) at first, and doubles up to [`max_delay`](Self::max_delay), or it is what the
/// server asks for with Retry-After (RFC 9110 section 10.2.3): a number of seconds, or a date, which is compared with
/// the Date of the response.
///
/// ```
/// use core::time::Duration;
/// use limpid_core::client::{RetryFailures, RetryPolicy};
///
/// let policy = RetryPolicy::with(|policy| {
///     policy.most = 5;
///     policy.statuses.push(520);
/// });
/// assert_eq!(policy.statuses, [408, 429, 500, 502, 503, 504, 520]);
///
/// // What curl does with --retry 3.
/// let like_curl = RetryPolicy::with(|policy| {
///     policy.most = 3;
///     policy.failures = RetryFailures::TIMEOUTS | RetryFailures::LOOKUPS;
///     policy.delay = Duration::from_secs(1);
///     policy.max_delay = Duration::from_secs(600);
///     policy.max_retry_after = None;
///     policy.jitter = false;
///     policy.all_methods = true;
///     policy.timeout_each = true;
/// });
/// assert!(!like_curl.failures.contains(RetryFailures::REFUSED));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How many times a request is retried at most, over all its redirects. 3 by default.
    pub most: u32,
    /// The statuses of responses after which a request is retried. Those below 300, and those of redirects that are
    /// followed, have no effect. By default 408, 429, 500, 502, 503 and 504.
    pub statuses: Vec<u16>,
    /// The failures after which a request is retried, if they happen before the head of the response was received.
    /// [`RetryFailures::TRANSIENT`] by default.
    pub failures: RetryFailures,
    /// The delay before the first retry, which doubles before each further one. Half a second by default.
    pub delay: Duration,
    /// The longest delay, unless the server asks for a longer one. 30 seconds by default.
    pub max_delay: Duration,
    /// The longest delay that a server may ask for. If it asks for a longer one, its response is returned. One minute
    /// by default; `None` means no limit.
    pub max_retry_after: Option<Duration>,
    /// Whether a delay that the server has not asked for is shortened, by at most half, so that clients which failed
    /// together do not come back together. `true` by default.
    pub jitter: bool,
    /// The number on which jitter depends, beside the number of the exchange and that of the retry. 0 by default,
    /// which builders of clients replace by a random one.
    pub seed: u64,
    /// Whether requests with methods that are not idempotent, such as POST, are retried after a part of them was sent:
    /// the server may then process them twice (RFC 9110 section 9.2.2). `false` by default.
    pub all_methods: bool,
    /// How long after the start of the exchange a retry may be decided. A delay that the server asks for must also end
    /// within this time. No limit by default.
    pub total: Option<Duration>,
    /// Whether [`Timeouts::total`](crate::time::Timeouts::total) limits each try by itself, as curl's `--max-time`
    /// does. By default it limits the exchange as a whole, delays included, and a retry that would exceed it is not
    /// tried.
    pub timeout_each: bool,
}

crate::values::with!(RetryPolicy);

crate::stored::stored_struct! {
    RetryPolicy {
        most statuses failures delay max_delay max_retry_after jitter seed all_methods total timeout_each
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            most: 3,
            statuses: vec![408, 429, 500, 502, 503, 504],
            failures: RetryFailures::TRANSIENT,
            delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(30),
            max_retry_after: Some(Duration::from_secs(60)),
            jitter: true,
            seed: 0,
            all_methods: false,
            total: None,
            timeout_each: false,
        }
    }
}

impl RetryPolicy {
    /// Decides whether to repeat a request, for a caller that repeats requests itself because it needs what the client
    /// discards, such as the body of each response. Whether the method is idempotent is for the caller to know. Returns
    /// the delay and the reason.
    ///
    /// ```
    /// use core::time::Duration;
    /// use limpid_core::client::{RetryCause, RetryPolicy, Tried};
    /// use limpid_core::error::Cause;
    /// use limpid_core::time::Waiting;
    ///
    /// let policy = RetryPolicy::with(|policy| policy.jitter = false);
    /// let timed_out = RetryCause::Failure(Cause::TimedOut(Waiting::Read));
    /// let (delay, why) = policy.decide(timed_out, &Tried::default()).unwrap();
    /// assert_eq!((delay, why), (policy.delay, "a time limit has passed"));
    ///
    /// let tried = Tried { retries: policy.most, ..Tried::default() };
    /// assert!(policy.decide(timed_out, &tried).is_err());
    /// ```
    ///
    /// # Errors
    /// The reason not to repeat it.
    pub fn decide(
        &self,
        cause: RetryCause<'_>,
        tried: &Tried,
    ) -> Result<(Duration, &'static str), &'static str> {
        match cause {
            RetryCause::Response(status, fields) if self.statuses.contains(&status) => {
                self.limit(retry_after(fields), STATUS, tried)
            }
            RetryCause::Response(..) => Err("its status is not one after which to retry"),
            RetryCause::Failure(cause) => match RetryFailures::of(cause)? {
                (kind, why) if self.failures.contains(kind) => self.limit(None, why, tried),
                _ => Err(NOT_LISTED),
            },
            RetryCause::Other(why) => self.limit(None, why, tried),
        }
    }

    /// Applies the limits to a retry for this reason. Returns the delay, which the server has asked for or not, and the
    /// reason.
    pub(super) fn limit(
        &self,
        asked: Option<Duration>,
        why: &'static str,
        tried: &Tried,
    ) -> Result<(Duration, &'static str), &'static str> {
        let Tried { exchange, retries, passed } = *tried;
        if retries >= self.most {
            return Err("it was retried as often as it may be");
        }
        if asked > self.max_retry_after.or(asked) {
            return Err("the server asks for a longer delay than it may");
        }
        let (delay, why) = match asked {
            Some(delay) => (delay, "the server asks for another request after this delay"),
            None => (self.backoff(exchange, retries), why),
        };
        let is_over =
            |total| passed >= total || asked.is_some() && passed.saturating_add(delay) > total;
        if self.total.is_some_and(is_over) {
            return Err("the time for retries would be exceeded");
        }
        Ok((delay, why))
    }

    /// Returns the delay before the next retry of a request that was retried `retries` times.
    fn backoff(&self, exchange: ExchangeId, retries: u32) -> Duration {
        let factor = 1_u32.checked_shl(retries).unwrap_or(u32::MAX);
        let whole = self.delay.saturating_mul(factor).min(self.max_delay);
        if !self.jitter {
            return whole;
        }
        let number = mix(self.seed ^ mix(exchange.0 ^ u64::from(retries) << 48));
        // The upper half of the number is a fraction of 2^32.
        whole - Duration::from_nanos(fraction(whole / 2, number >> 32))
    }
}

/// Returns `part` of 2^32 of a duration in nanoseconds.
fn fraction(of: Duration, part: u64) -> u64 {
    u64::try_from(of.as_nanos().saturating_mul(part.into()) >> 32).unwrap_or(0)
}

/// Returns a number whose bits depend on all bits of another one (the finalizer of `SplitMix64`).
const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// Returns the delay that a response asks for: the seconds of Retry-After, or the time from its Date to the date in
/// Retry-After (RFC 9110 section 10.2.3). `None` if it asks for none, or if its date is not later or cannot be
/// compared.
pub(super) fn retry_after(fields: Fields<'_>) -> Option<Duration> {
    let value = fields.get("Retry-After")?;
    let seconds = if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        // A number that is too large stands for a time without end.
        core::str::from_utf8(value).ok()?.parse().unwrap_or(u64::MAX)
    } else {
        date::parse(value)?.saturating_sub(date::parse(fields.get("Date")?)?)
    };
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// Why a request may be [repeated](RetryPolicy::decide).
///
/// [`RetryPolicy::decide`] has an example.
#[derive(Clone, Copy, Debug)]
pub enum RetryCause<'a> {
    /// The status and the fields of its response.
    Response(u16, Fields<'a>),
    /// It failed.
    Failure(Cause),
    /// A reason of the caller's.
    Other(&'static str),
}

/// How a request that may be [repeated](RetryPolicy::decide) was tried.
///
/// [`RetryPolicy::decide`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// The number of its exchange, on which jitter depends.
    pub exchange: ExchangeId,
    /// How often it was retried.
    pub retries: u32,
    /// How long ago the first try began.
    pub passed: Duration,
}

/// A set of kinds of failures, after which a request is retried.
///
/// ```
/// use limpid_core::client::RetryFailures;
///
/// let failures = RetryFailures::TIMEOUTS | RetryFailures::REFUSED;
/// assert!(failures.contains(RetryFailures::REFUSED));
/// assert!(!failures.contains(RetryFailures::CONNECTIONS));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RetryFailures {
    bits: u8,
}

crate::stored::stored_struct! { RetryFailures { bits } }

impl RetryFailures {
    /// No failures.
    pub const NONE: Self = Self { bits: 0 };
    /// A time limit has passed. That of the whole exchange counts only with [`RetryPolicy::timeout_each`].
    pub const TIMEOUTS: Self = Self { bits: 1 };
    /// The host could not be resolved.
    pub const LOOKUPS: Self = Self { bits: 1 << 1 };
    /// The connection was refused.
    pub const REFUSED: Self = Self { bits: 1 << 2 };
    /// The connection could not be opened for another reason, also by a proxy, or it was lost.
    pub const CONNECTIONS: Self = Self { bits: 1 << 3 };
    /// Any other failure that another try might not have: a certificate that is not trusted, a response that is not
    /// valid.
    pub const OTHERS: Self = Self { bits: 1 << 4 };
    /// The failures that often pass: all but [`OTHERS`](Self::OTHERS).
    pub const TRANSIENT: Self = Self { bits: Self::OTHERS.bits - 1 };
    /// All failures.
    pub const ALL: Self = Self { bits: (Self::OTHERS.bits << 1) - 1 };

    /// Returns whether the set contains all kinds of `other`.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.bits & other.bits == other.bits
    }

    /// Returns the kind of a failure, with the reason for a retry.
    ///
    /// # Errors
    /// Another try would fail in the same way, for this reason.
    pub(super) const fn of(cause: Cause) -> Result<(Self, &'static str), &'static str> {
        Ok(match cause {
            Cause::TimedOut(_) => (Self::TIMEOUTS, TIMED_OUT),
            Cause::Os(os) => match os.kind {
                OsErrorKind::TimedOut => (Self::TIMEOUTS, TIMED_OUT),
                OsErrorKind::Refused => (Self::REFUSED, "the connection was refused"),
                _ => (Self::CONNECTIONS, LOST),
            },
            Cause::Resolve(ResolveError::UnknownZone) => (Self::OTHERS, OTHER),
            Cause::Resolve(_) => (Self::LOOKUPS, "the host could not be resolved"),
            Cause::Proxy(_) | Cause::Socks(_) | Cause::Tls(TlsError::EndOfStream) => {
                (Self::CONNECTIONS, LOST)
            }
            Cause::Peer(error) => match error.rule {
                Rule::EndBeforeResponse | Rule::EndInHead => (Self::CONNECTIONS, LOST),
                _ => (Self::OTHERS, OTHER),
            },
            Cause::Tls(TlsError::Configuration) => return Err("the TLS configuration is unusable"),
            Cause::Tls(_) | Cause::Layer(_) => (Self::OTHERS, OTHER),
            Cause::Misuse(_) => return Err("the request must not be sent as it is"),
            Cause::Body(_) | Cause::BodyConsumed => return Err("its body could not be read"),
            _ => return Err("another try would fail in the same way"),
        })
    }
}

pub(super) const STATUS: &str = "its status is one after which to retry";
pub(super) const NOT_LISTED: &str = "it is not a failure after which to retry";
const TIMED_OUT: &str = "a time limit has passed";
const LOST: &str = "the connection could not be opened, or was lost";
const OTHER: &str = "every failure is to be retried";

impl core::ops::BitOr for RetryFailures {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self { bits: self.bits | other.bits }
    }
}
