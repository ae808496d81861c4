//! The trace events of an exchange, and the cost of sinks.

use std::io;
use std::sync::Arc;

use limpid_core::time::Mono;
use limpid_core::trace::{
    Cx, EventKind, Interest, Meta, NoSink, OwnedTraceEvent, Scope, Sink, TraceEvent,
};
use limpid_sinks::{ChannelSink, EventList, JsonSink, LineSink, Ring};
use limpid_std::Client;

use crate::failure::Failure;
use crate::job::Job;
use crate::measure::{Outcome, repeat};
use crate::messages::{REQUEST_FIELDS, RESPONSE_13};
use crate::responder::{Answer, Responder};
use crate::subject::{LIMPID, Subject};

/// A trace point whose sink is absent at compile time.
pub const OFF_STATIC: &str = "trace point, no sink (static)";
/// A trace point whose sink is absent at run time.
pub const OFF_DYNAMIC: &str = "trace point, no sink (dynamic)";
/// All events of an exchange are recorded in a ring.
pub const RING: &str = "events of a GET, ring";
/// The documented lines of an exchange are written to memory.
pub const LINES: &str = "events of a GET, documented lines";
/// All events of an exchange are written to memory as JSON.
pub const JSON: &str = "events of a GET, JSON lines";
/// All events of an exchange are sent through a channel, and received on the same thread.
pub const CHANNEL: &str = "events of a GET, channel";

/// The loop without the trace point, which both of the above contain.
pub const EMPTY: &str = "empty loop";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: OFF_STATIC, peer: LIMPID, run: |job| off(job, &NoSink) },
    Subject { work: OFF_STATIC, peer: EMPTY, run: empty },
    Subject { work: OFF_DYNAMIC, peer: LIMPID, run: |job| off(job, &None::<Arc<dyn Sink>>) },
    Subject { work: RING, peer: LIMPID, run: |job| told(job, &Ring::new(1024 * 1024), || ()) },
    Subject {
        work: LINES,
        peer: LIMPID,
        run: |job| told(job, &LineSink::new(Buffer::default()), || ()),
    },
    Subject {
        work: JSON,
        peer: LIMPID,
        run: |job| told(job, &JsonSink::new(Buffer::default()), || ()),
    },
    Subject { work: CHANNEL, peer: LIMPID, run: channel },
];

/// The number of turns of a loop, so that the code around it does not count.
const POINTS: u64 = 1024;

/// Runs a loop over a trace point.
fn off<S: Sink>(job: &Job, sink: &S) -> Outcome {
    let mut scope = Scope::default();
    let mut cx = Cx::new(Mono::default(), sink, &mut scope);
    repeat(job, POINTS, || {
        for length in 0..POINTS {
            std::hint::black_box(&mut cx).emit(EventKind::ContentDecoded, || {
                TraceEvent::ContentDecoded { coded: std::hint::black_box(length), decoded: 0 }
            });
        }
    })
}

/// Runs the same loop without one.
fn empty(job: &Job) -> Outcome {
    let mut scope = Scope::default();
    repeat(job, POINTS, || {
        for _ in 0..POINTS {
            std::hint::black_box(&mut scope);
        }
    })
}

fn channel(job: &Job) -> Outcome {
    let (sink, receiver) = ChannelSink::bounded(1024);
    told(job, &sink, || receiver.try_iter().for_each(drop))
}

/// Emits the events of an exchange to `sink` repeatedly, each time as another exchange, and calls `after`
/// each time.
pub fn told(job: &Job, sink: &dyn Sink, after: impl Fn()) -> Outcome {
    let events = events(sink.interest())?;
    let mut events: Vec<(Meta, TraceEvent<'_>)> =
        events.iter().map(|(meta, event)| (meta.clone(), event.borrow())).collect();
    repeat(job, 1, || {
        for (meta, event) in &mut events {
            meta.exchange.0 += 1;
            sink.event(meta, event);
        }
        after();
    })
}

/// Returns the events of a GET on a reused connection, for an interest.
fn events(interest: Interest) -> Result<Vec<(Meta, OwnedTraceEvent)>, Failure> {
    let responder = Responder::start(Answer::of(RESPONSE_13.to_vec()), 0)?;
    let recorder = EventList::new();
    let client = Client::builder().sink(recorder.clone()).build();
    for _ in 0..2 {
        recorder.clear();
        let mut request = client.get(&format!("http://{}/", responder.address));
        for (name, value) in REQUEST_FIELDS {
            request = request.header(name, value);
        }
        request.send()?.bytes()?;
    }
    Ok(recorder.events().into_iter().filter(|(meta, _)| interest.contains(meta.kind)).collect())
}

/// Memory that is overwritten repeatedly.
#[derive(Debug)]
pub struct Buffer(Vec<u8>);

impl Buffer {
    /// The length at which it starts again.
    const FULL: usize = 64 * 1024;
}

impl Default for Buffer {
    fn default() -> Self {
        Self(Vec::with_capacity(2 * Self::FULL))
    }
}

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() > Self::FULL {
            std::hint::black_box(&self.0);
            self.0.clear();
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
