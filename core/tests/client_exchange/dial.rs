//! Connecting to several addresses, in virtual time: the order of the attempts and their results (RFC 8305).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{Action, AttemptDelay, Dial, DialId, Exchange, Options, Request, Target};
use limpid_core::error::{OsError, OsErrorKind};
use limpid_core::time::{Mono, Timeouts};
use limpid_core::trace::{ConnectionId, ExchangeId, Interest, Meta, Sink, SpanId, TraceEvent};

/// The behaviour of an address, after this many milliseconds.
#[derive(Clone, Copy)]
enum Does {
    Connect(u64),
    Refuse(u64),
    Nothing,
}
use Does::{Connect, Nothing, Refuse};

/// Records the events, with the time in milliseconds and the address.
#[derive(Default)]
struct Journal {
    lines: RefCell<String>,
    addresses: RefCell<BTreeMap<SpanId, SocketAddr>>,
}

impl Journal {
    fn line(&self, at: Mono, line: &str) {
        let milliseconds = at.as_nanos() / 1_000_000;
        writeln!(self.lines.borrow_mut(), "{milliseconds} {line}").unwrap();
    }
}

impl Sink for Journal {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let mut addresses = self.addresses.borrow_mut();
        let address = addresses.get(&meta.span()).map_or(String::new(), |a| a.ip().to_string());
        let line = match event {
            TraceEvent::DialStarted { address, .. } => {
                addresses.insert(meta.span(), *address);
                format!("try {}", address.ip())
            }
            TraceEvent::DialComplete { .. } => format!("{address} is connected"),
            TraceEvent::DialFailed { failure } => format!("{address} failed: {}", failure.cause),
            TraceEvent::DeadlinePassed { why } => format!("time is up for {why}"),
            TraceEvent::ConnectTcpComplete { .. } => "connected".to_owned(),
            TraceEvent::ConnectTcpFailed { failure } => format!("failed: {}", failure.cause),
            _ => return,
        };
        self.line(meta.at, &line);
    }
}

/// The kind of a driver.
#[derive(Clone, Copy, PartialEq)]
enum Driver {
    OneAtATime,
    Several,
}

/// The simulated addresses, and a driver.
struct World {
    journal: Journal,
    exchange: Exchange,
    now: Mono,
    addresses: Vec<(SocketAddr, Does)>,
    /// The attempts in progress, with the time and the kind of their result.
    in_progress: Vec<(DialId, Mono, Does)>,
    cancel_at: Option<Mono>,
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

impl World {
    fn new(addresses: &[(&str, Does)]) -> Self {
        Self::with(addresses, Options::default())
    }

    fn with(addresses: &[(&str, Does)], options: Options) -> Self {
        let request = Request::builder(b"GET", "http://host/".parse().unwrap()).build();
        let addresses = addresses
            .iter()
            .map(|(ip, does)| (SocketAddr::new(ip.parse().unwrap(), 80), *does))
            .collect();
        Self {
            journal: Journal::default(),
            exchange: Exchange::new(ExchangeId(1), request, Arc::new(options)),
            now: Mono::from_nanos(0),
            addresses,
            in_progress: Vec::new(),
            cancel_at: None,
        }
    }

    /// Runs the driver until there is a connection or connecting has failed.
    fn run(mut self, driver: Driver) -> String {
        for _ in 0..100 {
            match self.exchange.poll(self.now, &self.journal) {
                Action::Acquire => {
                    let connection = ConnectionId(1);
                    self.exchange.handle_opened(connection, self.now, &self.journal).unwrap();
                }
                Action::Resolve => {
                    let all: Vec<SocketAddr> = self.addresses.iter().map(|(a, _)| *a).collect();
                    self.exchange.handle_resolved(&all, self.now, &self.journal).unwrap();
                }
                Action::Dial(dial) => {
                    let Some(Dial { target: Target::Tcp(address), alone, until, .. }) =
                        self.exchange.dial()
                    else {
                        panic!("the address is a TCP address");
                    };
                    let (_, does) = self.addresses.iter().find(|(a, _)| *a == address).unwrap();
                    let ends = match does {
                        Connect(after) | Refuse(after) => self.now + ms(*after),
                        Nothing => Mono::from_nanos(u64::MAX),
                    };
                    self.in_progress.push((dial, ends, *does));
                    if driver == Driver::OneAtATime || alone {
                        self.wait(until.map(|until| until.at));
                    }
                }
                Action::Wait(interest) if interest.is_none() => {
                    let until = self.exchange.deadline(self.now);
                    self.wait(until.map(|until| until.at));
                }
                Action::Abandon(dial) => {
                    let before = self.in_progress.len();
                    self.in_progress.retain(|(id, ..)| *id != dial);
                    assert_eq!(self.in_progress.len(), before - 1, "{dial:?} was in progress");
                }
                Action::Wait(_) | Action::Failed => {
                    assert!(self.in_progress.is_empty(), "all attempts are settled");
                    return self.journal.lines.into_inner();
                }
                other => panic!("{other:?}"),
            }
        }
        panic!("the exchange does not end: {}", self.journal.lines.into_inner());
    }

