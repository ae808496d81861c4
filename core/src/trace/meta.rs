//! The data that every event carries.

use crate::values::Arc;

use super::catalog::EventKind;
use super::links::Links;
use crate::error::Phase;
use crate::time::Mono;
use crate::values::{ConnectionId, ExchangeId, SpanId};

/// The data of an event that does not depend on its kind.
///
/// Events are linked by identifiers. An exchange is an operation, with other operations inside it: all are
/// spans. An event belongs to one of them, which [`span`](Self::span) returns, and [`parent`](Self::parent)
/// returns the span around that one.
///
/// ```
/// use core::cell::Cell;
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{
///     Cx, EventKind, ExchangeId, Interest, Meta, Scope, Sink, SpanId, SpanKind, TraceEvent,
/// };
///
/// #[derive(Default)]
/// struct Last(Cell<(SpanId, SpanId)>);
///
/// impl Sink for Last {
///     fn interest(&self) -> Interest {
///         Interest::ALL
///     }
///     fn event(&self, meta: &Meta, _: &TraceEvent<'_>) {
///         self.0.set((meta.span(), meta.parent()));
///     }
/// }
/// let (sink, mut scope) = (Last::default(), Scope::exchange(ExchangeId(1)));
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// let closing = cx.enter(SpanKind::Close, || TraceEvent::CloseStarted {});
/// let (id, parent) = sink.0.get();
/// assert_eq!(parent, SpanId(0));
///
/// cx.emit(EventKind::DeadlinePassed, || TraceEvent::DeadlinePassed { why: "write" });
/// assert_eq!(sink.0.get(), (id, parent), "it happened inside the span");
/// cx.complete(closing, || TraceEvent::CloseComplete {});
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
// A ring reads the numbers that are next to each other at once.
#[repr(C)]
pub struct Meta {
    /// When it happened, on the driver's clock.
    pub at: Mono,
    /// The sequence number of the event, from 0, among the events of its exchange in a client, of its
    /// connection in a server, that the sink is interested in. There are no gaps: one in the sequence of a
    /// reader shows how many events were lost, or removed by a filter behind the sink.
    pub seq: u64,
    /// The connection on which it happened.
    pub connection: ConnectionId,
    /// The exchange to which it belongs.
    pub exchange: ExchangeId,
    /// The tag of the request, if its caller has set one.
    pub tag: Option<Arc<str>>,
    /// The number of the request within the exchange, from 1; 0 outside an exchange. A redirect and a
    /// resend count up.
    pub hop: u16,
    /// The number of the attempt to connect, from 1; 0 before the first. A retry counts up.
    pub attempt: u16,
    pub(super) links: Links,
    /// The kind of the event.
    pub kind: EventKind,
    /// The phase of the exchange.
    pub phase: Phase,
}

impl Meta {
    /// Creates the metadata of an event of this kind that belongs to no exchange and no connection, at
    /// time 0.
    #[must_use]
    pub const fn new(kind: EventKind) -> Self {
        Self {
            at: Mono::from_nanos(0),
            seq: 0,
            connection: ConnectionId(0),
            exchange: ExchangeId(0),
            hop: 0,
            attempt: 0,
            links: Links::NONE,
            phase: Phase::Idle,
            kind,
            tag: None,
        }
    }

    /// Returns the span that the event starts or ends, or in which it happens; 0 outside spans.
    #[must_use]
    pub const fn span(&self) -> SpanId {
        self.links.span.id(self.exchange, self.connection)
    }

    /// Returns the span around [`span`](Self::span); 0 if that is inside no other.
    #[must_use]
    pub const fn parent(&self) -> SpanId {
        self.links.parent.id(self.exchange, self.connection)
    }
}
