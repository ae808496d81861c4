//! The flight recorder: the last events, in memory of a fixed size.

mod bytes;
mod pinned;

use limpid_core::trace::{
    Codec, EventKind, ExchangeId, Interest, Meta, OwnedTraceEvent, Sink, Trace, TraceEvent,
};
use spin::Yield;
use spin::mutex::{SpinMutex, SpinMutexGuard};

pub(crate) use self::bytes::ByteRing;
use self::pinned::{Open, Pinned, Treatment};
use crate::levels::Levels;
use crate::time_base::TimeBase;

/// Keeps the newest events in memory, to be shown through another sink when something went wrong.
///
/// Events are kept as bytes ([`Codec`]) and become text only when somebody looks, so that a
/// ring may listen all the time. All memory is taken when the ring is made; recording allocates
/// nothing. It is safe to share: a thread that records holds a lock while it copies the bytes, and
/// others who come meanwhile let it run and try again.
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
    /// How much room is made before it is known how large an event is.
    usual: usize,
    state: SpinMutex<State, Yield>,
}

/// In bytes: a head of a dozen fields, and more than any other event usually takes.
const USUAL: usize = 1024;

#[derive(Debug)]
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

    /// A ring that takes this many bytes of memory, and [`LEAST`](Self::LEAST) if that is more.
    ///
    /// It records what [`Levels::verbose`] tells but for the lines of heads, one by one: a response's
    /// stand in the event of the whole head. Who wants those of requests that a server reads, too,
    /// sets [`levels`](Self::levels).
    #[must_use]
    pub fn new(memory: usize) -> Self {
        let memory = memory.max(Self::LEAST);
        let shares = Shares::of(memory);
        let lines =
            Interest::only(EventKind::StartLineRead).with(Interest::only(EventKind::FieldRead));
        let interest = Levels::verbose().interest().without(lines);
        Self {
            interest,
            kinds: pinned::treatments(interest),
            memory,
            largest: shares.newest / 4,
            usual: (shares.newest / 16).min(USUAL),
            state: SpinMutex::new(State::new(shares)),
        }
    }

    /// Which events are recorded: those of [`new`](Self::new) unless set.
    #[must_use]
    pub fn levels(mut self, levels: &Levels) -> Self {
        self.interest = levels.interest();
        self.kinds = pinned::treatments(self.interest);
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

    /// A copy, so that nobody who records has to wait for what is done with the events. Its memory
    /// is taken before the lock is.
    fn snapshot(&self) -> State {
        let mut copy = State::new(Shares::of(self.memory));
        copy.copy_from(&self.state());
        copy
    }

    /// The state, even if a thread panicked with it in its hands: what it was writing was not kept.
    fn state(&self) -> SpinMutexGuard<'_, State, Yield> {
        self.state.lock()
    }
}

/// What the memory is for.
#[derive(Clone, Copy, Debug)]
struct Shares {
    /// The bytes of the newest events.
    newest: usize,
    /// The bytes of those that are kept longer.
    pinned: usize,
    /// How many exchanges may be open.
    open: usize,
}

impl Shares {
    const fn of(memory: usize) -> Self {
        let rest = memory - Codec::MEMORY;
        // A 64th at least and a 32nd at most, in numbers of eight bytes.
        let open = 1 << (rest / 32 / size_of::<u64>()).ilog2();
        let pinned = rest / 4;
        Self { newest: rest - pinned - open * size_of::<u64>(), pinned, open }
    }
}

impl State {
    fn new(shares: Shares) -> Self {
        Self {
            codec: Codec::new(),
            newest: ByteRing::new(shares.newest),
            pinned: Pinned::new(shares.pinned),
            open: Open::new(shares.open),
            base: None,
            lost: 0,
        }
    }

    /// Becomes a copy of what can be shown of another of the same size.
    fn copy_from(&mut self, other: &Self) {
        self.codec.clone_from(&other.codec);
        self.newest.copy_from(&other.newest);
        self.pinned.copy_from(&other.pinned);
    }

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
        let treatment = self.kinds[meta.kind as usize];
        if !treatment.is_wanted {
            return;
        }
        let State { codec, newest, pinned, open, base, lost } = &mut *self.state();
        if base.is_none() {
            *base = Some(TimeBase::now(meta.at));
        }
        open.note(meta.exchange, treatment);
        let mut leaves = |record: &[u8]| {
            if open.has(record) {
                pinned.keep(record, open);
            }
        };
        // Most events are small. How large one is, is asked only if it has no room.
        let written = newest
            .room(self.usual, &mut leaves)
            .and_then(|room| codec.encode(meta, event, room))
            .or_else(|| {
                let size = Some(Codec::size(event)).filter(|size| *size <= self.largest)?;
                codec.encode(meta, event, newest.room(size, &mut leaves)?)
            });
        match written {
            Some(len) => newest.keep(len, treatment.is_kept),
            None => *lost += 1,
        }
    }
}
