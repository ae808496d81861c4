//! Events for another thread or task.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::{Receiver, Sender, TrySendError};
use limpid_core::trace::{Interest, Meta, OwnedTraceEvent, Sink, TraceEvent};

use crate::levels::Levels;

/// An event that a [`ChannelSink`] sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The facts about the event.
    pub meta: Meta,
    /// The event.
    pub event: OwnedTraceEvent,
    /// The number of events since the previous item that did not fit into the channel.
    pub dropped_before: u64,
}

/// A sink that sends events to a [`Receiver`] and never waits for it.
///
/// The channel holds a fixed number of events. Events that do not fit are counted, and the next item that
/// fits has the count. Once every receiver is dropped, the sink has no interest in events.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::ChannelSink;
///
/// let (sink, receiver) = ChannelSink::bounded(1024);
/// let reader = std::thread::spawn(move || {
///     receiver.iter().map(|item| item.meta.kind).collect::<Vec<_>>()
/// });
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
///
/// // Without a sender, the reader ends.
/// drop(sink);
/// assert_eq!(reader.join().unwrap(), [EventKind::CloseStarted]);
/// ```
#[derive(Debug)]
pub struct ChannelSink {
    interest: Interest,
    sender: Sender<Item>,
    /// Dropped events that no item has reported.
    untold: AtomicU64,
    dropped: AtomicU64,
    closed: AtomicBool,
}

impl ChannelSink {
    /// Returns a sink and the receiver of its events, with room for `capacity` of them. The sink sends the
    /// events of [`Levels::verbose`]: all but the bytes on the wire.
    #[must_use]
    pub fn bounded(capacity: usize) -> (Self, Receiver<Item>) {
        // A channel without capacity would pass an event on only while a receiver waits for it.
        let (sender, receiver) = crossbeam_channel::bounded(capacity.max(1));
        let sink = Self {
            interest: Levels::verbose().interest(),
            sender,
            untold: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        };
        (sink, receiver)
    }

    /// Sets which events are sent.
    #[must_use]
    pub fn levels(mut self, levels: &Levels) -> Self {
        self.interest = levels.interest();
        self
    }

    /// Returns how many events did not fit so far.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Returns whether every receiver is dropped, as detected when an event is sent.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    fn drop_event(&self, told_before: u64) {
        self.untold.fetch_add(told_before + 1, Ordering::Relaxed);
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

impl Sink for ChannelSink {
    fn interest(&self) -> Interest {
        if self.is_closed() { Interest::NONE } else { self.interest }
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        if !self.interest().contains(meta.kind) {
            return;
        }
        // An event that does not fit is not copied.
        if self.sender.is_full() {
            return self.drop_event(0);
        }
        let dropped_before = self.untold.swap(0, Ordering::Relaxed);
        let item = Item { meta: meta.clone(), event: event.into(), dropped_before };
        match self.sender.try_send(item) {
            Ok(()) => {}
            Err(TrySendError::Full(item)) => self.drop_event(item.dropped_before),
            Err(TrySendError::Disconnected(_)) => self.closed.store(true, Ordering::Relaxed),
        }
    }
}
