//! Sending the request while the response is received, in virtual time.

use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::{Action, Emitted, Event, Interest, Options};
use limpid_core::error::{Cause, OsError, OsErrorKind, Phase};
use limpid_core::fields::Fields;
use limpid_core::http1::BodySize;
use limpid_core::time::{Mono, Waiting};
use limpid_core::trace::ConnectionId;

use crate::upload::{Upload, post};

const REFUSED: &str = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno";
const READ: Interest = Interest::READ;
const BOTH: Interest = Interest { read: true, write: true, body: false };
const SOURCE: Interest = Interest { read: true, write: false, body: true };

#[test]
fn final_status_of_300_or_above_stops_the_upload() {
    let mut upload = Upload::new(20_000, Options::default());
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.source_yields(10_000);
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    upload.transport_accepts(4_000);
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    upload.server_sends(REFUSED);
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
    assert_eq!(upload.exchange.head().unwrap().status, 401);
    assert_eq!(upload.exchange.unsent(), Some(16_000));
    assert_eq!(upload.exchange.sizes().request_body, 4_000);
    assert_eq!(upload.poll(), Action::Event(Emitted::Data));
    assert_eq!(upload.exchange.event(), Some(Event::Data(b"no")));
    assert_eq!(upload.poll(), Action::Close, "the rest of the request is not sent");
    assert_eq!(upload.poll(), Action::Done);
    assert!(upload.exchange.take_link().is_none(), "the connection cannot be reused");
    assert_eq!(
        upload.names()[..6],
        [
            "send_request_headers.complete",
            "send_request_body.started",
            "receive_response_headers.started",
            "send_request_body.failed",
            "receive_response_headers.complete",
            "HTTP Request",
        ]
    );
}

#[test]
fn upload_stopped_before_its_last_chunk_closes_the_connection() {
    let mut upload = Upload::of(BodySize::Unknown, Options::default());
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.source_yields(10);
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    upload.transport_accepts(b"a\r\nxxxxxxxxxx\r\n".len());
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.exchange.handle_body_end(Fields::EMPTY, upload.now, &upload.names).unwrap();
    assert_eq!(upload.poll(), Action::Wait(BOTH), "the last chunk waits");
    upload.server_sends(REFUSED);
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
    assert_eq!(upload.poll(), Action::Event(Emitted::Data));
    assert_eq!(upload.poll(), Action::Close);
    assert_eq!(upload.poll(), Action::Done);
    assert!(upload.exchange.take_link().is_none());
}

