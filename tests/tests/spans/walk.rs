//! A normal exchange, with one disturbance at each of its steps.

use limpid_core::error::{Cause, OsError, OsErrorKind, ResolveError};
use limpid_core::time::{Deadline, Mono, Waiting};
use limpid_io::Input;

use crate::driver::{Asked, Driver, Wants, Way};
use crate::peer::Peer;

const RESPONSE: &[u8] = b"HTTP/1.1 103 Early Hints\r\n\r\n\
    HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n";

/// Bytes for each step: few without TLS, to stop within everything; more where records are long.
const PLAIN: usize = 13;
const SECURE: usize = 90;

/// More steps than any exchange takes.
const ENOUGH: usize = 100;

const RESET: OsError = OsError { code: 104, kind: OsErrorKind::Reset };

/// The disturbance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disturbance {
    Os,
    Resolver,
    Body,
    Cancel,
    Eof,
    TickTooEarly,
    TickTooLate,
    NoAddress,
}

const DISTURBANCES: [Disturbance; 8] = [
    Disturbance::Os,
    Disturbance::Resolver,
    Disturbance::Body,
    Disturbance::Cancel,
    Disturbance::Eof,
    Disturbance::TickTooEarly,
    Disturbance::TickTooLate,
    Disturbance::NoAddress,
];

fn driver(way: Way) -> Driver {
    let peer = if way.secure { Peer::secure(RESPONSE) } else { Peer::plain(RESPONSE) };
    Driver::new(peer, way)
}

/// Returns the bytes for each step.
const fn amount(way: Way) -> usize {
    if way.secure { SECURE } else { PLAIN }
}

/// Returns the number of steps without a disturbance.
fn length(way: Way) -> usize {
    let mut driver = driver(way);
    for step in 0.. {
        match driver.next().0 {
            Asked::Done => return step,
            Asked::Failed(cause) => panic!("{cause}"),
            asked => driver.obey(asked, amount(way)),
        }
    }
    unreachable!()
}

/// Makes the disturbance. Returns `false` if it does not apply.
fn make(
    disturbance: Disturbance,
    driver: &mut Driver,
    asked: Asked,
    until: Option<Deadline>,
) -> bool {
    match disturbance {
        Disturbance::Os => driver.input(match asked {
            Asked::Write => Input::SendFailed(RESET.into()),
            Asked::Read => Input::ReceiveFailed(RESET.into()),
            Asked::Dial(dial) => Input::DialFailed(dial, RESET.into()),
            _ => Input::Failed(RESET.into()),
        }),
        Disturbance::Resolver => {
            driver.input(Input::Failed(ResolveError::NotFound.into()));
        }
        Disturbance::Body => driver.input(Input::BodyFailed(Cause::Body(RESET).into())),
        Disturbance::Cancel => driver.input(Input::Cancel),
        Disturbance::Eof => driver.input(Input::Eof),
        Disturbance::TickTooEarly => driver.input(Input::Timeout),
        Disturbance::TickTooLate => {
            let Some(until) = until else { return false };
            driver.now = until.at;
            driver.input(Input::Timeout);
        }
        Disturbance::NoAddress => driver.input(Input::Resolved(&[])),
    }
    true
}

fn disturb(way: Way, step: usize, disturbance: Disturbance) {
    let mut driver = driver(way);
    for _ in 0..step {
        let (asked, _) = driver.next();
        driver.obey(asked, amount(way));
    }
    let (asked, until) = driver.next();
    let awaits_continue = until.is_some_and(|until| until.why == Waiting::Continue);
    let rivals = driver.under_way.len().saturating_sub(1);
    if !make(disturbance, &mut driver, asked, until) {
        return;
    }
    let outcome = driver.end(ENOUGH);
    let cause = match outcome {
        Asked::Failed(cause) => Some(cause),
        _ => None,
    };
    let context = format!("{disturbance:?} at step {step}, {asked:?}");
    match (disturbance, asked) {
        (Disturbance::TickTooEarly, _) => assert_eq!(cause, None, "{context}"),
        (Disturbance::Cancel, Asked::Resolve | Asked::Dial(_) | Asked::Await(_) | Asked::Body) => {
            assert_eq!(cause, Some(Cause::Cancelled), "{context}");
        }
        (Disturbance::Os, Asked::Read) => assert_eq!(cause, Some(Cause::Os(RESET)), "{context}"),
        (Disturbance::Os, Asked::Await(_)) => {
            assert_eq!(cause, Some(Cause::Os(RESET)), "{context}");
        }
        // There is another address.
        (Disturbance::Os, Asked::Dial(_)) | (Disturbance::TickTooLate, Asked::Await(_)) => {
            assert_eq!(cause, None, "{context}");
        }
        (Disturbance::TickTooLate, Asked::Dial(_)) if rivals == 0 => {
            assert_eq!(cause, None, "{context}");
        }
        // The body is sent then.
        (Disturbance::TickTooLate, Asked::Read) if awaits_continue => {
            assert_eq!(cause, None, "{context}");
        }
        (Disturbance::TickTooLate, Asked::Dial(_) | Asked::Resolve | Asked::Read) => {
            assert!(matches!(cause, Some(Cause::TimedOut(_))), "{context}: {cause:?}");
        }
        (Disturbance::Body, Asked::Body) => {
            assert_eq!(cause, Some(Cause::Body(RESET)), "{context}");
        }
        (Disturbance::NoAddress, Asked::Resolve) => {
            assert_eq!(cause, Some(Cause::Resolve(ResolveError::NoAddress)), "{context}");
        }
        _ => {}
    }
}

fn walk(secure: bool) {
    let ways = [(Wants::Nothing, false), (Wants::Continue, false), (Wants::Nothing, true)];
    for (wants, several) in ways {
        let way = Way { secure, wants, several };
        let length = length(way);
        assert!(length > 20, "{length} steps are too few to be worth it");
        for step in 0..length {
            for disturbance in DISTURBANCES {
                disturb(way, step, disturbance);
            }
        }
    }
}

#[test]
fn disturbance_at_any_step_leaves_no_span_open() {
    walk(false);
}

#[test]
fn disturbance_at_any_step_over_tls_leaves_no_span_open() {
    walk(true);
}

#[test]
fn read_timeout_starts_with_read() {
    let mut driver = driver(Way { secure: false, wants: Wants::Nothing, several: false });
    let mut reads = 0;
    loop {
        driver.now = Mono::from_nanos(driver.now.as_nanos() + 1_000);
        let (asked, until) = driver.next();
        match asked {
            Asked::Done => break,
            Asked::Read => {
                let until = until.unwrap();
                assert_eq!(until.at.since(driver.now).as_secs(), 1, "a whole second");
                assert_eq!(until.why, Waiting::Read);
                reads += 1;
            }
            _ => {}
        }
        driver.obey(asked, PLAIN);
    }
    assert!(reads > 5);
}
