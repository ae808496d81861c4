//! Graceful shutdown.

use std::time::Duration;

use limpid_core::server::Outcome;

use crate::peer::{Handler, Server, summary};

const GET: &str = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
const GRACE: Option<Duration> = Some(Duration::from_secs(5));

#[test]
fn shutdown_closes_an_idle_connection_immediately() {
    for requests in ["", GET] {
        let mut server = Server::new(Handler::Target);
        server.client_sends(requests);
        assert!(server.session.is_idle());
        server.shut_down(GRACE);
        server.run();
        assert_eq!((server.closed, server.finished), (Some(false), false));
        assert!(server.events().contains(&"shutdown busy=false".to_owned()));
    }
}

#[test]
fn shutdown_finishes_the_open_exchange() {
    let mut server = Server::new(Handler::Echo);
    server.client_sends("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n");
    assert!(!server.session.is_idle());
    server.shut_down(GRACE);
    assert_eq!(server.client_sends(""), "");
    assert_eq!(
        server.client_sends(format!("hi{GET}")),
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    );
    assert_eq!(server.handled.len(), 1, "no other request is begun");
    server.client_closes();
    assert_eq!(
        server.events().last().unwrap(),
        "connection.complete why=\"the server shuts down\" requests=1"
    );
}

#[test]
fn shutdown_serves_a_request_that_has_begun() {
    let mut server = Server::new(Handler::Target);
    server.client_sends("GET /a HTTP/1.1\r\n");
    server.shut_down(GRACE);
    server.run();
    assert!(!server.is_closed());
    let output = server.client_sends("Host: h\r\n\r\n");
    assert!(output.contains("Connection: close") && output.ends_with("/a"), "{output}");
}

#[test]
fn shutdown_ends_after_the_grace_period() {
    let mut server = Server::new(Handler::Echo);
    server.client_sends("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n");
    server.shut_down(GRACE);
    server.run();
    assert_eq!(server.advance(Duration::from_secs(4)), "");
    assert_eq!(
        summary(&server.advance(Duration::from_secs(1))),
        ("HTTP/1.1 503 Service Unavailable", "Service Unavailable: the server shuts down\n")
    );
    server.run();
    server.advance(Duration::from_secs(1));
    assert!(server.is_closed(), "lingering ends too");
    server.assert_balanced();
}

#[test]
fn handler_may_end_after_the_shutdown() {
    let mut server = Server::new(Handler::Sleeps);
    server.client_sends(GET);
    server.shut_down(None);
    server.advance(Duration::from_secs(1_000_000));
    assert!(!server.is_closed());
    server.handler = Handler::Ends(Outcome::Done);
    server.respond(200, limpid_core::http1::BodySize::Length(0)).unwrap();
    server.finish();
    assert!(server.client_sends("").contains("Connection: close"));
}
