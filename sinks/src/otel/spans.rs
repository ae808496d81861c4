//! Exchanges as spans.

use std::borrow::Cow;
use std::time::SystemTime;

use limpid_core::http1::Role;
use limpid_core::time::Mono;
use opentelemetry::trace::{
    Event, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::attributes::{address, error_of, error_type, method, of_hop, status};
use super::traces::{Position, Traces};
use crate::exchanges::{Connection, Decision, DialAttempt, Exchange, Hop};
use crate::time_base::TimeBase;

/// What the spans of an exchange have in common.
pub(super) struct Spans<'e> {
    pub(super) exchange: &'e Exchange,
    pub(super) position: Position,
    pub(super) base: TimeBase,
    pub(super) traces: &'e Traces,
    pub(super) scope: &'e InstrumentationScope,
}

impl Spans<'_> {
    /// Returns the spans: one for each request, and inside it one for each part. Several requests, such as that after a
    /// redirect, are inside one for the exchange, since all of them carried its number.
    pub(super) fn all<'c>(
        &self,
        connection: impl Fn(&Hop) -> Option<&'c Connection>,
    ) -> Vec<SpanData> {
        let mut spans = Vec::new();
        let Position { span, parent, .. } = self.position;
        match &*self.exchange.hops {
            [hop] if self.exchange.left_out == 0 => {
                self.push_hop(hop, span, parent, connection(hop), &mut spans);
            }
            hops => {
                spans.push(self.whole(hops));
                for hop in hops {
                    self.push_hop(hop, self.traces.new_span(), span, connection(hop), &mut spans);
                }
            }
        }
        spans
    }

    /// Returns the span of an exchange with several requests.
    fn whole(&self, hops: &[Hop]) -> SpanData {
        let Exchange { started, ended, failed, left_out, .. } = self.exchange;
        let Position { span, parent, .. } = self.position;
        let mut data = self.span(span, parent, "exchange", *started, ended.unwrap_or(*started));
        let requests = i64::try_from(hops.len() as u64 + left_out).unwrap_or(i64::MAX);
        data.attributes.push(KeyValue::new("limpid.requests", requests));
        if let (Some(error), Some(failed)) = (error_of(failed.as_ref()), failed) {
            data.status = Status::error(failed.text.clone());
            data.attributes.push(KeyValue::new("error.type", error));
        }
        self.identify(&mut data);
        data
    }

    fn push_hop(
        &self,
        hop: &Hop,
        span: SpanId,
        parent: SpanId,
        connection: Option<&Connection>,
        spans: &mut Vec<SpanData>,
    ) {
        let role = self.exchange.role;
        let (name, _) = method(hop);
        let name = if name == "_OTHER" { "HTTP" } else { name };
        let ended = hop.ended.or(self.exchange.ended).unwrap_or(hop.started);
        let mut data = self.span(span, parent, name, hop.started, ended);
        data.span_kind = match role {
            Role::Client => SpanKind::Client,
            Role::Server => SpanKind::Server,
        };
        data.status = status(hop, role);
        data.attributes = of_hop(hop, role, connection);
        data.parent_span_is_remote = self.position.is_remote;
        self.identify(&mut data);
        data.events.events = hop.decisions.iter().map(|decision| self.event(decision)).collect();
        data.events.dropped_count = u32::try_from(hop.decisions_left_out).unwrap_or(u32::MAX);
        spans.push(data);
        self.push_parts(hop, span, spans);
        let opened = connection
            .filter(|connection| connection.opened_by == Some((self.exchange.id, hop.number)));
        if let Some(connection) = opened {
            spans.extend(connection.dials.iter().map(|dial| self.dial(dial, span, ended)));
        }
    }

    /// Adds a span for each interval of a part.
    fn push_parts(&self, hop: &Hop, parent: SpanId, spans: &mut Vec<SpanData>) {
        for slice in hop.parts.slices() {
            if slice.start < slice.end {
                let (name, span) = (slice.part.name(), self.traces.new_span());
                spans.push(self.span(span, parent, name, slice.start, slice.end));
            }
        }
        if let (Some(failed), Some(last)) = (&hop.failed, spans.last_mut())
            && error_of(Some(failed)).is_some()
            && last.parent_span_id == parent
            && last.span_kind == SpanKind::Internal
        {
            // The part that has not succeeded is the last.
            last.status = Status::error(failed.text.clone());
            last.attributes.extend(
                error_type(hop, self.exchange.role).map(|error| KeyValue::new("error.type", error)),
            );
        }
    }

    /// Returns the span of connecting to one address.
    fn dial(&self, dial: &DialAttempt, parent: SpanId, ended: Mono) -> SpanData {
        let end = dial.ended.unwrap_or(ended);
        let mut data = self.span(self.traces.new_span(), parent, "dial", dial.started, end);
        data.attributes.extend(address(dial.address, "network.peer.address", "network.peer.port"));
        data.attributes.push(KeyValue::new("why", dial.why));
        if let (Some(error), Some(failed)) = (error_of(dial.failed.as_ref()), &dial.failed) {
            data.status = Status::error(failed.text.clone());
            data.attributes.push(KeyValue::new("error.type", error));
        }
        data
    }

    fn event(&self, decision: &Decision) -> Event {
        let mut attributes = Vec::new();
        for (name, text) in [("outcome", decision.outcome), ("why", decision.why)] {
            if !text.is_empty() {
                attributes.push(KeyValue::new(name, text));
            }
        }
        let facts = decision.facts.iter();
        attributes.extend(facts.map(|(name, value)| KeyValue::new(*name, value.clone())));
        Event::new(decision.kind.metadata().name, self.base.at(decision.at), attributes, 0)
    }

    /// Adds the numbers by which other outputs know the exchange.
    fn identify(&self, data: &mut SpanData) {
        let id = i64::try_from(self.exchange.id.0).unwrap_or(i64::MAX);
        data.attributes.push(KeyValue::new("limpid.exchange", id));
        if let Some(tag) = &self.exchange.tag {
            data.attributes.push(KeyValue::new("limpid.tag", tag.to_string()));
        }
    }

    fn span(
        &self,
        span: SpanId,
        parent: SpanId,
        name: &'static str,
        start: Mono,
        end: Mono,
    ) -> SpanData {
        let times = (self.base.at(start), self.base.at(end));
        span_data(self.position.trace, span, parent, name, times, self.scope)
    }
}

fn span_data(
    trace: TraceId,
    span: SpanId,
    parent: SpanId,
    name: &'static str,
    (start_time, end_time): (SystemTime, SystemTime),
    scope: &InstrumentationScope,
) -> SpanData {
    let state = TraceState::default();
    SpanData {
        span_context: SpanContext::new(trace, span, TraceFlags::SAMPLED, false, state),
        parent_span_id: parent,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: Cow::Borrowed(name),
        start_time,
        end_time,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: scope.clone(),
    }
}
