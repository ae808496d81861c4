//! The open spans of an exchange, or of a served connection.

use limpid_core::trace::{Meta, SpanId};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Dispatch, Event, dispatcher};

use super::super::columns::{Pairs, Shown};
use super::role::Role;
use super::site;

/// The most spans that may be open at once. A sink before the bridge may have removed events that end spans.
const MOST_OPEN: usize = 64;

/// Open spans, each after the spans around it.
#[derive(Debug)]
pub(super) struct Tree {
    dispatch: Dispatch,
    /// The span around all others: that of the caller.
    outer: Option<Id>,
    open: Vec<Open>,
    /// The operations of the events, and the roles that they have.
    operations: Vec<(SpanId, Role)>,
}

/// An open span.
#[derive(Debug)]
struct Open {
    role: Role,
    /// The operation that it is, unless it consists of several.
    operation: SpanId,
    /// `None` if the subscriber does not take it.
    id: Option<Id>,
    /// A bit for each attribute that is recorded. A second value would be another attribute of this name.
    recorded: u128,
    /// The address that it connects to.
    peer: Pairs,
}

impl Tree {
    /// Creates a tree inside a span of the same subscriber, or inside that which is current on this thread.
    pub(super) fn new(dispatch: Dispatch, outer: Option<Id>) -> Self {
        let current = || dispatch.current_span().id().map(|id| dispatch.clone_span(id));
        let outer = outer.or_else(current);
        Self { dispatch, outer, open: Vec::new(), operations: Vec::new() }
    }

    /// Returns the subscriber.
    pub(super) fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    /// Returns whether a span of this role is open.
    pub(super) fn is_open(&self, role: Role) -> bool {
        self.newest(role).is_some()
    }

    /// Returns whether no span is open.
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    fn newest(&self, role: Role) -> Option<usize> {
        self.open.iter().rposition(|open| open.role == role)
    }

    /// Returns the newest span of this role that the subscriber has taken, again.
    pub(super) fn clone_of(&self, role: Role) -> Option<Id> {
        let id = self.open[self.newest(role)?].id.as_ref()?;
        Some(self.dispatch.clone_span(id))
    }

    /// Returns the span in which one of this role is.
    fn parent(&self, role: Role) -> Option<&Id> {
        let ids =
            role.around().iter().filter_map(|role| self.open[self.newest(*role)?].id.as_ref());
        ids.chain(&self.outer).next()
    }

    /// Notes that an operation has this role.
    pub(super) fn note(&mut self, operation: SpanId, role: Role) {
        if self.operations.len() == MOST_OPEN {
            self.operations.remove(0);
        }
        self.operations.push((operation, role));
    }

    /// Takes back [`note`](Self::note), because the operation has ended.
    pub(super) fn forget(&mut self, operation: SpanId) {
        self.operations.retain(|(known, _)| *known != operation);
    }

    /// Opens a span, in the one around it.
    pub(super) fn open(&mut self, role: Role, operation: SpanId, attributes: &Pairs) {
        let site = site::of_span(role);
        let metadata = tracing_core::Callsite::metadata(site);
        let id = site.is_enabled(&self.dispatch).then(|| {
            site.with_values(attributes, |values| {
                // A caller's context that is no span of the subscriber counts too.
                let attributes = match self.parent(role) {
                    Some(parent) if !role.around().is_empty() || role == Role::Request => {
                        Attributes::child_of(parent.clone(), metadata, values)
                    }
                    _ => Attributes::new(metadata, values),
                };
                self.dispatch.new_span(&attributes)
            })
        });
        if let Some(id) = &id {
            self.dispatch.enter(id);
            self.dispatch.exit(id);
        }
        if self.open.len() == MOST_OPEN {
            self.close(MOST_OPEN - 1);
        }
        let is_of_peer = |(key, _): &&(&str, Shown)| key.starts_with("network.peer.");
        let peer = attributes.iter().filter(is_of_peer).cloned().collect();
        let recorded = recorded(role, attributes);
        self.open.push(Open { role, operation, id, recorded, peer });
    }

    /// Records attributes of the newest span of this role: those that it does not have yet.
    pub(super) fn record(&mut self, role: Role, attributes: &Pairs) {
        if let Some(index) = self.newest(role) {
            self.record_at(index, attributes);
        }
    }

    /// Records attributes of the span that is this operation.
    pub(super) fn record_of(&mut self, operation: SpanId, attributes: &Pairs) {
        if let Some(index) = self.index_of(operation) {
            self.record_at(index, attributes);
        }
    }

