//! The flight recorder: the last events, in memory of a fixed size.

mod allocator;
mod kind_policy;
mod open;
mod pinned;
mod segment;
mod thread_segment;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use limpid_core::internal::{Codec, Record, Slot};
use limpid_core::time::Mono;
use limpid_core::trace::{
    EventKind, ExchangeId, Interest, Meta, OwnedTraceEvent, Sink, Trace, TraceEvent,
};

use self::allocator::{Entry, Retention, SegmentAllocator};
use self::kind_policy::KindPolicy;
use self::open::Open;
use self::segment::Segment;
use crate::levels::Levels;
use crate::time_base::TimeBase;

/// Keeps the newest events in memory, to be shown through another sink when something went wrong.
///
/// Events are kept as numbers and bytes and become text only when somebody looks, so that
/// a ring may listen all the time. All memory is taken when the ring is made; recording allocates
/// nothing.
///
/// It is made to be shared. The memory is in segments, and each thread that records fills one of its
/// own, without a lock; it takes a lock when that is full, to get another. Where there are more threads
/// than half of the segments, those that came late share one, behind the lock. Whoever looks sees
/// what every thread has recorded until then.
///
/// When the memory is full the oldest segment is written anew. Of exchanges that are still open, the
/// request, the heads of responses and the failures are kept longer, in a quarter of the memory.
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
/// cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
///
/// let lines = LineSink::new(Vec::new()).time_base(ring.time_base());
/// ring.dump(&lines);
/// assert!(lines.into_writer().ends_with(b" httpcore.connection - close.started\n"));
/// ```
#[derive(Debug)]
pub struct Ring {
    /// Which ring it is, to the threads that have segments of it.
    number: u64,
    interest: Interest,
    /// What is to be done with each kind of event.
    kinds: [KindPolicy; EventKind::ALL.len()],
    memory: usize,
    codec: Codec,
    open: Open,
    base: OnceLock<TimeBase>,
    /// The memory of the newest events.
    segments: Box<[Segment]>,
    allocator: Mutex<SegmentAllocator>,
}

impl Ring {
    /// The least memory that is of use, in bytes.
    pub const LEAST: usize = 32 * 1024;

