//! A session that reads from and writes to a transport itself.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::error::{Cause, Misuse, OsErrorKind};
use limpid_core::http1::BodySize;
use limpid_core::server::{Action, Event, Interest, Options, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::ConnectionId;

use crate::transport::{Liar, Script, Told};

const NOW: Mono = Mono::from_nanos(0);
const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const POST: &[u8] = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n";

/// Creates a session that waits for a request.
fn begun(told: &Told) -> Session {
    let options = Options::with(|options| options.name = None);
    let mut session = Session::new(ConnectionId(1), None, Arc::new(options));
    assert_eq!(session.poll(NOW, told), Action::Wait(Interest::READ));
    session
}

/// Creates a session whose handler has this request.
fn asked(request: &'static [u8], told: &Told) -> Session {
    let mut session = begun(told);
    assert!(session.read_from(Script::read(Ok(request)), NOW, told));
    assert_eq!(told.take(), [format!("< {}", request.escape_ascii())]);
    assert_eq!(session.poll(NOW, told), Action::Request);
    session
}

/// Creates a session that has a response for the transport.
fn answered(body: &'static [u8], told: &Told) -> Session {
    let mut session = asked(GET, told);
    session.answer(NOW, told, 200, Bytes::from_static(body)).unwrap();
    session.handled(NOW, told, Outcome::Done);
    let interest = Interest { write: true, ..Interest::READ };
    assert_eq!(session.poll(NOW, told), Action::Wait(interest));
    session
}

/// Creates a session that waits for the body of a request.
fn reading(told: &Told) -> Session {
    let mut session = asked(POST, told);
    session.read_body();
    assert_eq!(session.poll(NOW, told), Action::Wait(Interest::READ));
    session
}

#[test]
fn read_passes_in_received_bytes() {
    let told = Told::default();
    let mut session = reading(&told);
    assert!(session.read_from(Script::read(Ok(b"some")), NOW, &told));
    assert_eq!(told.take(), ["< some"]);
    assert_eq!(session.poll(NOW, &told), Action::Event);
    assert_eq!(session.event(), Some(Event::Data(b"some")));
}

#[test]
fn read_passes_in_the_end() {
    let told = Told::default();
    let mut session = reading(&told);
    assert!(session.read_from(Script::read(Ok(b"")), NOW, &told));
    assert_eq!(session.poll(NOW, &told), Action::Failed);
    assert!(matches!(session.failure().cause, Cause::Peer(_)), "{}", session.failure());
    let mut session = begun(&told);
    assert!(session.read_from(Script::read(Ok(b"")), NOW, &told));
    assert_eq!(session.poll(NOW, &told), Action::Close { reset: false });
    assert!(!session.read_from(Script::default(), NOW, &told));
}

#[test]
fn read_passes_in_a_failure() {
    let told = Told::default();
    let mut session = reading(&told);
    assert!(session.read_from(Script::read(Err(ErrorKind::ConnectionReset)), NOW, &told));
    assert_eq!(session.poll(NOW, &told), Action::Failed);
    let cause = session.failure().cause;
    assert!(matches!(cause, Cause::Os(os) if os.kind == OsErrorKind::Reset), "{cause}");
}

#[test]
fn read_of_more_than_the_buffer_is_a_failure() {
    let told = Told::default();
    let mut session = reading(&told);
    assert!(session.read_from(Liar, NOW, &told));
    assert_eq!(session.poll(NOW, &told), Action::Failed);
    let cause = session.failure().cause;
    assert!(matches!(cause, Cause::Misuse(it) if it.misuse == Misuse::TooManyBytes), "{cause}");
}

#[test]
fn read_that_would_block_or_is_interrupted_has_no_effect() {
    let told = Told::default();
    let mut session = reading(&told);
    let (until, later) = (session.deadline(NOW), NOW + Duration::from_secs(1));
    assert!(!session.read_from(Script::read(Err(ErrorKind::WouldBlock)), later, &told));
    assert!(session.read_from(Script::read(Err(ErrorKind::Interrupted)), later, &told));
    assert_eq!(session.poll(later, &told), Action::Wait(Interest::READ));
    assert_eq!(session.deadline(later), until);
    assert_eq!(told.take(), [""; 0]);
}

#[test]
fn transport_is_used_only_as_the_machine_waits() {
    let told = Told::default();
    let mut session = asked(GET, &told);
    assert!(!session.read_from(Script::default(), NOW, &told));
    assert!(!session.write_to(Script::default(), NOW, &told));
    // The handler's response is sent after the next poll.
    session.respond(NOW, &told, 200, BodySize::Unknown).unwrap();
    assert!(!session.write_to(Script::default(), NOW, &told));
    let mut session = answered(b"hi", &told);
    session.cancel(NOW, &told);
    assert!(!session.read_from(Script::default(), NOW, &told));
    assert!(!session.write_to(Script::default(), NOW, &told));
}

#[test]
fn hangup_cancels_the_request_of_a_handler_that_works() {
    let told = Told::default();
    let mut session = reading(&told);
    session.handle_hangup(NOW, &told);
    assert_eq!(session.poll(NOW, &told), Action::Wait(Interest::READ), "a read finds the end");
    let mut session = asked(GET, &told);
    let hangup = Interest { hangup: true, ..Interest::NONE };
    assert_eq!(session.poll(NOW, &told), Action::Wait(hangup));
    assert_eq!(session.interest(), hangup);
    session.handle_hangup(NOW, &told);
    assert_eq!(session.poll(NOW, &told), Action::Failed);
    assert_eq!(session.failure().cause, Cause::PeerGone);
    assert_eq!(session.interest(), Interest::NONE);
}

#[test]
fn transport_of_a_taken_connection_is_not_read() {
    let told = Told::default();
    let mut session = asked(b"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", &told);
    session.respond(NOW, &told, 200, BodySize::None).unwrap();
    session.flush();
    assert!(matches!(session.poll(NOW, &told), Action::Wait(it) if it.write));
    assert!(session.write_to(Script::write(Ok(100)), NOW, &told));
    assert_eq!(session.poll(NOW, &told), Action::Handle);
    assert!(session.take_switched(NOW, &told).is_some());
    assert!(!session.read_from(Script::default(), NOW, &told));
}

#[test]
fn write_sends_a_part_and_then_the_rest() {
    let told = Told::default();
    let mut session = answered(b"hi", &told);
    assert!(session.write_to(Script::write(Ok(8)), NOW, &told));
    assert!(matches!(session.poll(NOW, &told), Action::Wait(it) if it.write));
    assert!(session.write_to(Script::write(Ok(100)), NOW, &told));
    assert_eq!(told.take(), ["> HTTP/1.1", ">  200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi"]);
    assert!(!session.write_to(Script::default(), NOW, &told));
    assert_eq!(session.poll(NOW, &told), Action::Wait(Interest::READ));
}

#[test]
fn write_of_several_slices_is_one() {
    let told = Told::default();
    let mut session = answered(&[b'x'; 3_000], &told);
    let mut transport = Script::write(Ok(10_000));
    assert!(session.write_to(&mut transport, NOW, &told));
    let body = "x".repeat(3_000);
    let whole = format!("HTTP/1.1 200 OK\\r\\nContent-Length: 3000\\r\\n\\r\\n{body}");
    assert_eq!(transport.written, [(whole, 2)]);
}

#[test]
fn write_that_would_block_or_is_interrupted_has_no_effect() {
    let told = Told::default();
    let mut session = answered(b"hi", &told);
    let (until, later) = (session.deadline(NOW), NOW + Duration::from_secs(1));
    assert!(!session.write_to(Script::write(Err(ErrorKind::WouldBlock)), later, &told));
    assert!(session.write_to(Script::write(Err(ErrorKind::Interrupted)), later, &told));
    assert!(matches!(session.poll(later, &told), Action::Wait(it) if it.write));
    assert_eq!(session.deadline(later), until);
    assert_eq!(told.take(), [""; 0]);
}

#[test]
fn write_of_nothing_or_a_failed_one_ends_the_connection() {
    for result in [Ok(0), Err(ErrorKind::BrokenPipe)] {
        let told = Told::default();
        let mut session = answered(b"hi", &told);
        assert!(session.write_to(Script::write(result), NOW, &told));
        assert_eq!(session.poll(NOW, &told), Action::Close { reset: false });
        assert_eq!(session.poll(NOW, &told), Action::Done);
    }
}
