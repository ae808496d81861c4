//! Counts and durations for the facade of the crate `metrics`.

mod labels;
mod open;
mod table;

use std::fmt::{self, Debug, Formatter};
use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::client::Timings;
use limpid_core::trace::{EventKind, Failure, Interest, Meta, Sink, TraceEvent};

use self::labels::class;
use self::open::Open;
use self::table::{
    CLIENT_ERRORS, CLIENT_PHASE_SECONDS, CLIENT_RECEIVED, CLIENT_REDIRECTS, CLIENT_REQUEST_RETRIES,
    CLIENT_REQUESTS, CLIENT_RESENDS, CLIENT_RETRIES, CLIENT_SECONDS, CLIENT_SENT, CLIENT_USES,
    DROPPED, SERVER_ERRORS, SERVER_HANDLERS_FAILED, SERVER_REFUSED, SERVER_REQUESTS,
    SERVER_SECONDS,
};
pub use self::table::{METRICS, Metric, MetricKind};
use crate::conventions::{REQUEST_BUCKETS, known_method};
use crate::pooled;

/// A sink that passes counts and durations to the recorder of the crate `metrics`, for any number of clients and servers.
///
/// [`METRICS`] lists them. The values of labels are few, whatever peers send: methods that are not well known are
/// `_OTHER`, and of statuses the class is shown. The dashboard `docs/grafana.json` shows all of them.
///
/// ```
/// use limpid_sinks::metrics::{BUCKETS, MetricsSink};
/// use limpid_std::Client;
///
/// // After a recorder was installed, such as that of metrics-exporter-prometheus, with these buckets.
/// assert!(BUCKETS.is_sorted());
/// let client = Client::builder().sink(MetricsSink::new()).build();
/// ```
pub struct MetricsSink {
    open: Mutex<Open>,
    /// Other sinks, with a function that returns how much each has lost.
    lost: Vec<(String, Lost)>,
}

type Lost = Box<dyn Fn() -> u64 + Send + Sync>;

/// Upper bounds of buckets for the durations, in seconds. They are those of OpenTelemetry's conventions for HTTP.
///
/// [`MetricsSink`] has an example.
pub const BUCKETS: [f64; 14] = REQUEST_BUCKETS;

impl Default for MetricsSink {
    fn default() -> Self {
        Self::new()
    }
}

impl MetricsSink {
    /// Returns a sink, and passes the descriptions of the metrics to the recorder that is installed.
    #[must_use]
    pub fn new() -> Self {
        METRICS.iter().for_each(Metric::describe);
        Self { open: Mutex::default(), lost: Vec::new() }
    }

