//! Spans and measurements for OpenTelemetry.

mod attributes;
mod instruments;
mod queue;
mod spans;
mod traces;

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use limpid_core::http1::Role;
use limpid_core::trace::{Capture, ConnectionId, Interest, Meta, Sink, TraceEvent, Traceparent};
use opentelemetry::InstrumentationScope;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::trace::SpanExporter;

use self::instruments::Instruments;
use self::queue::Queue;
use self::spans::Spans;
use self::traces::Traces;
use crate::exchanges::{Builder, Exchange, Hop};
use crate::time_base::TimeBase;

/// A sink that exports requests as spans of OpenTelemetry, by its stable conventions for HTTP, and measures them.
///
/// Each request of a client or a server is a span of the kind `CLIENT` or `SERVER`, named after its method. Inside it are
/// spans for the parts of [`Part`](crate::exchanges::Part) and for each address that was tried; decisions and their
/// reasons are its events. Several requests of an exchange, such as one after a redirect, are inside a span `exchange`.
///
/// The trace and the span are those that the request carried in its field `traceparent`, so that what the server exports
/// is inside: a client sends one with [`ClientBuilder::traceparent`], or what its caller sets. The span of a served
/// request is inside the one that its client named. A request that a server's handler sends in the same trace is inside
/// that of the server, if both have this sink. A request that is not sampled is not exported.
///
/// Spans are exported in batches by a thread of the sink. If an exporter does not keep up, spans are dropped and
/// [`counted`](Self::dropped); requests never wait. The first failure of the exporter is printed to standard error.
///
/// ```no_run
/// use limpid_sinks::OtelSink;
/// # fn exporter() -> impl opentelemetry_sdk::trace::SpanExporter { opentelemetry_sdk::trace::InMemorySpanExporter::default() }
///
/// // The exporter of opentelemetry-otlp, or any other.
/// let sink = OtelSink::new(exporter())?;
/// let client = limpid_std::Client::builder().traceparent(true).sink(sink).build();
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// [`ClientBuilder::traceparent`]: https://docs.rs/limpid-io
pub struct OtelSink {
    state: Mutex<State>,
    queue: Queue,
    interest: Interest,
}

struct State {
    builder: Builder,
    traces: Traces,
    instruments: Option<Instruments>,
    base: Option<TimeBase>,
    scope: InstrumentationScope,
}

impl OtelSink {
    /// Returns a sink, and starts its thread.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub fn new(exporter: impl SpanExporter + 'static) -> io::Result<Self> {
        let builder = Builder::new(Capture::default());
        let interest = interest(&builder);
        let scope = InstrumentationScope::builder("limpid")
            .with_version(env!("CARGO_PKG_VERSION"))
            .with_schema_url("https://opentelemetry.io/schemas/1.36.0")
            .build();
        let (traces, base) = (Traces::default(), None);
        let state = State { builder, traces, instruments: None, base, scope };
        Ok(Self { state: Mutex::new(state), queue: Queue::start(exporter)?, interest })
    }

    /// Measures requests, connections and lookups with instruments of this provider:
    /// `http.client.request.duration`, `http.server.request.duration`, `http.client.open_connections`,
    /// `http.client.connection.duration` and `dns.lookup.duration`.
    #[must_use]
    pub fn meter_provider(self, provider: &dyn MeterProvider) -> Self {
        self.state().instruments = Some(Instruments::new(&provider.meter("limpid")));
        self
    }

    /// Sets how much spans may show: [`Capture::Default`] by default.
    #[must_use]
    pub fn capture(self, capture: Capture) -> Self {
        self.state().builder = Builder::new(capture);
        self
    }

    /// Takes the time of day of events from `base`. This is for events that were recorded.
    #[must_use]
    pub fn time_base(self, base: TimeBase) -> Self {
        self.state().base = Some(base);
        self
    }

    /// Places requests of clients in the same trace inside this operation, such as the one that has started the process.
    #[must_use]
    pub fn around(self, operation: Traceparent) -> Self {
        self.state().traces.around = Some(operation);
        self
    }

    /// Returns how many spans were lost so far, because the queue was full or the exporter failed.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.queue.dropped()
    }

    /// Returns how many spans the exporter has taken.
    #[must_use]
    pub fn exported(&self) -> u64 {
        self.queue.exported()
    }

    /// Waits until all spans so far were exported or lost, at most this long. Returns whether they were. The end of the
    /// sink waits for a few seconds.
    pub fn flush(&self, limit: Duration) -> bool {
        self.queue.flush(limit)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn interest(builder: &Builder) -> Interest {
    let kinds = traces::KINDS.iter().chain(instruments::KINDS);
    let start = builder.interest().with(crate::pooled::interest());
    kinds.fold(start, |all, kind| all.with(Interest::only(*kind)))
}

impl Sink for OtelSink {
    fn interest(&self) -> Interest {
        self.interest
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let mut state = self.state();
        state.base.get_or_insert_with(|| TimeBase::now(meta.at));
        state.traces.event(meta, event);
        if let Some(instruments) = &mut state.instruments {
            instruments.event(meta, event);
        }
        let ended = state.builder.event(meta, event);
        let spans: Vec<_> = ended.iter().flat_map(|exchange| state.end(exchange)).collect();
        // Hops of open exchanges may refer to closed connections.
        if !ended.is_empty() && state.builder.open().next().is_none() {
            state.builder.forget_closed();
        }
        drop(state);
        if !spans.is_empty() {
            self.queue.send(spans);
        }
    }
}

impl State {
    /// Measures an exchange that has ended, and returns its spans.
    fn end(&mut self, exchange: &Exchange) -> Vec<opentelemetry_sdk::trace::SpanData> {
        if let Some(instruments) = &mut self.instruments {
            instruments.exchange(exchange);
        }
        let position = match exchange.role {
            Role::Client => self.traces.end_client(exchange.id),
            Role::Server => self.traces.end_server(exchange.id),
        };
        let Some(base) = self.base.filter(|_| position.is_sampled) else { return Vec::new() };
        let Self { builder, traces, scope, .. } = self;
        let connection =
            |hop: &Hop| hop.connection.and_then(|id: ConnectionId| builder.connection(id));
        Spans { exchange, position, base, traces, scope }.all(connection)
    }
}

impl Debug for OtelSink {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtelSink").field("queue", &self.queue).finish_non_exhaustive()
    }
}
