//! The spans of an exchange. Some consist of several operations of the events, or of a part of one.

use limpid_core::trace::{EventKind, Meta, SpanId, Stage};
use tracing_core::Dispatch;

use super::super::columns::{Pairs, Shown};
use super::role::{Role, failure, failure_status};
use super::tree::Tree;

/// The open spans of an exchange.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) tree: Tree,
    hop: u16,
    /// The URL of the next request.
    url: Option<Shown>,
    /// Whether the next request is one for a tunnel through a proxy.
    tunnels: bool,
    /// The last failure of the request.
    failure: Pairs,
}

/// Events that are no start and no end of an operation, but of a span.
pub(super) const TURNS: [EventKind; 3] =
    [EventKind::StartLineRead, EventKind::RedirectDecided, EventKind::RouteChosen];

impl Client {
    /// Opens the spans of an exchange, and of its first request.
    pub(super) fn new(dispatch: Dispatch, meta: &Meta, columns: &Pairs) -> Self {
        let url = value(columns, "url").cloned();
        let mut tree = Tree::new(dispatch, None);
        let mut attributes = Role::Exchange.attributes(columns);
        attributes.push(("otel.kind", Shown::text("internal")));
        attributes.push(("exchange", Shown::count(meta.exchange.0)));
        attributes.extend(meta.tag.as_ref().map(|tag| ("tag", Shown::text(tag))));
        tree.open(Role::Exchange, meta.span(), &attributes);
        tree.note(meta.span(), Role::Exchange);
        let mut client = Self { tree, hop: 0, url, tunnels: false, failure: Pairs::new() };
        client.next_hop(meta, columns);
        client
    }

    /// Ends the span of the last request, and opens that of the next.
    fn next_hop(&mut self, meta: &Meta, columns: &Pairs) {
        self.tree.record(Role::Hop, &std::mem::take(&mut self.failure));
        self.tree.end(Role::Hop);
        let mut attributes =
            vec![("otel.kind", Shown::text("client")), ("hop", Shown::count(meta.hop))];
        if self.hop == 0 {
            let method = value(columns, "method").cloned();
            attributes.extend(method.map(|method| ("http.request.method", method)));
        } else {
            let resent = meta.hop.saturating_sub(1);
            attributes.push(("http.request.resend_count", Shown::count(resent)));
        }
        attributes.extend(self.url.clone().map(|url| ("url.full", url)));
        self.tree.open(Role::Hop, SpanId(0), &attributes);
        (self.hop, self.tunnels) = (meta.hop, false);
    }

    /// Opens the spans that begin before an event.
    pub(super) fn before(&mut self, meta: &Meta, columns: &Pairs) {
        if meta.hop > self.hop {
            self.next_hop(meta, columns);
        }
        match (meta.kind, Role::of_event(meta.kind)) {
            (_, Some(role)) if meta.kind.metadata().stage == Stage::Started => {
                self.started(role, meta, columns);
            }
            (EventKind::ReceiveResponseHeadersComplete, _) => self.first_byte(),
            (EventKind::StartLineRead, _) if is_final(columns) => self.first_byte(),
            (EventKind::RouteChosen, _) => self.tunnels = is(columns, "via", "tunnel"),
            (EventKind::RedirectDecided, _) => {
                if let Some(url) = value(columns, "url") {
                    self.url = Some(url.clone());
                }
            }
            _ => {}
        }
    }

    fn started(&mut self, role: Role, meta: &Meta, columns: &Pairs) {
        let operation = meta.span();
        let mut attributes = role.attributes(columns);
        match role {
            Role::Exchange => return,
            Role::Connect => {
                attributes.push(("attempt", Shown::count(meta.attempt)));
                attributes.push(("connection", Shown::count(meta.connection.0)));
                self.tree.end(Role::Connect);
                self.tree.open(role, operation, &attributes);
            }
            Role::Send => self.send(meta, columns, &attributes),
            Role::Receive if meta.kind == EventKind::ReceiveResponseBodyStarted => {
                self.first_byte();
            }
            Role::Receive => self.wait(),
            Role::Acquire => {
                self.tree.record(Role::Hop, &Role::Hop.attributes(columns));
                self.tree.open(role, operation, &attributes);
            }
            Role::Retry => {
                self.tree.end(Role::Connect);
                attributes.push(("attempt", Shown::count(meta.attempt)));
                self.tree.open(role, operation, &attributes);
            }
            _ => self.tree.open(role, operation, &attributes),
        }
        self.tree.note(operation, role);
    }

