//! Each rule, with the smallest input that breaks it and the offset of the error.

use limpid_core::error::{PeerError, Rule};
use limpid_core::http1::Role;
use limpid_core::internal::transcript::{Chunking, Outcome, Setup, Transcript};
use limpid_core::limits::{Config, Limits};

/// Returns small limits.
fn limits() -> Limits {
    Limits::with(|limits| {
        limits.start_line = 40;
        limits.head = 120;
        limits.fields = 3;
        limits.blank_lines = 1;
        limits.chunk_line = 20;
        limits.chunk_extensions = 6;
        limits.trailers = 20;
        limits.body = 100;
        limits.expansion = 2;
        limits.informational = 1;
    })
}

/// What a peer sends, the rule that it breaks, the offset, and the byte there.
type Example = (&'static [u8], Rule, u64, Option<u8>);

const REQUESTS: &[Example] = &[
    (b"GET / HTTP/1.1\n", Rule::BareLf, 14, Some(b'\n')),
    (b"GET / HTTP/1.1\r\nHost: a\n", Rule::BareLf, 23, Some(b'\n')),
    (b"GET / HTTP/1.1\rX\r\n", Rule::BareCr, 14, Some(b'\r')),
    (b"GET / HTTP/1.1\r\nX: a\rb\r\n", Rule::BareCr, 20, Some(b'\r')),
    (b"GET / HTTP/1.1\r\n X: y\r\n", Rule::FoldFirst, 16, Some(b' ')),
    (b" GET / HTTP/1.1\r\n", Rule::RequestLineForm, 0, Some(b' ')),
    (b"GET  / HTTP/1.1\r\n", Rule::RequestLineForm, 4, Some(b' ')),
    (b"GET\r\n", Rule::RequestLineForm, 3, Some(b'\r')),
    (b"GET /\r\n", Rule::VersionMissing, 5, Some(b'\r')),
    (b"\x16\x03\x01", Rule::TlsRecord, 0, Some(0x16)),
    (b"PRI * HTTP/2.0\r\n", Rule::Http2, 0, Some(b'P')),
    (b"SSH-2.0-x\r\n", Rule::OtherGreeting, 0, Some(b'S')),
    (b"\x7f", Rule::MethodCharacter, 0, Some(0x7f)),
    (b"G@T / HTTP/1.1\r\n", Rule::MethodCharacter, 1, Some(b'@')),
    (b"GET /\xff HTTP/1.1\r\n", Rule::TargetCharacter, 5, Some(0xff)),
    (b"GET a HTTP/1.1\r\n", Rule::TargetForm, 4, Some(b'a')),
    (b"CONNECT /a HTTP/1.1\r\n", Rule::TargetForm, 8, Some(b'/')),
    (b"GET http://:80/ HTTP/1.1\r\n", Rule::TargetHostEmpty, 11, Some(b':')),
    (b"CONNECT :80 HTTP/1.1\r\n", Rule::TargetHostEmpty, 8, Some(b':')),
    (b"CONNECT a:0 HTTP/1.1\r\n", Rule::ConnectPort, 10, Some(b'0')),
    (b"CONNECT a: HTTP/1.1\r\n", Rule::ConnectPort, 10, Some(b' ')),
    (b"GET / HTTP/1.1x\r\n", Rule::VersionForm, 14, Some(b'x')),
    (b"GET / HTTP/2.0\r\n", Rule::VersionUnsupported, 11, Some(b'2')),
    (b"GET / HTTP/1.1\r\nX\r\n", Rule::FieldColon, 17, Some(b'\r')),
    (b"GET / HTTP/1.1\r\n: y\r\n", Rule::FieldNameEmpty, 16, Some(b':')),
    (b"GET / HTTP/1.1\r\nX(: y\r\n", Rule::FieldNameCharacter, 17, Some(b'(')),
    (b"GET / HTTP/1.1\r\nX : y\r\n", Rule::SpaceBeforeColon, 17, Some(b' ')),
    (b"GET / HTTP/1.1\r\nX: \x1b\r\n", Rule::FieldValueCharacter, 19, Some(0x1b)),
    (b"GET / HTTP/1.1\r\nX: y\r\n z\r\n", Rule::ObsoleteFold, 22, Some(b' ')),
    (b"GET / HTTP/1.1\r\n\r\n", Rule::HostMissing, 16, None),
    (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", Rule::HostRepeated, 31, Some(b'a')),
    (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Rule::HostInvalid, 23, Some(b'/')),
    (b"GET / HTTP/1.1\r\nHost: :80\r\n\r\n", Rule::HostInvalid, 22, Some(b':')),
    (b"GET / HTTP/1.0\r\nContent-Length: 3x\r\n\r\n", Rule::ContentLengthInvalid, 33, Some(b'x')),
    (
        b"GET / HTTP/1.0\r\nContent-Length: 9223372036854775808\r\n\r\n",
        Rule::ContentLengthTooLarge,
        32,
        Some(b'9'),
    ),
    (b"GET / HTTP/1.0\r\nContent-Length: 3,3\r\n\r\n", Rule::ContentLengthRepeated, 32, Some(b'3')),
    (b"GET / HTTP/1.0\r\nContent-Length: 3,4\r\n\r\n", Rule::ContentLengthConflict, 32, Some(b'3')),
    (
        b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        Rule::TransferEncodingVersion,
        35,
        Some(b'c'),
    ),
    (b"CONNECT a:1 HTTP/1.0\r\nContent-Length: 1\r\n\r\n", Rule::ConnectWithBody, 38, Some(b'1')),
    (b"\r\n\r\n", Rule::TooManyBlankLines, 2, None),
    (b"GET /0123456789012345678901234567890123456789", Rule::StartLineTooLong, 40, None),
    (b"GET / HTTP/1.0\r\na:\r\nb:\r\nc:\r\nd:\r\n", Rule::TooManyFields, 28, None),
    (b"POST / HTTP/1.0\r\nContent-Length: 101\r\n\r\n", Rule::BodyTooLong, 33, None),
];

/// Bytes after [`CHUNKED_HEAD`]; offsets count from its end.
const CHUNKED: &[Example] = &[
    (b"x\r\n", Rule::ChunkSize, 0, Some(b'x')),
    (b"\r\n", Rule::ChunkSize, 0, Some(b'\r')),
    (b"10000000000000000\r\n", Rule::ChunkSizeTooLarge, 16, Some(b'0')),
    (b"1;\r\n", Rule::ChunkExtension, 2, Some(b'\r')),
    (b"1\n", Rule::ChunkLineEnd, 1, Some(b'\n')),
    (b"1\r\naXX", Rule::ChunkDataEnd, 4, Some(b'X')),
    (b"1\r\na\rX", Rule::ChunkDataEnd, 5, Some(b'X')),
    (b"0;aaaaaaaaaaaaaaaaaaaa", Rule::ChunkLineTooLong, 20, None),
    (b"1;aaaaaa\r\n", Rule::ChunkExtensionsTooLong, 1, None),
    (b"0\r\nX: 01234567890123456789", Rule::TrailersTooLong, 23, None),
    (b"0\r\nX y: z\r\n", Rule::FieldNameCharacter, 4, Some(b' ')),
    (b"65\r\n", Rule::BodyTooLong, 0, None),
];

const RESPONSES: &[Example] = &[
    (b"\r\n", Rule::BlankLineFirst, 0, Some(b'\r')),
    (b"\x15\x03\x01", Rule::TlsRecord, 0, Some(0x15)),
    (b"\0\0\x12\x04\0\0\0\0\0", Rule::Http2, 0, Some(0)),
    (b"ICY ", Rule::Shoutcast, 0, Some(b'I')),
    (b"<", Rule::DocumentFirst, 0, Some(b'<')),
    (b"220 ", Rule::OtherGreeting, 0, Some(b'2')),
    (b"hello\r\n", Rule::StatusLineMissing, 0, Some(b'h')),
    (b"0123456789012345678901234567890123456789", Rule::StatusLineMissing, 0, Some(b'0')),
    (b"HTTP/1 200 OK\r\n", Rule::VersionForm, 6, Some(b' ')),
    (b"HTTP/1.1\r\n", Rule::StatusLineForm, 8, Some(b'\r')),
    (b"HTTP/1.1 20 OK\r\n", Rule::StatusCode, 11, Some(b' ')),
    (b"HTTP/1.1 200 O\x00K\r\n", Rule::ReasonCharacter, 14, Some(0)),
    (
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: gzip\r\n\r\n",
        Rule::TransferEncodingUnknown,
        35,
        Some(b'g'),
    ),
    (
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked, x\r\n\r\n",
        Rule::TransferEncodingNotFinal,
        35,
        Some(b'c'),
    ),
    (
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
        Rule::TransferEncodingRepeated,
        63,
        Some(b'x'),
    ),
    (
        b"HTTP/1.1 200 X\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        Rule::LengthAndTransferEncoding,
        54,
        Some(b'c'),
    ),
    (b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 100 X\r\n\r\n", Rule::TooManyInformational, 18, None),
    (
        b"HTTP/1.1 200 X\r\na: 0123456789012345678901234567890123456789\r\n\
          b: 0123456789012345678901234567890123456789012345678901234567890123456789",
        Rule::HeadTooLong,
        120,
        None,
    ),
];

/// What a peer sends before it closes.
const ENDS: &[Example] = &[
    (b"", Rule::EndBeforeResponse, 0, None),
    (b"hello", Rule::StatusLineMissing, 0, Some(b'h')),
    (b"HTT", Rule::EndInHead, 3, None),
    (b"HTTP/1.1 200 X\r\n", Rule::EndInHead, 16, None),
    (b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nx", Rule::EndInBody, 38, None),
    (b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n1", Rule::EndInChunks, 47, None),
];

const CHUNKED_HEAD: &[u8] = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost:\r\n\r\n";

fn check(role: Role, eof: bool, bytes: &[u8], error: PeerError) {
    let config = Config::with(|config| config.limits = limits());
    let setup = Setup { role, method: b"GET", config, eof };
    for chunking in [Chunking::Whole, Chunking::Bytewise] {
        let (_, outcome) = Transcript::read(&setup, chunking.pieces(bytes)).unwrap();
        let shown = bytes.escape_ascii();
        assert_eq!(
            outcome,
            Outcome::Rejected(error),
            "{} ({chunking}): {shown}",
            error.rule.name()
        );
    }
}

#[test]
fn broken_rule_is_refused_at_its_offset() {
    for &(bytes, rule, offset, byte) in REQUESTS {
        check(Role::Server, false, bytes, PeerError { rule, offset, byte });
    }
    for &(bytes, rule, at, byte) in CHUNKED {
        let offset = CHUNKED_HEAD.len() as u64 + at;
        let bytes = [CHUNKED_HEAD, bytes].concat();
        check(Role::Server, false, &bytes, PeerError { rule, offset, byte });
    }
    for &(bytes, rule, offset, byte) in RESPONSES {
        check(Role::Client, false, bytes, PeerError { rule, offset, byte });
    }
    for &(bytes, rule, offset, byte) in ENDS {
        check(Role::Client, true, bytes, PeerError { rule, offset, byte });
    }
}

#[test]
fn every_rule_has_an_example() {
    // Two depend on the request; `client.rs` has examples of them. No head is known on which readers
    // disagree; `cross_check.rs` breaks one of them.
    let elsewhere = [Rule::ResponseUnasked, Rule::SwitchUnasked, Rule::ReadersDisagree];
    let examples = [REQUESTS, CHUNKED, RESPONSES, ENDS].concat();
    for rule in Rule::ALL {
        let has_one = examples.iter().any(|example| example.1 == *rule);
        assert!(has_one || elsewhere.contains(rule), "{}", rule.name());
    }
}

#[test]
fn every_rule_has_a_description() {
    for rule in Rule::ALL {
        let error = PeerError { rule: *rule, offset: 7, byte: Some(0) };
        let shown = error.to_string();
        assert!(
            shown.starts_with(rule.description()) && shown.contains("byte 7 is 0x00"),
            "{shown}"
        );
        assert_eq!(rule.limit().is_some(), rule.section() == "limit", "{shown}");
        let source = if rule.limit().is_some() { "; `Limits::" } else { "; RFC " };
        assert!(shown.contains(source), "{shown}");
        assert!((400..600).contains(&rule.status()), "{}", rule.name());
    }
}
