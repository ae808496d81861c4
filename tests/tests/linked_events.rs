//! The links between events: identifiers that are unique in the process, spans inside spans, and hops.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use limpid_core::trace::{
    ConnectionId, EventKind, ExchangeId, Meta, OwnedTraceEvent, Sink, SpanId, SpanKind, Stage,
    Traceparent,
};
use limpid_sinks::{EventList, Ring};
use limpid_std::Client;
use limpid_tests::script::{Step, answer};
use limpid_tests::server::Server;

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const MOVED: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";

/// Returns a client whose events are recorded.
fn client(sink: impl Sink + Send + Sync + 'static) -> Client {
    Client::builder().redirects(3).sink(sink).build()
}

fn get(client: &Client, port: u16) {
    client.get(&format!("http://127.0.0.1:{port}/")).send().unwrap().bytes().unwrap();
}

/// Returns the events of two clients and of the server that both use.
fn of_two_clients_and_a_server() -> Vec<Meta> {
    let recorder = EventList::new();
    let server = limpid_std::Server::builder().sink(recorder.clone());
    let server = server.bind(("127.0.0.1", 0)).unwrap();
    let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
    let thread = thread::spawn(move || server.serve(|mut exchange| exchange.respond(200, "hello")));
    for _ in 0..2 {
        let client = client(recorder.clone());
        get(&client, port);
        get(&client, port);
    }
    handle.shutdown(Duration::from_secs(10));
    thread.join().unwrap().unwrap();
    recorder.events().into_iter().map(|(meta, _)| meta).collect()
}

#[test]
fn identifiers_are_unique_in_the_process() {
    let events = of_two_clients_and_a_server();
    let (mut spans, mut connections) = (BTreeSet::new(), BTreeMap::new());
    for meta in events.iter().filter(|meta| meta.kind.metadata().stage == Stage::Started) {
        assert!(spans.insert(meta.span()), "{meta:?}");
        if let EventKind::AnswerStarted | EventKind::SendRequestHeadersStarted = meta.kind {
            let is_served = meta.kind == EventKind::AnswerStarted;
            let exchanges: &mut Vec<ExchangeId> =
                connections.entry((meta.connection, is_served)).or_default();
            exchanges.push(meta.exchange);
        }
    }
    let sides: Vec<ConnectionId> = connections.keys().map(|(id, _)| *id).collect();
    assert_eq!(sides.len(), 4, "one connection for each client, seen from both sides");
    assert_eq!(BTreeSet::from_iter(sides).len(), 4);
    let exchanges: BTreeSet<ExchangeId> = connections.values().flatten().copied().collect();
    assert_eq!(exchanges.len(), 8);
    for meta in &events {
        assert!(meta.parent() == SpanId(0) || spans.contains(&meta.parent()), "{meta:?}");
    }
}

#[test]
fn served_request_is_inside_its_connection() {
    let events = of_two_clients_and_a_server();
    let serve = |meta: &&Meta| meta.kind == EventKind::ServeStarted;
    let of_connection: BTreeMap<ConnectionId, SpanId> =
        events.iter().filter(serve).map(|meta| (meta.connection, meta.span())).collect();
    let answers: Vec<&Meta> =
        events.iter().filter(|meta| meta.kind == EventKind::AnswerStarted).collect();
    assert_eq!(answers.len(), 4);
    for answer in answers {
        assert_eq!(Some(&answer.parent()), of_connection.get(&answer.connection));
        let inside = |kind| {
            let is_it = move |meta: &&Meta| meta.kind == kind && meta.exchange == answer.exchange;
            events.iter().filter(is_it).map(Meta::span)
        };
        assert!(inside(EventKind::RequestRead).eq([answer.span()]));
        assert!(inside(EventKind::ResponseSent).eq([answer.span()]));
    }
}

#[test]
fn sequence_of_a_connection_of_a_server_has_no_gaps() {
    let mut connections = BTreeMap::<ConnectionId, Vec<u64>>::new();
    let events = of_two_clients_and_a_server();
    let served: BTreeSet<_> = events
        .iter()
        .filter(|meta| meta.kind == EventKind::ServeStarted)
        .map(|meta| meta.connection)
        .collect();
    for meta in events.iter().filter(|meta| served.contains(&meta.connection)) {
        connections.entry(meta.connection).or_default().push(meta.seq);
    }
    assert_eq!(connections.len(), 2);
    for seqs in connections.values() {
        assert!(seqs.iter().copied().eq(0..seqs.len() as u64));
    }
}

