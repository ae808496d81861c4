//! Spans on their way to an exporter: a bounded queue, and a thread that exports them in batches.

use std::future::Future;
use std::io::{self, Write};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// The most exchanges whose spans wait. Those of further ones are dropped.
const MOST: usize = 4096;

/// The most spans of a batch, unless one exchange has more.
const BATCH: usize = 512;

/// How long a batch waits for more spans.
const DELAY: Duration = Duration::from_millis(500);

/// How long the end of the sink waits for the last batches.
const GRACE: Duration = Duration::from_secs(3);

/// What the queue and its thread have in common.
#[derive(Debug, Default)]
struct Counts {
    /// Spans that did not fit into the queue, or that the exporter did not take.
    dropped: AtomicU64,
    exported: AtomicU64,
}

/// A message to the thread.
enum Message {
    Spans(Vec<SpanData>),
    /// Export all that came before, and drop the sender.
    Flush(Sender<()>),
}

/// The queue. Sending never waits.
#[derive(Debug)]
pub(super) struct Queue {
    sender: Option<Sender<Message>>,
    /// Is disconnected when the thread has ended.
    ended: Receiver<()>,
    counts: Arc<Counts>,
}

impl Queue {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub(super) fn start(exporter: impl SpanExporter + 'static) -> io::Result<Self> {
        let (sender, receiver) = bounded(MOST);
        let (alive, ended) = bounded(0);
        let counts = Arc::<Counts>::default();
        let shared = Arc::clone(&counts);
        thread::Builder::new().name("limpid spans".to_owned()).spawn(move || {
            run(&exporter, &receiver, &shared);
            drop::<Sender<()>>(alive);
        })?;
        Ok(Self { sender: Some(sender), ended, counts })
    }

    pub(super) fn send(&self, spans: Vec<SpanData>) {
        let Some(sender) = &self.sender else { return };
        if let Err(
            TrySendError::Full(Message::Spans(spans))
            | TrySendError::Disconnected(Message::Spans(spans)),
        ) = sender.try_send(Message::Spans(spans))
        {
            self.counts.dropped.fetch_add(spans.len() as u64, Ordering::Relaxed);
        }
    }

    pub(super) fn dropped(&self) -> u64 {
        self.counts.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn exported(&self) -> u64 {
        self.counts.exported.load(Ordering::Relaxed)
    }

    /// Waits until all spans so far were exported or dropped, or until the time is up. Returns whether they were.
    pub(super) fn flush(&self, limit: Duration) -> bool {
        let Some(sender) = &self.sender else { return true };
        let (done, waited) = bounded(0);
        let start = Instant::now();
        sender.send_timeout(Message::Flush(done), limit).is_ok()
            && waited.recv_timeout(limit.saturating_sub(start.elapsed()))
                == Err(RecvTimeoutError::Disconnected)
    }
}

impl Drop for Queue {
    /// Waits for the last batches, but not long: a collector may not answer.
    fn drop(&mut self) {
        self.sender = None;
        let _ = self.ended.recv_timeout(GRACE);
    }
}

/// Exports batches until the queue has ended.
fn run(exporter: &impl SpanExporter, messages: &Receiver<Message>, counts: &Counts) {
    let mut has_reported = false;
    let mut batch = Vec::new();
    while let Ok(first) = messages.recv() {
        let until = Instant::now() + DELAY;
        let mut waiting = None;
        let mut next = Some(first);
        while let Some(message) = next.take() {
            match message {
                Message::Spans(spans) => batch.extend(spans),
                Message::Flush(done) => {
                    waiting = Some(done);
                    break;
                }
            }
            if batch.len() < BATCH {
                next = messages.recv_deadline(until).ok();
            }
        }
        let spans = std::mem::take(&mut batch);
        let count = spans.len() as u64;
        match if spans.is_empty() { Ok(()) } else { block_on(exporter.export(spans)) } {
            Ok(()) => drop(counts.exported.fetch_add(count, Ordering::Relaxed)),
            Err(error) => {
                counts.dropped.fetch_add(count, Ordering::Relaxed);
                if !std::mem::replace(&mut has_reported, true) {
                    let text = format!(
                        "limpid: spans are lost, because the collector does not take them: {error}\n"
                    );
                    // A failure to report is ignored, since there is no other output.
                    let _ = io::stderr().write_all(text.as_bytes());
                }
            }
        }
        drop(waiting);
    }
    let _ = exporter.shutdown();
}

/// Wakes a thread that waits for a future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future on this thread, which has nothing else to do.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(result) => return result,
            Poll::Pending => thread::park(),
        }
    }
}
