//! Events as spans and events of the crate `tracing`.

mod client;
mod role;
mod server;
mod site;
mod tree;
mod trees;

use std::sync::Arc;

use limpid_core::trace::{
    Capture, EventKind, Interest, Level, Logger, Meta, Metadata, Sink, Stage, TraceEvent,
};
use tracing_core::{Dispatch, dispatcher};

use self::client::{Client, TURNS};
use self::role::Role;
use self::server::Served;
use self::trees::{Owner, Spans, Trees};
use super::columns::{Pairs, Shown, columns, key, numbers};
use crate::python::Messages;

/// A sink that passes events to the subscriber of the crate `tracing`, as spans and events.
///
/// An operation is a span:
///
/// ```text
/// exchange                       a request of the caller, with redirects
///   hop                          one request of it
///     acquire                    a connection of the pool, or permission to open one
///     connect                    an attempt to open a connection
///       resolve, dial, tls       the lookup, connecting to each address, the handshake;
///       socks5, send, wait, ...  requests to a proxy
///     retry                      the delay before another attempt
///     send, wait, receive        the request; nothing, until the first line of the response; the response
///
/// connection                     a served connection
///   tls                          its handshake
///   request                      a request on it, until the response is queued
/// ```
///
/// `exchange` is inside the caller's current span; without one it is a root. A span begins and ends at the
/// event that says so, and is entered while the subscriber receives one of its events: enters and exits are on
/// one thread, and the time within them is not that of the operation. The targets are `limpid.client` and
/// `limpid.server`; `exchange`, `hop` and `request` have the level INFO, and the others DEBUG.
///
/// Attributes have the names of OpenTelemetry's conventions for HTTP, such as `http.request.method`, `url.full`,
/// `http.response.status_code`, `server.address`, `network.peer.address` and `error.type`, and otherwise those
/// of the columns in [JSON lines](crate::JsonSink). `otel.kind` is `client` for a hop, `server` for a request.
/// `otel.status_code` is `ERROR` if an operation failed, if a client's response has a status from 400 on, or a
/// server's from 500 on. A send that ends because the response is complete, a dial that another has overtaken
/// and a response that is dropped are no errors; they have a `cause`.
///
/// Other events are events in the span in which they have happened, with their names as messages, and their fields
/// with the keys that records of `log` have. The end of a served request is an event too, of the level INFO. Events
/// outside spans also have the numbers of the exchange, the hop, the connection and the operation.
/// [`operations`](Self::operations) selects other forms. Integers are `i64`, durations are in nanoseconds.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::bridge::TracingBridge;
///
/// // A subscriber is set up first, such as tracing_subscriber::fmt().with_max_level(..).init().
/// let sink = TracingBridge::new();
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
/// ```
#[derive(Clone, Debug, Default)]
pub struct TracingBridge {
    messages: Messages,
    operations: Operations,
    /// Clones share them, so that a span ends wherever its last event arrives.
    trees: Arc<Trees>,
}

/// The form that operations have in `tracing`.
///
/// ```
/// use limpid_sinks::bridge::{Operations, TracingBridge};
///
/// let lines = TracingBridge::new().operations(Operations::Lines);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operations {
    /// Spans.
    #[default]
    Spans,
    /// Spans, and events for their starts and ends.
    SpansAndEvents,
    /// Events without spans: the message of each is that of the log line, which contains the fields. Only the
    /// numbers, such as `exchange`, are fields.
    Lines,
}

impl TracingBridge {
    /// Returns a bridge that shows what [`Capture::Default`] allows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how much events may show: [`Capture::Default`] by default.
    #[must_use]
    pub const fn capture(mut self, capture: Capture) -> Self {
        self.messages.capture = capture;
        self
    }

    /// Sets the form of operations: [`Operations::Spans`] by default.
    #[must_use]
    pub const fn operations(mut self, operations: Operations) -> Self {
        self.operations = operations;
        self
    }

    /// Returns whether an event is passed on as one.
    fn is_event(&self, kind: EventKind) -> bool {
        let Metadata { stage, level, .. } = kind.metadata();
        self.operations != Operations::Spans
            || *stage == Stage::Point
            || *level >= Level::Info
            || Role::of_event(kind).is_none()
    }

