//! What machines hold: little with `Limits::SMALL`, and nothing while they are idle. Bytes are counted in the whole
//! process, so this is its only test.

#![cfg(test)]

use std::alloc::System;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{self, Exchange, Request};
use limpid_core::http1::{Connection, Event as Part, Next, Role};
use limpid_core::limits::{Config, Limits};
use limpid_core::server::{self, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, Cx, ExchangeId, NoSink, Scope};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const START: Mono = Mono::from_nanos(0);
const BODY: usize = 64 * 1024;

/// Returns the number of bytes that are allocated.
fn held() -> usize {
    let stats = COUNTING.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// The input of a machine; its output is counted.
struct Peer<'a> {
    input: &'a [u8],
    written: usize,
    most: usize,
}

impl<'a> Peer<'a> {
    const fn new(input: &'a [u8]) -> Self {
        Self { input, written: 0, most: 0 }
    }
}

impl Read for Peer<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.most = self.most.max(room.len());
        match self.input.read(room)? {
            0 => Err(ErrorKind::WouldBlock.into()),
            n => Ok(n),
        }
    }
}

impl Write for Peer<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.written += data.len();
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Serves the requests that have arrived, and discards their bodies. Returns the most bytes that were allocated.
fn serve(session: &mut Session, peer: &mut Peer<'_>, now: Mono) -> usize {
    let mut most = 0;
    loop {
        most = most.max(held());
        match session.poll(now, &NoSink) {
            server::Action::Request => session.read_body(),
            server::Action::Event if matches!(session.event(), Some(server::Event::Data(_))) => {
                session.read_body();
            }
            server::Action::Event => {
                session.answer(now, &NoSink, 200, "hello".into()).unwrap();
                session.handled(now, &NoSink, Outcome::Done);
            }
            server::Action::Wait(_) => {
                let moves = session.write_to(&mut *peer, now, &NoSink)
                    || session.read_from(&mut *peer, now, &NoSink);
                if !moves {
                    return most;
                }
            }
            action => panic!("{action:?}"),
        }
    }
}

fn upload() -> Vec<u8> {
    let head =
        format!("POST /x HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nContent-Length: {BODY}\r\n\r\n");
    [head.into_bytes(), vec![b'x'; BODY]].concat()
}

fn options(config: Config) -> Arc<server::Options> {
    Arc::new(server::Options::with(|options| options.config = config))
}

/// Returns the most that a session holds for a request, and what it holds when it was idle for a second.
fn session(config: Config, reads: usize) -> (usize, usize) {
    let (upload, options) = (upload(), options(config));
    let before = held();
    let mut session = Session::new(ConnectionId(1), None, Arc::clone(&options));
    let mut peer = Peer::new(&upload);
    let most = serve(&mut session, &mut peer, START) - before;
    assert_eq!(peer.most, reads);
    assert!(peer.written > 0);
    let until = session.deadline(START).unwrap().at;
    assert_eq!(until, START + Duration::from_secs(1));
    session.handle_timeout(until, &NoSink);
    assert!(session.is_resting());
    assert_eq!(session.deadline(until).unwrap().at, START + Duration::from_secs(60));
    let rest = held() - before;
    // It serves on.
    peer.input = &upload;
    serve(&mut session, &mut peer, until);
    assert!(peer.input.is_empty() && !session.is_resting());
    (most, rest)
}

/// Runs an exchange. Returns the most bytes that were allocated.
fn run(exchange: &mut Exchange, peer: &mut Peer<'_>) -> usize {
    let mut most = 0;
    loop {
        most = most.max(held());
        match exchange.poll(START, &NoSink) {
            client::Action::Acquire => {
                exchange.handle_opened(ConnectionId(1), START, &NoSink).unwrap();
            }
            client::Action::Resolve => {
                let addresses = ["192.0.2.1:80".parse().unwrap()];
                exchange.handle_resolved(&addresses, START, &NoSink).unwrap();
            }
            client::Action::Dial(id) => exchange.handle_dialed(id, START, &NoSink).unwrap(),
            client::Action::Wait(_) => {
                let moves = exchange.write_to(&mut *peer, START, &NoSink)
                    || exchange.read_from(&mut *peer, START, &NoSink);
                assert!(moves);
            }
            client::Action::Event(_) => {}
            client::Action::Done | client::Action::Release => return most,
            action => panic!("{action:?}"),
        }
    }
}

/// Returns the most that an exchange holds for a response, and what its idle connection holds.
fn exchange(config: Config) -> (usize, usize) {
    let head = format!("HTTP/1.1 200 OK\r\nServer: s\r\nContent-Length: {BODY}\r\n\r\n");
    let download = [head.into_bytes(), vec![b'x'; BODY]].concat();
    let options = Arc::new(client::Options::with(|options| options.config = config));
    let before = held();
    let request = Request::builder(b"GET", "http://h/".parse().unwrap()).build();
    let mut exchange = Exchange::new(ExchangeId(1), request, Arc::clone(&options));
    let most = run(&mut exchange, &mut Peer::new(&download)) - before;
    let link = exchange.take_link().unwrap();
    drop(exchange);
    let rest = held() - before;
    drop(link);
    (most, rest)
}

/// Returns the most that a connection holds for a request, and what it holds after it.
fn connection(config: Config) -> (usize, usize) {
    let upload = upload();
    let before = held();
    let mut connection = Connection::new(Role::Server, config);
    let (mut input, mut most, mut scope) = (&upload[..], 0, Scope::default());
    let mut cx = Cx::new(START, &NoSink, &mut scope);
    loop {
        most = most.max(held() - before);
        match connection.next(&mut cx).unwrap() {
            Next::NeedInput => {
                let n = input.read(connection.space(config.limits.read)).unwrap();
                connection.filled(n);
            }
            Next::Event(Part::End(_)) => break,
            Next::Event(_) => {}
            other => panic!("{other:?}"),
        }
    }
    connection.send_response(&mut cx, 204, b"", Default::default(), Default::default()).unwrap();
    connection.finish(&mut cx, Default::default()).unwrap();
    connection.sent(connection.out_len());
    connection.restart().unwrap();
    connection.free_buffers();
    (most, held() - before)
}

#[test]
fn machines_hold_little_with_small_limits_and_nothing_while_idle() {
    let link = size_of::<client::Link>();
    // The line of Server is in the session's memory.
    let line = "Server: limpid\r\n".len();

    let (most, rest) = session(Config::SMALL, 512);
    assert!(most < 1200, "{most}");
    assert_eq!(rest, line);
    let server = Config::with(|config| config.limits = Limits::SERVER);
    assert_eq!(session(server, 68 * 1024).1, line);

    let (most, rest) = exchange(Config::SMALL_CLIENT);
    assert!(most < 2800, "{most}");
    assert_eq!(rest, link);
    assert_eq!(exchange(Config::CLIENT).1, link);

    let (most, rest) = connection(Config::SMALL);
    assert!(most < 640, "{most}");
    assert_eq!(rest, 0);
    assert_eq!(connection(server).1, 0);
}
