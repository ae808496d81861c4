use std::cell::RefCell;
use std::vec::Vec;

use super::*;
use crate::client::Request;
use crate::time::Mono;
use crate::trace::{Meta, NoSink, SpanId};

/// A sink that records the events, their spans and the spans around those, as numbers in the exchange.
#[derive(Default)]
struct Kept {
    events: RefCell<Vec<(EventKind, u16, u16)>>,
    silent: bool,
}

impl Kept {
    fn take(&self) -> Vec<(EventKind, u16, u16)> {
        self.events.take()
    }
}

impl Sink for Kept {
    fn interest(&self) -> Interest {
        if self.silent { Interest::NONE } else { Interest::ALL }
    }

    fn event(&self, meta: &Meta, _: &TraceEvent<'_>) {
        let number = |SpanId(id)| u16::try_from(id & 0xffff).unwrap();
        let (span, parent) = (number(meta.span()), number(meta.parent()));
        self.events.borrow_mut().push((meta.kind, span, parent));
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
    let receiving = (EventKind::ReceiveResponseHeadersStarted, 2, 1);
    let sending = (EventKind::SendRequestBodyStarted, 3, 1);
    assert_eq!(sink.take(), [(EventKind::ExchangeStarted, 1, 0), receiving, sending]);

    let (version, status, reason) = (crate::http1::Version::HTTP_11, 200, &b"OK"[..]);
    let fields = crate::fields::Fields::EMPTY;
    spans.head(ResponseHead { version, status, reason, fields }, &plan(), at);
    start(&mut spans, SpanKind::ReceiveResponseBody, at);
    spans.complete(Slot::Sending, at);
    spans.complete(Slot::Receiving, at);
    assert_eq!(
        sink.take(),
        [
            (EventKind::ReceiveResponseHeadersComplete, 2, 1),
            (EventKind::HttpRequest, 1, 0),
            (EventKind::ReceiveResponseBodyStarted, 4, 1),
            (EventKind::SendRequestBodyComplete, 3, 1),
            (EventKind::ReceiveResponseBodyComplete, 4, 1),
        ]
    );
    assert_eq!(spans.current(), None);
}

#[test]
fn points_happen_in_the_span_of_their_direction() {
    let sink = Kept::default();
    let at = At { now: Mono::default(), sink: &sink };
    let both = [SpanKind::ReceiveResponseBody, SpanKind::SendRequestBody];
    let mut spans = started(&both, at);
    let emit = |spans: &mut SpanTracker| {
        let (layer, offset, bytes) = ("http", 0, &b""[..]);
        sink.take();
        let event = || TraceEvent::BytesSent { layer, offset, bytes };
        spans.cx(at).emit(EventKind::BytesSent, event);
        let event = || TraceEvent::BytesReceived { layer, offset, bytes };
        spans.cx(at).emit(EventKind::BytesReceived, event);
        let [(_, sent, _), (_, received, _)] = sink.take()[..] else { panic!("two events") };
        (sent, received)
    };
    assert_eq!(emit(&mut spans), (3, 2));
    spans.complete(Slot::Sending, at);
    assert_eq!(emit(&mut spans), (2, 2), "such as an answer to a key update");
    spans.complete(Slot::Receiving, at);
    assert_eq!(emit(&mut spans), (1, 1));
    start(&mut spans, SpanKind::SendRequestBody, at);
    assert_eq!(emit(&mut spans), (4, 4));
    start(&mut spans, SpanKind::ReceiveResponseBody, at);
    assert_eq!(emit(&mut spans), (4, 5));
    spans.complete(Slot::Receiving, at);
    assert_eq!(emit(&mut spans), (4, 1));
}

#[test]
fn lookup_is_inside_opening_the_connection() {
    let sink = Kept::default();
    let at = At { now: Mono::default(), sink: &sink };
    let mut spans = started(&[], at);
    spans.start_connecting(SpanKind::ConnectTcp, &plan(), at);
    start(&mut spans, SpanKind::Resolve, at);
    spans.resolved(&[], at);
    let dial = spans.start_dial("127.0.0.1:1".parse().unwrap(), "it is the first address", at);
    spans.complete_dial(Some(dial), None, at);
    let inside = sink.take().split_off(2);
    assert_eq!(
        inside,
        [
            (EventKind::ResolveStarted, 3, 2),
            (EventKind::ResolveComplete, 3, 2),
            (EventKind::DialStarted, 4, 2),
            (EventKind::DialComplete, 4, 2),
        ]
    );
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
        (EventKind::AcquireFailed, 5, 4),
        (EventKind::ResolveFailed, 4, 2),
        (EventKind::ConnectTcpFailed, 6, 5),
        (EventKind::SendRequestBodyFailed, 3, 1),
        (EventKind::ReceiveResponseHeadersFailed, 2, 1),
    ];
    assert_eq!(sink.take(), ended);

    let cause = &Cause::Cancelled;
    let failure = Failure { phase: Phase::Idle, cause, secure: false, excerpt: &[], body: (0, 0) };
    spans.finish(Some(failure), &Stopwatch::new(), at);
    assert_eq!(sink.take(), [(EventKind::ExchangeFailed, 1, 0)]);

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
