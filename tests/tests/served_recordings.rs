//! Recordings of servers: the events of a replay are those of the run.

#![cfg(test)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use limpid_core::error::Cause;
use limpid_core::http1::BodySize;
use limpid_core::trace::Capture;
use limpid_sinks::EventList;
use limpid_std::{Exchange, Server};
use limpid_tests::recorded::Recorded;

/// Longer than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn handle(mut exchange: Exchange<'_>) -> Result<(), Cause> {
    match exchange.head().target {
        b"/echo" => {
            exchange.field("X-Token", "tiger").start(200, BodySize::Unknown)?;
            while let Some(data) = exchange.data()? {
                let data = data.to_vec();
                exchange.send(data)?;
            }
            exchange.field("X-Trailer", "t").finish()
        }
        b"/fails" => Err(Cause::Cancelled),
        b"/early" => {
            exchange.field("Link", "</a>; rel=preload").inform(103)?;
            exchange.reason("Fine").respond(201, "tiger")
        }
        b"/upgrade" => {
            exchange.field("Connection", "upgrade").field("Upgrade", "echo");
            let mut upgraded = exchange.upgrade(101)?;
            let mut room = [0; 16];
            let n = upgraded.read(&mut room).unwrap_or(0);
            drop(upgraded.write_all(&room[..n]));
            Ok(())
        }
        _ => exchange.respond(404, "there is no tiger here"),
    }
}

/// What a client sends, on a connection each.
const REQUESTS: [&str; 7] = [
    "GET /?token=tiger HTTP/1.1\r\nHost: h\r\nCookie: a=tiger\r\n\r\nGET /early HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\nthe tiger.",
    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\ntiger\r\n0\r\nX-Api-Key: tiger\r\n\r\n\
     GET /fails HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /early HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Basic tig\x01er\r\n\r\n",
    "GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\ntiger",
    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\nCookie: tiger\r\n\r\nthe tig",
];

fn serve(recorded: &Recorded) -> EventList {
    let events = EventList::new();
    let server = Server::builder().sink(events.clone()).recorder(recorded.recorder());
    let server = server.bind(("127.0.0.1", 0)).unwrap();
    let (address, handle_of_server) = (server.local_addr().unwrap(), server.handle());
    let serving = thread::spawn(move || server.serve(handle));
    for request in REQUESTS {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        for piece in request.as_bytes().chunks(11) {
            stream.write_all(piece).unwrap();
        }
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        // A reset ends the response too.
        let _ = stream.read_to_end(&mut Vec::new());
    }
    handle_of_server.shutdown(PATIENCE);
    serving.join().unwrap().unwrap();
    events
}

#[test]
fn served_requests_are_replayed_to_the_same_events() {
    let recorded = Recorded::start().unwrap();
    let events = serve(&recorded);
    assert!(events.events().len() > 100);
    assert_eq!(recorded.difference_by_connection(&events), None);
}

#[test]
fn served_requests_are_recorded_without_secrets_and_bodies() {
    let recorded = Recorded::start_as(Capture::Default).unwrap();
    let events = serve(&recorded);
    let bytes = recorded.bytes().unwrap();
    let is_there = bytes.windows(5).any(|part| part == b"tiger");
    assert!(!is_there, "{}", bytes.escape_ascii());
    assert_eq!(recorded.difference_by_connection(&events), None);
}
