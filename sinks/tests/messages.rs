//! Messages beyond those of the documented page.

#![cfg(test)]

mod common;
mod samples;

use std::time::Duration;

use common::{fields, message, message_with};
use limpid_core::client::Timings;
use limpid_core::error::{Cause, PeerError, Phase, Rule};
use limpid_core::fields::Fields;
use limpid_core::http1::{ResponseHead, Version};
use limpid_core::trace::{
    Capture, Credentials, EventKind, Failure, OwnedTraceEvent, SocketOption, Stage, StreamId,
    TlsContext, TraceEvent,
};
use limpid_sinks::python::repr::Str;
use limpid_sinks::python::{Messages, Profile, StreamClass};

fn head<'a>(reason: &'a [u8], fields: Fields<'a>) -> TraceEvent<'a> {
    let head = ResponseHead { version: Version::HTTP_11, status: 200, reason, fields };
    TraceEvent::ReceiveResponseHeadersComplete { head }
}

#[test]
fn an_operation_ends_with_one_value_at_most() {
    // httpcore's messages call it `return_value` or `exception`, so there cannot be two.
    for kind in EventKind::ALL {
        let metadata = kind.metadata();
        if !metadata.logger.is_within("limpid")
            && matches!(metadata.stage, Stage::Complete | Stage::Failed)
        {
            assert!(metadata.fields.len() <= 1, "{kind:?}");
        }
    }
}

#[test]
fn failures_of_limpids_own_events_are_in_its_own_words() {
    for sample in &samples::failures() {
        let OwnedTraceEvent::ExchangeFailed { failure, .. } = sample else {
            panic!("{sample:?} is not a failure");
        };
        let error = Str(failure.borrow()).to_string();
        for event in failed_with(sample, &failure.borrow()) {
            let text = message(event);
            let name = event.kind().metadata().name;
            assert!(text.starts_with(&format!("{name}.failed error={error}")), "{text}");
            for pythons in ["exception", "GeneratorExit", "Error(", "Timeout(", "StreamConsumed("] {
                assert!(!text.contains(pythons), "{text}");
            }
        }
    }
}

/// Returns the failed events of limpid's own loggers with this failure, which `sample` has.
fn failed_with<'e>(sample: &'e OwnedTraceEvent, failure: &Failure<'e>) -> Vec<TraceEvent<'e>> {
    let failure = *failure;
    EventKind::ALL
        .iter()
        .filter(|kind| is_failed_of_limpid(**kind))
        .map(|kind| match kind {
            EventKind::ExchangeFailed => sample.borrow(),
            EventKind::AnswerFailed => TraceEvent::AnswerFailed { failure, received: 1, sent: 2 },
            EventKind::AcquireFailed => TraceEvent::AcquireFailed { failure },
            EventKind::ResolveFailed => TraceEvent::ResolveFailed { failure },
            EventKind::DialFailed => TraceEvent::DialFailed { failure },
            EventKind::ServeFailed => TraceEvent::ServeFailed { failure },
            EventKind::AcceptTlsFailed => TraceEvent::AcceptTlsFailed { failure },
            kind => panic!("{kind:?} is not in this list"),
        })
        .collect()
}

fn is_failed_of_limpid(kind: EventKind) -> bool {
    let metadata = kind.metadata();
    metadata.stage == Stage::Failed && metadata.logger.is_within("limpid")
}

#[test]
fn failure_before_the_exchange_has_begun_has_no_phase() {
    let failure = Failure::new(Phase::Idle, &Cause::Cancelled);
    let text = message(TraceEvent::AcquireFailed { failure });
    assert_eq!(text, "acquire.failed error='the response was dropped before its end'");
}

#[test]
fn failure_of_limpids_own_event_shows_the_rejected_bytes_redacted() {
    let cause = Cause::Peer(PeerError { rule: Rule::FieldColon, offset: 17, byte: Some(b' ') });
    let mut failure = Failure::new(Phase::RequestHead, &cause);
    failure.excerpt = b"Cookie : tiger";
    let event = TraceEvent::AnswerFailed { failure, received: 1, sent: 2 };
    let start = format!("request.failed error={} excerpt=b'Cookie", Str(failure));
    let text = message(event);
    assert!(text.starts_with(&start) && text.ends_with("received=1 sent=2"), "{text}");
    assert!(!text.contains("tiger"), "{text}");
}