    /// Returns the message and the fields of an event.
    fn pairs(&self, event: &TraceEvent<'_>, columns: Pairs) -> Pairs {
        if self.operations == Operations::Lines {
            return vec![("message", Shown::text(self.messages.of(event)))];
        }
        let Metadata { name, stage, .. } = event.kind().metadata();
        let message = ("message", Shown::Text(format!("{name}{}", stage.suffix())));
        let fields = columns.into_iter().map(|(column, value)| (key(column), value));
        [message].into_iter().chain(fields).collect()
    }

    /// Opens the outermost span of a client's exchange, a served connection or a served request.
    fn begin(&self, dispatch: &Dispatch, meta: &Meta, columns: &Pairs) -> Option<(Owner, Spans)> {
        let dispatch = || dispatch.clone();
        Some(match meta.kind {
            EventKind::ExchangeStarted => {
                let client = Client::new(dispatch(), meta, columns);
                (Owner::Exchange(meta.exchange), Spans::Client(Box::new(client)))
            }
            EventKind::ServeStarted => {
                let served = Served::connection(dispatch(), meta, columns);
                (Owner::Connection(meta.connection), Spans::Served(Box::new(served)))
            }
            EventKind::AnswerStarted => {
                let owner = Owner::Connection(meta.connection);
                let connection = self.trees.take_of(owner);
                let around = match &connection {
                    Some(Spans::Served(connection)) => connection.around_request(),
                    _ => (dispatch(), None, Pairs::new()),
                };
                connection.into_iter().for_each(|spans| self.trees.put(owner, spans));
                let served = Served::request(around, meta, columns);
                (Owner::Exchange(meta.exchange), Spans::Served(Box::new(served)))
            }
            _ => return None,
        })
    }

    /// Passes on an event that may start or end spans.
    fn trace(&self, dispatch: &Dispatch, meta: &Meta, event: &TraceEvent<'_>) {
        let columns = columns(event, self.messages.capture);
        let begun = self.begin(dispatch, meta, &columns);
        let Some((owner, mut spans)) = begun.or_else(|| self.trees.take(meta)) else {
            if self.is_event(meta.kind) {
                self.emit(dispatch, meta, event, columns);
            }
            return;
        };
        // The spans belong to their subscriber, also on a thread that has another.
        let subscriber = spans.tree().dispatch().clone();
        let has_ended = dispatcher::with_default(&subscriber, || {
            spans.before(meta, &columns);
            if self.is_event(meta.kind) {
                spans.tree().emit(meta, &self.pairs(event, columns.clone()), || numbers(meta));
            }
            spans.after(meta, &columns)
        });
        if !has_ended {
            self.trees.put(owner, spans);
        }
    }

    /// Passes on an event that is in no span of the bridge.
    fn emit(&self, dispatch: &Dispatch, meta: &Meta, event: &TraceEvent<'_>, columns: Pairs) {
        if site::of_event(meta.kind).is_enabled(dispatch) {
            tree::emit(dispatch, meta, &[self.pairs(event, columns), numbers(meta)].concat());
        }
    }
}

/// Returns whether any span of a logger is enabled.
fn has_spans(logger: Logger, dispatch: &Dispatch) -> bool {
    let roles = Role::ALL.iter().filter(|role| role.logger() == logger);
    // All are asked, since a subscriber may note which.
    roles.filter(|role| site::of_span(**role).is_enabled(dispatch)).count() > 0
}

impl Sink for TracingBridge {
    fn interest(&self) -> Interest {
        site::register();
        dispatcher::get_default(|dispatch| {
            let spans = match self.operations {
                Operations::Lines => [false; 2],
                _ => [Logger::LimpidClient, Logger::LimpidServer]
                    .map(|logger| has_spans(logger, dispatch)),
            };
            let [client, server] = spans;
            Interest::ALL.without(Interest::matching(|event| {
                let kind = event.kind;
                let is_of_span = match Role::of_event(kind).map(Role::logger) {
                    Some(Logger::LimpidServer) => server,
                    Some(_) => client,
                    None => client && TURNS.contains(&kind),
                };
                let is_event = self.is_event(kind) && site::of_event(kind).is_enabled(dispatch);
                !(is_of_span || is_event)
            }))
        })
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        // Subscribers look up the default themselves when a span is exited, so the look-up must be over.
        let dispatch = dispatcher::get_default(Clone::clone);
        match self.operations {
            Operations::Lines => self.emit(&dispatch, meta, event, Pairs::new()),
            _ => self.trace(&dispatch, meta, event),
        }
    }
}
