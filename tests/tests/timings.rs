//! The events of an exchange as a whole: its beginning and end, its timings, and the events that led to a
//! failure.

#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{PoolLimits, Retirement};
use limpid_core::trace::{EventKind, ExchangeId, OwnedTraceEvent, Stage};
use limpid_sinks::combine::{Group, Tee};
use limpid_sinks::{EventList, JsonSink, LineSink, Ring};
use limpid_std::{Client, Sizes, Timings};
use limpid_tests::json_lines;
use limpid_tests::script::{Step, answer, send};
use limpid_tests::server::{Listen, Server};

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const MOVED: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 4\r\n\r\nover";

/// Requests a URL and reads the body until its end.
fn get(client: &Client, server: &Server) -> (Timings, Sizes) {
    let url = format!("http://127.0.0.1:{}/", server.port());
    let mut body = client.get(&url).send().unwrap().into_body();
    while body.next_piece().unwrap().is_some() {}
    (body.timings(), body.sizes())
}

fn names(timings: &Timings) -> Vec<&'static str> {
    timings.parts().map(|(name, _)| name).collect()
}

/// Returns the events of an exchange as a whole, and its decisions.
fn told(recorder: &EventList, names: &[&str]) -> Vec<EventKind> {
    let is_named = |kind: &EventKind| names.contains(&kind.metadata().name);
    recorder.kinds().into_iter().filter(is_named).collect()
}

#[test]
fn timings_contain_only_parts_that_occurred() {
    let server = Server::tcp(vec![[answer(HELLO), answer(HELLO)].concat()]).unwrap();
    let recorder = EventList::new();
    let client = Client::builder().sink(recorder.clone()).build();

    let (first, sizes) = get(&client, &server);
    assert_eq!(names(&first), ["pool", "resolve", "connect", "send", "wait", "receive"]);
    assert_eq!((first.connections, first.redirects, first.connect_retries), (1, 0, 0));
    assert!(first.parts().map(|(_, time)| time).sum::<Duration>() <= first.total);
    assert_eq!((sizes.response_heads, sizes.response_body, sizes.request_body), (38, 5, 0));

    let (second, again) = get(&client, &server);
    assert_eq!(names(&second), ["pool", "send", "wait", "receive"]);
    assert_eq!((second.connections, again), (0, sizes));

    let ends = recorder.events().into_iter().filter_map(|(_, event)| match event {
        OwnedTraceEvent::ExchangeComplete { timings, received, .. } => Some((*timings, received)),
        _ => None,
    });
    assert!(ends.eq([(first, 43), (second, 43)]));
    assert_eq!(
        told(&recorder, &["exchange", "acquire"]),
        [
            EventKind::ExchangeStarted,
            EventKind::AcquireStarted,
            EventKind::AcquireComplete,
            EventKind::ExchangeComplete,
        ]
        .repeat(2)
    );
    drop(client);
    server.finish().unwrap();
}

#[test]
fn tokio_reports_same_timings() {
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (timings, sizes) = runtime.block_on(async {
        let client = limpid_tokio::Client::default();
        let mut response = client.post(&url).body("abc").send().await.unwrap();
        while response.next_piece().await.unwrap().is_some() {}
        (response.timings(), response.sizes())
    });
    assert_eq!(names(&timings), ["pool", "resolve", "connect", "send", "wait", "receive"]);
    assert_eq!((sizes.response_body, sizes.request_body), (5, 3));
    server.finish().unwrap();
}

#[test]
fn redirect_adds_to_timings_of_exchange() {
    let server = Server::tcp(vec![[answer(MOVED), answer(HELLO)].concat()]).unwrap();
    let recorder = EventList::new();
    let client = Client::builder().redirects(1).sink(recorder.clone()).build();
    let (timings, sizes) = get(&client, &server);
    assert_eq!((timings.redirects, timings.connections), (1, 1));
    assert!(timings.redirect.unwrap() <= timings.total);
    assert_eq!(sizes.response_body, 5, "the body of the last response");
    assert_eq!(
        told(&recorder, &["exchange", "redirect"]),
        [EventKind::ExchangeStarted, EventKind::RedirectDecided, EventKind::ExchangeComplete]
    );
    drop(client);
    server.finish().unwrap();
}

#[test]
fn dropped_response_ends_exchange() {
    const ONLY_HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    for (response, end) in
        [(HELLO, EventKind::ExchangeComplete), (ONLY_HEAD, EventKind::ExchangeFailed)]
    {
        let server = Server::tcp(vec![answer(response)]).unwrap();
        let recorder = EventList::new();
        let client = Client::builder().sink(recorder.clone()).build();
        drop(client.get(&format!("http://127.0.0.1:{}/", server.port())).send().unwrap());
        assert_eq!(*recorder.kinds().last().unwrap(), end);
        drop(client);
        server.finish().unwrap();
    }
}

