//! For arbitrary clients, drivers and handlers, every span and the connection end exactly once.

use std::time::Duration;

use limpid_core::error::{OsError, OsErrorKind};
use limpid_core::server::{Options, Outcome};
use limpid_core::transport::LayerError;
use limpid_core::transport::socks5::Socks5;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use crate::peer::{Handler, Server};

const PIECES: [&str; 14] = [
    "GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
    "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\n",
    "Host: h\r\n",
    "\r\n",
    "hello",
    "3\r\nabc\r\n",
    "0\r\n\r\n",
    "\0",
];

const HANDLERS: [Handler; 10] = [
    Handler::Target,
    Handler::Echo,
    Handler::Stream(200, &["a", "", "bc"]),
    Handler::Fixed(304, "hello"),
    Handler::FailsLate,
    Handler::FailsInStream,
    Handler::Ends(Outcome::Panicked),
    Handler::Ends(Outcome::Done),
    Handler::Fixed(404, "no"),
    Handler::Sleeps,
];

#[derive(Clone, Copy, Debug)]
enum Move {
    Piece(&'static str),
    Handler(Handler),
    Steps(usize),
    Run,
    Wait(u64),
    Input(fn(&mut Server)),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    // Some calls are misuse, which has no effect.
    let inputs: [fn(&mut Server); 8] = [
        |server| server.handle_sent(usize::MAX).unwrap_or_default(),
        |server| server.handle_received(usize::MAX).unwrap_or_default(),
        |server| {
            server.handle_secured(Box::new(Socks5::new("localhost", 80, None))).unwrap_or_default();
        },
        |server| server.handle_eof(),
        |server| server.handle_failed(OsError { code: 104, kind: OsErrorKind::Reset }),
        |server| server.handle_failed(LayerError::other(1, "no layer")),
        |server| server.timeout(),
        |server| server.shut_down(Some(Duration::from_secs(3))),
    ];
    let one = prop_oneof![
        12 => select(&PIECES[..]).prop_map(Move::Piece),
        6 => select(&HANDLERS[..]).prop_map(Move::Handler),
        8 => (1..9_usize).prop_map(Move::Steps),
        8 => Just(Move::Run),
        2 => (0..40_u64).prop_map(Move::Wait),
        1 => select(inputs.to_vec()).prop_map(Move::Input),
    ];
    vec(one, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1024,
        rng_seed: RngSeed::Fixed(0x5e17e),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_span_and_connection_ends_once(moves in moves(), step in 1..99_usize, abandon: bool) {
        let mut server = Server::with(Options::with(|options| options.drain = 4), Handler::Target);
        server.step = step;
        for one in moves {
            match one {
                Move::Piece(piece) => server.client_sends_unread(piece),
                Move::Handler(handler) => server.handler = handler,
                Move::Steps(count) => { (0..count).for_each(|_| { server.step_once(); }); }
                Move::Run => server.run(),
                Move::Wait(seconds) => { server.advance(Duration::from_secs(seconds)); }
                Move::Input(input) => input(&mut server),
            }
        }
        if !abandon {
            server.client_closes();
            server.advance(Duration::from_secs(60));
            server.advance(Duration::from_secs(60));
        }
        server.cancel();
        prop_assert!(!server.step_once());
        server.assert_balanced();
    }
}
