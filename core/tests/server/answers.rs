//! Consecutive whole responses.

use std::sync::Arc;
use std::time::Duration;

use limpid_core::server::{Action, Interest, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, NoSink};

/// A request line, and the status, fields and body of the response.
type Case = (&'static str, u16, &'static [(&'static str, &'static str)], &'static str);

fn session() -> Session {
    let mut session = Session::new(ConnectionId(1), None, Arc::default());
    session.set_date(Mono::default(), Duration::from_secs(784_111_777));
    session
}

/// Handles one request, and returns what the client receives.
fn answer(session: &mut Session, now: Mono, (line, status, fields, body): Case) -> String {
    let request = format!("{line}\r\nHost: a\r\n\r\n");
    assert_eq!(session.poll(now, &NoSink), Action::Wait(Interest::READ));
    session.space(request.len())[..request.len()].copy_from_slice(request.as_bytes());
    session.handle_received(request.len(), now, &NoSink).unwrap();
    assert_eq!(session.poll(now, &NoSink), Action::Request);
    for (name, value) in fields {
        session.fields().push(name.as_bytes(), value.as_bytes());
    }
    let answered = session.answer(now, &NoSink, status, body.into());
    session.handled(now, &NoSink, Outcome::Done);
    let action = session.poll(now, &NoSink);
    assert!(matches!(action, Action::Wait(Interest { write: true, .. })), "{action:?}");
    let output = String::from_utf8(session.out().concat()).unwrap();
    session.handle_sent(output.len(), now, &NoSink).unwrap();
    format!("{answered:?} {output}")
}

#[test]
fn repeated_response_equals_any_other() {
    const GET: &str = "GET / HTTP/1.1";
    let cases: [Case; 12] = [
        (GET, 200, &[("A", "b")], "hi"),
        (GET, 200, &[("A", "b")], "ho"),
        (GET, 200, &[("A", "b")], "hello"),
        (GET, 404, &[("A", "b")], "hello"),
        (GET, 404, &[("A", "c")], "hello"),
        (GET, 404, &[], "hello"),
        (GET, 404, &[("Content-Length", "5")], "hello"),
        (GET, 404, &[("Date", "now"), ("Server", "me")], "hello"),
        ("HEAD / HTTP/1.1", 404, &[], "hello"),
        (GET, 299, &[], "hello"),
        (GET, 204, &[], ""),
        (GET, 200, &[("X", "a\tb")], ""),
    ];
    // Each case comes before and after each other, and several times in succession.
    let orders = (0..cases.len()).flat_map(|a| (0..cases.len()).map(move |b| (a, b)));
    let (mut kept, mut now) = (session(), Mono::default());
    for case in orders.flat_map(|(a, b)| [a, a, b, b, b, a]).map(|at| cases[at]) {
        now = now + Duration::from_millis(130);
        assert_eq!(answer(&mut kept, now, case), answer(&mut session(), now, case), "{case:?}");
    }
    let last = ("GET / HTTP/1.0", 200, &[("X", "a\tb")][..], "");
    assert_eq!(answer(&mut kept, now, last), answer(&mut session(), now, last));
}

#[test]
fn new_date_is_sent_in_the_same_second() {
    let case = ("GET / HTTP/1.1", 200, &[("A", "b")][..], "hi");
    let mut session = Session::new(ConnectionId(1), None, Arc::default());
    let at = |millis| Mono::default() + Duration::from_millis(millis);
    session.set_date(at(5_000), Duration::from_millis(100_500));
    for _ in 0..2 {
        let output = answer(&mut session, at(5_000), case);
        assert!(output.contains("00:01:40 GMT"), "{output}");
    }
    // Its next second begins at the same moment.
    session.set_date(at(5_200), Duration::from_millis(200_700));
    let output = answer(&mut session, at(5_200), case);
    assert!(output.contains("00:03:20 GMT"), "{output}");
}

#[test]
fn invalid_field_is_refused_after_valid_responses() {
    let mut session = session();
    for _ in 0..3 {
        let output =
            answer(&mut session, Mono::default(), ("GET / HTTP/1.1", 200, &[("A", "b")], "x"));
        assert!(output.starts_with("Ok(()) HTTP/1.1 200 OK\r\n"), "{output}");
    }
    let split = ("GET / HTTP/1.1", 200, &[("A", "b\r\nC: d")][..], "x");
    let output = answer(&mut session, Mono::default(), split);
    assert!(output.starts_with("Err("), "{output}");
    assert!(output.contains("HTTP/1.1 500 "), "{output}");
}
