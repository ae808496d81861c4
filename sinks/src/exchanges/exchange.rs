//! Exchanges and their requests.

use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::Timings;
use limpid_core::http1::Role;
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, ConnectionId, ExchangeId, Failure, Meta, SpanId};

use super::decision::Decision;
use super::message::{Body, Request, Response, text};
use super::part::Parts;
use super::stream::Found;

/// An exchange of a client, with redirects and resends, or the answering of one request by a server.
///
/// ```
/// use std::time::Duration;
/// use limpid_sinks::exchanges::{Model, Part};
///
/// /// Lists the requests, and how long each waited for its response.
/// fn list(model: &Model) -> Vec<(String, Option<u16>, Option<Duration>)> {
///     let hops = model.exchanges.iter().flat_map(|exchange| &exchange.hops);
///     hops.map(|hop| {
///         let status = hop.response.as_ref().map(|response| response.status);
///         (format!("{} {}", hop.method, hop.url), status, hop.parts.time(Part::Wait))
///     })
///     .collect()
/// }
/// # assert!(list(&Model::default()).is_empty());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Exchange {
    /// The identifier.
    pub id: ExchangeId,
    /// The side that reported the events.
    pub role: Role,
    /// The tag of the request.
    pub tag: Option<Arc<str>>,
    /// The span of the exchange.
    pub span: SpanId,
    /// The span around it.
    pub parent: SpanId,
    /// When it started.
    pub started: Mono,
    /// When it ended; `None` if no event of its end was received.
    pub ended: Option<Mono>,
    /// The requests, in order; at least one.
    pub hops: Vec<Hop>,
    /// Number of hops that are left out before the last, because there were too many.
    pub left_out: u64,
    /// Why it failed.
    pub failed: Option<Failed>,
    /// The duration of each part, if a client reported them.
    pub timings: Option<Timings>,
    /// Number of bytes of HTTP that were sent and received.
    pub transferred: Option<(u64, u64)>,
    /// The position of the sender in a distributed trace, which a server received: the numbers of the trace and of
    /// the operation, in hexadecimal digits, and whether it is sampled.
    pub trace_context: Option<(String, String, bool)>,
}

/// A request of an exchange, and its response.
///
/// [`Exchange`] has an example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Hop {
    /// The number of the request in its exchange, from 1.
    pub number: u16,
    /// When it started.
    pub started: Mono,
    /// When its response was complete, or it failed.
    pub ended: Option<Mono>,
    /// The method.
    pub method: String,
    /// The URL, with its secrets hidden.
    pub url: String,
    /// The connection that the request was sent on, or was to be sent on.
    pub connection: Option<ConnectionId>,
    /// The reuse of that connection; `None` if it was opened for this request.
    pub reuse: Option<Reuse>,
    /// The head of the request, once it was queued for sending, or received.
    pub request: Option<Request>,
    /// The body of the request.
    pub request_body: Body,
    /// The informational responses.
    pub informational: Vec<Response>,
    /// The head of the final response.
    pub response: Option<Response>,
    /// The body of the response.
    pub response_body: Body,
    /// The parts of the time.
    pub parts: Parts,
    /// The decisions, in order.
    pub decisions: Vec<Decision>,
    /// Number of decisions that are left out at the end, because there were too many.
    pub decisions_left_out: u64,
    /// Why it failed.
    pub failed: Option<Failed>,
}

/// The reuse of a connection.
///
/// [`Hop`] has it.
///
/// The [module](super) has an example of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reuse {
    /// The time since the connection was opened.
    pub age: Option<Duration>,
    /// Number of requests that it had carried.
    pub requests: u64,
}

/// Why something failed.
///
/// [`Exchange`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failed {
    /// When it failed.
    pub at: Mono,
    /// The short name of the cause, such as `os`.
    pub name: &'static str,
    /// The cause in words, and what was being done.
    pub text: String,
    /// The bytes that the cause refers to, with their secrets hidden; often empty.
    pub excerpt: String,
}

impl Failed {
    pub(super) fn of(failure: Failure<'_>, at: Mono, capture: Capture) -> Self {
        let excerpt = text(&capture.excerpt(failure.cause, failure.excerpt));
        Self { at, name: failure.cause.name(), text: failure.to_string(), excerpt }
    }
}

/// The number of decisions of a hop that are kept.
const MOST_DECISIONS: usize = 256;

impl Exchange {
    /// Creates the exchange that an event of its start begins, with its first hop.
    pub(super) fn new(meta: &Meta, role: Role, hop: Hop) -> Self {
        Self {
            id: meta.exchange,
            role,
            tag: meta.tag.clone(),
            span: meta.span(),
            parent: meta.parent(),
            started: meta.at,
            ended: None,
            hops: vec![hop],
            left_out: 0,
            failed: None,
            timings: None,
            transferred: None,
            trace_context: None,
        }
    }
}

impl Hop {
    pub(crate) fn new(number: u16, started: Mono, method: String, url: String) -> Self {
        Self {
            number,
            started,
            ended: None,
            method,
            url,
            connection: None,
            reuse: None,
            request: None,
            request_body: Body::default(),
            informational: Vec::new(),
            response: None,
            response_body: Body::default(),
            parts: Parts::default(),
            decisions: Vec::new(),
            decisions_left_out: 0,
            failed: None,
        }
    }

    pub(super) fn decide(&mut self, decision: Decision) {
        if self.decisions.len() < MOST_DECISIONS {
            self.decisions.push(decision);
        } else {
            self.decisions_left_out += 1;
        }
    }

    /// Adds what was found in the bytes of its request or of its response.
    pub(super) fn found(&mut self, found: &Found<'_>, is_request: bool, room: &mut (usize, usize)) {
        let body = if is_request { &mut self.request_body } else { &mut self.response_body };
        let head = match (is_request, &mut self.request, &mut self.response) {
            (true, Some(request), _) => Some(&mut request.size),
            (false, _, Some(response)) => Some(&mut response.size),
            _ => None,
        };
        match *found {
            Found::Head(size) => {
                if let Some(head) = head {
                    *head = size;
                    body.bytes.get_or_insert_default();
                }
            }
            Found::Data(data) => {
                let bytes = body.bytes.get_or_insert_default();
                let (each, all) = room;
                let most = data.len().min(each.saturating_sub(bytes.len())).min(*all);
                bytes.extend_from_slice(&data[..most]);
                *all -= most;
            }
            Found::End => {}
        }
    }

    /// Ends the hop, unless it has ended.
    pub(super) fn end(&mut self, at: Mono) {
        self.parts.stop(at);
        self.ended.get_or_insert(at);
    }

    /// Returns the time from its start to its end, if it has ended.
    #[must_use]
    pub fn time(&self) -> Option<Duration> {
        self.ended.map(|ended| ended.since(self.started))
    }
}
