//! Several addresses, in virtual time: what is tried when, and what becomes of it (RFC 8305).

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

/// What an address does after so many milliseconds.
#[derive(Clone, Copy)]
enum Does {
    Connect(u64),
    Refuse(u64),
    Nothing,
}
use Does::{Connect, Nothing, Refuse};

/// Writes down what is told, with the time in milliseconds and the address.
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
        let address = addresses.get(&meta.span).map_or(String::new(), |a| a.ip().to_string());
        let line = match event {
            TraceEvent::DialStarted { address } => {
                addresses.insert(meta.span, *address);
                format!("try {}", address.ip())
            }
            TraceEvent::DialComplete {} => format!("{address} is connected"),
            TraceEvent::DialFailed { failure } => format!("{address} failed: {}", failure.cause),
            TraceEvent::DeadlinePassed { why } => format!("time is up for {why}"),
            TraceEvent::ConnectTcpComplete { .. } => "connected".to_owned(),
            TraceEvent::ConnectTcpFailed { failure } => format!("gave up: {}", failure.cause),
            _ => return,
        };
        self.line(meta.at, &line);
    }
}

/// How a driver goes about it.
#[derive(Clone, Copy, PartialEq)]
enum Driver {
    OneAtATime,
    Several,
}

/// A world of addresses, and a driver in it.
struct World {
    journal: Journal,
    exchange: Exchange,
    now: Mono,
    addresses: Vec<(SocketAddr, Does)>,
    /// What is under way, and when it comes to what.
    under_way: Vec<(DialId, Mono, Does)>,
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
            under_way: Vec::new(),
            cancel_at: None,
        }
    }

    /// Lets the driver work until there is a connection, or none to be had.
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
                        panic!("the address is one of TCP");
                    };
                    let (_, does) = self.addresses.iter().find(|(a, _)| *a == address).unwrap();
                    let ends = match does {
                        Connect(after) | Refuse(after) => self.now + ms(*after),
                        Nothing => Mono::from_nanos(u64::MAX),
                    };
                    self.under_way.push((dial, ends, *does));
                    if driver == Driver::OneAtATime || alone {
                        self.wait(until.map(|until| until.at));
                    }
                }
                Action::Wait(interest) if interest.is_none() => {
                    let until = self.exchange.deadline(self.now);
                    self.wait(until.map(|until| until.at));
                }
                Action::Abandon(dial) => {
                    let before = self.under_way.len();
                    self.under_way.retain(|(id, ..)| *id != dial);
                    assert_eq!(self.under_way.len(), before - 1, "{dial:?} was under way");
                }
                Action::Wait(_) | Action::Failed => {
                    assert!(self.under_way.is_empty(), "all attempts are settled");
                    return self.journal.lines.into_inner();
                }
                other => panic!("{other:?}"),
            }
        }
        panic!("it does not end: {}", self.journal.lines.into_inner());
    }

    /// Lets time pass until something happens.
    fn wait(&mut self, until: Option<Mono>) {
        let first = self.under_way.iter().enumerate().min_by_key(|(_, (_, ends, _))| *ends);
        let (index, (dial, ends, does)) = first.map(|(i, one)| (i, *one)).unwrap();
        let nearest = [Some(ends), until, self.cancel_at].into_iter().flatten().min().unwrap();
        self.now = nearest;
        if self.cancel_at == Some(nearest) {
            return self.exchange.cancel(self.now, &self.journal);
        }
        if ends > nearest {
            return self.exchange.handle_timeout(self.now, &self.journal);
        }
        self.under_way.remove(index);
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

/// What happens is the same for drivers that can do one thing at a time, and for those that can do
/// several.
fn for_both(addresses: &[(&str, Does)]) -> String {
    let told = World::new(addresses).run(Driver::Several);
    assert_eq!(World::new(addresses).run(Driver::OneAtATime), told);
    told
}

#[test]
fn one_address_is_simply_connected_to() {
    let told = for_both(&[("::1", Connect(30))]);
    assert_eq!(
        told,
        "0 try ::1\n\
         30 ::1 is connected\n\
         30 connected\n"
    );
}

#[test]
fn the_first_that_is_fast_has_no_rival() {
    let told = for_both(&[("::1", Connect(249)), ("127.0.0.1", Connect(1))]);
    assert_eq!(
        told,
        "0 try ::1\n\
         249 ::1 is connected\n\
         249 connected\n"
    );
}

#[test]
fn one_that_is_silent_is_overtaken() {
    let told = World::new(&[("::1", Nothing), ("127.0.0.1", Connect(20))]).run(Driver::Several);
    assert_eq!(
        told,
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         270 127.0.0.1 is connected\n\
         270 ::1 failed: another address was faster\n\
         270 connected\n"
    );
}

#[test]
fn one_that_is_slow_can_still_win() {
    let told = World::new(&[("::1", Connect(260)), ("127.0.0.1", Nothing)]).run(Driver::Several);
    assert_eq!(
        told,
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         260 ::1 is connected\n\
         260 127.0.0.1 failed: another address was faster\n\
         260 connected\n"
    );
}

#[test]
fn after_a_refusal_the_next_is_tried_at_once() {
    let told = for_both(&[("::1", Refuse(3)), ("127.0.0.1", Connect(20))]);
    assert_eq!(
        told,
        "0 try ::1\n\
         3 ::1 failed: connection refused\n\
         3 try 127.0.0.1\n\
         23 127.0.0.1 is connected\n\
         23 connected\n"
    );
}

#[test]
fn families_take_turns() {
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

/// Which one fails last is a matter of chance; which one is last in the list is not.
#[test]
fn when_all_fail_the_error_is_that_of_the_last_address() {
    let told = World::new(&[("::1", Nothing), ("127.0.0.1", Refuse(20))]).run(Driver::Several);
    assert_eq!(
        told,
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         270 127.0.0.1 failed: connection refused\n\
         5000 time is up for connecting\n\
         5000 ::1 failed: the time for connecting is up\n\
         5000 gave up: connection refused\n"
    );
}

#[test]
fn a_driver_that_can_only_wait_tries_one_after_the_other() {
    let told = World::new(&[("::1", Nothing), ("127.0.0.1", Connect(20))]).run(Driver::OneAtATime);
    assert_eq!(
        told,
        "0 try ::1\n\
         5000 time is up for connecting\n\
         5000 ::1 failed: the time for connecting is up\n\
         5000 try 127.0.0.1\n\
         5020 127.0.0.1 is connected\n\
         5020 connected\n"
    );
}

#[test]
fn each_address_has_the_time_for_connecting_to_itself() {
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
fn the_time_for_everything_ends_all_attempts() {
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
         400 gave up: the time for the whole exchange is up\n"
    );
}

#[test]
fn a_cancel_ends_all_attempts() {
    let mut world = World::new(&[("::1", Nothing), ("127.0.0.1", Nothing)]);
    world.cancel_at = Some(Mono::from_nanos(0) + ms(270));
    assert_eq!(
        world.run(Driver::Several),
        "0 try ::1\n\
         250 time is up for the next attempt\n\
         250 try 127.0.0.1\n\
         270 ::1 failed: the response was dropped before its end\n\
         270 127.0.0.1 failed: the response was dropped before its end\n\
         270 gave up: the response was dropped before its end\n"
    );
}

#[test]
fn the_pause_between_attempts_can_be_chosen() {
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
fn without_deadlines_the_pause_is_kept_all_the_same() {
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