    /// Counts what another output has lost, as `lost` returns it, under the label `output`. It is called at the end of
    /// each exchange.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use limpid_sinks::ChannelSink;
    /// use limpid_sinks::metrics::MetricsSink;
    ///
    /// let (events, receiver) = ChannelSink::bounded(1024);
    /// let events = Arc::new(events);
    /// let counted = Arc::clone(&events);
    /// let metrics = MetricsSink::new().lost("events", move || counted.dropped());
    /// ```
    #[must_use]
    pub fn lost(mut self, output: &str, lost: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.lost.push((output.to_owned(), Box::new(lost)));
        self
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn client(&self, meta: &Meta, event: &TraceEvent<'_>) {
        self.open().connection(meta, event);
        match *event {
            TraceEvent::ExchangeStarted { method: sent, .. } => {
                self.open().start(meta.exchange, known_method(sent));
            }
            TraceEvent::PoolFull { .. } => self.open().wait(meta.exchange, true),
            TraceEvent::AcquireFailed { .. } => self.open().wait(meta.exchange, false),
            TraceEvent::AcquireComplete { reused, .. } => {
                CLIENT_USES.add(&[("reused", if reused { "true" } else { "false" })], 1);
                self.open().wait(meta.exchange, false);
            }
            TraceEvent::HttpRequest { method: sent, status, .. } => {
                CLIENT_REQUESTS
                    .add(&[("method", known_method(sent)), ("status", class(status))], 1);
            }
            TraceEvent::ResendDecided { again: true, .. } => CLIENT_RESENDS.add(&[], 1),
            TraceEvent::RedirectDecided { follow: true, .. } => CLIENT_REDIRECTS.add(&[], 1),
            TraceEvent::RequestRetryDecided { again: true, .. } => {
                CLIENT_REQUEST_RETRIES.add(&[], 1);
            }
            TraceEvent::RetryDecided { again: true, .. } => CLIENT_RETRIES.add(&[], 1),
            TraceEvent::ExchangeComplete { sent, received, timings, .. } => {
                self.end(meta, (sent, received), timings);
            }
            TraceEvent::ExchangeFailed { failure, sent, received, timings, .. } => {
                CLIENT_ERRORS.add(&[cause(failure)], 1);
                self.end(meta, (sent, received), timings);
            }
            _ => {}
        }
    }

    fn end(&self, meta: &Meta, (sent, received): (u64, u64), timings: &Timings) {
        let method = self.open().end(meta.exchange);
        CLIENT_SECONDS.record(&[("method", method)], timings.total);
        for (phase, time) in timings.parts() {
            CLIENT_PHASE_SECONDS.record(&[("phase", phase)], time);
        }
        CLIENT_SENT.add(&[], sent);
        CLIENT_RECEIVED.add(&[], received);
        self.show_lost();
    }

    fn server(&self, meta: &Meta, event: &TraceEvent<'_>) {
        match *event {
            TraceEvent::ServeStarted { .. } => self.open().serve(meta.connection, true),
            TraceEvent::ServeComplete { .. } => self.open().serve(meta.connection, false),
            TraceEvent::ServeFailed { failure } => {
                SERVER_ERRORS.add(&[cause(failure)], 1);
                self.open().serve(meta.connection, false);
            }
            TraceEvent::AnswerStarted { .. } => self.open().start_answer(meta.exchange, meta.at),
            TraceEvent::AnswerComplete { method: asked, status, .. } => {
                let method = ("method", known_method(asked));
                SERVER_REQUESTS.add(&[method, ("status", class(status))], 1);
                if let Some(started) = self.open().end_answer(meta.exchange) {
                    SERVER_SECONDS.record(&[method], meta.at.since(started));
                }
                self.show_lost();
            }
            TraceEvent::AnswerFailed { failure, .. } => {
                SERVER_ERRORS.add(&[cause(failure)], 1);
                self.open().end_answer(meta.exchange);
                self.show_lost();
            }
            TraceEvent::RequestRefused { rule, .. } => SERVER_REFUSED.add(&[("rule", rule)], 1),
            TraceEvent::HandlerFailed { .. } => SERVER_HANDLERS_FAILED.add(&[], 1),
            _ => {}
        }
    }

    fn show_lost(&self) {
        for (output, lost) in &self.lost {
            DROPPED.absolute(("output", output.clone()), lost());
        }
    }
}

const fn cause(failure: Failure<'_>) -> (&'static str, &'static str) {
    ("cause", failure.cause.name())
}

const CLIENT: [EventKind; 11] = [
    EventKind::ExchangeStarted,
    EventKind::PoolFull,
    EventKind::AcquireFailed,
    EventKind::AcquireComplete,
    EventKind::HttpRequest,
    EventKind::ResendDecided,
    EventKind::RedirectDecided,
    EventKind::RequestRetryDecided,
    EventKind::RetryDecided,
    EventKind::ExchangeComplete,
    EventKind::ExchangeFailed,
];

const SERVER: [EventKind; 8] = [
    EventKind::ServeStarted,
    EventKind::ServeComplete,
    EventKind::ServeFailed,
    EventKind::AnswerStarted,
    EventKind::AnswerComplete,
    EventKind::AnswerFailed,
    EventKind::RequestRefused,
    EventKind::HandlerFailed,
];

impl Sink for MetricsSink {
    fn interest(&self) -> Interest {
        let kinds = CLIENT.iter().chain(&SERVER);
        kinds.fold(pooled::interest(), |all, kind| all.with(Interest::only(*kind)))
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        if SERVER.contains(&meta.kind) {
            self.server(meta, event);
        } else {
            self.client(meta, event);
        }
    }
}

impl Debug for MetricsSink {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsSink").finish_non_exhaustive()
    }
}