#[test]
fn connecting_shows_every_argument() {
    let keep_alive = [SocketOption { level: 1, name: 9, value: 1 }];
    let event = TraceEvent::ConnectTcpStarted {
        host: "::1",
        port: 80,
        local_address: Some("127.0.0.1"),
        timeout: None,
        socket_options: Some(&keep_alive),
    };
    assert_eq!(
        message(event),
        "connect_tcp.started host='::1' port=80 local_address='127.0.0.1' timeout=None \
         socket_options=[(1, 9, 1)]"
    );
    let event = TraceEvent::ConnectUnixSocketStarted {
        path: "/run/it's.sock",
        timeout: Some(Duration::from_millis(1100)),
        socket_options: None,
    };
    assert_eq!(
        message(event),
        "connect_unix_socket.started path=\"/run/it's.sock\" timeout=1.1 socket_options=None"
    );
}

#[test]
fn a_client_certificate_is_a_file_or_a_pair() {
    let told = |cert, key| message(TraceEvent::LoadSslContext { verify: true, cert, key });
    assert_eq!(told(Some("c.pem"), None), "load_ssl_context verify=True cert='c.pem'");
    assert_eq!(
        told(Some("c.pem"), Some("it's.pem")),
        "load_ssl_context verify=True cert=('c.pem', \"it's.pem\")"
    );
}

#[test]
fn seconds_are_nearest_float() {
    for (nanos, expected) in [
        (5_000_000_000, "5.0"),
        (1_100_000_000, "1.1"),
        (300_000_000, "0.3"),
        (100_000, "0.0001"),
        (25_000, "2.5e-05"),
        (4_350_000_000, "4.35"),
        (0, "0.0"),
    ] {
        let timeout = Some(Duration::from_nanos(nanos));
        let event = TraceEvent::SocksConnectTcpStarted { host: "h", port: 1080, timeout };
        assert_eq!(
            message(event),
            format!("connect_tcp.started host='h' port=1080 timeout={expected}")
        );
    }
}

#[test]
fn a_retry_shows_the_arguments_that_failed() {
    let event = TraceEvent::RetryStartTlsStarted {
        ssl_context: TlsContext::new(false),
        server_hostname: "localhost",
        timeout: Some(Duration::from_secs(5)),
    };
    assert_eq!(
        message(event),
        "retry.started ssl_context=SSLContext(verify=False) server_hostname='localhost' timeout=5.0"
    );
    assert_eq!(message(TraceEvent::RetryComplete {}), "retry.complete");
}

#[test]
fn socks_shows_stream_and_credentials() {
    let stream = StreamId { connection: 2, layer: 0 };
    let auth = Some(Credentials { user: b"user", password: b"secret" });
    let event = TraceEvent::SetupSocks5ConnectionStarted {
        stream,
        host: "example.test",
        port: 80,
        auth,
        connect_timeout: Some(Duration::from_millis(2500)),
        read_timeout: Some(Duration::from_secs(5)),
        write_timeout: None,
        pool_timeout: Some(Duration::from_secs(5)),
    };
    let shown = |auth| {
        format!(
            "setup_socks5_connection.started \
             stream=<httpcore._backends.sync.SyncStream object at 0x7f0000002000> \
             host='example.test' port=80 auth={auth}"
        )
    };
    assert_eq!(message_with(Capture::Private, event), shown("(b'user', b'secret')"));
    assert_eq!(message(event), shown("(b'user', b'[secure]')"));
    assert_eq!(message_with(Capture::Redacted, event), shown("(b'[secure]', b'[secure]')"));
    let httpx2 = Messages { profile: Profile::HTTPX2_2_16, ..Messages::default() };
    assert_eq!(
        httpx2.of(&event).to_string(),
        "setup_socks5_connection.started \
         stream=<httpcore2._backends.sync.SyncStream object at 0x7f0000002000> \
         host='example.test' port=80 auth=(b'user', b'[secure]') \
         timeouts={'connect': 2.5, 'read': 5.0, 'write': None, 'pool': 5.0}"
    );
}

#[test]
fn profiles_are_found_by_name_and_by_package() {
    for profile in Profile::ALL {
        assert_eq!(profile.name().parse(), Ok(*profile));
        assert_eq!(profile.package().parse(), Ok(*profile), "it is the newest");
    }
    assert_eq!(
        "httpx3".parse::<Profile>().unwrap_err().to_string(),
        "\"httpx3\" is not a profile; the profiles are httpx, httpx-0.28, httpx2 and httpx2-2.16"
    );
}

