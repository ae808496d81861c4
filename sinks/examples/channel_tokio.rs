//! Prints the responses of an asynchronous client in a task.
//!
//! `cargo run -p limpid-sinks --example channel_tokio -- http://example.com/`

use std::io::Write;

use limpid_core::trace::OwnedTraceEvent;
use limpid_sinks::ChannelSink;
use limpid_tokio::Client;
use tokio::sync::mpsc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let (sink, events) = ChannelSink::bounded(1024);
    let (to_task, mut items) = mpsc::channel(64);
    // Reading the channel blocks, which a task must not, so a thread forwards the items. If the task is
    // slow, the channel fills up, and events that do not fit are counted.
    let handing_over = tokio::task::spawn_blocking(move || {
        for item in events {
            if to_task.blocking_send(item).is_err() {
                break;
            }
        }
    });
    let showing = tokio::spawn(async move {
        while let Some(item) = items.recv().await {
            if let OwnedTraceEvent::HttpRequest { url, status, .. } = item.event {
                let seconds = item.meta.at.since(Default::default()).as_secs_f64();
                writeln!(std::io::stdout(), "{seconds:.3} s: {status} {url}")?;
            }
        }
        std::io::Result::Ok(())
    });

    let client = Client::builder().sink(sink).build();
    for url in std::env::args().skip(1) {
        client.get(&url).send().await?.bytes().await?;
    }
    drop(client);
    handing_over.await?;
    Ok(showing.await??)
}
