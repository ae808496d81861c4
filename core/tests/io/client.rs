//! An exchange that reads from and writes to a transport itself.

use std::io::ErrorKind;
use std::sync::Arc;

use bytes::Bytes;
use limpid_core::client::{Action, Emitted, Event, Exchange, Interest, Options, Request};
use limpid_core::error::{Cause, Error, Misuse, OsErrorKind};
use limpid_core::http1::BodySize;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId};

use crate::transport::{Liar, Script, Told};

const NOW: Mono = Mono::from_nanos(0);
const BOTH: Interest = Interest { read: true, write: true, body: false };

/// Creates an exchange with an open connection, which has not sent its head.
fn connected(method: &[u8], size: BodySize, told: &Told) -> Exchange {
    let request = Request::builder(method, "http://h/".parse().unwrap()).body(size).build();
    let mut exchange = Exchange::new(ExchangeId(1), request, Arc::new(Options::default()));
    assert_eq!(exchange.poll(NOW, told), Action::Acquire);
    exchange.handle_opened(ConnectionId(1), NOW, told).unwrap();
    assert_eq!(exchange.poll(NOW, told), Action::Resolve);
    exchange.handle_resolved(&["127.0.0.1:80".parse().unwrap()], NOW, told).unwrap();
    let Action::Dial(dial) = exchange.poll(NOW, told) else { panic!() };
    exchange.handle_dialed(dial, NOW, told).unwrap();
    assert_eq!(exchange.poll(NOW, told), Action::Wait(Interest::WRITE));
    assert_eq!(told.take(), [""; 0]);
    exchange
}

/// Creates an exchange without a body, which waits for the response.
fn asked(told: &Told) -> Exchange {
    let mut exchange = connected(b"GET", BodySize::None, told);
    assert!(exchange.write_to(Script::write(Ok(100)), NOW, told));
    assert_eq!(exchange.poll(NOW, told), Action::Wait(Interest::READ));
    assert!(told.take()[0].starts_with("> GET / HTTP/1.1\\r\\nHost: h\\r\\n"));
    exchange
}

fn failed(exchange: &mut Exchange, told: &Told) -> Error {
    while exchange.poll(NOW, told) != Action::Failed {}
    exchange.take_error().unwrap()
}

#[test]
fn read_passes_in_received_bytes() {
    let told = Told::default();
    let mut exchange = asked(&told);
    let answer = b"HTTP/1.1 200 OK\r\n\r\nhi";
    assert!(exchange.read_from(Script::read(Ok(answer)), NOW, &told));
    assert_eq!(told.take(), ["< HTTP/1.1 200 OK\\r\\n\\r\\nhi"]);
    assert_eq!(exchange.poll(NOW, &told), Action::Event(Emitted::Head));
    assert_eq!(exchange.poll(NOW, &told), Action::Event(Emitted::Data));
    assert_eq!(exchange.event(), Some(Event::Data(b"hi")));
}

#[test]
fn read_passes_in_the_end() {
    let told = Told::default();
    let mut exchange = asked(&told);
    assert!(exchange.read_from(Script::read(Ok(b"HTTP/1.1 200 OK\r\n\r\n")), NOW, &told));
    assert_eq!(exchange.poll(NOW, &told), Action::Event(Emitted::Head));
    assert_eq!(exchange.poll(NOW, &told), Action::Wait(Interest::READ));
    assert!(exchange.read_from(Script::read(Ok(b"")), NOW, &told));
    // This body ends with the connection.
    assert_eq!(exchange.poll(NOW, &told), Action::Close);
    assert_eq!(exchange.poll(NOW, &told), Action::Done);
}

#[test]
fn read_passes_in_a_failure() {
    let told = Told::default();
    let mut exchange = asked(&told);
    assert!(exchange.read_from(Script::read(Err(ErrorKind::ConnectionReset)), NOW, &told));
    let error = failed(&mut exchange, &told);
    assert!(matches!(error.cause, Cause::Os(os) if os.kind == OsErrorKind::Reset), "{error}");
    assert!(told.take().contains(&"receive_response_headers.failed".to_owned()));
}

#[test]
fn read_of_more_than_the_buffer_is_a_failure() {
    let told = Told::default();
    let mut exchange = asked(&told);
    assert!(exchange.read_from(Liar, NOW, &told));
    let error = failed(&mut exchange, &told);
    assert!(matches!(error.cause, Cause::Misuse(it) if it.misuse == Misuse::TooManyBytes));
}

