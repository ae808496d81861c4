//! A sink that keeps the books: what starts must end.

use std::cell::RefCell;
use std::collections::BTreeMap;

use limpid_core::trace::{
    EventKind, ExchangeId, Interest, Logger, Meta, Sink, SpanId, Stage, TraceEvent,
};

/// Checks each event as it is told.
#[derive(Debug, Default)]
pub(crate) struct Ledger(RefCell<Books>);

#[derive(Debug, Default)]
struct Books {
    /// How many events each exchange told; what happens to an idle connection is of none.
    told: BTreeMap<ExchangeId, u64>,
    open: BTreeMap<(ExchangeId, SpanId), (Logger, &'static str)>,
    closed: Vec<(ExchangeId, SpanId)>,
    /// The first event of each exchange, and the last.
    ends: BTreeMap<ExchangeId, (EventKind, EventKind)>,
}

impl Ledger {
    /// How many events were told.
    pub(crate) fn told(&self) -> u64 {
        self.0.borrow().told.values().sum()
    }

    /// Checks that nothing is left open, and that exchanges were told as a whole.
    pub(crate) fn is_balanced(&self) {
        let Books { open, ends, .. } = &*self.0.borrow();
        assert!(open.is_empty(), "started and never ended: {open:?}");
        for (exchange, (first, last)) in ends.iter().filter(|(id, _)| id.0 != 0) {
            assert_eq!(*first, EventKind::ExchangeStarted, "{exchange:?}");
            assert!(
                matches!(last, EventKind::ExchangeComplete | EventKind::ExchangeFailed),
                "{exchange:?} ends with {last:?}"
            );
        }
    }
}

impl Sink for Ledger {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let mut books = self.0.borrow_mut();
        let told = books.told.entry(meta.exchange).or_default();
        assert_eq!(meta.seq, *told, "a gap before {event:?}");
        *told += 1;
        books.ends.entry(meta.exchange).or_insert((meta.kind, meta.kind)).1 = meta.kind;
        let span = (meta.exchange, meta.span);
        let metadata = meta.kind.metadata();
        let operation = (metadata.logger, metadata.name);
        match metadata.stage {
            Stage::Point => assert_eq!(meta.span, SpanId(0), "{event:?}"),
            Stage::Started => {
                assert!(!books.closed.contains(&span), "{event:?} starts again");
                let before = books.open.insert(span, operation);
                assert_eq!(before, None, "{event:?} starts within itself");
            }
            Stage::Complete | Stage::Failed => {
                let started = books.open.remove(&span);
                assert_eq!(started, Some(operation), "{event:?} ends what did not start");
                books.closed.push(span);
            }
        }
    }
}