    /// Advances the clock to the next result or deadline.
    fn wait(&mut self, until: Option<Mono>) {
        let first = self.in_progress.iter().enumerate().min_by_key(|(_, (_, ends, _))| *ends);
        let (index, (dial, ends, does)) = first.map(|(i, one)| (i, *one)).unwrap();
        let nearest = [Some(ends), until, self.cancel_at].into_iter().flatten().min().unwrap();
        self.now = nearest;
        if self.cancel_at == Some(nearest) {
            return self.exchange.cancel(self.now, &self.journal);
        }
        if ends > nearest {
            return self.exchange.handle_timeout(self.now, &self.journal);
        }
        self.in_progress.remove(index);
        match does {
            Connect(_) => self.exchange.handle_dialed(dial, self.now, &self.journal),
            _ => {
                let refused = OsError { code: 0, kind: OsErrorKind::Refused }.into();
                self.exchange.handle_dial_failed(dial, refused, self.now, &self.journal)
            }
        }
        .unwrap();
    }
}

/// Runs both kinds of drivers, and checks that the results are the same.
fn for_both(addresses: &[(&str, Does)]) -> String {
    let journal = World::new(addresses).run(Driver::Several);
    assert_eq!(World::new(addresses).run(Driver::OneAtATime), journal);
    journal
}

#[test]
fn one_address_is_connected() {
    let journal = for_both(&[("::1", Connect(30))]);
    assert_eq!(
        journal,
        "0 try ::1\n\
         30 ::1 is connected\n\
         30 connected\n"
    );
}

#[test]
fn fast_first_address_starts_no_other_attempt() {
    let journal = for_both(&[("::1", Connect(249)), ("127.0.0.1", Connect(1))]);
    assert_eq!(
        journal,
        "0 try ::1\n\
         249 ::1 is connected\n\
         249 connected\n"
    );
}

#[test]
fn second_address_is_tried_after_the_pause() {
    let journal = World::new(&[("::1", Nothing), ("127.0.0.1", Connect(20))]).run(Driver::Several);
    assert_eq!(
        journal,
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         270 127.0.0.1 is connected\n\
         270 ::1 failed: another address was faster\n\
         270 connected\n"
    );
}

#[test]
fn slow_first_address_can_still_connect_first() {
    let journal = World::new(&[("::1", Connect(260)), ("127.0.0.1", Nothing)]).run(Driver::Several);
    assert_eq!(
        journal,
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         260 ::1 is connected\n\
         260 127.0.0.1 failed: another address was faster\n\
         260 connected\n"
    );
}

#[test]
fn next_address_is_tried_immediately_after_a_refusal() {
    let journal = for_both(&[("::1", Refuse(3)), ("127.0.0.1", Connect(20))]);
    assert_eq!(
        journal,
        "0 try ::1\n\
         3 ::1 failed: connection refused\n\
         3 try 127.0.0.1\n\
         23 127.0.0.1 is connected\n\
         23 connected\n"
    );
}

#[test]
fn address_families_alternate() {
    let addresses =
        [("::1", Refuse(1)), ("::2", Refuse(1)), ("127.0.0.1", Refuse(1)), ("::3", Connect(1))];
    assert_eq!(
        for_both(&addresses),
        "0 try ::1\n\
         1 ::1 failed: connection refused\n\
         1 try 127.0.0.1\n\
         2 127.0.0.1 failed: connection refused\n\
         2 try ::2\n\
         3 ::2 failed: connection refused\n\
         3 try ::3\n\
         4 ::3 is connected\n\
         4 connected\n"
    );
}

/// The order in which attempts fail is random; the order of the list is not.
#[test]
fn error_is_that_of_the_last_address_if_all_fail() {
    let journal = World::new(&[("::1", Nothing), ("127.0.0.1", Refuse(20))]).run(Driver::Several);
    assert_eq!(
        journal,
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         270 127.0.0.1 failed: connection refused\n\
         5000 time is up for connecting\n\
         5000 ::1 failed: the time for connecting is up\n\
         5000 failed: connection refused\n"
    );
}

#[test]
fn serial_driver_tries_addresses_in_sequence() {
    let journal =
        World::new(&[("::1", Nothing), ("127.0.0.1", Connect(20))]).run(Driver::OneAtATime);
    assert_eq!(
        journal,
        "0 try ::1\n\
         5000 time is up for connecting\n\
         5000 ::1 failed: the time for connecting is up\n\
         5000 try 127.0.0.1\n\
         5020 127.0.0.1 is connected\n\
         5020 connected\n"
    );
}

#[test]
fn connect_timeout_applies_to_each_address() {
    let timeouts = Timeouts::with(|timeouts| timeouts.connect = Some(ms(300)));
    let options = Options::with(|options| options.timeouts = timeouts);
    let addresses = [("::1", Nothing), ("127.0.0.1", Nothing), ("::2", Connect(40))];
    assert_eq!(
        World::with(&addresses, options).run(Driver::Several),
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         300 time is up for connecting\n\
         300 ::1 failed: the time for connecting is up\n\
         300 try ::2\n\
         340 ::2 is connected\n\
         340 127.0.0.1 failed: another address was faster\n\
         340 connected\n"
    );
}

#[test]
fn total_timeout_ends_all_attempts() {
    let timeouts = Timeouts::with(|timeouts| timeouts.total = Some(ms(400)));
    let options = Options::with(|options| options.timeouts = timeouts);
    let addresses = [("::1", Nothing), ("127.0.0.1", Nothing), ("::2", Nothing)];
    assert_eq!(
        World::with(&addresses, options).run(Driver::Several),
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         400 time is up for the whole exchange\n\
         400 ::1 failed: the time for the whole exchange is up\n\
         400 127.0.0.1 failed: the time for the whole exchange is up\n\
         400 failed: the time for the whole exchange is up\n"
    );
}

#[test]
fn cancel_ends_all_attempts() {
    let mut world = World::new(&[("::1", Nothing), ("127.0.0.1", Nothing)]);
    world.cancel_at = Some(Mono::from_nanos(0) + ms(270));
    assert_eq!(
        world.run(Driver::Several),
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         270 ::1 failed: the response was dropped before its end\n\
         270 127.0.0.1 failed: the response was dropped before its end\n\
         270 failed: the response was dropped before its end\n"
    );
}

#[test]
fn pause_between_attempts_is_configurable() {
    let attempt_delay = AttemptDelay::new(ms(100));
    let options = Options::with(|options| options.attempt_delay = attempt_delay);
    let addresses = [("::1", Nothing), ("::2", Nothing), ("::3", Connect(50))];
    assert_eq!(
        World::with(&addresses, options).run(Driver::Several),
        "0 try ::1\n\
         100 time is up for the next attempt\n\
         100 try ::2\n\
         200 time is up for the next attempt\n\
         200 try ::3\n\
         250 ::3 is connected\n\
         250 ::1 failed: another address was faster\n\
         250 ::2 failed: another address was faster\n\
         250 connected\n"
    );
}

#[test]
fn pause_is_kept_without_timeouts() {
    let timeouts = Timeouts::with(|timeouts| timeouts.connect = None);
    let options = Options::with(|options| options.timeouts = timeouts);
    let addresses = [("::1", Nothing), ("127.0.0.1", Connect(1_000_000))];
    assert_eq!(
        World::with(&addresses, options).run(Driver::Several),
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         1000250 127.0.0.1 is connected\n\
         1000250 ::1 failed: another address was faster\n\
         1000250 connected\n"
    );
}
