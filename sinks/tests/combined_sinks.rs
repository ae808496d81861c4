//! All sinks at once, with events of ten threads.

#![cfg(test)]

mod samples;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::thread;

use limpid_core::trace::{EventKind, ExchangeId, Meta, Scope};
use limpid_sinks::combine::{Group, Sampling, Tee};
use limpid_sinks::{ChannelSink, EventList, JsonSink, LineSink, Ring};
use samples::LIFE;

const THREADS: usize = 10;
const EXCHANGES: usize = 40;
const TOTAL: usize = LIFE * THREADS * EXCHANGES;
/// Lines exist for all events but the end of an exchange.
const LINES: usize = TOTAL - THREADS * EXCHANGES;

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

/// A writer that fails sometimes.
struct Flaky(u32);

impl Write for Flaky {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += 1;
        if self.0.is_multiple_of(3) {
            Err(io::ErrorKind::BrokenPipe.into())
        } else {
            Ok(bytes.len())
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asserts that the events of each exchange are complete and in order.
fn assert_whole(metas: impl IntoIterator<Item = Meta>) {
    let mut exchanges = BTreeMap::<ExchangeId, Vec<Meta>>::new();
    for meta in metas {
        exchanges.entry(meta.exchange).or_default().push(meta);
    }
    assert_eq!(exchanges.len(), THREADS * EXCHANGES);
    for events in exchanges.values() {
        assert!(events.iter().map(|meta| meta.seq).eq(0..LIFE as u64));
        assert_eq!(events[0].kind, EventKind::ConnectTcpStarted);
        assert_eq!(events[LIFE - 1].kind, EventKind::ExchangeComplete);
    }
}

#[test]
fn concurrent_lines_are_whole_and_losses_counted() {
    let (lines, json) = (Slow::default(), Slow::default());
    let (grouped, sampled, all) = (EventList::new(), EventList::new(), EventList::new());
    let ring = Arc::new(Ring::new(1 << 20));
    let flaky = Arc::new(LineSink::new(Flaky(0)));
    let (channel, items) = ChannelSink::bounded(64);
    let channel = Arc::new(channel);
    let (closed, receiver) = ChannelSink::bounded(1);
    drop(receiver);
    let tee = Tee::new()
        .with(LineSink::new(lines.clone()))
        .with(JsonSink::new(json.clone()))
        .with(Arc::clone(&ring))
        .with(Arc::clone(&flaky))
        .with(Arc::clone(&channel))
        .with(closed)
        .with(Group::new(grouped.clone()))
        .with(Sampling::new(sampled.clone(), 1))
        .with(all.clone());

    let reader = thread::spawn(move || items.iter().collect::<Vec<_>>());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let tee = &tee;
            scope.spawn(move || {
                for exchange in 1..=EXCHANGES {
                    let id = ExchangeId((thread * EXCHANGES + exchange) as u64);
                    samples::exchange(tee, &mut Scope::exchange(id), 1);
                }
            });
        }
    });
    drop(tee);

    let lines = lines.lines();
    assert_eq!(lines.len(), LINES);
    assert!(lines.iter().all(|line| line.starts_with("DEBUG [") || line.starts_with("INFO [")));
    let json = json.lines();
    assert_eq!(json.len(), 1 + TOTAL, "the first line is that of the output");
    assert!(json.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    for recorder in [&grouped, &sampled, &all] {
        assert_whole(recorder.events().into_iter().map(|(meta, _)| meta));
    }
    assert_whole(ring.events().into_iter().map(|(meta, _)| meta));
    assert_eq!(flaky.failures().lines, LINES as u64 / 3);

    let dropped = channel.dropped();
    drop(channel);
    let items = reader.join().unwrap();
    assert_eq!(items.len() as u64 + dropped, TOTAL as u64);
    assert!(items.iter().map(|item| item.dropped_before).sum::<u64>() <= dropped);
}
