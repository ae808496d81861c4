//! Measures the durations of an exchange's phases.

use core::time::Duration;

use crate::error::Phase;
use crate::time::Mono;
use crate::values::{Sizes, Timings};

/// A part of an exchange whose duration is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum TimedPart {
    Pool,
    Resolve,
    Connect,
    Tls,
    Send,
    Wait,
    Receive,
    Rest,
}

impl TimedPart {
    /// Returns the part of a phase. Opening a tunnel counts as connecting. `None` for the wait for a response,
    /// which can begin while the request is being sent: [`Stopwatch::request_ended`] starts its part.
    pub(super) const fn of(phase: Phase, tunnelling: bool) -> Option<Self> {
        Some(match phase {
            Phase::Pool => Self::Pool,
            Phase::Resolve => Self::Resolve,
            Phase::Tls => Self::Tls,
            Phase::Close | Phase::Idle | Phase::Redirect | Phase::Retry => Self::Rest,
            // Of a server.
            Phase::RequestHead | Phase::Answer => Self::Rest,
            Phase::Connect => Self::Connect,
            _ if tunnelling => Self::Connect,
            Phase::SendHead | Phase::SendBody => Self::Send,
            Phase::ReceiveHead => return None,
            Phase::ReceiveBody => Self::Receive,
        })
    }
}

/// A stopwatch that adds up the duration of each part of an exchange.
#[derive(Debug)]
pub(super) struct Stopwatch {
    start: Mono,
    now: Mono,
    /// When the current part began.
    since: Mono,
    part: TimedPart,
    /// The part that the first byte of a response has ended.
    before_response: TimedPart,
    /// Nanoseconds, by part.
    spent: [u64; TimedPart::Rest as usize + 1],
    /// A bit for each part that occurred.
    happened: u8,
    redirect: Option<Mono>,
    connections: u32,
    redirects: u32,
    connect_retries: u32,
    retries: u32,
    pub(super) sizes: Sizes,
    /// How many bytes were received on the connection before this response.
    pub(super) before: u64,
}

impl Stopwatch {
    pub(super) const fn new() -> Self {
        Self {
            start: Mono::from_nanos(0),
            now: Mono::from_nanos(0),
            since: Mono::from_nanos(0),
            part: TimedPart::Rest,
            before_response: TimedPart::Rest,
            spent: [0; TimedPart::Rest as usize + 1],
            happened: 0,
            redirect: None,
            connections: 0,
            redirects: 0,
            connect_retries: 0,
            retries: 0,
            sizes: Sizes { request_heads: 0, request_body: 0, response_heads: 0, response_body: 0 },
            before: 0,
        }
    }

    /// Starts the exchange.
    pub(super) const fn start(&mut self, now: Mono) {
        (self.start, self.now, self.since) = (now, now, now);
    }

    /// Returns when the exchange started.
    pub(super) const fn started(&self) -> Mono {
        self.start
    }

    /// Sets the current time. A clock that is set back stands still until it has caught up.
    pub(super) const fn tick(&mut self, now: Mono) {
        if now.as_nanos() > self.now.as_nanos() {
            self.now = now;
        }
    }

    /// Ends the current part and starts another.
    #[inline]
    pub(super) fn enter(&mut self, part: TimedPart) {
        if part == self.part {
            return;
        }
        self.spent[self.part as usize] += nanos(self.since, self.now);
        self.since = self.now;
        self.part = part;
        self.happened |= 1 << part as u8;
    }

    /// Starts the wait for the response, unless the response has begun.
    #[inline]
    pub(super) fn request_ended(&mut self) {
        if self.part == TimedPart::Send {
            self.enter(TimedPart::Wait);
        }
    }

    /// Marks the first byte of a response, which may arrive before the request has ended.
    #[inline]
    pub(super) fn first_byte(&mut self) {
        if let TimedPart::Send | TimedPart::Wait = self.part {
            self.before_response = self.part;
            self.enter(TimedPart::Receive);
        }
    }

    /// Takes back [`first_byte`](Self::first_byte), because the response was an informational one.
    #[cold]
    pub(super) fn informed(&mut self) {
        if self.part == TimedPart::Receive {
            self.part = self.before_response;
        }
    }

    /// Starts the next request of a redirect.
    pub(super) fn redirected(&mut self) {
        self.redirects += 1;
        self.redirect = Some(self.now);
        self.sizes.request_body = 0;
        self.sizes.response_body = 0;
    }

    /// Starts the same request again.
    pub(super) const fn resent(&mut self) {
        self.sizes.request_body = 0;
    }

    /// Starts the same request again after a delay.
    pub(super) const fn request_retried(&mut self) {
        self.sizes.request_body = 0;
        self.sizes.response_body = 0;
        self.redirect = Some(self.now);
        self.retries += 1;
    }

    pub(super) const fn connected(&mut self) {
        self.connections += 1;
    }

    pub(super) const fn retried(&mut self) {
        self.connect_retries += 1;
    }

    pub(super) fn timings(&self) -> Timings {
        let time = |part: TimedPart| {
            let running = if self.part == part { nanos(self.since, self.now) } else { 0 };
            let happened = self.happened & (1 << part as u8) != 0;
            happened.then(|| Duration::from_nanos(self.spent[part as usize] + running))
        };
        Timings {
            pool: time(TimedPart::Pool),
            resolve: time(TimedPart::Resolve),
            connect: time(TimedPart::Connect),
            tls: time(TimedPart::Tls),
            send: time(TimedPart::Send),
            wait: time(TimedPart::Wait),
            receive: time(TimedPart::Receive),
            total: self.now.since(self.start),
            redirect: self.redirect.map(|at| at.since(self.start)),
            connections: self.connections,
            redirects: self.redirects,
            connect_retries: self.connect_retries,
            retries: self.retries,
        }
    }
}

const fn nanos(from: Mono, to: Mono) -> u64 {
    to.as_nanos().saturating_sub(from.as_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Mono {
        Mono::from_nanos(nanos)
    }

    #[test]
    fn parts_add_up_and_missing_ones_are_none() {
        let mut watch = Stopwatch::new();
        watch.start(at(100));
        for (now, part) in [(100, TimedPart::Pool), (103, TimedPart::Send), (110, TimedPart::Wait)]
        {
            watch.tick(at(now));
            watch.enter(part);
        }
        watch.tick(at(150));
        watch.first_byte();
        watch.tick(at(200));
        watch.first_byte();
        let nanos = |n| Some(Duration::from_nanos(n));
        let timings = watch.timings();
        let expected = Timings {
            pool: nanos(3),
            send: nanos(7),
            wait: nanos(40),
            receive: nanos(50),
            total: Duration::from_nanos(100),
            ..Timings::default()
        };
        assert_eq!(timings, expected);
        assert_eq!(timings.parts().map(|(_, time)| time).sum::<Duration>(), timings.total);
    }

    #[test]
    fn redirect_adds_to_the_parts_and_its_bodies_do_not_count() {
        let mut watch = Stopwatch::new();
        watch.start(at(0));
        watch.enter(TimedPart::Send);
        watch.sizes.response_body = 7;
        watch.tick(at(10));
        watch.redirected();
        watch.enter(TimedPart::Pool);
        watch.tick(at(15));
        watch.enter(TimedPart::Send);
        watch.tick(at(16));
        let timings = watch.timings();
        assert_eq!(timings.send, Some(Duration::from_nanos(11)));
        assert_eq!((timings.redirects, timings.redirect), (1, Some(Duration::from_nanos(10))));
        assert_eq!(watch.sizes.response_body, 0);
    }
}
