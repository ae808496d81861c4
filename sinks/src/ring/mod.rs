//! The flight recorder: the last events, in memory of a fixed size.

mod bytes;
mod pinned;

use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::trace::{
    Codec, EventKind, ExchangeId, Interest, Meta, OwnedTraceEvent, Sink, Trace, TraceEvent,
};

pub(crate) use self::bytes::ByteRing;
use self::pinned::{Open, Pinned, Treatment};
use crate::levels::Levels;
use crate::time_base::TimeBase;

/// Keeps the newest events in memory, to be shown through another sink when something went wrong.
///
/// Events are kept as bytes ([`Codec`]) and become text only when somebody looks, so that a
/// ring may listen all the time. All memory is taken when the ring is made; recording allocates
/// nothing. A lock that is held for the copying of the bytes makes it safe to share.
///
/// When the memory is full the oldest events leave. Of exchanges that are still open, the request,
/// the heads of responses and the failures are kept longer, in a quarter of the memory.
///
/// What is kept is not redacted; the sink that shows it does that.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::{LineSink, Ring};
///
/// let ring = Ring::new(64 * 1024);
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &ring, &mut scope);
/// cx.tell(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
///
/// let lines = LineSink::new(Vec::new()).time_base(ring.time_base());
/// ring.dump(&lines);
/// assert!(lines.into_writer().ends_with(b" httpcore.connection - close.started\n"));
/// ```
#[derive(Debug)]
pub struct Ring {
    interest: Interest,
    /// What is to be done with each kind of event.
    kinds: [Treatment; EventKind::ALL.len()],
    memory: usize,
    /// How large an event may be.
    largest: usize,
    state: Mutex<State>,
}

#[derive(Clone, Debug)]
struct State {
    codec: Codec,
    newest: ByteRing,
    pinned: Pinned,
    open: Open,
    base: Option<TimeBase>,
    lost: u64,
}

impl Ring {
    /// The least memory that is of use, in bytes.
    pub const LEAST: usize = 16 * 1024;

    /// A ring that takes this many bytes of memory, and [`LEAST`](Self::LEAST) if that is more. It
    /// records what [`Levels::verbose`] tells: everything but the bytes on the wire.
    #[must_use]
    pub fn new(memory: usize) -> Self {
        let memory = memory.max(Self::LEAST);
        let rest = memory - Codec::MEMORY;
        // A 64th at least and a 32nd at most, in numbers of eight bytes.
        let open = 1 << (rest / 32 / size_of::<u64>()).ilog2();
        let pinned = rest / 4;
        let newest = rest - pinned - open * size_of::<u64>();
        Self {
            interest: Levels::verbose().interest(),
            kinds: pinned::treatments(),
            memory,
            largest: newest / 4,
            state: Mutex::new(State {
                codec: Codec::new(),
                newest: ByteRing::new(newest),
                pinned: Pinned::new(pinned),
                open: Open::new(open),
                base: None,
                lost: 0,
            }),
        }
    }

    /// Which events are recorded.
    #[must_use]
    pub fn levels(mut self, levels: &Levels) -> Self {
        self.interest = levels.interest();
        self
    }

    /// How many bytes of memory the ring takes, whatever happens.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.memory
    }

    /// How many events were not recorded because each would have taken more than a quarter of the
    /// ring.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.state().lost
    }

    /// A moment on the clock of the recorded events and on the system's, with which other sinks
    /// show when events happened: that of the first event, or now if there is none.
    #[must_use]
    pub fn time_base(&self) -> TimeBase {
        self.state().base.unwrap_or_else(|| TimeBase::now(limpid_core::time::Mono::default()))
    }

    /// Tells `sink` every event that is kept, in the order in which they were recorded. Meanwhile
    /// recording goes on, and what it records is not told.
    pub fn dump(&self, sink: &dyn Sink) {
        self.replay(sink, |_| true);
    }

    /// Tells `sink` the events of one exchange that are kept.
    pub fn dump_exchange(&self, exchange: ExchangeId, sink: &dyn Sink) {
        self.replay(sink, |meta| meta.exchange == exchange);
    }

    /// The events that are kept, in the order in which they were recorded.
    #[must_use]
    pub fn events(&self) -> Vec<(Meta, OwnedTraceEvent)> {
        self.snapshot().select(|_| true).collect()
    }

    /// The events of one exchange that are kept.
    #[must_use]
    pub fn exchange(&self, exchange: ExchangeId) -> Vec<(Meta, OwnedTraceEvent)> {
        self.snapshot().select(|meta| meta.exchange == exchange).collect()
    }

    /// Forgets every event.
    pub fn clear(&self) {
        let state = &mut *self.state();
        state.newest.clear();
        state.pinned.clear();
        state.open.clear();
    }

    fn replay(&self, sink: &dyn Sink, wanted: impl Fn(&Meta) -> bool) {
        let interest = sink.interest();
        let wanted = |meta: &Meta| interest.contains(meta.kind) && wanted(meta);
        for (meta, event) in self.snapshot().select(wanted) {
            sink.event(&meta, &event.borrow());
        }
    }

    /// A copy, so that nobody who records has to wait for what is done with the events.
    fn snapshot(&self) -> State {
        self.state().clone()
    }

    /// The state, even if a thread panicked with it in its hands: what it was writing cannot be
    /// read and is passed over.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The events whose facts are wanted.
    fn select(
        &self,
        wanted: impl Fn(&Meta) -> bool,
    ) -> impl Iterator<Item = (Meta, OwnedTraceEvent)> {
        self.pinned
            .iter()
            .chain(self.newest.iter())
            .filter(move |record| Codec::decode_meta(record).is_some_and(|meta| wanted(&meta)))
            .filter_map(|record| self.codec.decode(record))
    }
}

impl Sink for Ring {
    fn interest(&self) -> Interest {
        self.interest
    }

    fn recall(&self, exchange: ExchangeId) -> Trace {
        self.exchange(exchange).into()
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        if !self.interest.contains(meta.kind) {
            return;
        }
        let size = Codec::size(event);
        let mut state = self.state();
        let State { codec, newest, pinned, open, base, lost } = &mut *state;
        if base.is_none() {
            *base = Some(TimeBase::now(meta.at));
        }
        let treatment = self.kinds[meta.kind as usize];
        open.note(meta.exchange, treatment);
        if size > self.largest {
            *lost += 1;
            return;
        }
        let leaves = |record: &[u8]| pinned.keep(record, open);
        if let Some(record) = newest.push(size, treatment.is_kept, leaves) {
            codec.encode(meta, event, record);
        }
    }
}