#[test]
fn redirect_counts_up_the_hop() {
    let server = Server::tcp(vec![[answer(MOVED), answer(MOVED), answer(HELLO)].concat()]).unwrap();
    let recorder = EventList::new();
    let client = client(recorder.clone());
    get(&client, server.port());
    drop(client);
    server.finish().unwrap();

    let hops = |kind| {
        let of_kind = move |(meta, _): &(Meta, OwnedTraceEvent)| meta.kind == kind;
        recorder.events().into_iter().filter(of_kind).map(|(meta, _)| (meta.hop, meta.attempt))
    };
    assert!(hops(EventKind::RedirectDecided).eq([(1, 1), (2, 1)]));
    assert!(hops(EventKind::AcquireStarted).eq([(1, 0), (2, 1), (3, 1)]));
    assert!(hops(EventKind::ExchangeComplete).eq([(3, 1)]));
    assert!(hops(EventKind::CloseComplete).eq([(0, 0)]), "it belongs to no exchange");
}

/// The number of a trace, that of the operation, and whether it is sampled, as an event tells them.
type Told = (String, String, bool);

/// Returns what a server reads as the position of each request in a trace, according to its handler and to its
/// events.
fn traced(send: impl Fn(u16)) -> (Vec<Option<Traceparent>>, Vec<Told>) {
    let (recorder, (seen, all)) = (EventList::new(), mpsc::channel());
    let server = limpid_std::Server::builder().sink(recorder.clone());
    let server = server.bind(("127.0.0.1", 0)).unwrap();
    let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
    let thread = thread::spawn(move || {
        server.serve(move |mut exchange| {
            seen.send(exchange.head().traceparent()).unwrap();
            exchange.respond(200, "hello")
        })
    });
    send(port);
    handle.shutdown(Duration::from_secs(10));
    thread.join().unwrap().unwrap();
    let told = recorder.events().into_iter().filter_map(|(meta, event)| match event {
        OwnedTraceEvent::TraceContext { trace_id, parent_id, sampled } => {
            assert_ne!(meta.exchange, ExchangeId(0));
            Some((trace_id.into(), parent_id.into(), sampled))
        }
        _ => None,
    });
    (all.iter().collect(), told.collect())
}

#[test]
fn traceparent_of_the_caller_is_sent_and_read() {
    let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let own: Traceparent = text.parse().unwrap();
    let (read, told) = traced(|port| {
        let client = Client::builder().traceparent(true).build();
        let url = format!("http://127.0.0.1:{port}/");
        client.get(&url).traceparent(own).send().unwrap().bytes().unwrap();
    });
    assert_eq!(read, [Some(own)]);
    let [_, trace, parent, _] = text.split('-').collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!(told, [(trace.to_owned(), parent.to_owned(), false)]);
}

#[test]
fn client_begins_a_trace_for_each_request_only_if_it_is_told_to() {
    for adds in [false, true] {
        let (read, told) = traced(|port| {
            let client = Client::builder().traceparent(adds).build();
            (0..2).for_each(|_| get(&client, port));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let client = limpid_tokio::Client::builder().traceparent(adds).build();
                let url = format!("http://127.0.0.1:{port}/");
                client.get(&url).send().await.unwrap().bytes().await.unwrap();
            });
        });
        let traces: BTreeSet<_> = read.iter().flatten().map(|sender| sender.trace_id()).collect();
        let expected = if adds { 3 } else { 0 };
        assert_eq!((read.len(), traces.len(), told.len()), (3, expected, expected));
        assert!(read.iter().flatten().all(|sender| sender.is_sampled()));
    }
}

#[test]
fn invalid_traceparent_is_ignored() {
    let (read, told) = traced(|port| {
        let client = Client::builder().build();
        let request = client.get(&format!("http://127.0.0.1:{port}/"));
        request.header("traceparent", "00-0-0-00").send().unwrap().bytes().unwrap();
    });
    assert_eq!((read, told), (vec![None], vec![]));
}

