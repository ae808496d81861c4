//! Events of a server's exchange.

use limpid_core::http1::{ResponseHead, Role};
use limpid_core::trace::{Capture, EventKind, Meta, TraceEvent};

use super::connection::Connection;
use super::decision::Decision;
use super::exchange::{Exchange, Failed, Hop};
use super::message::{Request, Response, field, text};
use super::part::Part;

/// The number of informational responses and of trailers that are kept.
const MOST: usize = 64;

/// Starts the exchange of a request whose head has arrived.
pub(super) fn begin(meta: &Meta, method: &[u8], target: &[u8], capture: Capture) -> Exchange {
    let target = text(&capture.target(target));
    let mut hop = Hop::new(1, meta.at, text(method), target);
    hop.connection = Some(meta.connection);
    hop.parts.turn(Part::Wait, meta.at);
    Exchange::new(meta, Role::Server, hop)
}

/// Moves the decisions about the head of a request to its hop. They are made before the exchange begins.
pub(super) fn take_decisions(hop: &mut Hop, connection: &mut Connection) {
    let is_of_head = |decision: &Decision| {
        matches!(
            decision.kind,
            EventKind::FramingChosen | EventKind::LeniencyUsed | EventKind::LimitHit
        )
    };
    for decision in std::mem::take(&mut connection.decisions) {
        if decision.kind == EventKind::FramingChosen {
            hop.request_body.framing = Some(decision.outcome);
            let length = decision.facts.iter().find(|(name, _)| *name == "length");
            hop.request_body.size = length.and_then(|(_, length)| length.parse().ok());
        }
        if is_of_head(&decision) {
            hop.decide(decision);
        } else {
            connection.decide(decision);
        }
    }
}

/// Handles an event. Returns whether the exchange has ended.
pub(super) fn event(
    exchange: &mut Exchange,
    meta: &Meta,
    event: &TraceEvent<'_>,
    connection: Option<&Connection>,
    capture: Capture,
) -> bool {
    let Some(hop) = exchange.hops.first_mut() else { return false };
    match *event {
        TraceEvent::RequestRead { head } => {
            let is_secure = connection.is_some_and(|connection| connection.is_secure);
            let is_url =
                !head.target.starts_with(b"/") && head.target.windows(3).any(|part| part == b"://");
            if let Some(authority) = head.authority().filter(|_| !is_url) {
                let scheme = if is_secure { "https" } else { "http" };
                // The URL of `*` and of a tunnel has no path (RFC 9110 section 7.1).
                let path = if head.target.starts_with(b"/") { head.target } else { b"" };
                let url = format!("{scheme}://{}{}", text(authority), text(path));
                hop.url = capture.url(&url).into_owned();
            }
            hop.request = Some(Request::of(head, capture));
        }
        TraceEvent::TraceContext { trace_id, parent_id, sampled } => {
            exchange.trace_context = Some((trace_id.into(), parent_id.into(), sampled));
        }
        TraceEvent::TrailerRead { name, value, .. } => {
            let trailers = &mut hop.request_body.trailers;
            if trailers.len() < MOST {
                trailers.push(field(name, value, capture));
            }
        }
        TraceEvent::ResponseSent { head } => response_sent(hop, head, meta, capture),
        TraceEvent::AnswerComplete { received, sent, .. } => {
            sizes(hop, received, sent);
            hop.end(meta.at);
            exchange.ended = Some(meta.at);
        }
        TraceEvent::AnswerFailed { failure, received, sent } => {
            sizes(hop, received, sent);
            let failed = Failed::of(failure, meta.at, capture);
            hop.failed = Some(failed.clone());
            hop.end(meta.at);
            exchange.failed = Some(failed);
            exchange.ended = Some(meta.at);
        }
        _ => {}
    }
    exchange.ended.is_some()
}

/// Handles the head of a response that is sent.
fn response_sent(hop: &mut Hop, head: ResponseHead<'_>, meta: &Meta, capture: Capture) {
    let response = Response::of(head, capture);
    if is_informational(head.status) {
        if hop.informational.len() < MOST {
            hop.informational.push(response);
        }
    } else {
        let has = |name| response.get(name).is_some();
        hop.response_body.framing = Some(match head.status {
            101 => "tunnel",
            200..=299 if hop.method == "CONNECT" => "tunnel",
            204 | 304 => "none",
            _ if hop.method == "HEAD" => "none",
            _ if has("transfer-encoding") => "chunked",
            _ if has("content-length") => "length",
            _ => "close",
        });
        let length = response.get("content-length").and_then(|length| length.parse().ok());
        hop.response_body.size = length;
        hop.response = Some(response);
        hop.parts.turn(Part::Receive, meta.at);
    }
}

/// Returns whether a response with this status is informational, and does not switch protocols.
pub(super) const fn is_informational(status: u16) -> bool {
    matches!(status, 100 | 102..=199)
}

fn sizes(hop: &mut Hop, received: u64, sent: u64) {
    hop.request_body.size = Some(received);
    hop.response_body.size = Some(sent);
}

/// The kinds of events that a server's exchanges and connections are built from, except for decisions and those that
/// clients have too.
pub(super) const KINDS: &[EventKind] = &[
    EventKind::ServeStarted,
    EventKind::ServeComplete,
    EventKind::ServeFailed,
    EventKind::AcceptTlsStarted,
    EventKind::AcceptTlsComplete,
    EventKind::AcceptTlsFailed,
    EventKind::AnswerStarted,
    EventKind::AnswerComplete,
    EventKind::AnswerFailed,
    EventKind::RequestRead,
    EventKind::TraceContext,
    EventKind::ResponseSent,
];
