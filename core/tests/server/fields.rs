//! The fields of every response.

use std::time::Duration;

use limpid_core::server::Options;

use crate::peer::{Handler, Server};

const GET: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

#[test]
fn response_has_server_and_date() {
    let mut server = Server::exactly(Options::default(), Handler::Fixed(200, ""));
    server.session.set_date(server.now, Duration::from_secs(784_111_777));
    assert_eq!(
        server.client_sends(GET),
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: limpid\r\n\
         Content-Length: 0\r\n\r\n"
    );
    server.advance(Duration::from_secs(3));
    assert!(server.client_sends(GET).contains("Date: Sun, 06 Nov 1994 08:49:40 GMT\r\n"));
}

#[test]
fn handler_can_override_server_and_date() {
    let options = Options::with(|options| options.name = Some("other".into()));
    let mut server = Server::exactly(options, Handler::Sleeps);
    server.session.set_date(server.now, Duration::from_secs(784_111_777));
    server.client_sends(GET);
    server.session.fields().push(b"SERVER", b"mine");
    server.session.fields().push(b"date", b"Mon, 07 Nov 1994 08:49:37 GMT");
    server.respond(200, limpid_core::http1::BodySize::Length(0)).unwrap();
    server.finish();
    assert_eq!(
        server.client_sends(""),
        "HTTP/1.1 200 OK\r\nSERVER: mine\r\ndate: Mon, 07 Nov 1994 08:49:37 GMT\r\n\
         Content-Length: 0\r\n\r\n"
    );
}
