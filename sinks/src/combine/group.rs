//! The events of an exchange as a group.

use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::trace::{ExchangeId, Interest, Meta, Sink, Trace, TraceEvent};

use super::pending::{self, Limits, PendingTraces};
use crate::lifecycle;

/// A sink that passes the events of an exchange on together, when it ends, so that the lines of requests that
/// run at the same time do not mix.
///
/// Redirects and further attempts belong to their exchange. Events without an exchange are passed on at
/// once.
///
/// Memory is bounded by [`limits`](Self::limits): an exchange with too many events, and the oldest of too
/// many open exchanges, are passed on before their end. No event is lost.
///
/// ```
/// use limpid_core::client::Timings;
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, ExchangeId, Scope, TraceEvent};
/// use limpid_sinks::{EventList, combine::Group};
///
/// let recorder = EventList::new();
/// let sink = Group::new(recorder.clone());
/// let (mut one, mut two) = (Scope::exchange(ExchangeId(1)), Scope::exchange(ExchangeId(2)));
/// for scope in [&mut one, &mut two] {
///     let mut cx = Cx::new(Mono::default(), &sink, scope);
///     cx.emit(EventKind::ResponseClosedStarted, || TraceEvent::ResponseClosedStarted {});
/// }
/// assert_eq!(recorder.kinds(), []);
/// let mut cx = Cx::new(Mono::default(), &sink, &mut two);
/// let timings = Timings::default();
/// let complete = TraceEvent::ExchangeComplete { sent: 0, received: 0, request_body: 0, response_body: 0, timings: &timings };
/// cx.emit(complete.kind(), || complete);
/// let told = [EventKind::ResponseClosedStarted, EventKind::ExchangeComplete];
/// assert_eq!(recorder.kinds(), told);
/// ```
#[derive(Debug)]
pub struct Group<S: Sink> {
    sink: S,
    ends: Interest,
    pending: Mutex<PendingTraces>,
}

impl<S: Sink> Group<S> {
    /// Returns a group of the events that `sink` receives.
    #[must_use]
    pub fn new(sink: S) -> Self {
        let pending = Mutex::new(PendingTraces::new(Limits::DEFAULT));
        Self { sink, ends: lifecycle::ends(), pending }
    }

    /// Limits how many exchanges are kept, and how many bytes the events of each may take: 64 and 16 KiB by
    /// default.
    #[must_use]
    pub fn limits(self, exchanges: usize, bytes: usize) -> Self {
        self.pending().set_limits(Limits { exchanges, bytes });
        self
    }

    /// Passes on the events of exchanges that have not ended, as dropping the group does.
    pub fn flush(&self) {
        self.pending().drain(|exchange, codec| exchange.show(codec, &self.sink));
    }

    /// Returns the inner sink.
    pub const fn sink(&self) -> &S {
        &self.sink
    }

    fn pending(&self) -> MutexGuard<'_, PendingTraces> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Sink> Sink for Group<S> {
    fn interest(&self) -> Interest {
        pending::interest(&self.sink)
    }

    fn events_of(&self, exchange: ExchangeId) -> Trace {
        self.sink.events_of(exchange)
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let sink = &self.sink;
        let wanted = sink.interest().contains(meta.kind);
        // The lock is held while the sink is called, so that exchanges do not mix.
        let pending = &mut *self.pending();
        if meta.exchange == ExchangeId::default() {
            if wanted {
                sink.event(meta, event);
            }
            return;
        }
        let index = pending.find(meta, |oldest, codec| oldest.show(codec, sink));
        let ends = self.ends.contains(meta.kind);
        if wanted && !ends && pending.keep_if_room(index, meta, event) {
            return;
        }
        if wanted || ends {
            let (exchange, codec) = pending.exchange(index);
            exchange.deliver(codec, sink);
        }
        if wanted {
            sink.event(meta, event);
        }
        if ends {
            pending.remove(index);
        }
    }
}

impl<S: Sink> Drop for Group<S> {
    fn drop(&mut self) {
        self.flush();
    }
}
