//! Connecting to a host that has several addresses: which is tried when, and beside which (RFC 8305).
//!
//! The addresses are known all at once, as the system's resolver gives them: nothing here waits for
//! those of one family while the others are there (section 3).

use alloc::vec::Vec;
use core::net::SocketAddr;
use core::time::Duration;

use crate::error::Error;
use crate::time::{Deadline, Mono, Waiting};

/// One attempt at connecting to one address; no two of an exchange have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialId(pub u32);

/// How long an address is tried alone, before the next is tried beside it: the Connection Attempt
/// Delay of RFC 8305 section 5. A quarter of a second by default.
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
    /// The shortest that the RFC allows: ten milliseconds.
    pub const MIN: Self = Self(Duration::from_millis(10));
    /// The longest that the RFC recommends: two seconds.
    pub const MAX: Self = Self(Duration::from_secs(2));

    /// The delay within these bounds that comes nearest to `delay`.
    #[must_use]
    pub fn new(delay: Duration) -> Self {
        Self(delay).clamp(Self::MIN, Self::MAX)
    }

    /// How long it is.
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

/// Orders addresses so that the two families take turns as long as there are both, the first staying
/// the first (RFC 8305 section 4, with a First Address Family Count of one). Within a family, the
/// resolver's order is kept.
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

/// An attempt that was started and has come to nothing so far.
#[derive(Debug)]
pub(super) struct Attempt<T> {
    pub(super) id: DialId,
    /// Which of the addresses it is for.
    pub(super) index: usize,
    pub(super) until: Option<Deadline>,
    /// What its owner keeps with it.
    pub(super) kept: T,
}

/// Attempts at connecting to the addresses of one host, of which the first that connects is taken.
///
/// The driver is asked to start one attempt at a time. It may wait for the result before it asks what
/// to do next: then no other is started beside it.
#[derive(Debug)]
pub(super) struct Race<T> {
    addresses: usize,
    /// How many of the addresses were tried.
    tried: usize,
    ids: u32,
    /// The attempts that the driver works on, in the order in which they began.
    under_way: Vec<Attempt<T>>,
    /// When the next address is tried, if until then none fails.
    pace: Option<Deadline>,
    /// Why the last of the addresses failed.
    error: Option<Error>,
    /// Attempts that were under way, and which the driver is to drop.
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

    /// Forgets what was tried, if anything was.
    #[inline]
    pub(super) fn reset(&mut self) {
        if self.addresses > 0 {
            *self = Self::new();
        }
    }

    /// Begins anew, with so many addresses.
    pub(super) fn begin(&mut self, addresses: usize) {
        self.addresses = addresses;
        self.tried = 0;
        self.pace = None;
        self.error = None;
    }

    /// Which address is to be tried now, if it is time for another. If that is because the one
    /// before had its time alone, the deadline that has passed comes with it.
    pub(super) fn due(&mut self, now: Mono) -> Option<(usize, Option<Deadline>)> {
        let is_time = self.pace.is_none_or(|pace| now >= pace.at);
        (self.tried < self.addresses && is_time).then(|| (self.tried, self.pace.take()))
    }

    /// Tries the next address, until this deadline.
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

    /// The attempt that began last, if it is under way.
    pub(super) fn latest(&self) -> Option<&Attempt<T>> {
        self.under_way.last().filter(|attempt| attempt.id == DialId(self.ids))
    }

    /// Whether the attempt that began last has no rivals, and will have none.
    pub(super) const fn is_alone(&self) -> bool {
        self.under_way.len() == 1 && self.tried == self.addresses
    }

    /// Takes the attempt of this number, which has ended.
    pub(super) fn take(&mut self, id: DialId) -> Option<Attempt<T>> {
        let index = self.under_way.iter().position(|attempt| attempt.id == id)?;
        Some(self.under_way.remove(index))
    }

    /// The address of this index was tried in vain: the next need not wait.
    pub(super) fn fail(&mut self, index: usize, error: Error) {
        self.pace = None;
        if index + 1 == self.addresses {
            self.error = Some(error);
        }
    }

    /// Takes an attempt whose time is over.
    pub(super) fn expire(&mut self, now: Mono) -> Option<(Attempt<T>, Deadline)> {
        let late = |attempt: &Attempt<T>| attempt.until.filter(|until| now >= until.at);
        let mut attempts = self.under_way.iter().enumerate();
        let (index, until) = attempts.find_map(|(i, attempt)| Some((i, late(attempt)?)))?;
        let attempt = self.under_way.remove(index);
        self.abandoned.push(attempt.id);
        Some((attempt, until))
    }

    /// Takes an attempt that is of no use any more, until there is none.
    pub(super) fn give_up(&mut self) -> Option<Attempt<T>> {
        if self.under_way.is_empty() {
            return None;
        }
        let attempt = self.under_way.remove(0);
        self.abandoned.push(attempt.id);
        Some(attempt)
    }

    /// Whether there is one such attempt.
    #[inline]
    pub(super) fn has_abandoned(&self) -> bool {
        !self.abandoned.is_empty()
    }

    /// An attempt that the driver is to drop.
    pub(super) fn abandoned(&mut self) -> Option<DialId> {
        self.abandoned.pop()
    }

    /// Why no address could be connected to, once all were tried: what the last of them failed with,
    /// as if they had been tried one after the other.
    pub(super) fn lost(&mut self) -> Option<Error> {
        let is_over = self.under_way.is_empty();
        self.error.take_if(|_| is_over && self.tried == self.addresses)
    }

    /// Until when there is nothing to do but wait.
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
    fn families_take_turns_from_the_resolvers_first() {
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
    fn a_delay_keeps_within_the_bounds() {
        let second = Duration::from_secs(1);
        assert_eq!(AttemptDelay::new(second).get(), second);
        assert_eq!(AttemptDelay::new(Duration::MAX), AttemptDelay::MAX);
    }
}
