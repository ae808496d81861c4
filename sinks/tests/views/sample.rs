//! A model with all that views show, from events at fixed times.

use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

use limpid_core::error::{Cause, OsError, OsErrorKind, Phase};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::{RequestHead, ResponseHead, Version};
use limpid_core::time::Mono;
use limpid_core::trace::{
    Capture, ConnectionId, ExchangeId, Failure, Meta, Sink, StreamId, TlsContext, TraceEvent,
};
use limpid_sinks::TimeBase;
use limpid_sinks::exchanges::{Collector, Limits, Model};

/// An exchange whose events are emitted.
pub(crate) struct Script<'c> {
    collector: &'c dyn Sink,
    /// The time of the next event, in microseconds.
    pub(crate) at: u64,
    pub(crate) exchange: u64,
    pub(crate) hop: u16,
    pub(crate) connection: u64,
    /// Number of bytes of plaintext that were sent and received on the connection.
    pub(crate) moved: (u64, u64),
}

impl<'c> Script<'c> {
    pub(crate) fn new(collector: &'c dyn Sink, exchange: u64, at: u64) -> Self {
        Self { collector, at, exchange, hop: 1, connection: 0, moved: (0, 0) }
    }

    /// Emits an event `after` microseconds.
    pub(crate) fn emit(&mut self, after: u64, event: TraceEvent<'_>) {
        self.at += after;
        let mut meta = Meta::new(event.kind());
        meta.at = Mono::from_nanos(self.at * 1000);
        (meta.exchange, meta.hop) = (ExchangeId(self.exchange), self.hop);
        meta.connection = ConnectionId(self.connection);
        if self.collector.interest().contains(event.kind()) {
            self.collector.event(&meta, &event);
        }
    }

    pub(crate) fn start(&mut self, method: &str, url: &str) {
        self.emit(0, TraceEvent::ExchangeStarted { method: method.as_bytes(), url });
        let host = "example.com";
        self.emit(0, TraceEvent::AcquireStarted { secure: true, host, port: 443 });
    }

    /// Opens a connection over TLS.
    pub(crate) fn open(&mut self, connection: u64) {
        self.connection = connection;
        self.moved = (0, 0);
        let (local, peer, age) = (None, None, None);
        let event = TraceEvent::AcquireComplete { reused: false, local, peer, age, requests: 0 };
        self.emit(150, event);
        let route = TraceEvent::RouteChosen {
            via: "direct",
            proxy: None,
            why: "no proxy is set",
            credentials: false,
        };
        self.emit(0, route);
        let (host, port, timeout) = ("example.com", 443, Some(Duration::from_secs(5)));
        let event = TraceEvent::ConnectTcpStarted {
            host,
            port,
            local_address: None,
            timeout,
            socket_options: None,
        };
        self.emit(0, event);
        self.emit(0, TraceEvent::ResolveStarted { host, port });
        let found = "192.0.2.7 2001:db8::7";
        self.emit(4_200, TraceEvent::ResolveComplete { addresses: 2, found });
        let address = SocketAddr::from(([192, 0, 2, 7], 443));
        self.emit(0, TraceEvent::DialStarted { address, why: "it is the first address" });
        let local = Some(SocketAddr::from(([192, 0, 2, 99], 50_000)));
        self.emit(11_000, TraceEvent::DialComplete { local });
        let stream = StreamId { connection, layer: 0 };
        self.emit(0, TraceEvent::ConnectTcpComplete { stream });
        let ssl_context = TlsContext::new(true);
        let event = TraceEvent::StartTlsStarted { ssl_context, server_hostname: host, timeout };
        self.emit(0, event);
        self.secure();
        self.emit(0, TraceEvent::StartTlsComplete { stream: StreamId { connection, layer: 1 } });
    }

