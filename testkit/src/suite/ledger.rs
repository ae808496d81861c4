//! A sink that checks spans: each that starts must end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::error::{Cause, Phase};
use limpid_core::trace::{EventKind, Interest, Logger, Meta, Sink, SpanId, Stage, TraceEvent};

/// The scope of consecutive sequence numbers: an exchange, or a connection without one.
type Scope = (u64, u64);

/// The logger and the name of a span.
type Operation = (Logger, &'static str);

/// Checks each event when it is emitted. The [module](super) has an example.
#[derive(Debug)]
pub struct Ledger {
    /// Whether exchanges share the scope of their connection, as on a server.
    serves: bool,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    /// The number of events in each scope.
    told: BTreeMap<Scope, u64>,
    /// The open spans, each with the span around it.
    open: BTreeMap<(Scope, SpanId), (Operation, SpanId)>,
    closed: BTreeSet<(Scope, SpanId)>,
    /// The hop of the last event.
    hops: BTreeMap<Scope, u16>,
    /// The exchanges that will send another request.
    goes_on: BTreeSet<Scope>,
    /// The first and the last event of each scope.
    ends: BTreeMap<Scope, (EventKind, EventKind)>,
    /// The phase of the last failure.
    failed: BTreeMap<Scope, Phase>,
    /// How many requests were sent again.
    resent: u32,
    problems: Vec<String>,
}

impl Ledger {
    /// Returns the ledger of a client.
    #[must_use]
    pub fn of_client() -> Self {
        Self { serves: false, books: Mutex::default() }
    }

    /// Returns how many requests were sent again.
    #[must_use]
    pub fn resent(&self) -> u32 {
        self.books().resent
    }

    /// Returns the ledger of a server.
    #[must_use]
    pub fn of_server() -> Self {
        Self { serves: true, books: Mutex::default() }
    }

    /// Returns the number of events.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.books().told.values().sum()
    }

    /// Returns the problems so far: none once every span has ended.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let Books { open, ends, problems, .. } = &*self.books();
        let mut problems = problems.clone();
        problems.extend(open.iter().map(|(span, what)| format!("{span:?} never ends: {what:?}")));
        for (scope, (first, last)) in ends {
            let whole = if self.serves {
                *first == EventKind::ServeStarted
                    && matches!(last, EventKind::ServeComplete | EventKind::ServeFailed)
            } else {
                scope.0 == 0
                    || *first == EventKind::ExchangeStarted
                        && matches!(last, EventKind::ExchangeComplete | EventKind::ExchangeFailed)
            };
            if !whole {
                problems.push(format!("{scope:?} goes from {first:?} to {last:?}"));
            }
        }
        problems
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn scope(&self, meta: &Meta) -> Scope {
        match meta.exchange.0 {
            exchange if exchange > 0 && !self.serves => (exchange, 0),
            _ => (0, meta.connection.0),
        }
    }
}

impl Sink for Ledger {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let scope = self.scope(meta);
        self.books().enter(scope, meta, event);
    }
}

impl Books {
    fn enter(&mut self, scope: Scope, meta: &Meta, event: &TraceEvent<'_>) {
        let told = self.told.entry(scope).or_default();
        // Events without an exchange and a connection are not counted.
        let is_next = meta.seq == *told || scope == (0, 0);
        *told = meta.seq + 1;
        self.ends.entry(scope).or_insert((meta.kind, meta.kind)).1 = meta.kind;
        self.check(is_next, "a gap before", event);
        self.resent += u32::from(matches!(
            event,
            TraceEvent::ResendDecided { again: true, .. }
                | TraceEvent::RequestRetryDecided { again: true, .. }
        ));
        self.check_hop(scope, meta, event);
        let span = (scope, meta.span());
        let parent = meta.parent();
        let metadata = meta.kind.metadata();
        let operation = (metadata.logger, metadata.name);
        match metadata.stage {
            Stage::Point => {
                // An exchange is open from its first event to its last.
                let around = self.open.get(&span).map(|(_, parent)| *parent);
                let is_outside = span.1 == SpanId(0) && scope.0 == 0;
                self.check(is_outside || around == Some(parent), "a point in no span:", event);
            }
            Stage::Started => {
                let is_inside = self.open.contains_key(&(scope, parent))
                    || parent == SpanId(0) && !self.open.keys().any(|(of, _)| *of == scope);
                self.check(is_inside, "starts outside a span:", event);
                let is_new = !self.closed.contains(&span)
                    && self.open.insert(span, (operation, parent)).is_none();
                self.check(is_new, "starts again:", event);
            }
            Stage::Complete | Stage::Failed => {
                let started = self.open.remove(&span);
                let is_ended = started == Some((operation, parent));
                self.check(is_ended, "ends what did not start:", event);
                self.closed.insert(span);
            }
        }
        if metadata.stage == Stage::Failed {
            self.check_phase(scope, meta.phase, event);
        }
    }

    /// Checks that the hop counts up, and only after a decision to send another request.
    fn check_hop(&mut self, scope: Scope, meta: &Meta, event: &TraceEvent<'_>) {
        if scope.0 > 0 {
            let before = self.hops.insert(scope, meta.hop).unwrap_or(1);
            let is_next =
                meta.hop == before || meta.hop == before + 1 && self.goes_on.remove(&scope);
            self.check(is_next, "a hop that was not announced:", event);
        }
        if let TraceEvent::RedirectDecided { follow: true, .. }
        | TraceEvent::ResendDecided { again: true, .. }
        | TraceEvent::RequestRetryDecided { again: true, .. } = event
        {
            self.goes_on.insert(scope);
        }
    }

    /// Checks that an exchange fails in the phase of its last failed span, unless its caller cancelled it.
    fn check_phase(&mut self, scope: Scope, phase: Phase, event: &TraceEvent<'_>) {
        if let TraceEvent::ExchangeFailed { failure, .. } = event {
            let failed = self.failed.get(&scope).copied();
            let given_up = *failure.cause == Cause::Cancelled;
            let is_named = given_up || failed.is_none_or(|failed| failed == failure.phase);
            self.check(is_named, "another phase than the last failure's:", event);
        } else {
            self.failed.insert(scope, phase);
        }
    }

    fn check(&mut self, is_right: bool, what: &str, event: &TraceEvent<'_>) {
        if !is_right {
            self.problems.push(format!("{what} {event:?}"));
        }
    }
}
