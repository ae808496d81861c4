//! Round trips of every event and every cause of a failure.

use alloc::vec;
use alloc::vec::Vec;

use super::{Codec, Record, Slot};
use crate::error::{
    Call, Cause, CertificateProblem, CodingError, CodingFault, Misuse, MisuseError, OsError,
    OsErrorKind, PeerError, Phase, ResolveError, Rule, TlsError,
};
use crate::fields::FieldBlock;
use crate::head::{RequestHead, ResponseHead};
use crate::time::{Mono, Waiting};
use crate::trace::links::{Links, SpanNumber};
use crate::trace::{
    ConnectionId, Credentials, EventKind, ExchangeId, Failure, Meta, OwnedTraceEvent, SocketOption,
    StreamId, TlsContext, TraceEvent,
};
use crate::values::{Coding, State, Timings, Version};

fn meta(kind: EventKind) -> Meta {
    Meta {
        at: Mono::from_nanos(u64::MAX),
        seq: 1 << 40,
        connection: ConnectionId(3),
        exchange: ExchangeId(4),
        hop: 7,
        attempt: 5,
        links: Links { span: SpanNumber::from_u16(0x8006), parent: SpanNumber::from_u16(0x8001) },
        phase: Phase::Close,
        kind,
        tag: None,
    }
}

/// Asserts that an event is the same afterwards, without a tag and with short and long ones.
#[track_caller]
fn assert_round_trip(codec: &Codec, event: TraceEvent<'_>) {
    for tag in [None, Some("job"), Some("a job with a long name")] {
        let meta = Meta { tag: tag.map(Into::into), ..meta(event.kind()) };
        assert_same(codec, &meta, event);
    }
}

#[track_caller]
fn assert_same(codec: &Codec, meta: &Meta, event: TraceEvent<'_>) {
    let memory = Slot::memory(1024);
    let len = codec.encode(meta, &event, &memory).unwrap();
    let slots = &memory[..len];
    let [record] = Record::all(slots).collect::<Vec<_>>()[..] else { panic!("one record") };
    assert_eq!((record.meta().as_ref(), record.slots().len()), (Some(meta), len));
    assert_eq!((record.kind(), record.exchange()), (Some(meta.kind), meta.exchange));
    let (meta_again, owned) = codec.decode(record).unwrap();
    assert_eq!((&meta_again, owned.borrow()), (meta, event));
    for end in 0..len {
        let cut = Record::of(&slots[..end]).and_then(|record| codec.decode(record));
        assert_eq!(cut, None, "cut at {end}");
        assert_eq!(codec.encode(meta, &event, &Slot::memory(end)), None, "room for {end}");
    }
}

#[test]
fn codec_round_trips_values_of_every_kind() {
    let codec = &Codec::new();
    let options = [SocketOption { level: 1, name: -2, value: 3 }];
    let timeout = Some(core::time::Duration::new(5, 7));
    for socket_options in [None, Some(&options[..])] {
        assert_round_trip(
            codec,
            TraceEvent::ConnectTcpStarted {
                host: "bücher.example",
                port: 443,
                local_address: socket_options.map(|_| "::1"),
                timeout: socket_options.and(timeout),
                socket_options,
            },
        );
    }
    let stream = StreamId { connection: 9, layer: 2 };
    for auth in [None, Some(Credentials { user: b"me", password: b"\xff" })] {
        let event = TraceEvent::SetupSocks5ConnectionStarted {
            stream,
            host: "h",
            port: 1,
            auth,
            connect_timeout: timeout,
            read_timeout: None,
            write_timeout: timeout,
            pool_timeout: None,
        };
        assert_round_trip(codec, event);
    }
    for address in ["127.0.0.1:80", "[::1]:80", "[fe80::1%7]:80"] {
        assert_round_trip(
            codec,
            TraceEvent::DialStarted { address: address.parse().unwrap(), why: "due" },
        );
    }
    for (local, age) in
        [(None, None), (Some("[fe80::1%7]:9"), timeout), (Some("127.0.0.1:9"), None)]
    {
        let local = local.map(|address| address.parse().unwrap());
        let event =
            TraceEvent::AcquireComplete { reused: true, local, peer: local, age, requests: 3 };
        assert_round_trip(codec, event);
    }
    let ssl_context = TlsContext { verify: true };
    let event = TraceEvent::StartTlsStarted { ssl_context, server_hostname: "h", timeout: None };
    assert_round_trip(codec, event);
    let (framing, why) = ("length", "Content-Length says so");
    assert_round_trip(codec, TraceEvent::FramingChosen { framing, length: Some(3), why });
    assert_round_trip(codec, TraceEvent::ReuseDecided { reusable: false, why });
    assert_round_trip(codec, TraceEvent::BytesSent { layer: "http", offset: 0, bytes: b"" });
    assert_round_trip(codec, TraceEvent::CloseStarted {});
}

