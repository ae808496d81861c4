//! Random drivers and servers.

use bytes::Bytes;
use limpid_core::client::{DialId, TrustId};
use limpid_core::error::{Cause, OsError, OsErrorKind, ResolveError};
use limpid_core::fields::Fields;
use limpid_core::time::Mono;
use limpid_core::transport::socks5::Socks5;
use limpid_io::Input;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use crate::driver::{Asked, Driver, Wants, Way};
use crate::peer::Peer;

/// More steps than any exchange takes.
const ENOUGH: usize = 2_000;

/// Pieces of responses, and of invalid data.
const PIECES: [&[u8]; 16] = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 200 OK\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 500\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n",
    b"\r\n",
    b"5\r\nhello\r\n",
    b"0\r\n\r\n",
    b"hello",
    b"\x15\x03\x03\x00\x02\x02\x28",
    b"\x16\x03\x03\x00\x00",
    b"\0\xff:",
];

const KINDS: [OsErrorKind; 3] = [OsErrorKind::Reset, OsErrorKind::Refused, OsErrorKind::TimedOut];

/// A step of a driver.
#[derive(Clone, Debug)]
enum Move {
    /// The requested action, with at most this many bytes.
    Obey(usize),
    /// This input, regardless of the action.
    Tell(Told),
    /// A timeout after this many milliseconds.
    Wait(u64),
    /// Another poll without a result.
    Nothing,
}

#[derive(Clone, Copy, Debug)]
enum Told {
    Resolved(usize),
    Dialed(u32),
    DialFailed(u32),
    Sent(usize),
    Filled(usize),
    Eof,
    Os(OsErrorKind),
    SendFailed(OsErrorKind),
    ReceiveFailed(OsErrorKind),
    Resolve(ResolveError),
    Body(usize),
    BodyEnd,
    BodyFailed,
    Trust,
    Secured,
    Cancel,
}

fn told() -> impl Strategy<Value = Told> {
    let count = prop_oneof![0..300_usize, Just(usize::MAX)];
    prop_oneof![
        (0..3_usize).prop_map(Told::Resolved),
        (0..4_u32).prop_map(Told::Dialed),
        (0..4_u32).prop_map(Told::DialFailed),
        count.clone().prop_map(Told::Sent),
        count.prop_map(Told::Filled),
        Just(Told::Eof),
        select(&KINDS[..]).prop_map(Told::Os),
        select(&KINDS[..]).prop_map(Told::SendFailed),
        select(&KINDS[..]).prop_map(Told::ReceiveFailed),
        Just(Told::Resolve(ResolveError::NotFound)),
        (0..10_usize).prop_map(Told::Body),
        Just(Told::BodyEnd),
        Just(Told::BodyFailed),
        Just(Told::Trust),
        Just(Told::Secured),
        Just(Told::Cancel),
    ]
}

/// Mostly requested actions, so that later steps are reached.
fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        40 => (1..2_000_usize).prop_map(Move::Obey),
        2 => told().prop_map(Move::Tell),
        1 => (0..2_000_u64).prop_map(Move::Wait),
        1 => Just(Move::Nothing),
    ];
    vec(one, 0..60)
}

fn way() -> impl Strategy<Value = Way> {
    let wants = select(&[Wants::Nothing, Wants::Continue, Wants::Upgrade][..]);
    (wants, any::<bool>()).prop_map(|(wants, several)| Way { secure: false, wants, several })
}

fn response() -> impl Strategy<Value = Vec<u8>> {
    vec(select(&PIECES[..]), 0..8).prop_map(|pieces| pieces.concat())
}

fn tell(driver: &mut Driver, told: Told) {
    let os = |kind| OsError { code: 0, kind };
    let address = "127.0.0.1:80".parse().unwrap();
    driver.input(match told {
        Told::Resolved(count) => return driver.input(Input::Resolved(&vec![address; count])),
        Told::Dialed(dial) => Input::Dialed(DialId(dial)),
        Told::DialFailed(dial) => Input::DialFailed(DialId(dial), os(OsErrorKind::Refused).into()),
        Told::Sent(n) => Input::Sent(n),
        Told::Filled(n) => Input::Received(n),
        Told::Eof => Input::Eof,
        Told::Os(kind) => Input::Failed(os(kind).into()),
        Told::SendFailed(kind) => Input::SendFailed(os(kind).into()),
        Told::ReceiveFailed(kind) => Input::ReceiveFailed(os(kind).into()),
        Told::Resolve(error) => Input::Failed(error.into()),
        Told::Body(n) => Input::Body(Bytes::from(vec![b'b'; n])),
        Told::BodyEnd => Input::BodyEnd(Fields::EMPTY),
        Told::BodyFailed => Input::BodyFailed(Cause::Body(os(OsErrorKind::Other)).into()),
        Told::Trust => Input::Trusted(TrustId::new(2)),
        // It is another layer than the peer's.
        Told::Secured => Input::Secured(Box::new(Socks5::new("localhost", 80, None))),
        Told::Cancel => Input::Cancel,
    });
}

/// Makes the moves, then ends the exchange: by a cancellation, or by carrying out actions until the
/// server's bytes are used up.
fn play(mut driver: Driver, moves: Vec<Move>, cancel: bool) {
    for one in moves {
        let (asked, _) = driver.next();
        if matches!(asked, Asked::Done | Asked::Failed(_)) {
            return driver.is_over(asked);
        }
        match one {
            Move::Obey(amount) => driver.obey(asked, amount),
            Move::Tell(told) => tell(&mut driver, told),
            Move::Wait(milliseconds) => {
                let nanos = driver.now.as_nanos() + milliseconds * 1_000_000;
                driver.now = Mono::from_nanos(nanos);
                driver.input(Input::Timeout);
            }
            Move::Nothing => {}
        }
    }
    if cancel {
        driver.input(Input::Cancel);
        // The end is final, whatever input follows.
        driver.input(Input::Dialed(DialId(1)));
    }
    driver.end(ENOUGH);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        // A fixed seed, so that failures can be repeated.
        rng_seed: RngSeed::Fixed(0x1e57),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn spans_balance_without_tls(response in response(), moves in moves(), way in way(), cancel: bool) {
        let way = Way { secure: false, ..way };
        play(Driver::new(Peer::plain(&response), way), moves, cancel);
    }

    #[test]
    fn spans_balance_with_tls_to_a_server_that_has_none(
        response in response(), moves in moves(), way in way(), cancel: bool
    ) {
        let way = Way { secure: true, ..way };
        play(Driver::new(Peer::plain(&response), way), moves, cancel);
    }

    #[test]
    fn spans_balance_with_tls(response in response(), moves in moves(), way in way(), cancel: bool) {
        let way = Way { secure: true, ..way };
        play(Driver::new(Peer::secure(&response), way), moves, cancel);
    }
}
