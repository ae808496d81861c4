//! Ten threads, one client, and every sink at once: events are not mixed, lost events are counted, and no
//! sink affects a request.

#![cfg(test)]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::thread;

use limpid_core::trace::{EventKind, ExchangeId, Interest, Logger, Meta, Sink as _, SpanId, Stage};
use limpid_sinks::combine::{Filter, Group, Sampling, Tee};
use limpid_sinks::{ChannelSink, EventList, JsonSink, Levels, LineSink, Ring};
use limpid_std::Client;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

const THREADS: usize = 10;
const REQUESTS: usize = 10;
const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// A writer that takes a few bytes at a time and yields to other threads between.
#[derive(Clone, Default)]
struct Slow(Arc<Mutex<Vec<u8>>>);

impl Slow {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        thread::yield_now();
        self.0.lock().unwrap().write(&bytes[..bytes.len().min(50)])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer without a reader.
struct Broken;

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asserts that the events of each exchange are complete and in order, and that each span in it has ended.
fn assert_whole(recorder: &EventList) {
    let mut exchanges = BTreeMap::<ExchangeId, Vec<Meta>>::new();
    for (meta, _) in recorder.events() {
        exchanges.entry(meta.exchange).or_default().push(meta);
    }
    // Closing idle connections belongs to no exchange.
    exchanges.remove(&ExchangeId(0));
    assert_eq!(exchanges.len(), THREADS * REQUESTS);
    for events in exchanges.values() {
        assert!(events.iter().map(|meta| meta.seq).eq(0..events.len() as u64));
        assert_eq!(events[0].kind, EventKind::ExchangeStarted);
        assert_eq!(events[events.len() - 1].kind, EventKind::ExchangeComplete);
        let mut open = BTreeMap::<SpanId, &str>::new();
        for meta in events {
            let metadata = meta.kind.metadata();
            match metadata.stage {
                Stage::Point => {}
                Stage::Started => assert_eq!(open.insert(meta.span(), metadata.name), None),
                _ => assert_eq!(open.remove(&meta.span()), Some(metadata.name)),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

/// Returns how many of the events a sink with this interest receives.
fn count(recorder: &EventList, interest: Interest) -> usize {
    recorder.kinds().into_iter().filter(|kind| interest.contains(*kind)).count()
}

/// Sends requests from ten threads over one client, and checks the responses.
fn request_all(client: &Client, url: &str) {
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..REQUESTS {
                    assert_eq!(client.get(url).send().unwrap().bytes().unwrap(), b"hello");
                }
            });
        }
    });
}

/// Starts a server with a connection for each thread, each of which serves all requests.
fn server() -> (Server, String) {
    let script = vec![answer(HELLO); THREADS * REQUESTS].concat();
    let server = Server::tcp(vec![script; THREADS]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    (server, url)
}

#[test]
fn concurrent_events_are_whole_and_losses_counted() {
    let (_server, url) = server();
    let (lines, json) = (Slow::default(), Slow::default());
    let (all, grouped, sampled, filtered) =
        (EventList::new(), EventList::new(), EventList::new(), EventList::new());
    let ring = Arc::new(Ring::new(4 << 20));
    let (channel, items) = ChannelSink::bounded(64);
    let channel = Arc::new(channel);
    let tee = Tee::new()
        .with(all.clone())
        .with(LineSink::new(lines.clone()))
        .with(JsonSink::new(json.clone()))
        .with(Arc::clone(&ring))
        .with(Arc::clone(&channel))
        .with(Group::new(grouped.clone()))
        .with(Sampling::new(sampled.clone(), 1))
        .with(Filter::new(filtered.clone()).only(Interest::logger(Logger::Httpx)));
    let reader = thread::spawn(move || items.iter().collect::<Vec<_>>());
    let client = Client::builder().sink(tee).build();
    request_all(&client, &url);
    drop(client);

    let (documented, verbose) = (Levels::documented().interest(), Levels::verbose().interest());
    for recorder in [&all, &grouped, &sampled] {
        assert_whole(recorder);
    }
    let lines = lines.lines();
    assert_eq!(lines.len(), count(&all, documented));
    assert!(lines.iter().all(|line| line.starts_with("DEBUG [") || line.starts_with("INFO [")));
    let json = json.lines();
    assert_eq!(json.len(), 1 + count(&all, verbose), "the first line is that of the output");
    assert!(json.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    assert_eq!(filtered.kinds(), [EventKind::HttpRequest; THREADS * REQUESTS]);
    assert_eq!((ring.events().len(), ring.lost()), (count(&all, ring.interest()), 0));

    // The events of an exchange are consecutive.
    let mut order: Vec<ExchangeId> =
        grouped.events().iter().map(|(meta, _)| meta.exchange).filter(|id| id.0 > 0).collect();
    order.dedup();
    assert_eq!(order.len(), THREADS * REQUESTS);

    let dropped = channel.dropped();
    drop(channel);
    let items = reader.join().unwrap();
    assert_eq!(items.len() + usize::try_from(dropped).unwrap(), count(&all, verbose));
}

#[test]
fn failing_sinks_are_counted_and_do_not_affect_requests() {
    let (_server, url) = server();
    let all = EventList::new();
    let broken = Arc::new(LineSink::new(Broken));
    let (closed, receiver) = ChannelSink::bounded(1);
    drop(receiver);
    // This channel has no reader.
    let (full, _items) = ChannelSink::bounded(1);
    let full = Arc::new(full);
    let tee = Tee::new()
        .with(all.clone())
        .with(Arc::clone(&broken))
        .with(JsonSink::new(Broken))
        .with(closed)
        .with(Arc::clone(&full));
    #[cfg(target_os = "linux")]
    let disk = {
        let disk = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        Arc::new(LineSink::new(disk))
    };
    #[cfg(target_os = "linux")]
    let tee = tee.with(Arc::clone(&disk));
    let client = Client::builder().sink(tee).build();
    request_all(&client, &url);
    drop(client);

    assert_whole(&all);
    let lines = count(&all, Levels::documented().interest()) as u64;
    assert_eq!(broken.failures().lines, lines);
    #[cfg(target_os = "linux")]
    assert_eq!(disk.failures().lines, lines);
    assert_eq!(full.dropped() + 1, count(&all, Levels::verbose().interest()) as u64);
}