#[test]
fn codec_round_trips_the_fields_of_a_head() {
    let mut block = FieldBlock::new();
    block.push(b"Set-Cookie", b"a=1");
    block.push(b"set-cookie", b"");
    for fields in [block.fields(), crate::fields::Fields::EMPTY] {
        let (method, target) = (&b"POST"[..], &b"/?\xff"[..]);
        let head = RequestHead { method, target, version: Version::HTTP_10, fields };
        assert_round_trip(&Codec::new(), TraceEvent::RequestSent { head });
        let head = ResponseHead { version: Version::HTTP_10, status: 999, reason: b"\x80", fields };
        assert_round_trip(&Codec::new(), TraceEvent::ReceiveResponseHeadersComplete { head });
    }
}

#[test]
fn codec_round_trips_bytes_of_every_length() {
    let bytes: Vec<u8> = (1..=200).collect();
    for len in 0..bytes.len() {
        assert_round_trip(
            &Codec::new(),
            TraceEvent::BytesSent { layer: "http", offset: 0, bytes: &bytes[..len] },
        );
    }
}

#[test]
fn codec_round_trips_every_part_of_timings() {
    let times = [core::time::Duration::ZERO, core::time::Duration::new(1 << 33, 999_999_999)];
    for total in times {
        let timings =
            Timings { total, send: Some(total), connect_retries: u32::MAX, ..Timings::default() };
        let event = TraceEvent::ExchangeComplete {
            sent: 1,
            received: 2,
            request_body: 3,
            response_body: 4,
            timings: &timings,
        };
        assert_round_trip(&Codec::new(), event);
    }
}

fn causes() -> Vec<Cause> {
    let mut causes = vec![
        Cause::Cancelled,
        Cause::Superseded,
        Cause::PeerGone,
        Cause::Layer(u32::MAX),
        Cause::AnsweredEarly(401),
    ];
    causes.extend(
        Rule::ALL
            .iter()
            .map(|rule| Cause::Peer(PeerError { rule: *rule, offset: 7, byte: Some(b'\r') })),
    );
    let os = OsError { code: -1, kind: OsErrorKind::Denied };
    causes.extend([Cause::Os(os), Cause::Body(os), Cause::TimedOut(Waiting::Total)]);
    let resolve = [ResolveError::NotFound, ResolveError::UnknownZone, ResolveError::Other(-9)];
    causes.extend(resolve.map(Cause::Resolve));
    let certificate = TlsError::Certificate(CertificateProblem::Revoked);
    causes.extend([certificate, TlsError::Alert(255), TlsError::Protocol].map(Cause::Tls));
    for fault in [CodingFault::Truncated, CodingFault::Expansion(200), CodingFault::TooLong(1)] {
        causes.push(Cause::Coding(CodingError { coding: Coding::Brotli, fault, offset: 8 }));
    }
    let misuses = [
        Misuse::State,
        Misuse::FieldValue(3),
        Misuse::BodyTooShort(u64::MAX),
        Misuse::TooManyBytes,
    ];
    for (misuse, client) in misuses.into_iter().zip(State::ALL) {
        let error = MisuseError { call: Call::IntoSwitched, misuse, client, server: State::Failed };
        causes.push(Cause::Misuse(error));
    }
    causes
}

#[test]
fn codec_round_trips_failures_of_every_cause() {
    for cause in &causes() {
        let failure =
            Failure { phase: Phase::Tls, cause, secure: true, excerpt: b"Cookie: x", body: (1, 2) };
        assert_round_trip(&Codec::new(), TraceEvent::StartTlsFailed { failure });
    }
}

#[test]
fn codec_replaces_words_beyond_its_table() {
    const MANY: &str = "abcdefghijklmnopqrstuvwxyz";
    let codec = &Codec::new();
    for start in 0..MANY.len() {
        for end in start + 1..=MANY.len() {
            let limit = &MANY[start..end];
            let event = TraceEvent::LimitHit { limit, most: 1 };
            let memory = Slot::memory(Codec::LEAST);
            let len = codec.encode(&meta(event.kind()), &event, &memory).unwrap();
            let record = Record::of(&memory[..len]).unwrap();
            let OwnedTraceEvent::LimitHit { limit: read, .. } = codec.decode(record).unwrap().1
            else {
                panic!("another event");
            };
            assert!(read == limit || read == "...", "{read}");
        }
    }
    assert!((0..=u8::MAX).all(|number| codec.words.word(number).is_some()));
}
