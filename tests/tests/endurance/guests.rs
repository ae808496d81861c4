//! Clients that are slow or disconnect at any point: servers of both drivers close their connections, free
//! their resources, and do not spin.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use limpid_core::error::Cause;
use limpid_core::http1::BodySize;
use limpid_io::server::{ServerBuilder, Timeouts};
use rustix::time::{ClockId, clock_gettime};
use socket2::{Domain, Socket, Type};

use crate::alone::alone;

const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(20);
const REQUEST: &[u8] = b"POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";

/// A server and its handle.
struct Host {
    address: SocketAddr,
    stop: Box<dyn FnOnce()>,
}

/// Responds with the request's body, or without end.
fn blocking(mut exchange: limpid_std::Exchange<'_>) -> Result<(), Cause> {
    if exchange.head().target == b"/endless" {
        exchange.start(200, BodySize::Unknown)?;
        loop {
            exchange.send(vec![b'x'; 64 << 10])?;
        }
    }
    let mut body = Vec::new();
    while let Some(data) = exchange.data()? {
        body.extend_from_slice(data);
    }
    exchange.respond(200, body)
}

async fn asynchronous(mut exchange: limpid_tokio::Exchange) -> Result<(), Cause> {
    if exchange.head().target == b"/endless" {
        exchange.start(200, BodySize::Unknown)?;
        loop {
            exchange.send(vec![b'x'; 64 << 10]).await?;
        }
    }
    let mut body = Vec::new();
    while let Some(data) = exchange.data().await? {
        body.extend_from_slice(data);
    }
    exchange.respond(200, body)
}

fn over_std(timeouts: Timeouts) -> Host {
    let builder = ServerBuilder::<limpid_std::Server>::default().timeouts(timeouts);
    let server = builder.bind(("127.0.0.1", 0)).unwrap();
    let (address, handle) = (server.local_addr().unwrap(), server.handle());
    let serving = thread::spawn(move || server.serve(blocking).unwrap());
    let stop = move || {
        handle.shutdown(PATIENCE);
        serving.join().unwrap();
    };
    Host { address, stop: Box::new(stop) }
}

/// Returns a runtime. It has sockets of its own if tokio handles signals.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn over_tokio(timeouts: Timeouts) -> Host {
    let builder = ServerBuilder::<limpid_tokio::Server>::default().timeouts(timeouts);
    let server = builder.bind(("127.0.0.1", 0)).unwrap();
    let (address, handle) = (server.local_addr().unwrap(), server.handle());
    let runtime = runtime();
    let serving = thread::spawn(move || runtime.block_on(server.serve(asynchronous)).unwrap());
    let stop = move || {
        handle.shutdown(PATIENCE);
        serving.join().unwrap();
    };
    Host { address, stop: Box::new(stop) }
}

/// Returns both servers.
fn hosts(timeouts: Timeouts) -> [Host; 2] {
    [over_std(timeouts), over_tokio(timeouts)]
}