#[test]
fn retries_are_counted_with_decision_events() {
    let server = Server::start(Listen::Refuse, Vec::new()).unwrap();
    let recorder = EventList::new();
    let client = Client::builder().connect_retries(1).sink(recorder.clone()).build();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let error = client.get(&url).send().unwrap_err();
    let timings = error.timings().unwrap();
    assert_eq!((timings.connect_retries, timings.connections), (1, 0));
    assert_eq!(names(timings), ["pool", "resolve", "connect"]);
    let decisions: Vec<bool> = recorder
        .events()
        .into_iter()
        .filter_map(|(_, event)| match event {
            OwnedTraceEvent::RetryDecided { again, .. } => Some(again),
            _ => None,
        })
        .collect();
    assert_eq!(decisions, [true, false]);
}

#[test]
fn retired_connection_has_reason() {
    let server = Server::tcp(vec![answer(HELLO), answer(HELLO)]).unwrap();
    let recorder = EventList::new();
    let limits = PoolLimits::with(|limits| limits.expiry = Some(Duration::ZERO));
    let client = Client::builder().pool(limits).sink(recorder.clone()).build();
    get(&client, &server);
    get(&client, &server);
    drop(client);
    let reasons = recorder.events().into_iter().filter_map(|(_, event)| match event {
        OwnedTraceEvent::ConnectionRetired { why } => Some(why),
        _ => None,
    });
    assert!(reasons.eq([Retirement::Expired, Retirement::Closed].map(Retirement::description)));
    server.finish().unwrap();
}

#[test]
fn exchange_ids_are_unique_in_process() {
    let server = Server::tcp(vec![answer(HELLO), answer(HELLO)]).unwrap();
    let recorder = EventList::new();
    for _ in 0..2 {
        get(&Client::builder().sink(recorder.clone()).build(), &server);
    }
    let mut exchanges: Vec<ExchangeId> = recorder
        .events()
        .iter()
        .filter(|(meta, _)| meta.kind == EventKind::ExchangeStarted)
        .map(|(meta, _)| meta.exchange)
        .collect();
    exchanges.dedup();
    assert_eq!(exchanges.len(), 2);
    server.finish().unwrap();
}

#[test]
fn error_has_events_kept_by_sink() {
    let bad = || vec![Step::ReadRequest, send("HTTP/1.1 2x0 OK\r\n\r\n")];
    let server = Server::tcp(vec![answer(HELLO), bad(), bad()]).unwrap();
    let ring = Arc::new(Ring::new(64 * 1024));
    let deep = Tee::new().with(JsonSink::new(std::io::sink())).with(Group::new(Arc::clone(&ring)));
    let url = format!("http://127.0.0.1:{}/", server.port());
    let client = Client::builder().sink(deep).build();
    client.get(&url).header("Connection", "close").send().unwrap().bytes().unwrap();
    let error = client.get(&url).header("Authorization", "planted").send().unwrap_err();

    let trace = error.trace().unwrap();
    let (first, last) = (trace.events().first().unwrap(), trace.events().last().unwrap());
    assert_eq!(first.0.kind, EventKind::ExchangeStarted);
    assert_eq!(last.0.kind, EventKind::ExchangeFailed);
    let exchange = error.history().unwrap().exchange;
    assert!(trace.events().iter().all(|(meta, _)| meta.exchange == exchange));
    let starts = trace.events().iter().filter(|(meta, _)| stage(meta.kind) == Stage::Started);
    assert!(starts.count() > 5);

    let lines = LineSink::new(Vec::new()).time_base(ring.time_base());
    trace.emit(&lines);
    let lines = String::from_utf8(lines.into_writer()).unwrap();
    assert!(lines.contains("receive_response_headers.failed"), "{lines}");
    assert!(!format!("{error:?}{lines}").contains("planted"));

    let error = Client::default().get(&url).send().unwrap_err();
    assert!(error.trace().is_none(), "no sink keeps events");
    server.finish().unwrap();
}

/// A sink that holds events back passes them on when the exchange has ended.
#[test]
fn json_line_of_a_held_event_has_the_time_of_the_event() {
    let pause = Step::Sleep(Duration::from_millis(100));
    let server = Server::tcp(vec![vec![Step::ReadRequest, pause, send(HELLO)]]).unwrap();
    let (direct, held) = (Arc::new(JsonSink::new(vec![])), Arc::new(JsonSink::new(vec![])));
    let sinks = Tee::new().with(Arc::clone(&direct)).with(Group::new(Arc::clone(&held)));
    get(&Client::builder().sink(sinks).build(), &server);
    server.finish().unwrap();
    let time = |sink: Arc<JsonSink<Vec<u8>>>, event| {
        let text = String::from_utf8(Arc::into_inner(sink).unwrap().into_writer()).unwrap();
        let lines = json_lines::read(&text).unwrap();
        let line = lines.iter().find(|line| line["event"] == event).unwrap();
        line["time"].as_str().unwrap().to_owned()
    };
    let answered = time(direct, "ReceiveResponseHeadersComplete");
    assert!(time(held, "ExchangeStarted") < answered);
}

fn stage(kind: EventKind) -> Stage {
    kind.metadata().stage
}
