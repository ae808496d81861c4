//! The documented page: what one GET over TLS prints.

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use common::{fields, tell};
use limpid_core::fields::Fields;
use limpid_core::http1::{ResponseHead, Version};
use limpid_core::trace::{StreamId, TlsContext, TraceEvent};
use limpid_sinks::{LineSink, TimeZone};

const PAGE: &str = include_str!("documented.log");
const TIMEOUT: Option<Duration> = Some(Duration::from_secs(5));

const FIELDS: [(&str, &str); 13] = [
    ("Content-Encoding", "gzip"),
    ("Accept-Ranges", "bytes"),
    ("Age", "407727"),
    ("Cache-Control", "max-age=604800"),
    ("Content-Type", "text/html; charset=UTF-8"),
    ("Date", "Sat, 28 Sep 2024 13:27:42 GMT"),
    ("Etag", "\"3147526947+gzip\""),
    ("Expires", "Sat, 05 Oct 2024 13:27:42 GMT"),
    ("Last-Modified", "Thu, 17 Oct 2019 07:18:26 GMT"),
    ("Server", "ECAcc (dcd/7D43)"),
    ("Vary", "Accept-Encoding"),
    ("X-Cache", "HIT"),
    ("Content-Length", "648"),
];

fn events(fields: Fields<'_>) -> [TraceEvent<'_>; 19] {
    let (request, version) = (&b"GET"[..], Version::HTTP_11);
    [
        TraceEvent::LoadSslContext { verify: true, cert: None },
        TraceEvent::LoadVerifyFile { cafile: "/path/to/cacert.pem" },
        TraceEvent::ConnectTcpStarted {
            host: "www.example.com",
            port: 443,
            local_address: None,
            timeout: TIMEOUT,
            socket_options: None,
        },
        TraceEvent::ConnectTcpComplete { stream: StreamId { connection: 1, layer: 0 } },
        TraceEvent::StartTlsStarted {
            ssl_context: TlsContext { verify: true },
            server_hostname: "www.example.com",
            timeout: TIMEOUT,
        },
        TraceEvent::StartTlsComplete { stream: StreamId { connection: 1, layer: 1 } },
        TraceEvent::SendRequestHeadersStarted { request },
        TraceEvent::SendRequestHeadersComplete {},
        TraceEvent::SendRequestBodyStarted { request },
        TraceEvent::SendRequestBodyComplete {},
        TraceEvent::ReceiveResponseHeadersStarted { request },
        TraceEvent::ReceiveResponseHeadersComplete {
            head: ResponseHead { version, status: 200, reason: b"OK", fields },
        },
        TraceEvent::HttpRequest {
            method: request,
            url: "https://www.example.com",
            version,
            status: 200,
            reason: b"OK",
        },
        TraceEvent::ReceiveResponseBodyStarted { request },
        TraceEvent::ReceiveResponseBodyComplete {},
        TraceEvent::ResponseClosedStarted {},
        TraceEvent::ResponseClosedComplete {},
        TraceEvent::CloseStarted {},
        TraceEvent::CloseComplete {},
    ]
}

/// The line with the address of an object replaced, and the address.
fn without_address(line: &str) -> (String, Option<&str>) {
    match line.split_once("0x").and_then(|(before, rest)| Some((before, rest.split_once('>')?))) {
        Some((before, (address, after))) => (format!("{before}ADDRESS>{after}"), Some(address)),
        None => (line.into(), None),
    }
}

#[test]
fn the_documented_page_line_for_line() {
    let block = fields(&FIELDS);
    // The first three lines are of 17:27:40, the others of the second after it.
    let lines_told = AtomicU64::new(0);
    let clock = move || {
        let line = lines_told.fetch_add(1, Ordering::Relaxed);
        UNIX_EPOCH + Duration::from_secs(1_727_544_460 + u64::from(line >= 3))
    };
    let sink = LineSink::new(Vec::new()).time_zone(TimeZone::Utc).clock(clock);
    tell(&sink, &events(block.fields()));

    let written = String::from_utf8(sink.into_writer()).unwrap();
    assert_eq!(written.lines().count(), 19);
    assert!(written.ends_with("close.complete\n"));
    let mut addresses = Vec::new();
    for (ours, theirs) in written.lines().zip(PAGE.lines()) {
        let ((ours, address), (theirs, _)) = (without_address(ours), without_address(theirs));
        assert_eq!(ours, theirs);
        addresses.extend(address);
    }
    assert_eq!(addresses, ["7f0000001000", "7f0000001010"], "TLS makes a new stream");
}

#[test]
fn a_line_allocates_nothing_once_the_buffer_has_grown() {
    let block = fields(&FIELDS);
    let events = events(block.fields());
    let sink = LineSink::new(std::io::sink());
    tell(&sink, &events);
    let count = allocation_counter::measure(|| tell(&sink, &events));
    assert_eq!(count.count_total, 0);
}
