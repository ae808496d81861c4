//! Peers that close too early.

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::script::{Script, Step, answer, send};
use limpid_tests::server::Server;

use crate::failing::Failing;

const DISCONNECTED: &str = "httpcore.http11 - receive_response_headers.failed \
    exception=RemoteProtocolError('Server disconnected without sending a response.')";

fn body_failed(text: &str) -> String {
    format!(
        "httpcore.http11 - receive_response_body.failed \
         exception=RemoteProtocolError(RemoteProtocolError('{text}'))"
    )
}

/// Requests a page from a server with this script.
fn played(script: Script, code: i32) -> Failing {
    let server = Server::tcp(vec![script.clone(), script]).unwrap();
    let failing = Failing::with(code, &[&format!("http://127.0.0.1:{}/", server.port())]);
    server.finish().unwrap();
    failing
}

/// Requests a page, of which only these bytes arrive.
fn cut(bytes: &str, code: i32) -> Failing {
    played(vec![Step::ReadRequest, send(bytes), Step::Close], code)
}

/// Does the same over TLS, with `last` as the end.
fn cut_over_tls(bytes: &str, last: Step, code: i32) -> Failing {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let script = vec![Step::ReadRequest, send(bytes), last];
    let server = Server::tls(tls, vec![script.clone(), script]).unwrap();
    let ca_file = certificates.ca_file();
    let url = format!("https://localhost:{}/", server.port());
    let failing = Failing::with(code, &["--cacert", &ca_file.to_string_lossy(), &url]);
    server.finish().unwrap();
    failing
}

#[test]
fn close_before_the_request_fails() {
    // The connection ends before the request, and the request can still be sent.
    let failing = played(vec![Step::Shutdown], 52);
    failing.says(&["closed", "without sending a response"]);
    failing.closes_after(DISCONNECTED);
}

#[test]
fn close_after_the_request_fails() {
    cut("", 52).closes_after(DISCONNECTED);
}

#[test]
fn close_within_the_head_fails() {
    // curl takes the received part for the whole head, and succeeds.
    cut("HTTP/1.1 20", 56).closes_after(DISCONNECTED);
    cut("HTTP/1.1 200 OK\r\nContent-Le", 56).closes_after(DISCONNECTED);
}

#[test]
fn close_after_an_informational_response_fails() {
    cut("HTTP/1.1 103 Early Hints\r\n\r\n", 56).closes_after(DISCONNECTED);
}

#[test]
fn close_within_a_body_of_known_length_fails() {
    let failing = cut("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 18);
    failing.says(&["before the body was complete"]);
    failing.closes_after(&body_failed(
        "peer closed connection without sending complete message body (received 3 bytes, \
         expected 10)",
    ));
}

#[test]
fn close_within_a_chunk_fails() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    cut(&format!("{head}5\r\nab"), 18).closes_after(&body_failed(
        "peer closed connection without sending complete message body (incomplete chunked read)",
    ));
}

#[test]
fn close_within_a_chunk_size_fails() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    cut(&format!("{head}5"), 18).closes_after(&body_failed("peer unexpectedly closed connection"));
}

#[test]
fn close_over_tls_fails_with_and_without_close_notify() {
    for last in [Step::CloseNotify, Step::Shutdown] {
        cut_over_tls("", last.clone(), 52).closes_after(DISCONNECTED);
        let failing = cut_over_tls("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", last, 18);
        failing.closes_after(&body_failed(
            "peer closed connection without sending complete message body (received 3 bytes, \
             expected 10)",
        ));
    }
}

#[test]
fn reset_before_response_fails() {
    let failing = played(vec![Step::ReadRequest, Step::Reset], 56);
    failing.says(&["reset"]);
    failing.closes_after(
        "httpcore.http11 - receive_response_headers.failed \
         exception=ReadError(ConnectionResetError(104, 'Connection reset by peer'))",
    );
}

#[test]
fn reset_within_body_fails() {
    let mut script = answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    // A reset discards data that was not read before.
    script.extend([Step::Sleep(std::time::Duration::from_millis(200)), Step::Reset]);
    played(script, 56).closes_after(
        "httpcore.http11 - receive_response_body.failed \
         exception=ReadError(ConnectionResetError(104, 'Connection reset by peer'))",
    );
}
