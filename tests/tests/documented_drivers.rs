//! The documented sample over real sockets: the test serves its response, and compares the lines.

#![cfg(test)]

use std::sync::Arc;

use limpid_core::trace::{ConnectionId, EventKind, SpanId};
use limpid_sinks::{EventList, LineSink};
use limpid_std::{Client, ClientBuilder};
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::documented::{body, lines, normalised, plain_lines, response};
use limpid_tests::script::answer;
use limpid_tests::server::Server;

/// Requests the page, and returns its body and the log.
fn ask(client: ClientBuilder, url: &str) -> (Vec<u8>, String) {
    let sink = Arc::new(LineSink::new(Vec::new()));
    let client = client.sink(Arc::clone(&sink)).build();
    let body = client.get(url).send().unwrap().bytes().unwrap();
    drop(client);
    let log = Arc::into_inner(sink).unwrap().into_writer();
    (body, String::from_utf8(log).unwrap())
}

#[test]
fn request_over_tls_prints_documented_lines() {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let server = Server::tls(tls, vec![answer(response().unwrap())]).unwrap();
    let (port, ca_file) = (server.port(), certificates.ca_file());

    let client = Client::builder().ca_file(&ca_file);
    let (received, log) = ask(client, &format!("https://localhost:{port}"));

    let (log, documented) = (normalised(&log, port, Some(&ca_file)), lines());
    assert_eq!(log, documented);
    assert_eq!(log.len(), 19);
    assert_eq!(received, body().unwrap());
    assert_eq!(received.len(), 648);
    server.finish().unwrap();
}

#[test]
fn plain_request_prints_documented_lines_without_tls() {
    let server = Server::tcp(vec![answer(response().unwrap())]).unwrap();
    let port = server.port();

    let (received, log) = ask(Client::builder(), &format!("http://localhost:{port}"));

    let log = normalised(&log, port, None);
    assert_eq!(log, plain_lines());
    assert_eq!(log.len(), 15);
    assert_eq!(received, body().unwrap());
    server.finish().unwrap();
}

#[test]
fn events_have_ids_of_their_scope() {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let server = Server::tls(tls, vec![answer(response().unwrap())]).unwrap();
    let recording = Arc::new(EventList::default());
    let client =
        Client::builder().ca_file(certificates.ca_file()).sink(Arc::clone(&recording)).build();
    let url = format!("https://localhost:{}", server.port());
    client.get(&url).send().unwrap().bytes().unwrap();
    drop(client);

    let events = recording.events();
    let of_exchange = || events.iter().map(|(meta, _)| meta).filter(|meta| meta.exchange.0 > 0);
    let exchange = of_exchange().next().unwrap().exchange;
    let root = of_exchange().next().unwrap().span();
    let acquired = of_exchange().position(|meta| meta.kind == EventKind::AcquireComplete).unwrap();
    for (seq, meta) in of_exchange().enumerate() {
        assert_eq!(meta.seq, seq as u64, "{meta:?}");
        assert_eq!(meta.exchange, exchange);
        // Events before the connection have no connection id.
        assert_eq!(meta.connection != ConnectionId(0), seq >= acquired, "{meta:?}");
        assert_eq!((meta.hop, meta.attempt), (1, u16::from(seq > acquired)));
        assert_eq!(meta.parent() == SpanId(0), meta.span() == root, "{meta:?}");
    }
    assert!(events.is_sorted_by_key(|(meta, _)| meta.at));
    server.finish().unwrap();
}
