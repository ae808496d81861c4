//! Peers that stop sending.

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::script::{Script, answer};
use limpid_tests::server::Server;

use crate::failing::Failing;

/// Requests a page with this limit.
fn timed_out(script: Script, limit: &[&str]) -> Failing {
    let server = Server::tcp(vec![script.clone(), script]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let failing = Failing::with(28, &[limit, &[&url]].concat());
    failing.says(&[
        "timeout of 200ms has passed",
        if limit[0] == "-m" { "--max-time" } else { limit[0] },
    ]);
    server.finish().unwrap();
    failing
}

fn headers_timed_out(text: &str) -> String {
    format!(
        "httpcore.http11 - receive_response_headers.failed \
         exception=ReadTimeout(TimeoutError('{text}'))"
    )
}

const BODY_TIMED_OUT: &str = "httpcore.http11 - receive_response_body.failed \
    exception=ReadTimeout(TimeoutError('timed out'))";

#[test]
fn silence_before_the_response_times_out() {
    let failing = timed_out(vec![], &["--read-timeout", "0.2"]);
    failing.says(&["the read timeout", "read_timeout"]);
    failing.closes_after(&headers_timed_out("timed out"));
}

#[test]
fn silence_within_the_head_times_out() {
    let failing = timed_out(answer("HTTP/1.1 200 OK\r\nServ"), &["--read-timeout", "0.2"]);
    failing.closes_after(&headers_timed_out("timed out"));
}

#[test]
fn silence_after_an_informational_response_times_out() {
    let script = answer("HTTP/1.1 103 Early Hints\r\n\r\n");
    let failing = timed_out(script, &["--read-timeout", "0.2"]);
    failing.says(&["the read timeout", "read_timeout"]);
    failing.closes_after(&headers_timed_out("timed out"));
}

#[test]
fn silence_within_the_body_times_out() {
    let script = answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    let failing = timed_out(script, &["--read-timeout", "0.2"]);
    failing.says(&["the read timeout", "read_timeout"]);
    failing.closes_after(BODY_TIMED_OUT);
}

#[test]
fn total_limit_is_reached() {
    let failing = timed_out(vec![], &["-m", "0.2"]);
    failing.says(&["the total timeout", "--max-time"]);
    failing.closes_after(&headers_timed_out("timed out"));
    let script = answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    timed_out(script, &["-m", "0.2"]).closes_after(BODY_TIMED_OUT);
}

#[test]
fn silence_over_tls_times_out() {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let server = Server::tls(tls, vec![vec![], vec![]]).unwrap();
    let ca_file = certificates.ca_file();
    let url = format!("https://localhost:{}/", server.port());
    let arguments = ["--cacert", &ca_file.to_string_lossy(), "--read-timeout", "0.2", &url];
    Failing::with(28, &arguments).closes_after(&headers_timed_out("The read operation timed out"));
    server.finish().unwrap();
}

#[test]
fn silence_within_the_handshake_times_out() {
    let server = Server::tcp(vec![vec![], vec![]]).unwrap();
    let url = format!("https://127.0.0.1:{}/", server.port());
    let failing = Failing::with(28, &["--connect-timeout", "0.2", &url]);
    failing.says(&["the connect timeout of 200ms has passed", "(--connect-timeout SECONDS)"]);
    failing.ends_with(
        "httpcore.connection - start_tls.failed \
         exception=ConnectTimeout(TimeoutError('_ssl.c:989: The handshake operation timed out'))",
    );
    server.finish().unwrap();
}
