//! Captures of packets. `.ci/wide` reads the files of `tests/data/pcap` with tshark.

#![cfg(test)]
#![cfg(feature = "pcap")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use limpid_core::fields::FieldBlock;
use limpid_core::http1::{RequestHead, ResponseHead, Version};
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, ConnectionId, Meta, Sink, StreamId, TraceEvent};
use limpid_sinks::{PcapSink, TimeBase};
use pcap_file::pcapng::{Block, PcapNgReader};

/// Emits events of a connection, a microsecond apart.
struct Teller<'s> {
    sink: &'s dyn Sink,
    now: u64,
    connection: ConnectionId,
    /// Number of bytes that were sent, and received.
    offsets: [u64; 2],
}

impl<'s> Teller<'s> {
    fn new(sink: &'s dyn Sink, connection: u64) -> Self {
        Self {
            sink,
            now: connection * 1_000_000,
            connection: ConnectionId(connection),
            offsets: [0; 2],
        }
    }

    fn tell(&mut self, event: &TraceEvent<'_>) {
        self.now += 1_000;
        let mut meta = Meta::new(event.kind());
        (meta.at, meta.connection) = (Mono::from_nanos(self.now), self.connection);
        self.sink.event(&meta, event);
    }

    fn connects(&mut self, local: &str, peer: &str) {
        let address: SocketAddr = peer.parse().unwrap();
        self.tell(&TraceEvent::DialStarted { address, why: "it is the first address" });
        self.tell(&TraceEvent::DialComplete { local: Some(local.parse().unwrap()) });
        let stream = StreamId { connection: self.connection.0, layer: 0 };
        self.tell(&TraceEvent::ConnectTcpComplete { stream });
    }

    fn sends(&mut self, bytes: &[u8]) {
        let offset = self.offsets[0];
        self.tell(&TraceEvent::BytesSent { layer: "http", offset, bytes });
        self.offsets[0] += bytes.len() as u64;
    }

    fn receives(&mut self, bytes: &[u8]) {
        let offset = self.offsets[1];
        self.tell(&TraceEvent::BytesReceived { layer: "http", offset, bytes });
        self.offsets[1] += bytes.len() as u64;
    }

    /// Sends a request as a client.
    fn requests(&mut self, method: &str, target: &str, fields: &[(&str, &str)], body: &[u8]) {
        let block = block(fields);
        let (method, target) = (method.as_bytes(), target.as_bytes());
        let fields = block.fields();
        let head = RequestHead { method, target, version: Version::HTTP_11, fields };
        self.tell(&TraceEvent::RequestSent { head });
        let line = [method, b" ", target, b" HTTP/1.1"].concat();
        self.sends(&encoded(&line, &block, b""));
        if !body.is_empty() {
            self.sends(body);
        }
    }

    /// Receives a response as a client.
    fn responds(
        &mut self,
        status: u16,
        fields: &[(&str, &str)],
        framing: &'static str,
        body: &[u8],
    ) {
        let block = block(fields);
        let line = format!("HTTP/1.1 {status} Yes");
        let offset = self.offsets[1];
        self.receives(&encoded(line.as_bytes(), &block, body));
        self.tell(&TraceEvent::StartLineRead { line: line.as_bytes(), offset });
        let length = (framing == "length").then_some(body.len() as u64);
        self.tell(&TraceEvent::FramingChosen { framing, length, why: "" });
        let (version, fields) = (Version::HTTP_11, block.fields());
        let head = ResponseHead { version, status, reason: b"Yes", fields };
        self.tell(&TraceEvent::ReceiveResponseHeadersComplete { head });
        if framing != "tunnel" {
            self.tell(&TraceEvent::ReuseDecided { reusable: true, why: "" });
            self.tell(&TraceEvent::ReceiveResponseBodyComplete {});
            self.tell(&TraceEvent::ResponseClosedComplete {});
        }
    }

    /// Answers a request as a server.
    fn serves(&mut self, peer: &str) {
        self.tell(&TraceEvent::ServeStarted { peer: Some(peer.parse().unwrap()), secure: true });
        let asked = block(&[("Host", "served.example"), ("Cookie", "tiger")]);
        let offset = self.offsets[1];
        self.receives(&encoded(b"GET /served HTTP/1.1", &asked, b""));
        self.tell(&TraceEvent::StartLineRead { line: b"GET /served HTTP/1.1", offset });
        self.tell(&TraceEvent::FramingChosen { framing: "none", length: None, why: "" });
        let (version, fields) = (Version::HTTP_11, asked.fields());
        let head = RequestHead { method: b"GET", target: b"/served", version, fields };
        self.tell(&TraceEvent::RequestRead { head });
        let answered = block(&[("Transfer-Encoding", "chunked")]);
        let fields = answered.fields();
        let head = ResponseHead { version, status: 203, reason: b"Yes", fields };
        self.tell(&TraceEvent::ResponseSent { head });
        self.sends(&encoded(b"HTTP/1.1 203 Yes", &answered, b"5\r\nti"));
        self.sends(b"ger\r\n0\r\nX-Trailer: tiger\r\n\r\n");
        self.tell(&TraceEvent::ServeComplete { why: "", requests: 1 });
    }
}

