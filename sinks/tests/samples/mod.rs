//! Sample events.

// Each test file is a separate crate and uses some of these.
#![allow(dead_code)]

use std::cell::RefCell;

use limpid_core::client::Timings;
use limpid_core::coding::Coding;
use limpid_core::error::{
    Call, Cause, CodingError, CodingFault, Misuse, MisuseError, OsError, OsErrorKind, PeerError,
    Phase, ResolveError, Rule, SocksError, TlsError,
};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::{RequestHead, ResponseHead, State, Version};
use limpid_core::internal::{Codec, Record, Slot};
use limpid_core::time::{Mono, Waiting};
use limpid_core::trace::{
    ConnectionId, Credentials, Cx, EventKind, ExchangeId, Failure, Interest, Meta, OwnedTraceEvent,
    Scope, Sink, SocketOption, SpanKind, StreamId, TlsContext, TraceEvent,
};

pub(crate) const REFUSED: Cause = Cause::Os(OsError { code: 111, kind: OsErrorKind::Refused });

/// Returns the metadata of an event of this kind, in a span that is inside another.
pub(crate) fn meta(kind: EventKind) -> Meta {
    let (sink, mut scope) = (Newest::default(), Scope::exchange(ExchangeId(3)));
    let mut cx = Cx::new(Mono::from_nanos(1_500), &sink, &mut scope);
    let outer = cx.enter(SpanKind::Close, || TraceEvent::CloseStarted {});
    let inner = cx.start(SpanKind::Close, || TraceEvent::CloseStarted {});
    let mut meta = sink.0.take().unwrap();
    cx.complete(inner, || TraceEvent::CloseComplete {});
    cx.complete(outer, || TraceEvent::CloseComplete {});
    (meta.kind, meta.seq, meta.attempt) = (kind, 7, 1);
    (meta.connection, meta.phase) = (ConnectionId(2), Phase::ReceiveHead);
    meta
}

/// Keeps the metadata of the newest event, without allocating.
#[derive(Default)]
struct Newest(RefCell<Option<Meta>>);

impl Sink for Newest {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, meta: &Meta, _: &TraceEvent<'_>) {
        self.0.replace(Some(meta.clone()));
    }
}

/// Returns an event of each kind with empty fields, as decoded from a record whose fields are zeros.
pub(crate) fn empty() -> Vec<OwnedTraceEvent> {
    let of = |kind: &EventKind| {
        let (slots, codec) = (Slot::memory(256), Codec::new());
        codec.encode(&meta(*kind), &TraceEvent::CloseStarted {}, &slots).unwrap();
        let read = |len| codec.decode(Record::of(&slots[..len])?);
        (1..200).find_map(read).map_or_else(|| without_address(*kind), |(_, event)| event)
    };
    EventKind::ALL.iter().map(of).collect()
}

/// Returns the event whose address cannot be empty.
fn without_address(kind: EventKind) -> OwnedTraceEvent {
    let event = TraceEvent::DialStarted { address: ([0; 4], 0).into(), why: "" };
    assert_eq!(event.kind(), kind);
    OwnedTraceEvent::from(&event)
}

/// Returns events with a value in every kind of field.
pub(crate) fn full() -> Vec<OwnedTraceEvent> {
    let mut block = FieldBlock::new();
    block.push(b"Content-Type", b"text/html");
    block.push(b"X-Quoted", b"\"\\\x80\x07");
    let peer = Cause::Peer(PeerError { rule: Rule::FieldColon, offset: 17, byte: Some(b'x') });
    let failure = |cause| {
        let mut failure = Failure::new(Phase::ReceiveHead, cause);
        (failure.secure, failure.excerpt, failure.body) = (true, b"oops", (1, 2));
        failure
    };
    let timeout = Some(std::time::Duration::from_millis(5_250));
    let timings = timings(timeout);
    let events = [
        TraceEvent::ReceiveResponseHeadersComplete {
            head: ResponseHead {
                version: Version::HTTP_11,
                status: 200,
                reason: b"OK",
                fields: block.fields(),
            },
        },
        TraceEvent::HttpRequest {
            method: b"GET",
            url: "http://example.com/\u{85}",
            version: Version::HTTP_10,
            status: 204,
            reason: b"\x1b[31mNo\xff",
        },
        TraceEvent::ReceiveResponseHeadersFailed { failure: failure(&peer) },
        TraceEvent::DialStarted { address: ([127, 0, 0, 1], 80).into(), why: "due" },
        TraceEvent::FramingChosen { framing: "length", length: Some(3), why: "it says so" },
        TraceEvent::BytesReceived { layer: "http", offset: 0, bytes: b"\0\x01" },
        TraceEvent::RequestSent {
            head: RequestHead {
                method: b"GET",
                target: b"/\xff?a=b",
                version: Version::HTTP_11,
                fields: block.fields(),
            },
        },
        TraceEvent::ExchangeComplete {
            sent: 3,
            received: 4,
            request_body: 0,
            response_body: 0,
            timings: &timings,
        },
    ];
    opening(timeout, failure(&REFUSED)).iter().chain(&events).map(Into::into).collect()
}

