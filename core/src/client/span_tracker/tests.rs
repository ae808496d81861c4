use std::cell::RefCell;
use std::vec::Vec;

use super::*;
use crate::client::Request;
use crate::time::Mono;
use crate::trace::{Meta, NoSink, SpanId};

/// A sink that records the events and their spans.
#[derive(Default)]
struct Kept {
    events: RefCell<Vec<(EventKind, SpanId)>>,
    silent: bool,
}

impl Kept {
    fn take(&self) -> Vec<(EventKind, SpanId)> {
        self.events.take()
    }
}

impl Sink for Kept {
    fn interest(&self) -> Interest {
        if self.silent { Interest::NONE } else { Interest::ALL }
    }

    fn event(&self, meta: &Meta, _: &TraceEvent<'_>) {
        self.events.borrow_mut().push((meta.kind, meta.span));
    }
}

fn plan() -> Plan {
    let request = Request::builder(b"PUT", "https://example.com/".parse().unwrap()).build();
    Plan::new(request.into(), Default::default())
}

/// Returns a tracker on which these spans were started in this order, within an exchange.
fn started<S: Sink>(spans: &[SpanKind], at: At<'_, S>) -> SpanTracker {
    let mut tracker = SpanTracker::new(Scope::exchange(ExchangeId(1)));
    tracker.begin(&plan(), at);
    for span in spans {
        start(&mut tracker, *span, at);
    }
    tracker
}

fn start<S: Sink>(spans: &mut SpanTracker, span: SpanKind, at: At<'_, S>) {
    let (request, host, port) = (&b"PUT"[..], "example.com", 443);
    spans.start(span, at, || match span {
        SpanKind::Acquire => TraceEvent::AcquireStarted { secure: true, host, port },
        SpanKind::Resolve => TraceEvent::ResolveStarted { host, port },
        SpanKind::SendRequestBody => TraceEvent::SendRequestBodyStarted { request },
        SpanKind::ReceiveResponseHeaders => TraceEvent::ReceiveResponseHeadersStarted { request },
        _ => TraceEvent::ReceiveResponseBodyStarted { request },
    });
}

fn fail<S: Sink>(spans: &mut SpanTracker, at: At<'_, S>) {
    let phase = spans.phase();
    let cause = &Cause::Cancelled;
    spans.fail(Failure { phase, cause, secure: false, excerpt: &[], body: (0, 0) }, at);
}

const BOTH: [SpanKind; 2] = [SpanKind::ReceiveResponseHeaders, SpanKind::SendRequestBody];

#[test]
fn spans_of_both_directions_overlap_and_end_separately() {
    let sink = Kept::default();
    let at = At { now: Mono::default(), sink: &sink };
    let mut spans = started(&BOTH, at);
    let receiving = (EventKind::ReceiveResponseHeadersStarted, SpanId(2));
    let sending = (EventKind::SendRequestBodyStarted, SpanId(3));
    assert_eq!(sink.take(), [(EventKind::ExchangeStarted, SpanId(1)), receiving, sending]);

    let (version, status, reason) = (crate::http1::Version::HTTP_11, 200, &b"OK"[..]);
    let fields = crate::fields::Fields::EMPTY;
    spans.head(ResponseHead { version, status, reason, fields }, &plan(), at);
    start(&mut spans, SpanKind::ReceiveResponseBody, at);
    spans.complete(Slot::Sending, at);
    spans.complete(Slot::Receiving, at);
    assert_eq!(
        sink.take(),
        [
            (EventKind::ReceiveResponseHeadersComplete, SpanId(2)),
            (EventKind::HttpRequest, SpanId(0)),
            (EventKind::ReceiveResponseBodyStarted, SpanId(4)),
            (EventKind::SendRequestBodyComplete, SpanId(3)),
            (EventKind::ReceiveResponseBodyComplete, SpanId(4)),
        ]
    );
    assert_eq!(spans.current(), None);
}

#[test]
fn failure_ends_open_spans_in_order_of_slots_and_then_the_exchange() {
    let sink = Kept::default();
    let at = At { now: Mono::default(), sink: &sink };
    let all = [
        SpanKind::ReceiveResponseHeaders,
        SpanKind::SendRequestBody,
        SpanKind::Resolve,
        SpanKind::Acquire,
    ];
    let mut spans = started(&all, at);
    spans.start_connecting(SpanKind::ConnectTcp, &plan(), at);
    sink.take();

    fail(&mut spans, at);
    let ended = [
        (EventKind::AcquireFailed, SpanId(5)),
        (EventKind::ResolveFailed, SpanId(4)),
        (EventKind::ConnectTcpFailed, SpanId(6)),
        (EventKind::SendRequestBodyFailed, SpanId(3)),
        (EventKind::ReceiveResponseHeadersFailed, SpanId(2)),
    ];
    assert_eq!(sink.take(), ended);

    let cause = &Cause::Cancelled;
    let failure = Failure { phase: Phase::Idle, cause, secure: false, excerpt: &[], body: (0, 0) };
    spans.finish(Some(failure), &Stopwatch::new(), at);
    assert_eq!(sink.take(), [(EventKind::ExchangeFailed, SpanId(1))]);

    fail(&mut spans, at);
    spans.finish(Some(failure), &Stopwatch::new(), at);
    assert_eq!(sink.take(), [], "no span ends twice");
}

#[test]
fn open_spans_are_tracked_without_interest() {
    let sink = Kept { silent: true, ..Kept::default() };
    let at = At { now: Mono::default(), sink: &sink };
    let mut spans = started(&BOTH, at);
    assert_eq!(spans.current(), Some(SpanKind::SendRequestBody));
    spans.complete(Slot::Sending, at);
    assert_eq!(spans.current(), Some(SpanKind::ReceiveResponseHeaders));
    fail(&mut spans, at);
    assert_eq!((spans.current(), sink.take()), (None, Vec::new()));

    let at = At { now: Mono::default(), sink: &NoSink };
    let mut spans = started(&[], at);
    spans.start_connecting(SpanKind::ConnectUnixSocket, &plan(), at);
    assert_eq!(spans.current(), Some(SpanKind::ConnectUnixSocket));
    spans.complete(Slot::Connection, at);
    assert_eq!(spans.current(), None);
}

#[test]
fn stream_counts_the_layers_of_tls() {
    let sink = Kept::default();
    let at = At { now: Mono::default(), sink: &sink };
    let (mut spans, plan) = (started(&[], at), plan());
    spans.on(ConnectionId(9));
    let mut layers = Vec::new();
    for span in [SpanKind::ConnectTcp, SpanKind::StartTls, SpanKind::ProxyStartTls] {
        spans.start_connecting(span, &plan, at);
        spans.complete(Slot::Connection, at);
        let StreamId { connection, layer } = spans.stream();
        layers.push((connection, layer));
    }
    assert_eq!(layers, [(9, 0), (9, 1), (9, 2)]);
}
