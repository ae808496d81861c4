//! Responses that are not HTTP, or violate its rules.

use limpid_tests::coded::in_gzip;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

use crate::failing::Failing;

/// Requests a page, and receives these bytes.
fn given(bytes: impl AsRef<[u8]>, code: i32) -> Failing {
    let script = answer(bytes);
    let server = Server::tcp(vec![script.clone(), script]).unwrap();
    let authority = format!("127.0.0.1:{}", server.port());
    let failing = Failing::with(code, &[&format!("http://{authority}/")]);
    failing.says(&[&authority]);
    server.finish().unwrap();
    failing
}

fn headers_failed(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    format!(
        "httpcore.http11 - receive_response_headers.failed \
         exception=RemoteProtocolError(RemoteProtocolError({quote}{text}{quote}))"
    )
}

fn body_failed(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    format!(
        "httpcore.http11 - receive_response_body.failed \
         exception=RemoteProtocolError(RemoteProtocolError({quote}{text}{quote}))"
    )
}

#[test]
fn ssh_server_is_rejected() {
    let failing = given("SSH-2.0-OpenSSH_9.2p1\r\n", 1);
    failing.says(&["SSH", "RFC 9112", "is the port that of another service?"]);
    failing
        .closes_after(&headers_failed("illegal status line: bytearray(b'SSH-2.0-OpenSSH_9.2p1')"));
}

#[test]
fn binary_data_is_rejected() {
    let failing = given(b"\x00\x01\x02\xff\xfe binary", 1);
    failing.closes_after(&headers_failed("illegal request line"));
}

#[test]
fn text_without_head_is_rejected() {
    let failing = given("<html>Hello from 1991</html>\n", 1);
    failing.says(&["HTML", "HTTP/0.9"]);
    assert_eq!(failing.trace.len(), 3);
    assert!(failing.trace[0].contains("receive_response_headers.failed"), "{:?}", failing.trace);
}

#[test]
fn other_protocols_are_named_with_what_to_do() {
    for (bytes, words) in [
        (&b"\x15\x03\x01\0\x02\x02\x46"[..], ["TLS", "RFC 8446", "https://"]),
        (b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64", ["HTTP/2", "RFC 9113", "another port?"]),
        (b"ICY 200 OK\r\nicy-name: a\r\n\r\nmusic", ["Shoutcast", "ICY", "player"]),
        (b"220 mail.test ESMTP\r\n", ["SMTP", "RFC 9112", "another service"]),
        (b"hello\r\n", ["no status line", "HTTP/0.9", "web server"]),
    ] {
        given(bytes, 1).says(&words);
    }
}

#[test]
fn field_line_without_colon_is_rejected() {
    let failing = given("HTTP/1.1 200 OK\r\nServer\r\n\r\n", 8);
    failing.says(&["colon", "RFC 9112"]);
    failing.closes_after(&headers_failed("illegal header line: bytearray(b'Server')"));
}

#[test]
fn two_lengths_are_rejected() {
    let failing = given("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 8);
    failing.closes_after(&headers_failed("conflicting Content-Length headers"));
}

#[test]
fn unknown_coding_is_rejected() {
    let failing = given("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", 61);
    failing.says(&["--lenient unknown-coding"]);
    failing.closes_after(&headers_failed("Only Transfer-Encoding: chunked is supported"));
}

#[test]
fn head_over_the_limit_is_rejected() {
    let field = format!("X-Long: {}\r\n", "x".repeat(1000));
    let failing = given(format!("HTTP/1.1 200 OK\r\n{}", field.repeat(300)), 56);
    failing.says(&["limit"]);
    failing.closes_after(&headers_failed("Receive buffer too long"));
}

#[test]
fn invalid_chunk_size_is_rejected() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let failing = given(format!("{head}zz\r\nhello\r\n"), 56);
    failing.says(&["chunk size"]);
    failing.closes_after(&body_failed("illegal chunk header: bytearray(b'zz\\\\r\\\\n')"));
}

#[test]
fn chunk_longer_than_its_size_is_rejected() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let failing = given(format!("{head}3\r\nhello\r\n"), 56);
    failing.closes_after(
        "httpcore.http11 - receive_response_body.failed \
         exception=RemoteProtocolError(RemoteProtocolError(\"malformed chunk footer: \
         bytearray(b'lo') (expected b'\\\\r\\\\n')\"))",
    );
}

#[test]
fn unrequested_switch_is_rejected() {
    let failing = given("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 8);
    failing.closes_after(&headers_failed(
        "Received server _SWITCH_UPGRADE event without a pending proposal",
    ));
}

#[test]
fn escape_sequences_of_peer_are_escaped() {
    let failing = given("HTTP/1.1 \x1b[2J OK\r\n\r\n", 1);
    assert!(!failing.line.contains('\x1b'), "{}", failing.line);
}

/// Requests a compressed page, receives this response, and checks the message.
fn coded(response: &[u8], words: &[&str]) {
    let script = answer(response);
    let server = Server::tcp(vec![script.clone(), script]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let arguments = ["--compressed", "-o", if cfg!(windows) { "NUL" } else { "/dev/null" }, &url];
    let failing = Failing::with(61, &arguments);
    failing.says(words);
    // httpcore does not decode, so for it the caller stopped reading.
    failing
        .closes_after("httpcore.http11 - receive_response_body.failed exception=GeneratorExit()");
    server.finish().unwrap();
}

#[test]
fn wrong_checksum_of_body_is_rejected() {
    let mut response = in_gzip(b"hello hello hello", 1).unwrap();
    let end = response.len();
    response[end - 5] ^= 1;
    coded(&response, &["gzip", "checksum", "without content codings"]);
}

#[test]
fn decompression_bomb_is_rejected() {
    let response = in_gzip(&[0; 1 << 20], 64).unwrap();
    coded(&response, &["gzip", "more than 200 times", "expansion"]);
}
