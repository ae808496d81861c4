//! The durations of sending, waiting and receiving, in virtual time.

use std::time::Duration;

use limpid_core::client::{Action, Emitted, Options};
use limpid_core::fields::Fields;
use limpid_core::http1::BodySize;
use limpid_core::time::Mono;

use crate::upload::{Upload, post};

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
const HINTS: &str = "HTTP/1.1 103 Early Hints\r\n\r\n";
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
const INFORMED: Action = Action::Event(Emitted::Informational);

impl Upload {
    /// Returns an upload that waits for `100 Continue`.
    fn expecting() -> Self {
        let request = post().field(b"Expect", b"100-continue").body(BodySize::Length(10)).build();
        let mut upload = Self::making(request, Options::default());
        upload.poll();
        upload.until();
        upload
    }

    /// Sends the whole body.
    fn sends_body(&mut self) {
        self.poll();
        self.source_yields(10);
        self.poll();
        self.transport_accepts(10);
        self.ends_body();
    }

    fn ends_body(&mut self) {
        self.poll();
        self.exchange.handle_body_end(Fields::EMPTY, self.now, &self.names).unwrap();
        self.poll();
    }

    /// Receives a head and a body, and ends.
    fn receives(&mut self, milliseconds: u64) {
        self.server_sends(HEAD);
        assert_eq!(self.poll(), Action::Event(Emitted::Head));
        self.advance(milliseconds);
        self.poll();
        self.server_sends("ok");
        while !matches!(self.poll(), Action::Done | Action::Close) {}
    }

    /// Asserts what sending, waiting and receiving took, in milliseconds.
    #[track_caller]
    fn assert_took(&self, parts: [Option<u64>; 3]) {
        let timings = self.exchange.timings();
        let took = [timings.send, timings.wait, timings.receive];
        assert_eq!(took, parts.map(|part| part.map(Duration::from_millis)));
        let sum: Duration = timings.parts().map(|(_, time)| time).sum();
        assert_eq!(sum, timings.total, "no time is counted twice or not at all");
    }
}

#[test]
fn wait_starts_when_the_request_has_ended() {
    let mut upload = Upload::new(10, Options::default());
    upload.advance(20);
    upload.sends_body();
    upload.advance(300);
    upload.receives(7);
    upload.assert_took([Some(20), Some(300), Some(7)]);
}

#[test]
fn wait_for_100_continue_is_a_part_of_sending() {
    let mut upload = Upload::expecting();
    upload.advance(1_000);
    upload.sends_body();
    upload.advance(372);
    upload.receives(7);
    upload.assert_took([Some(1_000), Some(372), Some(7)]);

    let mut upload = Upload::expecting();
    upload.advance(100);
    upload.server_sends(CONTINUE);
    assert_eq!(upload.poll(), INFORMED);
    upload.poll();
    upload.advance(50);
    upload.sends_body();
    upload.advance(300);
    upload.receives(7);
    upload.assert_took([Some(150), Some(300), Some(7)]);
}

#[test]
fn late_100_continue_is_not_the_response() {
    let mut upload = Upload::expecting();
    upload.advance(1_000);
    upload.poll();
    upload.source_yields(10);
    upload.poll();
    upload.server_sends(CONTINUE);
    assert_eq!(upload.poll(), INFORMED);
    upload.poll();
    upload.advance(40);
    upload.transport_accepts(10);
    upload.ends_body();
    upload.advance(300);
    upload.receives(7);
    upload.assert_took([Some(1_040), Some(300), Some(7)]);
}

#[test]
fn refusal_instead_of_100_continue_is_not_waited_for_twice() {
    let mut upload = Upload::expecting();
    upload.advance(200);
    upload.receives(7);
    upload.assert_took([Some(200), None, Some(7)]);
}

#[test]
fn receive_starts_with_the_first_byte_of_an_early_response() {
    let mut upload = Upload::new(10, Options::default());
    upload.advance(20);
    upload.poll();
    upload.server_sends("HTTP/1.1 ");
    upload.poll();
    upload.advance(30);
    upload.server_sends("401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
    upload.poll();
    upload.assert_took([Some(20), None, Some(30)]);
}

#[test]
fn upload_beside_the_response_is_a_part_of_receiving() {
    let mut upload = Upload::new(10, Options::default());
    upload.advance(20);
    upload.poll();
    upload.server_sends(HEAD);
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
    upload.advance(30);
    upload.sends_body();
    upload.advance(40);
    upload.server_sends("ok");
    while upload.poll() != Action::Done {}
    upload.assert_took([Some(20), None, Some(70)]);
}

#[test]
fn informational_response_does_not_end_the_wait() {
    let mut upload = Upload::new(10, Options::default());
    upload.sends_body();
    upload.advance(100);
    upload.server_sends(HINTS);
    assert_eq!(upload.poll(), INFORMED);
    upload.poll();
    upload.advance(200);
    upload.receives(7);
    upload.assert_took([Some(0), Some(300), Some(7)]);
}

#[test]
fn clock_that_is_set_back_counts_no_time_twice() {
    let mut upload = Upload::new(10, Options::default());
    upload.advance(100);
    upload.sends_body();
    upload.now = Mono::default();
    upload.poll();
    upload.advance(60);
    upload.receives(90);
    upload.assert_took([Some(100), Some(0), Some(50)]);
}
