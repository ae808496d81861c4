//! The bridges to the crates `log` and `tracing`.

#![cfg(test)]
#![cfg(all(feature = "log", feature = "tracing"))]

mod bridged;
mod samples;

use limpid_core::http1::Version;
use limpid_core::trace::{
    Capture, EventKind, Interest, Meta, OwnedTraceEvent, Sink, StreamId, TraceEvent, Value,
};
use limpid_sinks::bridge::{LogBridge, TracingBridge};

fn meta(event: &TraceEvent<'_>) -> Meta {
    samples::meta(event.kind())
}

const CONNECTED: TraceEvent<'static> =
    TraceEvent::ConnectTcpComplete { stream: StreamId { connection: 2, layer: 0 } };

fn hostile() -> TraceEvent<'static> {
    TraceEvent::HttpRequest {
        method: b"GET",
        url: "http://h/?token=x",
        version: Version::HTTP_11,
        status: 200,
        reason: b"\x1b[2JOK",
    }
}

#[test]
fn log_record_has_name_level_and_message_of_line() {
    assert_eq!(
        bridged::through_log(&CONNECTED, Capture::Default),
        "DEBUG httpcore.connection connect_tcp.complete \
         return_value=<httpcore._backends.sync.SyncStream object at 0x7f0000002000>\n"
    );
    assert_eq!(
        bridged::through_log(&hostile(), Capture::Default),
        "INFO httpx HTTP Request: GET http://h/?token=[secure] \"HTTP/1.1 200 \\x1b[2JOK\"\n"
    );
}

#[test]
fn log_bridge_reads_interest_of_logger() {
    bridged::logger::install();
    let interest = LogBridge::new().interest();
    assert!(interest.contains(EventKind::HttpRequest));
    assert!(!interest.contains(EventKind::LoadSslContext));
    assert!(interest.contains(EventKind::BytesReceived));
}

#[test]
fn tracing_event_has_fields() {
    assert_eq!(
        bridged::through_tracing(&hostile(), Capture::Default),
        "INFO httpx \
         message=HTTP Request: GET http://h/?token=[secure] \"HTTP/1.1 200 \\x1b[2JOK\" \
         exchange=3 hop=1 connection=2 attempt=1 span=196610 parent=196609 seq=7 \
         method=b'GET' url=http://h/?token=[secure] version=b'HTTP/1.1' status=200 \
         reason=b'\\x1b[2JOK'\n"
    );
    let resolved = TraceEvent::ResolveComplete { addresses: 2, found: "::1, 127.0.0.1" };
    let told = bridged::through_tracing(&resolved, Capture::Default);
    assert!(told.ends_with(" seq=7 addresses=2 found=::1, 127.0.0.1\n"), "{told}");
}

#[test]
fn format_characters_are_escaped() {
    for character in
        ['\u{202e}', '\u{2028}', '\u{2029}', '\u{200b}', '\u{feff}', '\u{ad}', '\u{e0001}', '\x1b']
    {
        let host = &format!("a{character}b");
        let event = TraceEvent::ResolveStarted { host, port: 80 };
        for told in [
            bridged::through_log(&event, Capture::Default),
            bridged::through_tracing(&event, Capture::Default),
        ] {
            assert!(!told.contains(character) && told.contains("host="), "{told}");
        }
    }
}

#[test]
fn tracing_event_has_every_field_with_a_value() {
    for event in samples::empty().iter().chain(&samples::full()) {
        let event = event.borrow();
        let told = bridged::through_tracing(&event, Capture::Everything);
        if bridged::subscriber::within(|| TracingBridge::new().interest()).contains(event.kind()) {
            let (_, fields) = told.rsplit_once(" seq=7").unwrap();
            event.visit(|field, value| {
                let is_there = fields.contains(&format!(" {}=", field.name));
                assert_eq!(is_there, value != Value::None, "{told}");
            });
        } else {
            assert_eq!(told, "");
        }
    }
}

#[test]
fn tracing_bridge_reads_interest_of_subscriber() {
    let interest = bridged::subscriber::within(|| TracingBridge::new().interest());
    assert!(interest.contains(EventKind::SetupSocks5ConnectionStarted));
    assert!(!interest.contains(EventKind::SocksConnectTcpStarted));
    // Without a subscriber there is no interest.
    assert_eq!(TracingBridge::new().interest(), Interest::NONE);
    let event = OwnedTraceEvent::from(&CONNECTED);
    TracingBridge::new().event(&meta(&event.borrow()), &event.borrow());
    assert_eq!(bridged::told(), "");
}