/// Returns events of opening connections, with a value in every kind of field.
fn opening(timeout: Option<std::time::Duration>, failure: Failure<'_>) -> [TraceEvent<'_>; 5] {
    [
        TraceEvent::LoadSslContext { verify: true, cert: Some("cert.pem"), key: None },
        TraceEvent::ConnectTcpStarted {
            host: "example.com",
            port: 443,
            local_address: Some("::1"),
            timeout,
            socket_options: Some(&[SocketOption { level: 1, name: 2, value: -3 }]),
        },
        TraceEvent::ConnectTcpFailed { failure },
        TraceEvent::StartTlsStarted {
            ssl_context: TlsContext::new(false),
            server_hostname: "example.com",
            timeout,
        },
        TraceEvent::SetupSocks5ConnectionStarted {
            stream: StreamId { connection: 2, layer: 1 },
            host: "example.com",
            port: 80,
            auth: Some(Credentials { user: b"me", password: b"pw" }),
            connect_timeout: timeout,
            read_timeout: None,
            write_timeout: timeout,
            pool_timeout: None,
        },
    ]
}

/// Returns a failure for each kind of cause.
pub(crate) fn failures() -> Vec<OwnedTraceEvent> {
    let os = OsError { code: -5, kind: OsErrorKind::Other };
    let coding = CodingError { coding: Coding::Gzip, fault: CodingFault::Checksum, offset: 9 };
    let (client, server) = (State::Idle, State::Idle);
    let misuse = Misuse::FieldValue(0);
    [
        Cause::Proxy(407),
        Cause::Socks(SocksError::Reply(5)),
        REFUSED,
        Cause::TimedOut(Waiting::Connect),
        Cause::Resolve(ResolveError::NotFound),
        Cause::Tls(TlsError::Alert(40)),
        Cause::Layer(3),
        Cause::Peer(PeerError { rule: Rule::FieldColon, offset: 17, byte: Some(b'x') }),
        Cause::Misuse(MisuseError { call: Call::SendRequest, misuse, client, server }),
        Cause::Cancelled,
        Cause::AnsweredEarly(413),
        Cause::Superseded,
        Cause::PeerGone,
        Cause::Body(os),
        Cause::BodyConsumed,
        Cause::BadRedirect,
        Cause::NotHttps,
        Cause::TooManyRedirects,
        Cause::Coding(coding),
    ]
    .iter()
    .map(|cause| {
        let (failure, timings) = (Failure::new(Phase::ReceiveBody, cause), Timings::default());
        let event = TraceEvent::ExchangeFailed {
            failure,
            sent: 1,
            received: 2,
            request_body: 3,
            response_body: 4,
            timings: &timings,
        };
        (&event).into()
    })
    .collect()
}

fn timings(time: Option<std::time::Duration>) -> Timings {
    let mut timings = Timings::default();
    (timings.connect, timings.redirect, timings.connect_retries) = (time, time, 2);
    timings
}

/// Emits all events of an exchange: it connects, sends, receives a head, and ends.
pub(crate) fn exchange(sink: &impl Sink, scope: &mut Scope, millis: u64) {
    let mut cx = Cx::new(Mono::default(), sink, scope);
    for event in life() {
        cx.emit(event.kind(), || event);
    }
    cx.now = Mono::from_nanos(millis * 1_000_000);
    let timings = Timings::default();
    let event = TraceEvent::ExchangeComplete {
        sent: 100,
        received: 200,
        request_body: 0,
        response_body: 0,
        timings: &timings,
    };
    cx.emit(event.kind(), || event);
}

/// Emits all events of an exchange whose connection is refused.
pub(crate) fn refused(sink: &impl Sink, scope: &mut Scope) {
    let mut cx = Cx::new(Mono::default(), sink, scope);
    let [connect, ..] = life();
    cx.emit(connect.kind(), || connect);
    let failure = Failure::new(Phase::Connect, &REFUSED);
    let event = TraceEvent::ConnectTcpFailed { failure };
    cx.emit(event.kind(), || event);
    let timings = Timings::default();
    let event = TraceEvent::ExchangeFailed {
        failure,
        sent: 0,
        received: 0,
        request_body: 0,
        response_body: 0,
        timings: &timings,
    };
    cx.emit(event.kind(), || event);
}

fn life() -> [TraceEvent<'static>; 5] {
    [
        TraceEvent::ConnectTcpStarted {
            host: "example.com",
            port: 80,
            local_address: None,
            timeout: None,
            socket_options: None,
        },
        TraceEvent::SendRequestHeadersStarted { request: b"GET" },
        TraceEvent::HttpRequest {
            method: b"GET",
            url: "http://example.com/",
            version: Version::HTTP_11,
            status: 200,
            reason: b"OK",
        },
        TraceEvent::ResponseClosedStarted {},
        TraceEvent::ResponseClosedComplete {},
    ]
}

/// The number of events of a complete exchange.
pub(crate) const LIFE: usize = 6;

/// A sink with a given interest.
pub(crate) struct Wants<S>(pub(crate) Interest, pub(crate) S);

impl<S: Sink> Sink for Wants<S> {
    fn interest(&self) -> Interest {
        self.0
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        assert!(self.0.contains(meta.kind), "{:?} is not wanted", meta.kind);
        self.1.event(meta, event);
    }
}