#[test]
fn streams_have_the_class_of_their_backend() {
    let shown = |stream_class, layer| {
        let event = TraceEvent::ProxyStartTlsComplete { stream: StreamId { connection: 1, layer } };
        Messages { stream_class, ..Messages::default() }.of(&event).to_string()
    };
    assert_eq!(
        shown(StreamClass::Sync, 2),
        "start_tls.complete \
         return_value=<httpcore._backends.sync.TLSinTLSStream object at 0x7f0000001020>"
    );
    assert_eq!(
        shown(StreamClass::AnyIo, 2),
        "start_tls.complete \
         return_value=<httpcore._backends.anyio.AnyIOStream object at 0x7f0000001020>"
    );
}

#[test]
fn response_head_is_shown_unchanged() {
    let block = fields(&[("X-Quote", "it's"), ("x-QUOTE", "\"so\""), ("X-Empty", "")]);
    assert_eq!(
        message(head(b"", block.fields())),
        r#"receive_response_headers.complete return_value=(b'HTTP/1.1', 200, b'', [(b'X-Quote', b"it's"), (b'x-QUOTE', b'"so"'), (b'X-Empty', b'')])"#
    );
    assert_eq!(
        message(head("Dépassé\t'".as_bytes(), Fields::EMPTY)),
        r#"receive_response_headers.complete return_value=(b'HTTP/1.1', 200, b"D\xc3\xa9pass\xc3\xa9\t'", [])"#
    );
}

#[test]
fn framing_fields_are_normalised() {
    let block = fields(&[
        ("content-LENGTH", "2, 2"),
        ("Transfer-Encoding", "Chunked"),
        ("Content-Length", "2"),
    ]);
    assert_eq!(
        message(head(b"OK", block.fields())),
        "receive_response_headers.complete return_value=(b'HTTP/1.1', 200, b'OK', \
         [(b'content-LENGTH', b'2'), (b'Transfer-Encoding', b'chunked')])"
    );
}

#[test]
fn the_request_line_shows_the_reason_raw_but_for_bytes_outside_ascii() {
    let line = |reason| {
        message(TraceEvent::HttpRequest {
            method: b"POST",
            url: "http://h?x=1",
            version: Version::HTTP_10,
            status: 204,
            reason,
        })
    };
    assert_eq!(line(b""), "HTTP Request: POST http://h?x=1 \"HTTP/1.0 204 \"");
    assert_eq!(
        line("D\u{e9}j\u{e0} \"vu\"\t".as_bytes()),
        "HTTP Request: POST http://h?x=1 \"HTTP/1.0 204 Dj \"vu\"\t\""
    );
}

#[test]
fn timings_are_a_dictionary_of_seconds() {
    let mut timings = Timings::default();
    timings.total = Duration::from_millis(1100);
    timings.wait = Some(Duration::from_millis(500));
    timings.connections = 1;
    let event = TraceEvent::ExchangeComplete {
        sent: 10,
        received: 20,
        request_body: 0,
        response_body: 0,
        timings: &timings,
    };
    assert_eq!(
        message(event),
        "exchange.complete sent=10 received=20 request_body=0 response_body=0 \
         timings={'total': 1.1, 'wait': 0.5, 'connections': 1, 'redirects': 0, 'connect_retries': 0, 'retries': 0}"
    );
}

#[test]
fn limpid_events_have_shape_of_httpcore() {
    assert_eq!(
        message(TraceEvent::ResolveComplete { addresses: 2, found: "::1, 127.0.0.1" }),
        "resolve.complete addresses=2 found='::1, 127.0.0.1'"
    );
    assert_eq!(
        message(TraceEvent::DialStarted { address: "[::1]:443".parse().unwrap(), why: "due" }),
        "dial.started address='[::1]:443' why='due'"
    );
    assert_eq!(
        message(TraceEvent::FramingChosen { framing: "chunked", length: None, why: "it's said" }),
        "framing framing='chunked' length=None why=\"it's said\""
    );
    assert_eq!(
        message(TraceEvent::ReuseDecided { reusable: false, why: "asked to close" }),
        "reuse reusable=False why='asked to close'"
    );
    let bytes = &b"GET / HTTP/1.1\r\n"[..];
    assert_eq!(
        message(TraceEvent::BytesSent { layer: "http", offset: 0, bytes }),
        "sent layer='http' offset=0 bytes=<16 bytes>"
    );
    assert_eq!(
        message_with(
            Capture::Everything,
            TraceEvent::BytesSent { layer: "http", offset: 0, bytes }
        ),
        r"sent layer='http' offset=0 bytes=b'GET / HTTP/1.1\r\n'"
    );
}