    /// Opens the span of sending a request, which ends that of connecting, unless the request is for a tunnel.
    fn send(&mut self, meta: &Meta, columns: &Pairs, attributes: &Pairs) {
        if meta.kind == EventKind::SendRequestHeadersStarted {
            self.tree.end_all(&[Role::Send, Role::Wait, Role::Receive]);
            if self.tunnels && is(columns, "method", "CONNECT") {
                self.tunnels = false;
            } else {
                self.tree.end(Role::Connect);
                self.failure.clear();
                let method = Role::Hop.attributes(columns);
                self.tree.record(Role::Hop, &method);
            }
        }
        if !self.tree.is_open(Role::Send) {
            self.tree.open(Role::Send, SpanId(0), attributes);
        }
    }

    /// Opens the span of waiting for a response, unless the request is being sent or a response has begun.
    fn wait(&mut self) {
        if ![Role::Send, Role::Wait, Role::Receive].iter().any(|role| self.tree.is_open(*role)) {
            self.tree.open(Role::Wait, SpanId(0), &Pairs::new());
        }
    }

    /// Opens the span of receiving a response.
    fn first_byte(&mut self) {
        if !self.tree.is_open(Role::Receive) {
            self.tree.end(Role::Wait);
            self.tree.open(Role::Receive, SpanId(0), &Pairs::new());
        }
    }

    /// Ends the spans that end with an event. Returns whether the exchange has ended.
    pub(super) fn after(&mut self, meta: &Meta, columns: &Pairs) -> bool {
        let Some(role) = Role::of_event(meta.kind) else { return false };
        match meta.kind.metadata().stage {
            Stage::Complete => self.complete(role, meta, columns),
            Stage::Failed => self.failed(role, meta, columns),
            _ => return false,
        }
        self.tree.forget(meta.span());
        self.tree.is_empty()
    }

    fn complete(&mut self, role: Role, meta: &Meta, columns: &Pairs) {
        let (operation, attributes) = (meta.span(), role.attributes(columns));
        match (role, meta.kind) {
            // It ends when a request is sent.
            (Role::Connect, _) | (_, EventKind::SendRequestHeadersComplete) => {}
            (Role::Send, _) => {
                self.tree.end(Role::Send);
                self.wait();
            }
            (_, EventKind::ReceiveResponseHeadersComplete) => {
                self.tree.record(Role::Receive, &attributes);
                if !self.tree.is_open(Role::Connect) {
                    let head = Role::Hop.attributes(columns);
                    self.tree.record(Role::Hop, &failure_status(&head, 400));
                    self.tree.record(Role::Hop, &head);
                }
            }
            (Role::Receive, _) => self.tree.end(Role::Receive),
            (Role::Exchange, _) => {
                self.tree.record(role, &attributes);
                self.tree.end(role);
            }
            _ => {
                let mut peer = self.tree.peer_of(operation);
                if let Role::Acquire | Role::Dial = role {
                    peer.extend(attributes.iter().cloned());
                    peer.push(("connection", Shown::count(meta.connection.0)));
                    self.tree.record(Role::Connect, &peer);
                    self.tree.record(Role::Hop, &peer);
                }
                self.tree.record_of(operation, &attributes);
                self.tree.end_of(operation);
            }
        }
    }

    fn failed(&mut self, role: Role, meta: &Meta, columns: &Pairs) {
        let attributes = failure(role.attributes(columns));
        match role {
            Role::Exchange => {
                // Connecting is what failed if it has not ended, such as when a proxy refuses a tunnel.
                for role in [Role::Connect, Role::Hop, Role::Exchange] {
                    self.tree.record(role, &attributes);
                }
                return self.tree.end(role);
            }
            Role::Receive => {
                let role = if self.tree.is_open(Role::Receive) { role } else { Role::Wait };
                self.tree.record(role, &attributes);
                self.tree.end_all(&[Role::Receive, Role::Wait]);
            }
            Role::Send => {
                self.tree.record(role, &attributes);
                self.tree.end(role);
            }
            _ => {
                self.tree.record_of(meta.span(), &attributes);
                self.tree.end_of(meta.span());
                if let Role::Tls | Role::Socks = role {
                    self.tree.record(Role::Connect, &attributes);
                    self.tree.end(Role::Connect);
                }
            }
        }
        if !matches!(role, Role::Dial | Role::Resolve) {
            self.failure = attributes;
        }
    }
}

fn value<'p>(columns: &'p Pairs, name: &str) -> Option<&'p Shown> {
    columns.iter().find(|(column, _)| *column == name).map(|(_, value)| value)
}

fn is(columns: &Pairs, name: &str, text: &str) -> bool {
    matches!(value(columns, name), Some(Shown::Text(value)) if value == text)
}

/// Returns whether a status line is that of a final response, or of one that switches protocols.
fn is_final(columns: &Pairs) -> bool {
    let Some(Shown::Text(line)) = value(columns, "line") else { return false };
    line.split(' ').nth(1).is_some_and(|status| !status.starts_with('1') || status == "101")
}
