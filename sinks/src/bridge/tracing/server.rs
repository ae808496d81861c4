//! The spans of a served connection, and of the requests on it.

use limpid_core::trace::{Meta, Stage};
use tracing_core::Dispatch;
use tracing_core::span::Id;

use super::super::columns::{Pairs, Shown};
use super::role::{Role, failure, failure_status};
use super::tree::Tree;

/// The open spans of a served connection without its requests, or those of a request.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) tree: Tree,
    /// What each request on the connection has as attributes.
    of_requests: Pairs,
}

impl Served {
    /// Opens the span of a connection.
    pub(super) fn connection(dispatch: Dispatch, meta: &Meta, columns: &Pairs) -> Self {
        let mut tree = Tree::new(dispatch, None);
        let connection = ("connection", Shown::count(meta.connection.0));
        let mut attributes = Role::Connection.attributes(columns);
        let is_of_peer = |(key, _): &&(&str, Shown)| key.starts_with("network.peer.");
        let mut of_requests: Pairs = attributes.iter().filter(is_of_peer).cloned().collect();
        if let Some((_, address)) = of_requests.first().cloned() {
            of_requests.push(("client.address", address));
        }
        let is_secure = columns.iter().any(|pair| matches!(pair, ("secure", Shown::Flag(true))));
        let scheme = if is_secure { "https" } else { "http" };
        of_requests.push(("url.scheme", Shown::text(scheme)));
        of_requests.push(connection.clone());
        attributes.extend([connection, ("otel.kind", Shown::text("internal"))]);
        tree.open(Role::Connection, meta.span(), &attributes);
        Self { tree, of_requests }
    }

    /// Returns the subscriber, the span and the attributes for a request on the connection.
    pub(super) fn around_request(&self) -> (Dispatch, Option<Id>, Pairs) {
        let id = self.tree.clone_of(Role::Connection);
        (self.tree.dispatch().clone(), id, self.of_requests.clone())
    }

    /// Opens the span of a request.
    pub(super) fn request(
        (dispatch, outer, of_connection): (Dispatch, Option<Id>, Pairs),
        meta: &Meta,
        columns: &Pairs,
    ) -> Self {
        let mut tree = Tree::new(dispatch, outer);
        let mut attributes = Role::Request.attributes(columns);
        attributes.extend(of_connection);
        attributes.push(("otel.kind", Shown::text("server")));
        attributes.push(("exchange", Shown::count(meta.exchange.0)));
        attributes.extend(meta.tag.as_ref().map(|tag| ("tag", Shown::text(tag))));
        tree.open(Role::Request, meta.span(), &attributes);
        Self { tree, of_requests: Pairs::new() }
    }

    /// Opens the spans that begin before an event.
    pub(super) fn before(&mut self, meta: &Meta, columns: &Pairs) {
        if let (Some(Role::Accept), Stage::Started) =
            (Role::of_event(meta.kind), meta.kind.metadata().stage)
        {
            self.tree.open(Role::Accept, meta.span(), &Role::Accept.attributes(columns));
        }
    }

    /// Ends the spans that end with an event. Returns whether none is left.
    pub(super) fn after(&mut self, meta: &Meta, columns: &Pairs) -> bool {
        let Some(role) = Role::of_event(meta.kind) else { return false };
        let mut attributes = role.attributes(columns);
        match meta.kind.metadata().stage {
            Stage::Complete => attributes.extend(failure_status(&attributes, 500)),
            Stage::Failed => attributes = failure(attributes),
            _ => return false,
        }
        self.tree.record_of(meta.span(), &attributes);
        self.tree.end_of(meta.span());
        self.tree.is_empty()
    }
}
