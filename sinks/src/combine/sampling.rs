//! A selection of exchanges.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use limpid_core::time::Mono;
use limpid_core::trace::{ExchangeId, Interest, Meta, Sink, Trace, TraceEvent};

use super::pending::{self, Limits, PendingTraces};
use crate::lifecycle;

/// A sink that passes on the exchanges that fail, those that are slow, and one in so many of the others.
///
/// The selection of the others depends on the number of the exchange only, so equal runs make equal
/// choices. A selected exchange is passed on at once. The events of the rest are kept, and passed on as
/// soon as the exchange fails or exceeds the threshold. Events without an exchange are passed on.
///
/// Memory is bounded by [`limits`](Self::limits): only the newest events of an exchange are kept, and the
/// oldest of too many open exchanges is dropped; [`lost`](Self::lost) counts both.
///
/// ```
/// use std::time::Duration;
///
/// use limpid_core::client::Timings;
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, ExchangeId, Scope, TraceEvent};
/// use limpid_sinks::{EventList, combine::Sampling};
///
/// let recorder = EventList::new();
/// let sink = Sampling::new(recorder.clone(), 0).slow(Duration::from_secs(1));
/// for (exchange, millis) in [(1, 999), (2, 1000)] {
///     let mut scope = Scope::exchange(ExchangeId(exchange));
///     let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
///     cx.emit(EventKind::ResponseClosedStarted, || TraceEvent::ResponseClosedStarted {});
///     cx.now = cx.now + Duration::from_millis(millis);
///     let timings = Timings::default();
///     let complete = TraceEvent::ExchangeComplete { sent: 0, received: 0, request_body: 0, response_body: 0, timings: &timings };
///     cx.emit(complete.kind(), || complete);
/// }
/// assert!(recorder.events().iter().all(|(meta, _)| meta.exchange == ExchangeId(2)));
/// assert_eq!(recorder.events().len(), 2);
/// ```
#[derive(Debug)]
pub struct Sampling<S> {
    sink: S,
    one_in: u64,
    slow: Option<Duration>,
    ends: Interest,
    fails: Interest,
    state: Mutex<SamplingState>,
}

#[derive(Debug)]
struct SamplingState {
    pending: PendingTraces,
    lost: u64,
}

impl<S: Sink> Sampling<S> {
    /// Returns a sink that passes on failures, and one in `one_in` of the other exchanges; with 0, only
    /// failures.
    #[must_use]
    pub fn new(sink: S, one_in: u64) -> Self {
        Self {
            sink,
            one_in,
            slow: None,
            ends: lifecycle::ends(),
            fails: lifecycle::failures(),
            state: Mutex::new(SamplingState {
                pending: PendingTraces::new(Limits::DEFAULT),
                lost: 0,
            }),
        }
    }

    /// Sets that exchanges that take this long or longer are passed on, too.
    #[must_use]
    pub const fn slow(mut self, threshold: Duration) -> Self {
        self.slow = Some(threshold);
        self
    }

    /// Limits how many exchanges are kept, and how many bytes the events of each may take: 64 and 16 KiB by
    /// default.
    #[must_use]
    pub fn limits(self, exchanges: usize, bytes: usize) -> Self {
        self.state().pending.set_limits(Limits { exchanges, bytes });
        self
    }

    /// Returns how many events were dropped to stay within the limits, of exchanges that had not ended.
    pub fn lost(&self) -> u64 {
        self.state().lost
    }

    /// Returns the inner sink.
    pub const fn sink(&self) -> &S {
        &self.sink
    }

    /// Returns the inner sink, and drops the kept events of open exchanges.
    pub fn into_sink(self) -> S {
        self.sink
    }

    fn state(&self) -> MutexGuard<'_, SamplingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether an exchange is passed on regardless of its outcome.
    fn is_chosen(&self, ExchangeId(id): ExchangeId) -> bool {
        id == 0 || mix(id).checked_rem(self.one_in) == Some(0)
    }

    fn is_telling(&self, start: Mono, meta: &Meta) -> bool {
        self.fails.contains(meta.kind)
            || self.slow.is_some_and(|threshold| meta.at.since(start) >= threshold)
    }

    fn sample(&self, meta: &Meta, event: &TraceEvent<'_>, wanted: bool) {
        let SamplingState { pending, lost } = &mut *self.state();
        let index = pending.find(meta, |oldest, _| *lost += oldest.count());
        let (exchange, codec) = pending.exchange(index);
        if !exchange.passes && self.is_telling(exchange.start, meta) {
            exchange.passes = true;
            exchange.deliver(codec, &self.sink);
        }
        if wanted && exchange.passes {
            self.sink.event(meta, event);
        } else if wanted {
            *lost += pending.keep(index, meta, event);
        }
        if self.ends.contains(meta.kind) {
            pending.remove(index);
        }
    }
}

/// Spreads consecutive numbers (the finisher of `SplitMix64`).
const fn mix(id: u64) -> u64 {
    let id = id.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let id = (id ^ (id >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let id = (id ^ (id >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    id ^ (id >> 31)
}

impl<S: Sink> Sink for Sampling<S> {
    fn interest(&self) -> Interest {
        pending::interest(&self.sink)
    }

    fn events_of(&self, exchange: ExchangeId) -> Trace {
        self.sink.events_of(exchange)
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let wanted = self.sink.interest().contains(meta.kind);
        if !self.is_chosen(meta.exchange) {
            self.sample(meta, event, wanted);
        } else if wanted {
            self.sink.event(meta, event);
        }
    }
}