#[test]
fn read_that_would_block_or_is_interrupted_has_no_effect() {
    let told = Told::default();
    let mut exchange = asked(&told);
    let until = exchange.deadline(NOW);
    assert!(!exchange.read_from(Script::read(Err(ErrorKind::WouldBlock)), NOW, &told));
    assert!(exchange.read_from(Script::read(Err(ErrorKind::Interrupted)), NOW, &told));
    assert_eq!(exchange.poll(NOW, &told), Action::Wait(Interest::READ));
    assert_eq!(exchange.deadline(NOW), until);
    assert_eq!(told.take(), [""; 0]);
}

#[test]
fn transport_is_used_only_as_the_machine_waits() {
    let told = Told::default();
    let mut exchange = connected(b"GET", BodySize::None, &told);
    assert!(!exchange.read_from(Script::default(), NOW, &told));
    let mut exchange = asked(&told);
    assert!(!exchange.write_to(Script::default(), NOW, &told));
    assert_eq!(exchange.interest(), Interest::READ);
    exchange.hold(true);
    assert_eq!(exchange.interest(), Interest::NONE);
    assert!(!exchange.read_from(Script::default(), NOW, &told));
    exchange.cancel(NOW, &told);
    assert!(!exchange.read_from(Script::default(), NOW, &told));
    while exchange.poll(NOW, &told) != Action::Failed {}
    assert!(!exchange.read_from(Script::default(), NOW, &told));
    assert!(!exchange.write_to(Script::default(), NOW, &told));
}

#[test]
fn write_sends_a_part_and_then_the_rest() {
    let told = Told::default();
    let mut exchange = connected(b"GET", BodySize::None, &told);
    assert!(exchange.write_to(Script::write(Ok(4)), NOW, &told));
    assert_eq!(exchange.poll(NOW, &told), Action::Wait(BOTH));
    let mut transport = Script::write(Ok(100));
    assert!(exchange.write_to(&mut transport, NOW, &told));
    let [(rest, 1)] = &*transport.written else { panic!() };
    assert!(rest.starts_with("/ HTTP/1.1\\r\\n"));
    assert_eq!(told.take(), ["> GET ".to_owned(), format!("> {rest}")]);
    // All was sent, and the exchange was not polled since.
    assert!(!exchange.write_to(Script::default(), NOW, &told));
    assert_eq!(exchange.poll(NOW, &told), Action::Wait(Interest::READ));
}

#[test]
fn write_of_several_slices_is_one() {
    let told = Told::default();
    let mut exchange = connected(b"POST", BodySize::Unknown, &told);
    assert!(exchange.write_to(Script::write(Ok(100)), NOW, &told));
    exchange.poll(NOW, &told);
    // A piece of this size is not copied.
    exchange.handle_body(Bytes::from(vec![b'x'; 3_000]), NOW, &told).unwrap();
    assert_eq!(exchange.poll(NOW, &told), Action::Wait(BOTH));
    let mut transport = Script::write(Ok(10_000));
    assert!(exchange.write_to(&mut transport, NOW, &told));
    let chunk = format!("bb8\\r\\n{}\\r\\n", "x".repeat(3_000));
    assert_eq!(transport.written, [(chunk, 3)]);
}

#[test]
fn write_that_would_block_or_is_interrupted_has_no_effect() {
    let told = Told::default();
    let mut exchange = connected(b"GET", BodySize::None, &told);
    let until = exchange.deadline(NOW);
    assert!(!exchange.write_to(Script::write(Err(ErrorKind::WouldBlock)), NOW, &told));
    assert!(exchange.write_to(Script::write(Err(ErrorKind::Interrupted)), NOW, &told));
    assert_eq!(exchange.poll(NOW, &told), Action::Wait(Interest::WRITE));
    assert_eq!(exchange.deadline(NOW), until);
    assert_eq!(told.take(), [""; 0]);
}

#[test]
fn write_of_nothing_is_a_failure() {
    let told = Told::default();
    let mut exchange = connected(b"GET", BodySize::None, &told);
    assert!(exchange.write_to(Script::write(Ok(0)), NOW, &told));
    assert_eq!(told.take(), ["send_request_headers.failed"]);
    // The server may have responded before.
    assert_eq!(exchange.poll(NOW, &told), Action::Wait(Interest::READ));
}

#[test]
fn write_passes_in_a_failure() {
    let told = Told::default();
    let mut exchange = connected(b"POST", BodySize::Length(3), &told);
    assert!(exchange.write_to(Script::write(Ok(100)), NOW, &told));
    exchange.poll(NOW, &told);
    exchange.handle_body("abc".into(), NOW, &told).unwrap();
    assert_eq!(exchange.poll(NOW, &told), Action::Wait(BOTH));
    told.take();
    assert!(exchange.write_to(Script::write(Err(ErrorKind::BrokenPipe)), NOW, &told));
    assert_eq!(told.take(), ["send_request_body.failed"]);
    assert_eq!(exchange.unsent(), Some(3));
}