#[test]
fn upload_of_known_length_keeps_the_connection_before_its_source_ends() {
    let mut upload = Upload::new(10, Options::default());
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.source_yields(10);
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    upload.transport_accepts(10);
    upload.server_sends("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
    assert_eq!(upload.poll(), Action::Event(Emitted::Data));
    assert_eq!(upload.poll(), Action::Done);
    assert!(upload.exchange.take_link().is_some());
    assert!(upload.names().contains(&"send_request_body.complete".to_owned()));
}

#[test]
fn final_status_instead_of_100_sends_no_body() {
    for status in ["200 OK", "401 Unauthorized"] {
        let request = post().field(b"Expect", b"100-continue").body(BodySize::Length(10)).build();
        let mut upload = Upload::making(request, Options::default());
        assert_eq!(upload.poll(), Action::Wait(READ));
        upload.server_sends(&format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n"));
        assert_eq!(upload.poll(), Action::Event(Emitted::Head));
        assert_eq!(upload.exchange.unsent(), Some(10));
        assert_eq!(upload.poll(), Action::Wait(READ));
        upload.server_sends("no");
        assert_eq!(upload.poll(), Action::Event(Emitted::Data));
        assert_eq!(upload.poll(), Action::Close);
    }
}

#[test]
fn status_200_continues_the_upload() {
    let mut upload = Upload::new(10, Options::default());
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.server_sends("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.source_yields(10);
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    upload.transport_accepts(10);
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.exchange.handle_body_end(Fields::EMPTY, upload.now, &upload.names).unwrap();
    assert_eq!(upload.poll(), Action::Wait(READ));
    upload.server_sends("ok");
    assert_eq!(upload.poll(), Action::Event(Emitted::Data));
    assert_eq!(upload.poll(), Action::Done);
    assert_eq!(upload.exchange.unsent(), None);
    assert!(upload.exchange.take_link().is_some());
}

#[test]
fn upload_stops_when_a_200_response_ends_first() {
    let mut upload = Upload::new(10, Options::default());
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.server_sends("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
    assert_eq!(upload.poll(), Action::Close);
    assert_eq!(upload.poll(), Action::Done);
    assert_eq!(upload.exchange.unsent(), Some(10));
    assert!(upload.names().contains(&"send_request_body.failed".to_owned()));
}

#[test]
fn informational_responses_do_not_stop_the_upload() {
    let mut upload = Upload::new(10, Options::default());
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.server_sends("HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_eq!(upload.poll(), Action::Event(Emitted::Informational));
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    assert!(upload.names().contains(&"receive_response_headers.started".to_owned()));
}

#[test]
fn write_timeout_restarts_with_each_byte_sent() {
    let mut upload = Upload::new(1_000, Options::default());
    upload.poll();
    upload.source_yields(1_000);
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    assert_eq!(upload.until(), Some((5_000, Waiting::Write)));
    for taken in 1..=10 {
        upload.advance(4_900);
        assert_eq!(upload.poll(), Action::Wait(BOTH));
        upload.transport_accepts(1);
        assert_eq!(upload.poll(), Action::Wait(BOTH));
        assert_eq!(upload.until(), Some((taken * 4_900 + 5_000, Waiting::Write)));
    }
    upload.advance(5_000);
    let error = upload.error();
    assert_eq!(error.cause, Cause::TimedOut(Waiting::Write));
    assert_eq!(upload.now.since(Mono::default()).as_millis(), 54_000);
}

#[test]
fn slow_source_is_limited_by_the_total_timeout_only() {
    let mut options = Options::default();
    let mut upload = Upload::new(10, options.clone());
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    assert_eq!(upload.until(), None);
    options.timeouts.total = Some(Duration::from_secs(60));
    let mut upload = Upload::new(10, options);
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    assert_eq!(upload.until(), Some((60_000, Waiting::Total)));
    upload.advance(60_000);
    assert_eq!(upload.error().cause, Cause::TimedOut(Waiting::Total));
}

#[test]
fn read_timeout_starts_with_the_first_byte_of_the_response() {
    let mut upload = Upload::new(10, Options::default());
    upload.poll();
    upload.advance(60_000);
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.server_sends("HTTP/1.1 ");
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    assert_eq!(upload.until(), Some((65_000, Waiting::Read)));
    // An upload that makes progress does not time out.
    upload.advance(4_000);
    upload.source_yields(10);
    upload.poll();
    upload.transport_accepts(10);
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    assert_eq!(upload.until(), Some((69_000, Waiting::Read)));
    upload.advance(5_000);
    assert_eq!(upload.error().cause, Cause::TimedOut(Waiting::Read));
}

#[test]
fn caller_that_takes_no_data_stops_reads_but_not_the_upload() {
    let mut upload = Upload::new(10, Options::default());
    upload.poll();
    upload.server_sends("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
    assert_eq!(upload.poll(), Action::Event(Emitted::Data));
    upload.exchange.hold(true);
    assert_eq!(upload.poll(), Action::Wait(Interest::BODY));
    assert_eq!(upload.exchange.event(), Some(Event::Data(b"body")), "it stays");
    assert_eq!(upload.until(), None, "the read timer is disarmed");
    upload.source_yields(10);
    assert_eq!(upload.poll(), Action::Wait(Interest::WRITE));
    upload.transport_accepts(10);
    assert_eq!(upload.poll(), Action::Wait(Interest::BODY));
    upload.exchange.handle_body_end(Fields::EMPTY, upload.now, &upload.names).unwrap();
    assert_eq!(upload.poll(), Action::Wait(Interest::NONE));
    upload.exchange.hold(false);
    assert_eq!(upload.poll(), Action::Done);
}

#[test]
fn response_is_read_although_the_transport_accepts_no_more() {
    let reset = OsError { code: 32, kind: OsErrorKind::BrokenPipe };
    let mut upload = Upload::new(10, Options::default());
    upload.poll();
    upload.source_yields(10);
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    upload.exchange.handle_send_failed(reset.into(), upload.now, &upload.names);
    assert_eq!(upload.poll(), Action::Wait(READ));
    assert_eq!(upload.exchange.unsent(), Some(10));
    upload.server_sends(REFUSED);
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
}

#[test]
fn reset_has_the_same_error_in_either_direction() {
    let reset = OsError { code: 104, kind: OsErrorKind::Reset };
    let errors = [true, false].map(|writing_finds_it| {
        let mut upload = Upload::new(10, Options::default());
        upload.poll();
        upload.source_yields(10);
        assert_eq!(upload.poll(), Action::Wait(BOTH));
        let (exchange, now) = (&mut upload.exchange, upload.now);
        if writing_finds_it {
            exchange.handle_send_failed(reset.into(), now, &upload.names);
            assert_eq!(exchange.poll(now, &upload.names), Action::Wait(READ));
            exchange.handle_eof(now, &upload.names);
        } else {
            exchange.handle_receive_failed(reset.into(), now, &upload.names);
        }
        let error = upload.error();
        (error.cause, error.phase, upload.exchange.unsent(), upload.names())
    });
    assert_eq!(errors[0], errors[1]);
    assert_eq!(errors[0].2, Some(10));
}

#[test]
fn error_has_the_phase_of_the_direction_that_failed() {
    let mut upload = Upload::new(10, Options::default());
    upload.poll();
    upload.source_yields(10);
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    upload.server_sends("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    assert_eq!(upload.until().map(|until| until.0), Some(5_000));
    upload.advance(3_000);
    upload.server_sends("o");
    assert_eq!(upload.poll(), Action::Event(Emitted::Data));
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    assert_eq!(upload.until(), Some((5_000, Waiting::Write)));
    upload.advance(2_000);
    let error = upload.error();
    assert_eq!((error.cause, error.phase), (Cause::TimedOut(Waiting::Write), Phase::SendBody));
}

#[test]
fn serial_exchange_reads_nothing_before_all_is_sent() {
    let options = Options::with(|options| options.read_after_send = true);
    let mut upload = Upload::new(10, options);
    assert_eq!(upload.poll(), Action::Wait(Interest::BODY));
    upload.source_yields(10);
    assert_eq!(upload.poll(), Action::Wait(Interest::WRITE));
    upload.transport_accepts(10);
    assert_eq!(upload.poll(), Action::Wait(Interest::BODY));
    upload.exchange.handle_body_end(Fields::EMPTY, upload.now, &upload.names).unwrap();
    assert_eq!(upload.poll(), Action::Wait(READ));
}

#[test]
fn unexpected_calls_are_refused_without_effect() {
    let mut upload = Upload::new(10, Options::default());
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    let (now, names) = (upload.now, &upload.names);
    assert!(upload.exchange.handle_sent(1, now, names).is_err());
    assert!(upload.exchange.handle_received(usize::MAX, now, names).is_err());
    assert!(upload.exchange.handle_opened(ConnectionId(2), now, names).is_err());
    assert!(upload.exchange.handle_failed(Cause::Cancelled.into(), now, names).is_err());
    upload.source_yields(3);
    let again = upload.exchange.handle_body(Bytes::from_static(b"more"), upload.now, &upload.names);
    assert!(again.is_err(), "one piece at a time");
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    assert_eq!(upload.exchange.out().concat(), b"xxx");
}