    fn record_at(&mut self, index: usize, attributes: &Pairs) {
        let open = &mut self.open[index];
        let new: Pairs = attributes
            .iter()
            .filter(|pair| recorded(open.role, std::slice::from_ref(pair)) & !open.recorded != 0)
            .cloned()
            .collect();
        open.recorded |= recorded(open.role, &new);
        if let (Some(id), false) = (&open.id, new.is_empty()) {
            site::of_span(open.role)
                .with_values(&new, |values| self.dispatch.record(id, &Record::new(values)));
        }
    }

    /// Returns the address that the operation connects to, as attributes.
    pub(super) fn peer_of(&self, operation: SpanId) -> Pairs {
        self.index_of(operation).map(|index| self.open[index].peer.clone()).unwrap_or_default()
    }

    fn index_of(&self, operation: SpanId) -> Option<usize> {
        // Derived spans are no operation.
        let is_it = |open: &Open| open.operation == operation && operation != SpanId(0);
        self.open.iter().rposition(is_it)
    }

    /// Ends the newest span of this role, if there is one, and those in it.
    pub(super) fn end(&mut self, role: Role) {
        if let Some(index) = self.newest(role) {
            self.end_at(index);
        }
    }

    /// Ends the spans of these roles, if they are open.
    pub(super) fn end_all(&mut self, roles: &[Role]) {
        roles.iter().for_each(|role| self.end(*role));
    }

    /// Ends the span that is this operation.
    pub(super) fn end_of(&mut self, operation: SpanId) {
        if let Some(index) = self.index_of(operation) {
            self.end_at(index);
        }
    }

    fn end_at(&mut self, index: usize) {
        if self.open[index].role.contains_others() {
            while self.open.len() > index + 1 {
                self.close(self.open.len() - 1);
            }
        }
        self.close(index);
    }

    fn close(&mut self, index: usize) {
        if let Some(id) = self.open.remove(index).id {
            self.dispatch.enter(&id);
            self.dispatch.exit(&id);
            self.dispatch.try_close(id);
        }
    }

    /// Passes an event on, in the span in which it has happened.
    pub(super) fn emit(&self, meta: &Meta, pairs: &Pairs, numbers: impl FnOnce() -> Pairs) {
        let site = site::of_event(meta.kind);
        if !site.is_enabled(&self.dispatch) {
            return;
        }
        let Some(id) = self.place(meta) else {
            return emit(&self.dispatch, meta, &[pairs.as_slice(), &numbers()].concat());
        };
        let metadata = tracing_core::Callsite::metadata(site);
        self.dispatch.enter(id);
        site.with_values(pairs, |values| {
            self.dispatch.event(&Event::new_child_of(id.clone(), metadata, values));
        });
        self.dispatch.exit(id);
    }

    /// Returns the span in which an event has happened.
    fn place(&self, meta: &Meta) -> Option<&Id> {
        if let Some(index) = self.index_of(meta.span())
            && !matches!(self.open[index].role, Role::Exchange)
        {
            return self.open[index].id.as_ref();
        }
        let is_it = |(operation, _): &&(SpanId, Role)| *operation == meta.span();
        let role = self.operations.iter().find(is_it).map_or(Role::Exchange, |(_, role)| *role);
        let own: &[Role] = match role {
            // What happens in no other operation of a request.
            Role::Exchange => &[Role::Hop, Role::Exchange, Role::Request, Role::Connection],
            // Nothing has been received before the first byte.
            Role::Receive => &[Role::Receive, Role::Wait],
            Role::Send => &[Role::Send],
            _ => &[],
        };
        let roles = own.iter().chain(role.around());
        let ids = roles.filter_map(|role| self.open[self.newest(*role)?].id.as_ref());
        ids.chain(&self.outer).next()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let dispatch = self.dispatch.clone();
        dispatcher::with_default(&dispatch, || {
            while let Some(last) = self.open.len().checked_sub(1) {
                self.close(last);
            }
            if let Some(outer) = self.outer.take() {
                dispatch.try_close(outer);
            }
        });
    }
}

/// Returns a bit for each of the attributes that spans of the role have.
fn recorded(role: Role, attributes: &[(&'static str, Shown)]) -> u128 {
    let keys = site::of_span(role).keys();
    let places =
        attributes.iter().filter_map(|(key, _)| keys.iter().position(|known| known == key));
    places.fold(0, |bits, place| {
        bits | 1_u128.checked_shl(place.try_into().unwrap_or(128)).unwrap_or(0)
    })
}

/// Passes an event on that is in no span of the bridge.
pub(super) fn emit(dispatch: &Dispatch, meta: &Meta, pairs: &Pairs) {
    let site = site::of_event(meta.kind);
    let metadata = tracing_core::Callsite::metadata(site);
    site.with_values(pairs, |values| dispatch.event(&Event::new(metadata, values)));
}
