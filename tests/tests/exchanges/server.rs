//! Exchanges of a server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use limpid_core::http1::Role;
use limpid_core::trace::Capture;
use limpid_sinks::exchanges::{Collector, Limits, Model};
use limpid_std::Server;

/// Returns the model of a server that answers what a client sends.
fn model(sent: &str, capture: Capture) -> Model {
    let collector = Arc::new(Collector::new(Limits::default()).capture(capture));
    let server = Server::builder().sink(Arc::clone(&collector)).bind(("127.0.0.1", 0)).unwrap();
    let (address, handle) = (server.local_addr().unwrap(), server.handle());
    let serving = thread::spawn(move || {
        server.serve(|mut exchange: limpid_std::Exchange<'_>| {
            while exchange.data()?.is_some() {}
            exchange.inform(103)?;
            exchange.field("Content-Type", "text/plain").respond(200, "hello")
        })
    });
    let mut client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    client.write_all(sent.as_bytes()).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    handle.shutdown(Duration::from_secs(5));
    serving.join().unwrap().unwrap();
    collector.model()
}

#[test]
fn request_is_an_exchange_of_its_connection() {
    let sent = "POST /a?token=tiger HTTP/1.1\r\nHost: example.com\r\nCookie: tiger\r\n\
        Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\n\
        GET /b HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n";
    let model = model(sent, Capture::Default);
    let [first, second] = &model.exchanges[..] else { panic!("{model:?}") };
    assert_eq!((first.role, first.hops.len()), (Role::Server, 1));
    let hop = &first.hops[0];
    assert_eq!((&*hop.method, &*hop.url), ("POST", "http://example.com/a?token=[secure]"));
    assert_eq!(hop.request.as_ref().unwrap().get("cookie"), Some("[secure]"));
    assert_eq!((hop.request_body.framing, hop.request_body.size), (Some("chunked"), Some(3)));
    assert_eq!(hop.request_body.trailers[0].name, "X-Sum");
    assert_eq!(hop.informational[0].status, 103);
    let response = hop.response.as_ref().unwrap();
    assert_eq!((response.status, response.get("Content-Type")), (200, Some("text/plain")));
    assert_eq!(hop.response_body.size, Some(5));
    assert_eq!(second.hops[0].url, "http://example.com/b");
    assert_eq!(second.hops[0].connection, hop.connection);

    let connection = &model.connections[&hop.connection.unwrap()];
    assert_eq!((connection.role, connection.requests), (Role::Server, 2));
    assert!(connection.peer.is_some() && connection.closed.is_some());
    assert!(connection.why_closed.is_some());
}

#[test]
fn refused_request_is_explained_on_its_connection() {
    let model = model("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", Capture::Default);
    let connection = model.connections.values().next().unwrap();
    let told: Vec<_> = connection.decisions.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|told| told.starts_with("refused: ")), "{told:?} {model:?}");
}

#[test]
fn bodies_of_pipelined_requests_belong_to_their_exchanges() {
    let sent = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\
        POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n\
        HEAD /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let model = model(sent, Capture::Everything);
    let bodies: Vec<_> = model
        .exchanges
        .iter()
        .map(|exchange| {
            let hop = &exchange.hops[0];
            assert!(exchange.ended.is_some() && hop.informational.len() == 1);
            [&hop.request_body, &hop.response_body].map(|body| body.bytes.clone().unwrap())
        })
        .collect();
    let expected: [[&[u8]; 2]; 3] = [[b"abc", b"hello"], [b"de", b"hello"], [b"", b""]];
    assert_eq!(bodies, expected);
}
