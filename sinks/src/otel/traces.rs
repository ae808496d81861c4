//! The positions of exchanges in distributed traces.

use std::collections::BTreeMap;

use limpid_core::trace::{EventKind, ExchangeId, Meta, TraceEvent, Traceparent};
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

/// The most exchanges that are remembered. A sink before this one may have removed the events that end them.
const MOST: usize = 1 << 14;

/// The events that show positions.
pub(super) const KINDS: &[EventKind] = &[
    EventKind::RequestSent,
    EventKind::AnswerStarted,
    EventKind::TraceContext,
    EventKind::Forwarded,
    EventKind::ForwardFailed,
];

/// The position of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) trace: TraceId,
    pub(super) span: SpanId,
    pub(super) parent: SpanId,
    /// Whether the parent is in another process, as far as it is known.
    pub(super) is_remote: bool,
    pub(super) is_sampled: bool,
}

/// A request that a server answers.
#[derive(Clone, Copy, Debug)]
struct Served {
    own: SpanId,
    trace: TraceId,
    /// The span that the client named.
    sender: Option<SpanId>,
    is_sampled: bool,
}

/// The positions that requests carried, sent and received, of exchanges that have not ended.
#[derive(Debug, Default)]
pub(super) struct Traces {
    ids: RandomIdGenerator,
    /// The operation around the process.
    pub(super) around: Option<Traceparent>,
    sent: BTreeMap<ExchangeId, Traceparent>,
    served: BTreeMap<ExchangeId, Served>,
    /// The served exchanges that passed requests on, by the exchanges of clients that these became.
    forwarded: BTreeMap<ExchangeId, ExchangeId>,
    /// The traces of clients' exchanges that have ended, of which a server may still report that it has forwarded them.
    ended: BTreeMap<ExchangeId, TraceId>,
}

impl Traces {
    pub(super) fn event(&mut self, meta: &Meta, event: &TraceEvent<'_>) {
        match event {
            TraceEvent::RequestSent { head } if head.method != b"CONNECT" => {
                if let Some(position) = head.traceparent() {
                    insert(&mut self.sent, meta.exchange, position);
                }
            }
            TraceEvent::AnswerStarted { .. } => {
                let (own, trace) = (self.ids.new_span_id(), self.ids.new_trace_id());
                let served = Served { own, trace, sender: None, is_sampled: true };
                insert(&mut self.served, meta.exchange, served);
            }
            TraceEvent::TraceContext { trace_id, parent_id, sampled } => {
                let ids = TraceId::from_hex(trace_id).ok().zip(SpanId::from_hex(parent_id).ok());
                if let (Some(served), Some((trace, sender))) =
                    (self.served.get_mut(&meta.exchange), ids)
                {
                    let own = served.own;
                    let sender = Some(sender);
                    *served = Served { own, trace, sender, is_sampled: *sampled };
                }
            }
            TraceEvent::Forwarded { client_exchange, .. } => {
                let client = ExchangeId(*client_exchange);
                insert(&mut self.forwarded, client, meta.exchange);
                let sent = self.sent.get(&client).map(|sent| trace_of(*sent));
                self.adopt(meta.exchange, sent.or_else(|| self.ended.get(&client).copied()));
            }
            TraceEvent::ForwardFailed { client_exchange: Some(client), .. } => {
                let ended = self.ended.get(&ExchangeId(*client)).copied();
                self.adopt(meta.exchange, ended);
            }
            _ => {}
        }
    }

    /// Places a served request in the trace of the one that it became, unless its client named a trace.
    fn adopt(&mut self, exchange: ExchangeId, trace: Option<TraceId>) {
        if let (Some(served), Some(trace)) = (self.served.get_mut(&exchange), trace)
            && served.sender.is_none()
        {
            served.trace = trace;
        }
    }

    pub(super) fn new_span(&self) -> SpanId {
        self.ids.new_span_id()
    }

    /// Returns the position of a client's exchange that has ended: what its requests carried.
    ///
    /// It is inside the served request that it was made for, if a server of this process has forwarded that or answers a
    /// request of the same trace. If that passed on what it had received, what was sent is the number of another span,
    /// and not of this.
    pub(super) fn end_client(&mut self, exchange: ExchangeId) -> Position {
        let sent = self.sent.remove(&exchange);
        let forwarded = self.forwarded.remove(&exchange);
        let forwarded = forwarded.and_then(|id| self.served.get(&id)).copied();
        let of_trace = sent.and_then(|sent| {
            let is_sender =
                |served: &&Served| served.sender.is_some() && served.trace == trace_of(sent);
            self.served.values().rfind(is_sender).copied()
        });
        let around = forwarded.or(of_trace);
        let sender = around.and_then(|served| served.sender);
        let own = sent.map(span_of);
        let trace = sent.map(trace_of).or(around.map(|served| served.trace));
        let is_outer = |outer: &Traceparent| around.is_none() && trace == Some(trace_of(*outer));
        let outer = self.around.filter(is_outer).map(span_of);
        let sender = sender.or(outer);
        let position = Position {
            trace: trace.unwrap_or_else(|| self.ids.new_trace_id()),
            span: own.filter(|own| sender != Some(*own)).unwrap_or_else(|| self.ids.new_span_id()),
            parent: around.map(|served| served.own).or(outer).unwrap_or(SpanId::INVALID),
            is_remote: outer.is_some(),
            is_sampled: match (sent, around) {
                (Some(sent), _) => sent.is_sampled(),
                (None, Some(served)) => served.is_sampled,
                (None, None) => true,
            },
        };
        insert(&mut self.ended, exchange, position.trace);
        position
    }

    /// Returns the position of a request that a server has answered.
    pub(super) fn end_server(&mut self, exchange: ExchangeId) -> Position {
        let served = self.served.remove(&exchange);
        let Served { own, trace, sender, is_sampled } = served.unwrap_or_else(|| Served {
            own: self.ids.new_span_id(),
            trace: self.ids.new_trace_id(),
            sender: None,
            is_sampled: true,
        });
        let (parent, is_remote) = (sender.unwrap_or(SpanId::INVALID), sender.is_some());
        Position { trace, span: own, parent, is_remote, is_sampled }
    }
}

fn trace_of(sent: Traceparent) -> TraceId {
    TraceId::from_bytes(sent.trace_id().get().to_be_bytes())
}

fn span_of(sent: Traceparent) -> SpanId {
    SpanId::from_bytes(sent.parent_id().get().to_be_bytes())
}

fn insert<V>(map: &mut BTreeMap<ExchangeId, V>, exchange: ExchangeId, value: V) {
    if map.len() >= MOST {
        map.pop_first();
    }
    map.insert(exchange, value);
}
