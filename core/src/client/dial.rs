//! Connecting to a host with several addresses (RFC 8305).
//!
//! All addresses are known at once, as the system's resolver returns them: there is no wait for those
//! of the other family (section 3).

use alloc::vec::Vec;
use core::net::SocketAddr;
use core::time::Duration;

use crate::error::Error;
use crate::stored::{Reader, Stored};
use crate::time::{Deadline, Mono, Waiting};

/// The number of a connection attempt, unique within an exchange.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialId(pub u32);

impl Stored for DialId {
    fn store(&self, to: &mut Vec<u8>) {
        self.0.store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        from.read().map(Self)
    }
}

/// The time for which an address is tried before the next is tried beside it: the Connection Attempt Delay of
/// RFC 8305 section 5. 250 milliseconds by default.
///
/// ```
/// use core::time::Duration;
/// use limpid_core::client::AttemptDelay;
///
/// assert_eq!(AttemptDelay::default().get(), Duration::from_millis(250));
/// assert_eq!(AttemptDelay::new(Duration::ZERO), AttemptDelay::MIN);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttemptDelay(Duration);

impl AttemptDelay {
    /// The minimum of the RFC: ten milliseconds.
    pub const MIN: Self = Self(Duration::from_millis(10));
    /// The recommended maximum of the RFC: two seconds.
    pub const MAX: Self = Self(Duration::from_secs(2));

    /// Creates a delay. A value outside [`MIN`](Self::MIN) and [`MAX`](Self::MAX) is clamped.
    #[must_use]
    pub fn new(delay: Duration) -> Self {
        Self(delay).clamp(Self::MIN, Self::MAX)
    }

    /// Returns the delay.
    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl Default for AttemptDelay {
    fn default() -> Self {
        Self(Duration::from_millis(250))
    }
}

impl Stored for AttemptDelay {
    fn store(&self, to: &mut Vec<u8>) {
        self.0.store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        from.read().map(Self::new)
    }
}

/// Interleaves the two address families, starting with that of the first address (RFC 8305 section 4,
/// with a First Address Family Count of one). Within a family, the resolver's order is kept.
pub(super) fn interleave(addresses: &mut [SocketAddr]) {
    for index in 1..addresses.len() {
        let family = addresses[index - 1].is_ipv6();
        let rest = &mut addresses[index..];
        match rest.iter().position(|address| address.is_ipv6() != family) {
            Some(other) => rest[..=other].rotate_right(1),
            None => return,
        }
    }
}

/// A connection attempt in progress.
#[derive(Debug)]
pub(super) struct Attempt<T> {
    pub(super) id: DialId,
    /// The index of its address.
    pub(super) index: usize,
    pub(super) until: Option<Deadline>,
    /// What the owner keeps with it.
    pub(super) kept: T,
}

/// The connection attempts to the addresses of one host. The first that connects wins.
///
/// The driver is asked to start one attempt at a time. If it waits for the result before it polls
/// again, no other attempt runs beside it.
#[derive(Debug)]
pub(super) struct Race<T> {
    addresses: usize,
    /// How many of the addresses were tried.
    tried: usize,
    ids: u32,
    /// The attempts in progress, in the order of their start.
    under_way: Vec<Attempt<T>>,
    /// When the next address is tried, unless an attempt fails before.
    pace: Option<Deadline>,
    /// The error of the last address.
    error: Option<Error>,
    /// Attempts in progress that the driver must drop.
    abandoned: Vec<DialId>,
}

impl<T> Race<T> {
    pub(super) const fn new() -> Self {
        Self {
            addresses: 0,
            tried: 0,
            ids: 0,
            under_way: Vec::new(),
            pace: None,
            error: None,
            abandoned: Vec::new(),
        }
    }

    /// Clears the attempts, if there were any.
    #[inline]
    pub(super) fn reset(&mut self) {
        if self.addresses > 0 {
            *self = Self::new();
        }
    }

    /// Starts over with this number of addresses.
    pub(super) fn begin(&mut self, addresses: usize) {
        self.addresses = addresses;
        self.tried = 0;
        self.pace = None;
        self.error = None;
    }

    /// Returns the index of the address to try now, if one is due, with the deadline if it is due
    /// because the attempt delay has passed.
    pub(super) fn due(&mut self, now: Mono) -> Option<(usize, Option<Deadline>)> {
        let is_time = self.pace.is_none_or(|pace| now >= pace.at);
        (self.tried < self.addresses && is_time).then(|| (self.tried, self.pace.take()))
    }