    /// A ring that takes this many bytes of memory, and [`LEAST`](Self::LEAST) if that is more.
    ///
    /// It records what [`Levels::verbose`] tells but for the lines of heads, one by one: a response's
    /// stand in the event of the whole head. Who wants those of requests that a server reads, too,
    /// sets [`levels`](Self::levels).
    #[must_use]
    pub fn new(memory: usize) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let lines =
            Interest::only(EventKind::StartLineRead).with(Interest::only(EventKind::FieldRead));
        let interest = Levels::verbose().interest().without(lines);
        let (number, memory) = (NEXT.fetch_add(1, Ordering::Relaxed), memory.max(Self::LEAST));
        let Shares { segments, segment, pinned, open } = Shares::of(memory);
        let segments: Box<[_]> = (0..segments).map(|_| Segment::new(segment)).collect();
        Self {
            number,
            interest,
            kinds: kind_policy::of_all(interest),
            memory,
            codec: Codec::new(),
            open: Open::new(open),
            base: OnceLock::new(),
            allocator: Mutex::new(SegmentAllocator::new(segments.len(), pinned)),
            segments,
        }
    }

    /// Which events are recorded: those of [`new`](Self::new) unless set.
    #[must_use]
    pub fn levels(mut self, levels: &Levels) -> Self {
        self.interest = levels.interest();
        self.kinds = kind_policy::of_all(self.interest);
        self
    }

    /// How many bytes of memory the ring takes, whatever happens.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.memory
    }

    /// How many events were not recorded because each would have taken more than a segment: a
    /// quarter of a small ring, and of any other 15 KiB at least.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.allocator().lost
    }

    /// A moment on the clock of the recorded events and on the system's, with which other sinks
    /// show when events happened: that of the first event, or now if there is none.
    #[must_use]
    pub fn time_base(&self) -> TimeBase {
        self.base.get().copied().unwrap_or_else(|| TimeBase::now(Mono::default()))
    }

    /// Tells `sink` every event that is kept, in the order in which they happened. Meanwhile
    /// recording goes on, and what it records is not told.
    pub fn dump(&self, sink: &dyn Sink) {
        self.replay(sink, |_| true);
    }

    /// Tells `sink` the events of one exchange that are kept.
    pub fn dump_exchange(&self, exchange: ExchangeId, sink: &dyn Sink) {
        self.replay(sink, |record| record.exchange() == exchange);
    }

    /// The events that are kept, in the order in which they happened.
    #[must_use]
    pub fn events(&self) -> Vec<(Meta, OwnedTraceEvent)> {
        self.select(|_| true)
    }

    /// The events of one exchange that are kept.
    #[must_use]
    pub fn exchange(&self, exchange: ExchangeId) -> Vec<(Meta, OwnedTraceEvent)> {
        self.select(|record| record.exchange() == exchange)
    }

    /// Forgets every event.
    pub fn clear(&self) {
        self.allocator().clear(&self.segments);
        self.open.clear();
    }

    fn replay(&self, sink: &dyn Sink, wanted: impl Fn(Record<'_>) -> bool) {
        let interest = sink.interest();
        let wanted = |record: Record<'_>| {
            record.kind().is_some_and(|kind| interest.contains(kind)) && wanted(record)
        };
        for (meta, event) in self.select(wanted) {
            sink.event(&meta, &event.borrow());
        }
    }

    /// The events that are wanted, in the order in which they happened. They are copied first, so that
    /// nobody who records has to wait for what is done with them.
    fn select(&self, wanted: impl Fn(Record<'_>) -> bool) -> Vec<(Meta, OwnedTraceEvent)> {
        let mut copy: Vec<Slot> = Vec::new();
        for record in self.allocator().records(&self.segments).filter(|record| wanted(*record)) {
            copy.extend_from_slice(record.slots());
        }
        let mut events: Vec<_> =
            Record::all(&copy).filter_map(|record| self.codec.decode(record)).collect();
        // Those of one thread are in order.
        events.sort_by_key(|(meta, _)| meta.at);
        events
    }

    /// Records an event for which this thread has no segment with room.
    #[cold]
    fn find_room(&self, meta: &Meta, event: &TraceEvent<'_>) {
        self.base.get_or_init(|| TimeBase::now(meta.at));
        let entry = Entry {
            mark: self.kinds[meta.kind as usize].is_kept().then_some(meta.exchange),
            write: |room: &[Slot]| self.codec.encode(meta, event, room),
        };
        let retention = Retention { kinds: &self.kinds, open: &self.open };
        thread_segment::with(self.number, |own| {
            self.allocator().append(&self.segments, own, &entry, retention);
        });
    }

    /// What the threads share, even if one panicked with it in its hands: a record that it was
    /// writing is not complete.
    fn allocator(&self) -> MutexGuard<'_, SegmentAllocator> {
        self.allocator.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the memory is for.
#[derive(Clone, Copy, Debug)]
struct Shares {
    /// How many segments there are.
    segments: usize,
    /// The slots of each.
    segment: usize,
    /// The slots of events that are kept longer.
    pinned: usize,
    /// How many exchanges may be open.
    open: usize,
}

impl Shares {
    /// How many slots a segment should have: those of 16 KiB.
    const SEGMENT: usize = 16 * 1024 / Slot::BYTES;

    fn of(memory: usize) -> Self {
        let slots = (memory - Codec::MEMORY) / Slot::BYTES;
        // A 64th at least and a 32nd at most.
        let open = 1 << (slots / 32).ilog2();
        let pinned = slots / 4;
        let newest = slots - pinned - open;
        let segments = (newest / Self::SEGMENT).clamp(4, 64);
        Self { segments, segment: newest / segments, pinned, open }
    }
}

impl Sink for Ring {
    fn interest(&self) -> Interest {
        self.interest
    }

    fn events_of(&self, exchange: ExchangeId) -> Trace {
        self.exchange(exchange).into()
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let kind_policy = self.kinds[meta.kind as usize];
        let segment =
            thread_segment::last(self.number).and_then(|segment| self.segments.get(segment));
        if !kind_policy.is_plain() {
            if !kind_policy.is_wanted() {
                return;
            }
            self.open.note(meta.exchange, kind_policy.is_kept());
            if let Some(segment) = segment.filter(|_| kind_policy.is_kept()) {
                segment.mark(meta.exchange);
            }
        }
        let write = |room: &[Slot]| self.codec.encode(meta, event, room);
        if !segment.is_some_and(|segment| segment.append(write)) {
            self.find_room(meta, event);
        }
    }
}