    fn secure(&mut self) {
        let event = TraceEvent::TlsNegotiated {
            version: Some("TLSv1.3"),
            cipher: Some("TLS_AES_256_GCM_SHA384"),
            key_exchange: Some("X25519MLKEM768"),
            protocol: Some("http/1.1"),
            handshake: Some("full"),
            server_name: Some("example.com"),
        };
        self.emit(23_000, event);
        let event = TraceEvent::CertificateReceived {
            accepted: true,
            subject: "CN=example.com",
            issuer: "CN=An Authority",
            names: "example.com www.example.com",
            not_before: "2026-01-01 00:00:00",
            not_after: "2026-12-31 23:59:59",
            sha256: Some("d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35"),
        };
        self.emit(0, event);
    }

    /// Takes the connection of an earlier request.
    pub(crate) fn reuse(&mut self, connection: u64, requests: u64) {
        self.connection = connection;
        let event = TraceEvent::AcquireComplete {
            reused: true,
            local: None,
            peer: None,
            age: Some(Duration::from_millis(80)),
            requests,
        };
        self.emit(10, event);
    }

    /// Sends a request.
    pub(crate) fn send(
        &mut self,
        method: &str,
        target: &str,
        fields: &[(&str, &str)],
        body: &[u8],
    ) {
        let request = method.as_bytes();
        self.emit(0, TraceEvent::SendRequestHeadersStarted { request });
        let block = block(fields);
        let head = RequestHead {
            method: request,
            target: target.as_bytes(),
            version: Version::HTTP_11,
            fields: block.fields(),
        };
        self.emit(0, TraceEvent::RequestSent { head });
        let line = format!("{method} {target} HTTP/1.1\r\n");
        let bytes = [line.as_bytes(), &lines(fields), body].concat();
        self.bytes(60, true, &bytes);
        self.emit(0, TraceEvent::SendRequestBodyComplete {});
    }

    /// Receives a response.
    pub(crate) fn receive(
        &mut self,
        wait: u64,
        status: u16,
        reason: &str,
        fields: &[(&str, &str)],
        body: &[u8],
    ) {
        let line = format!("HTTP/1.1 {status} {reason}");
        let head = [line.as_bytes(), b"\r\n", &lines(fields)].concat();
        self.bytes(wait, false, &head);
        self.emit(0, TraceEvent::StartLineRead { line: line.as_bytes(), offset: 0 });
        let block = block(fields);
        let response = ResponseHead {
            version: Version::HTTP_11,
            status,
            reason: reason.as_bytes(),
            fields: block.fields(),
        };
        let length = block.fields().get("content-length").map(|_| body.len() as u64);
        let event = match length {
            Some(_) => TraceEvent::FramingChosen {
                framing: "length",
                length,
                why: "Content-Length gives it (RFC 9112 section 6.3, rule 6)",
            },
            None => TraceEvent::FramingChosen {
                framing: "close",
                length: None,
                why: "the response has neither (RFC 9112 section 6.3, rule 8)",
            },
        };
        self.emit(0, event);
        self.emit(0, TraceEvent::ReceiveResponseHeadersComplete { head: response });
        self.bytes(0, false, body);
    }

    /// Ends a hop.
    pub(crate) fn received(&mut self, after: u64) {
        let why = "both messages are complete";
        self.emit(after, TraceEvent::ReuseDecided { reusable: true, why });
        self.emit(0, TraceEvent::ReceiveResponseBodyComplete {});
        self.emit(0, TraceEvent::ResponseClosedComplete {});
    }

    /// Ends the exchange.
    pub(crate) fn complete(&mut self, request_body: u64, response_body: u64) {
        let event = TraceEvent::ExchangeComplete {
            sent: 100,
            received: 200,
            request_body,
            response_body,
            timings: &limpid_core::client::Timings::default(),
        };
        self.emit(0, event);
    }

    fn bytes(&mut self, after: u64, is_sent: bool, bytes: &[u8]) {
        let layer = "http";
        let (sent, received) = &mut self.moved;
        let moved = if is_sent { sent } else { received };
        let offset = *moved;
        *moved += bytes.len() as u64;
        self.emit(
            after,
            match is_sent {
                true => TraceEvent::BytesSent { layer, offset, bytes },
                false => TraceEvent::BytesReceived { layer, offset, bytes },
            },
        );
    }
}

fn block(fields: &[(&str, &str)]) -> FieldBlock {
    fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect()
}

