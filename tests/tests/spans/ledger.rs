//! A sink that keeps the books: what starts must end.

use std::cell::RefCell;
use std::collections::BTreeMap;

use limpid_core::trace::{Interest, Logger, Meta, Sink, SpanId, Stage, TraceEvent};

/// Checks each event as it is told.
#[derive(Debug, Default)]
pub(crate) struct Ledger(RefCell<Books>);

#[derive(Debug, Default)]
struct Books {
    told: u64,
    open: BTreeMap<SpanId, (Logger, &'static str)>,
    closed: Vec<SpanId>,
}

impl Ledger {
    /// How many events were told.
    pub(crate) fn told(&self) -> u64 {
        self.0.borrow().told
    }

    /// Checks that nothing is left open.
    pub(crate) fn is_balanced(&self) {
        let open = &self.0.borrow().open;
        assert!(open.is_empty(), "started and never ended: {open:?}");
    }
}

impl Sink for Ledger {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let mut books = self.0.borrow_mut();
        assert_eq!(meta.seq, books.told, "a gap before {event:?}");
        books.told += 1;
        let metadata = meta.kind.metadata();
        let operation = (metadata.logger, metadata.name);
        match metadata.stage {
            Stage::Point => assert_eq!(meta.span, SpanId(0), "{event:?}"),
            Stage::Started => {
                assert!(!books.closed.contains(&meta.span), "{event:?} starts again");
                let before = books.open.insert(meta.span, operation);
                assert_eq!(before, None, "{event:?} starts within itself");
            }
            Stage::Complete | Stage::Failed => {
                let started = books.open.remove(&meta.span);
                assert_eq!(started, Some(operation), "{event:?} ends what did not start");
                books.closed.push(meta.span);
            }
        }
    }
}
