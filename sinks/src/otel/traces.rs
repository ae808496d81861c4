//! The positions of exchanges in distributed traces.

use std::collections::BTreeMap;

use limpid_core::trace::{EventKind, ExchangeId, Meta, TraceEvent, Traceparent};
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

/// The most exchanges that are remembered. A sink before this one may have removed the events that end them.
const MOST: usize = 1 << 16;

/// The events that show positions.
pub(super) const KINDS: &[EventKind] =
    &[EventKind::RequestSent, EventKind::AnswerStarted, EventKind::TraceContext];

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
    /// What the client sent.
    sender: Option<(TraceId, SpanId)>,
    is_sampled: bool,
}

/// The positions that requests carried, sent and received, of exchanges that have not ended.
#[derive(Debug, Default)]
pub(super) struct Traces {
    ids: RandomIdGenerator,
    sent: BTreeMap<ExchangeId, Traceparent>,
    served: BTreeMap<ExchangeId, Served>,
}

impl Traces {
    pub(super) fn event(&mut self, meta: &Meta, event: &TraceEvent<'_>) {
        match event {
            TraceEvent::RequestSent { head } if head.method != b"CONNECT" => {
                if let Some(position) = head.traceparent() {
                    bound(&mut self.sent);
                    self.sent.insert(meta.exchange, position);
                }
            }
            TraceEvent::AnswerStarted { .. } => {
                let own = self.ids.new_span_id();
                let served = self.served(meta.exchange, own);
                served.own = own;
            }
            TraceEvent::TraceContext { trace_id, parent_id, sampled } => {
                let own = self.ids.new_span_id();
                let served = self.served(meta.exchange, own);
                let ids = TraceId::from_hex(trace_id).ok().zip(SpanId::from_hex(parent_id).ok());
                (served.sender, served.is_sampled) = (ids, *sampled);
            }
            _ => {}
        }
    }

    fn served(&mut self, exchange: ExchangeId, own: SpanId) -> &mut Served {
        bound(&mut self.served);
        let new = || Served { own, sender: None, is_sampled: true };
        self.served.entry(exchange).or_insert_with(new)
    }

    pub(super) fn new_span(&self) -> SpanId {
        self.ids.new_span_id()
    }

    /// Returns the position of a client's exchange that has ended: what its requests carried. An exchange whose requests
    /// carried nothing begins a trace.
    ///
    /// If a server of this process answers a request of the same trace, its span is the parent. If it passed on what it
    /// had received, what was sent is the number of another span, and not of this.
    pub(super) fn end_client(&mut self, exchange: ExchangeId) -> Position {
        let Some(sent) = self.sent.remove(&exchange) else {
            let (trace, span) = (self.ids.new_trace_id(), self.ids.new_span_id());
            let parent = SpanId::INVALID;
            return Position { trace, span, parent, is_remote: false, is_sampled: true };
        };
        let trace = TraceId::from_bytes(sent.trace_id().get().to_be_bytes());
        let span = SpanId::from_bytes(sent.parent_id().get().to_be_bytes());
        let is_of_trace = |served: &&Served| served.sender.is_some_and(|(id, _)| id == trace);
        let around = self.served.values().rfind(is_of_trace);
        let is_passed_on = around.is_some_and(|served| served.sender == Some((trace, span)));
        Position {
            trace,
            span: if is_passed_on { self.ids.new_span_id() } else { span },
            parent: around.map_or(SpanId::INVALID, |served| served.own),
            is_remote: false,
            is_sampled: sent.is_sampled(),
        }
    }

    /// Returns the position of a request that a server has answered.
    pub(super) fn end_server(&mut self, exchange: ExchangeId) -> Position {
        let served = self.served.remove(&exchange);
        let span = served.map_or_else(|| self.ids.new_span_id(), |served| served.own);
        match served.and_then(|served| served.sender) {
            Some((trace, parent)) => {
                let is_sampled = served.is_none_or(|served| served.is_sampled);
                Position { trace, span, parent, is_remote: true, is_sampled }
            }
            None => {
                let (trace, parent) = (self.ids.new_trace_id(), SpanId::INVALID);
                Position { trace, span, parent, is_remote: false, is_sampled: true }
            }
        }
    }
}

fn bound<V>(map: &mut BTreeMap<ExchangeId, V>) {
    if map.len() >= MOST {
        map.pop_first();
    }
}