fn lines(fields: &[(&str, &str)]) -> Vec<u8> {
    let lines: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    [lines.as_bytes(), b"\r\n"].concat()
}

/// Returns a collector whose times of day are fixed.
pub(crate) fn collector(capture: Capture) -> Collector {
    let wall = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    Collector::new(Limits::default())
        .capture(capture)
        .time_base(TimeBase::new(Mono::default(), wall))
}

/// Returns a redirect to a page on a reused connection, a form with a binary response, and a refused connection.
pub(crate) fn model(capture: Capture) -> Model {
    let collector = collector(capture);
    redirect(&collector);
    form(&collector);
    refused(&collector);
    collector.model()
}

fn redirect(collector: &Collector) {
    let url = "https://example.com/old?token=tiger#top";
    let to = "https://example.com/new?a=1&b=%20x";
    let mut script = Script::new(collector, 1, 1_000);
    script.start("GET", url);
    script.open(1);
    let fields = [("Host", "example.com"), ("Accept", "*/*"), ("Cookie", "id=tiger; theme=dark")];
    script.send("GET", "/old?token=tiger", &fields, b"");
    let fields = [("Location", to), ("Content-Length", "0")];
    script.receive(18_000, 302, "Found", &fields, b"");
    let why = "its status and its Location ask for that";
    script.emit(0, TraceEvent::RedirectDecided { status: 302, url: Some(to), follow: true, why });
    script.received(0);
    script.hop = 2;
    script.emit(0, TraceEvent::AcquireStarted { secure: true, host: "example.com", port: 443 });
    script.reuse(1, 1);
    script.send("GET", "/new?a=1&b=%20x", &[("Host", "example.com"), ("Accept", "*/*")], b"");
    let body = "{\"greeting\": \"hello\", \"to\": \"wörld </script>\"}\n".as_bytes();
    let length = body.len().to_string();
    let fields = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("Set-Cookie", "seen=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure"),
        ("Content-Length", &*length),
    ];
    script.receive(31_000, 200, "OK", &fields, body);
    script.received(9_000);
    script.complete(0, body.len() as u64);
}

fn form(collector: &Collector) {
    let mut script = Script::new(collector, 2, 30_000);
    script.start("POST", "https://example.com/form");
    script.open(2);
    let fields = [
        ("Host", "example.com"),
        ("Authorization", "Basic tiger"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Length", "7"),
    ];
    script.send("POST", "/form", &fields, b"a=1&b=2");
    let body = b"\x89PNG\r\n\x1a\n\0\xff";
    let fields = [("Content-Type", "image/png"), ("Content-Length", "10")];
    script.receive(44_000, 201, "Created", &fields, body);
    script.received(12_000);
    script.complete(7, 10);
}

fn refused(collector: &Collector) {
    let mut script = Script::new(collector, 3, 60_000);
    script.start("GET", "http://example.com:8080/");
    script.connection = 3;
    let (local, peer, age) = (None, None, None);
    let event = TraceEvent::AcquireComplete { reused: false, local, peer, age, requests: 0 };
    script.emit(0, event);
    let (host, port) = ("example.com", 8080);
    let event = TraceEvent::ConnectTcpStarted {
        host,
        port,
        local_address: None,
        timeout: None,
        socket_options: None,
    };
    script.emit(0, event);
    let address = SocketAddr::from(([192, 0, 2, 7], 8080));
    script.emit(0, TraceEvent::DialStarted { address, why: "it is the first address" });
    let cause = Cause::Os(OsError { code: 111, kind: OsErrorKind::Refused });
    let failure = Failure::new(Phase::Connect, &cause);
    script.emit(8_000, TraceEvent::DialFailed { failure });
    script.emit(0, TraceEvent::ConnectTcpFailed { failure });
    let why = "nothing is to be tried again";
    script.emit(0, TraceEvent::RetryDecided { again: false, why });
    let event = TraceEvent::ExchangeFailed {
        failure,
        sent: 0,
        received: 0,
        request_body: 0,
        response_body: 0,
        timings: &limpid_core::client::Timings::default(),
    };
    script.emit(0, event);
}