fn connect(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.connect(&address.into()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// Returns what is received until the server closes.
fn receive_all(mut socket: &Socket) -> String {
    let mut received = String::new();
    socket.read_to_string(&mut received).unwrap();
    received
}

/// Returns the number of sockets of the process, and of threads that serve a connection.
fn held() -> (usize, usize) {
    let is_socket = |link: &fs::DirEntry| {
        fs::read_link(link.path()).is_ok_and(|to| to.to_string_lossy().starts_with("socket:"))
    };
    let serves = |thread: &fs::DirEntry| {
        fs::read_to_string(thread.path().join("comm"))
            .is_ok_and(|name| name.starts_with("limpid-c"))
    };
    let files = fs::read_dir("/proc/self/fd").unwrap().flatten();
    let threads = fs::read_dir("/proc/self/task").unwrap().flatten();
    (files.filter(is_socket).count(), threads.filter(serves).count())
}

/// Waits until the process holds no more than this.
fn settle(most: (usize, usize)) {
    let start = Instant::now();
    loop {
        let now = held();
        if now.0 <= most.0 && now.1 <= most.1 {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{now:?} are held, and {most:?} were");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Connects, sends a part of a request, and disconnects in one of several ways.
fn visit(address: SocketAddr, number: usize) -> Option<Socket> {
    let mut socket = connect(address);
    let said = number * 7 % (REQUEST.len() + 1);
    socket.write_all(&REQUEST[..said]).unwrap();
    match number % 4 {
        0 => socket.set_linger(Some(Duration::ZERO)).unwrap(),
        1 => {}
        2 => socket.shutdown(Shutdown::Write).unwrap(),
        // It stays until all others have connected.
        _ => return Some(socket),
    }
    (number % 4 == 2).then_some(socket)
}

#[test]
fn server_frees_resources_of_disconnected_clients() {
    let _alone = alone();
    // The first runtime of a process makes what the others share.
    drop(runtime());
    let empty = held();
    for host in hosts(Timeouts::default()) {
        let Host { address, stop } = host;
        let waiting = held();
        let staying: Vec<Socket> = (0..200).filter_map(|number| visit(address, number)).collect();
        let mut polite = connect(address);
        polite.write_all(REQUEST).unwrap();
        let mut answer = [0; 12];
        polite.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        drop((staying, polite));
        settle(waiting);
        // One connection is idle and one is within a request when the server stops.
        let idle = connect(address);
        let mut busy = connect(address);
        let (rest, most) = REQUEST.split_last().unwrap();
        busy.write_all(&[REQUEST, most].concat()).unwrap();
        // After this response, the server has read the next request as far as it was sent.
        busy.read_exact(&mut answer).unwrap();
        let stopping = thread::spawn(move || drop((receive_all(&idle), idle)));
        let late = thread::spawn(move || {
            thread::sleep(PAUSE * 5);
            busy.write_all(&[*rest]).unwrap();
            assert!(receive_all(&busy).ends_with("hello"));
        });
        stop();
        stopping.join().unwrap();
        late.join().unwrap();
    }
    settle(empty);
}

/// Sends something, then a piece repeatedly until the server closes; returns its response.
fn dribble(address: SocketAddr, first: &[u8], piece: &[u8]) -> String {
    let mut socket = connect(address);
    socket.set_read_timeout(Some(PAUSE)).unwrap();
    socket.write_all(first).unwrap();
    let (start, mut received) = (Instant::now(), Vec::new());
    loop {
        match socket.read_to_end(&mut received) {
            Ok(_) => return String::from_utf8(received).unwrap(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => panic!("{error}"),
        }
        assert!(start.elapsed() < PATIENCE, "the server goes on");
        socket.write_all(piece).unwrap();
    }
}

/// Does not read until the server closes; the received data then ends.
fn ignore(address: SocketAddr) {
    let mut socket = connect(address);
    socket.write_all(b"GET /endless HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    thread::sleep(PAUSE * 150);
    let read = io::copy(&mut socket.take(1 << 30), &mut io::sink());
    assert!(read.is_err() || read.is_ok_and(|read| read < 1 << 30), "the server goes on");
}

#[test]
fn server_closes_slow_clients_without_spinning() {
    let _alone = alone();
    let second = Some(Duration::from_secs(1));
    let timeouts = Timeouts::with(|timeouts| {
        timeouts.head = second;
        timeouts.body = second;
        timeouts.write = Some(PAUSE * 10);
    });
    for Host { address, stop } in hosts(timeouts) {
        let (began, before) = (Instant::now(), clock_gettime(ClockId::ProcessCPUTime));
        thread::scope(|scope| {
            let field = scope.spawn(|| dribble(address, b"GET / HTTP/1.1\r\n", b"A: b\r\n"));
            let byte = scope.spawn(|| dribble(address, b"GET / HTTP/1.1\r\nA: ", b"b"));
            let body = scope.spawn(|| {
                let head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999\r\n\r\n";
                dribble(address, head, b"b")
            });
            scope.spawn(|| ignore(address));
            for slow in [field, byte, body] {
                let received = slow.join().unwrap();
                assert!(received.starts_with("HTTP/1.1 408 "), "{received}");
            }
        });
        let computed = clock_gettime(ClockId::ProcessCPUTime) - before;
        let (computed, wall) = (Duration::try_from(computed).unwrap(), began.elapsed());
        assert!(computed < wall / 5, "{computed:?} of {wall:?}");
        stop();
    }
}