    /// Starts the attempt for the next address, until this deadline.
    pub(super) fn start(
        &mut self,
        kept: T,
        until: Option<Deadline>,
        delay: AttemptDelay,
        now: Mono,
    ) -> DialId {
        self.ids = self.ids.wrapping_add(1);
        let (id, index) = (DialId(self.ids), self.tried);
        self.under_way.push(Attempt { id, index, until, kept });
        self.tried += 1;
        self.pace = Deadline::after(now, Some(delay.get()), Waiting::Retry);
        id
    }

    /// Returns the attempt that started last, if it is in progress.
    pub(super) fn latest(&self) -> Option<&Attempt<T>> {
        self.under_way.last().filter(|attempt| attempt.id == DialId(self.ids))
    }

    /// Returns whether the last attempt is the only one, and no other will follow.
    pub(super) const fn is_alone(&self) -> bool {
        self.under_way.len() == 1 && self.tried == self.addresses
    }

    /// Removes an attempt that has ended.
    pub(super) fn take(&mut self, id: DialId) -> Option<Attempt<T>> {
        let index = self.under_way.iter().position(|attempt| attempt.id == id)?;
        Some(self.under_way.remove(index))
    }

    /// Records that an address failed. The next is due at once.
    pub(super) fn fail(&mut self, index: usize, error: Error) {
        self.pace = None;
        if index + 1 == self.addresses {
            self.error = Some(error);
        }
    }

    /// Removes an attempt whose deadline has passed.
    pub(super) fn expire(&mut self, now: Mono) -> Option<(Attempt<T>, Deadline)> {
        let late = |attempt: &Attempt<T>| attempt.until.filter(|until| now >= until.at);
        let mut attempts = self.under_way.iter().enumerate();
        let (index, until) = attempts.find_map(|(i, attempt)| Some((i, late(attempt)?)))?;
        let attempt = self.under_way.remove(index);
        self.abandoned.push(attempt.id);
        Some((attempt, until))
    }

    /// Removes an attempt that is no longer needed; `None` if no attempts are left.
    pub(super) fn cancel_next(&mut self) -> Option<Attempt<T>> {
        if self.under_way.is_empty() {
            return None;
        }
        let attempt = self.under_way.remove(0);
        self.abandoned.push(attempt.id);
        Some(attempt)
    }

    /// Returns whether there are attempts for the driver to drop.
    #[inline]
    pub(super) fn has_abandoned(&self) -> bool {
        !self.abandoned.is_empty()
    }

    /// Returns an attempt for the driver to drop.
    pub(super) fn abandoned(&mut self) -> Option<DialId> {
        self.abandoned.pop()
    }

    /// Returns the error of the last address once all have failed, as if they had been tried in
    /// sequence.
    pub(super) fn lost(&mut self) -> Option<Error> {
        let is_over = self.under_way.is_empty();
        self.error.take_if(|_| is_over && self.tried == self.addresses)
    }

    /// Returns the time of the next deadline.
    pub(super) fn until(&self) -> Option<Deadline> {
        let pace = self.pace.filter(|_| self.tried < self.addresses);
        self.under_way.iter().map(|attempt| attempt.until).fold(pace, Deadline::earlier)
    }
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::*;

    fn interleaved(addresses: &str) -> String {
        let mut list: Vec<SocketAddr> =
            addresses.split(' ').map(|ip| SocketAddr::new(ip.parse().unwrap(), 80)).collect();
        interleave(&mut list);
        let ips: Vec<String> = list.iter().map(|address| address.ip().to_string()).collect();
        ips.join(" ")
    }

    #[test]
    fn families_alternate_from_the_resolvers_first() {
        let examples = [
            ("::1", "::1"),
            ("::1 127.0.0.1", "::1 127.0.0.1"),
            ("127.0.0.1 ::1", "127.0.0.1 ::1"),
            ("::1 ::2 ::3 1.1.1.1 1.1.1.2", "::1 1.1.1.1 ::2 1.1.1.2 ::3"),
            ("1.1.1.1 1.1.1.2 1.1.1.3 ::1", "1.1.1.1 ::1 1.1.1.2 1.1.1.3"),
            ("::3 ::2 ::1", "::3 ::2 ::1"),
        ];
        for (given, ordered) in examples {
            assert_eq!(interleaved(given), ordered);
        }
    }

    #[test]
    fn attempt_delay_is_clamped() {
        let second = Duration::from_secs(1);
        assert_eq!(AttemptDelay::new(second).get(), second);
        assert_eq!(AttemptDelay::new(Duration::MAX), AttemptDelay::MAX);
    }
}
