//! Servers that have no descriptor left for another connection. The limit holds for the whole process, so
//! this is the only test in it.

#![cfg(test)]
#![cfg(unix)]

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::Duration;

use limpid_core::error::Cause;
use limpid_core::trace::{EventKind, OwnedTraceEvent};
use limpid_io::server::ServerBuilder;
use limpid_sinks::EventList;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};

const PATIENCE: Duration = Duration::from_secs(20);

/// Starts a server, calls `during` with its address, and stops it.
type Serve = fn(EventList, during: fn(SocketAddr));

#[test]
fn idle_connection_gives_its_descriptor_to_a_new_one() {
    for serve in [with_std as Serve, with_tokio] {
        let recorder = EventList::new();
        serve(recorder.clone(), ask_without_descriptors);
        let event = recorder.assert_event(EventKind::ResourcesExhausted);
        assert!(
            matches!(event, OwnedTraceEvent::ResourcesExhausted { open: 2.., .. }),
            "{event:?}"
        );
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn ask(stream: &mut TcpStream) {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let mut answer = String::new();
    while !answer.ends_with("hello") {
        let mut room = [0; 1024];
        let n = stream.read(&mut room).unwrap();
        assert_ne!(n, 0, "{answer}");
        answer.push_str(std::str::from_utf8(&room[..n]).unwrap());
    }
}

/// Opens two connections, and two more when no descriptor is left. A thread that waits in accept(2) may
/// have one in reserve, hence the second.
fn ask_without_descriptors(address: SocketAddr) {
    let mut idle = [connect(address), connect(address)];
    idle.iter_mut().for_each(ask);
    let late = [(); 2].map(|()| Socket::new(Domain::IPV4, Type::STREAM, None).unwrap());
    // Descriptors are the lowest free numbers. Once they are consecutive, there are no gaps.
    let fillers: Vec<File> = (0..64).map(|_| File::open("/dev/null").unwrap()).collect();
    let before = getrlimit(Resource::Nofile);
    let highest = fillers.iter().map(AsRawFd::as_raw_fd).max().unwrap();
    let most = u64::try_from(highest).unwrap() + 1;
    setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: before.maximum }).unwrap();
    let late = late.map(|socket| {
        socket.connect(&address.into()).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut stream = TcpStream::from(socket);
        ask(&mut stream);
        stream
    });
    setrlimit(Resource::Nofile, before).unwrap();
    // Which of the two became idle first is not known here: each had its answer a moment before.
    let is_closed = |stream: &mut TcpStream| {
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        matches!(stream.read(&mut [0]), Ok(0))
    };
    assert!(idle.iter_mut().any(is_closed), "one that was idle made room");
    drop(late);
}

fn with_std(recorder: EventList, during: fn(SocketAddr)) {
    let builder = ServerBuilder::<limpid_std::Server>::default().sink(recorder);
    let server = builder.bind(("127.0.0.1", 0)).unwrap();
    let (address, handle) = (server.local_addr().unwrap(), server.handle());
    let thread = thread::spawn(move || {
        server.serve(|mut exchange: limpid_std::Exchange<'_>| exchange.respond(200, "hello"))
    });
    during(address);
    handle.shutdown(Duration::ZERO);
    thread.join().unwrap().unwrap();
}

fn with_tokio(recorder: EventList, during: fn(SocketAddr)) {
    let builder = ServerBuilder::<limpid_tokio::Server>::default().sink(recorder);
    let server = builder.bind(("127.0.0.1", 0)).unwrap();
    let (address, handle) = (server.local_addr().unwrap(), server.handle());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let thread = thread::spawn(move || {
        runtime.block_on(server.serve(|mut exchange: limpid_tokio::Exchange| async move {
            exchange.respond(200, "hello")?;
            Ok::<(), Cause>(())
        }))
    });
    during(address);
    handle.shutdown(Duration::ZERO);
    thread.join().unwrap().unwrap();
}
