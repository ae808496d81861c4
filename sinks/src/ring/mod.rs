//! The flight recorder: the newest events, in memory of a fixed size.

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

/// A flight recorder: a sink that keeps the newest events in memory, to show them through another sink
/// after a failure.
///
/// Events are kept as numbers and bytes and become text only when they are shown, so a ring can always be
/// on. It allocates all its memory when it is made, and none when it records.
///
/// A ring is shared between threads. Its memory is divided into segments, and each recording thread fills
/// its own without a lock; it takes a lock to replace a full one. Threads beyond half the number of
/// segments share one, behind the lock. Readers see all events that were recorded before.
///
/// When the memory is full, the oldest segment is overwritten. Of open exchanges, the request, the heads of
/// responses and the failures are kept longer, in a quarter of the memory.
///
/// Recorded events are not redacted; the sink that shows them redacts them.
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
    /// The number by which threads identify the ring.
    number: u64,
    interest: Interest,
    /// The policy of each kind of event.
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
    /// The smallest useful memory, in bytes.
    pub const LEAST: usize = 32 * 1024;

    /// Returns a ring of this many bytes of memory, but at least [`LEAST`](Self::LEAST).
    ///
    /// It records the events of [`Levels::verbose`] except for the single lines of heads: the event of a
    /// response's head contains them. [`levels`](Self::levels) adds those of requests that a server reads.
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

    /// Sets which events are recorded: those of [`new`](Self::new) by default.
    #[must_use]
    pub fn levels(mut self, levels: &Levels) -> Self {
        self.interest = levels.interest();
        self.kinds = kind_policy::of_all(self.interest);
        self
    }

    /// Returns the fixed number of bytes of the ring's memory.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.memory
    }

    /// Returns how many events were not recorded because each is larger than a segment: a quarter of a
    /// small ring, and at least 15 KiB in any other.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.allocator().lost
    }

    /// Returns one moment on the clock of the recorded events and on the system's, for sinks that show when
    /// events occurred: that of the first event, or now if the ring is empty.
    #[must_use]
    pub fn time_base(&self) -> TimeBase {
        self.base.get().copied().unwrap_or_else(|| TimeBase::now(Mono::default()))
    }

    /// Passes every kept event to `sink`, in order of time. Events that are recorded meanwhile are not
    /// passed on.
    pub fn dump(&self, sink: &dyn Sink) {
        self.replay(sink, |_| true);
    }

    /// Passes the kept events of one exchange to `sink`.
    pub fn dump_exchange(&self, exchange: ExchangeId, sink: &dyn Sink) {
        self.replay(sink, |record| record.exchange() == exchange);
    }

    /// Returns the kept events, in order of time.
    #[must_use]
    pub fn events(&self) -> Vec<(Meta, OwnedTraceEvent)> {
        self.select(|_| true)
    }

    /// Returns the kept events of one exchange.
    #[must_use]
    pub fn exchange(&self, exchange: ExchangeId) -> Vec<(Meta, OwnedTraceEvent)> {
        self.select(|record| record.exchange() == exchange)
    }

    /// Removes every event.
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

    /// Returns copies of the events that satisfy `wanted`, in order of time. Recording threads do not wait
    /// while the caller uses them.
    fn select(&self, wanted: impl Fn(Record<'_>) -> bool) -> Vec<(Meta, OwnedTraceEvent)> {
        let mut copy: Vec<Slot> = Vec::new();
        for record in self.allocator().records(&self.segments).filter(|record| wanted(*record)) {
            copy.extend_from_slice(record.slots());
        }
        let mut events: Vec<_> =
            Record::all(&copy).filter_map(|record| self.codec.decode(record)).collect();
        // The events of each thread are in order.
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

    /// Locks the shared state, even if a thread panicked while it held the lock: an unfinished record is
    /// not visible.
    fn allocator(&self) -> MutexGuard<'_, SegmentAllocator> {
        self.allocator.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sizes of the parts of the memory.
#[derive(Clone, Copy, Debug)]
struct Shares {
    /// The number of segments.
    segments: usize,
    /// The slots of each segment.
    segment: usize,
    /// The slots for pinned records.
    pinned: usize,
    /// The most open exchanges.
    open: usize,
}

impl Shares {
    /// The usual size of a segment in slots: 16 KiB.
    const SEGMENT: usize = 16 * 1024 / Slot::BYTES;

    fn of(memory: usize) -> Self {
        let slots = (memory - Codec::MEMORY) / Slot::BYTES;
        // Between a 64th and a 32nd of the slots.
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
        let Some(segment) = segment else { return self.find_room(meta, event) };
        // It is not written through a closure, which the compiler does not inline: a call costs as much
        // as a small event.
        match self.codec.encode(meta, event, segment.room()) {
            Some(len) => segment.grow(len),
            None => self.find_room(meta, event),
        }
    }
}