fn block(fields: &[(&str, &str)]) -> FieldBlock {
    let mut block = FieldBlock::new();
    for (name, value) in fields {
        block.push(name.as_bytes(), value.as_bytes());
    }
    block
}

fn encoded(line: &[u8], fields: &FieldBlock, body: &[u8]) -> Vec<u8> {
    let mut bytes = [line, b"\r\n"].concat();
    for field in fields.fields() {
        bytes.extend_from_slice(&[field.name, b": ", field.value, b"\r\n"].concat());
    }
    [&bytes, &b"\r\n"[..], body].concat()
}

/// Returns the capture of a few connections of all kinds.
fn captured(capture: Capture) -> Vec<u8> {
    let midnight = UNIX_EPOCH + Duration::from_secs(1_727_544_461);
    let base = TimeBase::new(Mono::from_nanos(0), midnight);
    let sink = PcapSink::new(Vec::new()).capture(capture).time_base(base);

    let mut https = Teller::new(&sink, 1);
    https.connects("198.51.100.7:50000", "192.0.2.1:443");
    let host = ("Host", "www.example.com");
    https.requests("GET", "/a?token=tiger", &[host, ("Authorization", "Bearer tiger")], b"");
    https.responds(
        200,
        &[("Content-Length", "5"), ("Content-Type", "text/plain")],
        "length",
        b"tiger",
    );
    let large = vec![b't'; 40_000];
    let length = ("Content-Length", "40000");
    https.requests("POST", "/b", &[host, length, ("Content-Type", "text/plain")], &large);
    https.responds(204, &[], "none", b"");
    https.tell(&TraceEvent::CloseComplete {});

    let mut over_v6 = Teller::new(&sink, 2);
    over_v6.connects("[2001:db8::7]:50001", "[2001:db8::1]:8080");
    over_v6.requests("GET", "/c", &[host], b"");
    let chunked = [("Transfer-Encoding", "chunked"), ("Content-Type", "text/plain")];
    over_v6.responds(200, &chunked, "chunked", b"3\r\ntig\r\n2\r\ner\r\n0\r\n\r\n");

    let mut tunnel = Teller::new(&sink, 3);
    tunnel.connects("198.51.100.7:50002", "192.0.2.3:3128");
    tunnel.requests("CONNECT", "www.example.com:443", &[("Host", "www.example.com:443")], b"");
    tunnel.responds(200, &[], "tunnel", b"");
    tunnel.requests("GET", "/in-tunnel", &[host], b"");
    tunnel.responds(201, &[("Content-Length", "0")], "length", b"");

    Teller::new(&sink, 4).serves("198.51.100.9:50003");
    sink.into_writer()
}

/// Returns the payloads of both directions of all packets, in order.
fn payloads(capture: &[u8]) -> Vec<u8> {
    let mut reader = PcapNgReader::new(capture).unwrap();
    let mut all = Vec::new();
    while let Some(block) = reader.next_block() {
        if let Block::EnhancedPacket(packet) = block.unwrap() {
            let packet = etherparse::SlicedPacket::from_ip(&packet.data).unwrap();
            let Some(etherparse::TransportSlice::Tcp(tcp)) = packet.transport else {
                panic!("TCP")
            };
            all.extend_from_slice(tcp.payload());
        }
    }
    all
}

#[test]
fn captures_are_those_that_another_program_has_read() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/pcap"));
    for (capture, name) in [(Capture::Everything, "everything"), (Capture::Default, "default")] {
        let file = folder.join(format!("{name}.pcapng"));
        let captured = captured(capture);
        if std::env::var_os("LIMPID_BLESS").is_some() {
            std::fs::write(&file, &captured).unwrap();
        }
        assert!(captured == std::fs::read(&file).unwrap(), "{} has other bytes", file.display());
    }
}

#[test]
fn default_capture_hides_bodies_and_secrets() {
    let contains = |capture| {
        let payloads = payloads(&captured(capture));
        payloads.windows(5).any(|word| word == b"tiger")
    };
    assert!(contains(Capture::Everything));
    assert!(!contains(Capture::Default));
}
