//! Leaving HTTP/1.1.

use crate::peer::{Handler, Server, summary};

#[test]
fn an_upgrade() {
    let mut server = Server::new(Handler::Switch(101));
    let said = server.hears(
        "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly",
    );
    assert_eq!(said, "HTTP/1.1 101 Switching Protocols\r\n\r\nearly");
    assert_eq!(server.hears("\0late"), "\0late");
    assert_eq!(server.hears("\r\n\r\n"), "\r\n\r\n", "nothing of it is HTTP");
    server.hears_the_end();
    assert_eq!(server.closed, Some(false));
    assert_eq!(
        server.told().last().unwrap(),
        "connection.complete why=\"the other protocol is done\" requests=1"
    );
    server.is_balanced();
}

#[test]
fn a_tunnel() {
    let mut server = Server::new(Handler::Switch(200));
    let said = server.hears("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    assert_eq!(said, "HTTP/1.1 200 OK\r\n\r\n");
    server.step = 1;
    assert_eq!(server.hears("abc"), "abc");
}

#[test]
fn a_tunnel_that_is_not_wanted() {
    let mut server = Server::new(Handler::Fixed(405, ""));
    let said = server.hears("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    assert_eq!(summary(&said).0, "HTTP/1.1 405 Method Not Allowed");
    server.handler = Handler::Target;
    assert!(server.hears("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("/a"));
}
