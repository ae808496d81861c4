//! Ending with grace.

use std::time::Duration;

use limpid_core::server::Outcome;

use crate::peer::{Handler, Server, summary};

const GET: &str = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
const GRACE: Option<Duration> = Some(Duration::from_secs(5));

#[test]
fn an_idle_connection_is_closed_at_once() {
    for requests in ["", GET] {
        let mut server = Server::new(Handler::Target);
        server.hears(requests);
        assert!(server.session.is_idle());
        server.shuts_down(GRACE);
        server.run();
        assert_eq!((server.closed, server.finished), (Some(false), false));
        assert!(server.told().contains(&"shutdown busy=false".to_owned()));
    }
}

#[test]
fn an_open_exchange_is_finished_and_is_the_last() {
    let mut server = Server::new(Handler::Echo);
    server.hears("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n");
    assert!(!server.session.is_idle());
    server.shuts_down(GRACE);
    assert_eq!(server.hears(""), "");
    assert_eq!(
        server.hears(format!("hi{GET}")),
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    );
    assert_eq!(server.handled.len(), 1, "nothing else is begun");
    server.hears_the_end();
    assert_eq!(
        server.told().last().unwrap(),
        "connection.complete why=\"the server shuts down\" requests=1"
    );
}

#[test]
fn a_request_that_has_begun_to_come_is_served() {
    let mut server = Server::new(Handler::Target);
    server.hears("GET /a HTTP/1.1\r\n");
    server.shuts_down(GRACE);
    server.run();
    assert!(!server.is_closed());
    let said = server.hears("Host: h\r\n\r\n");
    assert!(said.contains("Connection: close") && said.ends_with("/a"), "{said}");
}

#[test]
fn grace_is_not_without_end() {
    let mut server = Server::new(Handler::Echo);
    server.hears("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n");
    server.shuts_down(GRACE);
    server.run();
    assert_eq!(server.waits(Duration::from_secs(4)), "");
    assert_eq!(
        summary(&server.waits(Duration::from_secs(1))),
        ("HTTP/1.1 503 Service Unavailable", "Service Unavailable: the server shuts down\n")
    );
    server.run();
    server.waits(Duration::from_secs(1));
    assert!(server.is_closed(), "not even lingering outlasts it");
    server.is_balanced();
}

#[test]
fn a_handler_that_is_done_after_the_end_is_heard() {
    let mut server = Server::new(Handler::Sleeps);
    server.hears(GET);
    server.shuts_down(None);
    server.waits(Duration::from_secs(1_000_000));
    assert!(!server.is_closed());
    server.handler = Handler::Ends(Outcome::Done);
    server.respond(200, limpid_core::http1::BodySize::Length(0)).unwrap();
    server.finish();
    assert!(server.hears("").contains("Connection: close"));
}
