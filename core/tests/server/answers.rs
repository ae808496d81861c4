//! Whole answers, one after the other.

use std::sync::Arc;
use std::time::Duration;

use limpid_core::server::{Action, Interest, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, NoSink};

/// What is asked and how it is answered: request line, status, fields and body.
type Case = (&'static str, u16, &'static [(&'static str, &'static str)], &'static str);

fn session() -> Session {
    let mut session = Session::new(ConnectionId(1), None, Arc::default());
    session.set_date(Mono::default(), Duration::from_secs(784_111_777));
    session
}

/// What the client is sent.
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
    let said = String::from_utf8(session.out().concat()).unwrap();
    session.handle_sent(said.len(), now, &NoSink).unwrap();
    format!("{answered:?} {said}")
}

#[test]
fn an_answer_like_the_last_is_what_any_would_be() {
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
    // Each comes before and after each other, and several times in a row.
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
fn date_that_is_set_anew_is_sent_in_the_same_second() {
    let case = ("GET / HTTP/1.1", 200, &[("A", "b")][..], "hi");
    let mut session = Session::new(ConnectionId(1), None, Arc::default());
    let at = |millis| Mono::default() + Duration::from_millis(millis);
    session.set_date(at(5_000), Duration::from_millis(100_500));
    for _ in 0..2 {
        let said = answer(&mut session, at(5_000), case);
        assert!(said.contains("00:01:40 GMT"), "{said}");
    }
    // Its next second begins at the same moment.
    session.set_date(at(5_200), Duration::from_millis(200_700));
    let said = answer(&mut session, at(5_200), case);
    assert!(said.contains("00:03:20 GMT"), "{said}");
}

#[test]
fn a_field_that_cannot_be_sent_is_refused_after_answers_that_were() {
    let mut session = session();
    for _ in 0..3 {
        let said =
            answer(&mut session, Mono::default(), ("GET / HTTP/1.1", 200, &[("A", "b")], "x"));
        assert!(said.starts_with("Ok(()) HTTP/1.1 200 OK\r\n"), "{said}");
    }
    let split = ("GET / HTTP/1.1", 200, &[("A", "b\r\nC: d")][..], "x");
    let said = answer(&mut session, Mono::default(), split);
    assert!(said.starts_with("Err("), "{said}");
    assert!(said.contains("HTTP/1.1 500 "), "{said}");
}