/// Checks that all events of an exchange with a tag have it, on every hop and in every sink that owns events.
fn check_tag(recorder: &EventList, ring: &Ring, exchange: ExchangeId) {
    let (recorded, kept) = (recorder.events(), ring.exchange(exchange));
    let is_of = |(meta, _): &&(Meta, OwnedTraceEvent)| meta.exchange == exchange;
    let of_exchange: Vec<_> = recorded.iter().filter(is_of).collect();
    for (meta, _) in of_exchange.iter().copied().chain(&kept) {
        assert_eq!(meta.tag.as_deref(), Some("job-17"), "{meta:?}");
    }
    assert!(!kept.is_empty() && of_exchange.iter().any(|(meta, _)| meta.hop == 2));
    let others = recorded.iter().filter(|(meta, _)| meta.exchange != exchange);
    assert!(others.count() > 0);
    assert!(recorded.iter().filter(|event| !is_of(event)).all(|(meta, _)| meta.tag.is_none()));
}

#[test]
fn tag_of_a_request_is_on_all_its_events() {
    let script = || vec![[answer(MOVED), answer(HELLO), answer(HELLO)].concat()];
    let (recorder, ring) = (EventList::new(), std::sync::Arc::new(Ring::new(1 << 20)));
    let server = Server::tcp(script()).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let client = client((recorder.clone(), std::sync::Arc::clone(&ring)));
    let response = client.get(&url).tag("job-17").send().unwrap();
    let exchange = response.exchange_id();
    response.bytes().unwrap();
    get(&client, server.port());
    check_tag(&recorder, &ring, exchange);
    drop(client);
    server.finish().unwrap();

    let (recorder, ring) = (EventList::new(), std::sync::Arc::new(Ring::new(1 << 20)));
    let server = Server::tcp(script()).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let exchange = runtime.block_on(async {
        let sink = (recorder.clone(), std::sync::Arc::clone(&ring));
        let client = limpid_tokio::Client::builder().redirects(3).sink(sink).build();
        let response = client.get(&url).tag("job-17").send().await.unwrap();
        let exchange = response.exchange_id();
        response.bytes().await.unwrap();
        client.get(&url).send().await.unwrap().bytes().await.unwrap();
        exchange
    });
    check_tag(&recorder, &ring, exchange);
    server.finish().unwrap();
}

#[test]
fn request_sent_again_counts_up_the_hop() {
    let closed = [answer(HELLO), vec![Step::ReadRequest, Step::Close]].concat();
    let server = Server::tcp(vec![closed, answer(HELLO)]).unwrap();
    let recorder = EventList::new();
    let client = client(recorder.clone());
    get(&client, server.port());
    get(&client, server.port());
    drop(client);
    server.finish().unwrap();

    let events = recorder.events();
    let is_resent =
        |(_, event): &_| matches!(event, OwnedTraceEvent::ResendDecided { again: true, .. });
    let again = events.iter().position(is_resent).unwrap();
    assert_eq!((events[again].0.hop, events[again + 1].0.hop), (1, 2));
}

#[test]
fn ring_keeps_the_links() {
    let server = Server::tcp(vec![[answer(MOVED), answer(HELLO)].concat()]).unwrap();
    let (recorder, ring) = (EventList::new(), std::sync::Arc::new(Ring::new(1 << 20)));
    let client = client((recorder.clone(), std::sync::Arc::clone(&ring)));
    get(&client, server.port());
    drop(client);
    server.finish().unwrap();
    let (recorded, kept) = (recorder.events(), ring.events());
    let is_kept = |(meta, _): &&(Meta, OwnedTraceEvent)| ring.interest().contains(meta.kind);
    assert!(recorded.iter().filter(is_kept).eq(&kept));
    assert!(kept.iter().any(|(meta, _)| meta.hop == 2 && meta.parent() != SpanId(0)));
}

#[test]
fn every_span_of_a_client_starts_inside_the_exchange() {
    let events = of_two_clients_and_a_server();
    let parents = |span: SpanKind| {
        events.iter().filter(move |meta| meta.kind == span.started()).map(Meta::parent)
    };
    let exchanges: Vec<SpanId> = events
        .iter()
        .filter(|meta| meta.kind == EventKind::ExchangeStarted)
        .map(Meta::span)
        .collect();
    for span in [SpanKind::Acquire, SpanKind::SendRequestHeaders, SpanKind::ReceiveResponseBody] {
        assert!(parents(span).eq(exchanges.iter().copied()), "{span:?}");
    }
    let connects: Vec<SpanId> = events
        .iter()
        .filter(|meta| meta.kind == EventKind::ConnectTcpStarted)
        .map(Meta::span)
        .collect();
    for span in [SpanKind::Resolve, SpanKind::Dial] {
        assert!(parents(span).eq(connects.iter().copied()), "{span:?}");
    }
}
