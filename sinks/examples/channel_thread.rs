//! Counts the events of a client in a separate thread.
//!
//! `cargo run -p limpid-sinks --example channel_thread -- http://example.com/`

use std::collections::BTreeMap;
use std::io::Write;
use std::thread;

use limpid_sinks::ChannelSink;
use limpid_std::Client;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (sink, events) = ChannelSink::bounded(1024);
    let counting = thread::spawn(move || {
        let mut counts = BTreeMap::<_, u64>::new();
        let mut dropped = 0;
        // The loop ends when the client and its sink are dropped.
        for item in events {
            dropped += item.dropped_before;
            *counts.entry(item.meta.kind).or_default() += 1;
        }
        (counts, dropped)
    });

    let client = Client::builder().sink(sink).build();
    for url in std::env::args().skip(1) {
        client.get(&url).send()?.bytes()?;
    }
    drop(client);

    let (counts, dropped) = counting.join().map_err(|_| "the counting thread panicked")?;
    let mut out = std::io::stdout().lock();
    for (kind, count) in counts {
        let metadata = kind.metadata();
        writeln!(out, "{count:4} {}{}", metadata.name, metadata.stage.suffix())?;
    }
    writeln!(out, "{dropped:4} dropped")?;
    Ok(())
}
