//! Peers that send or receive too slowly: --speed-limit and --speed-time.

use std::fs;
use std::time::Duration;

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::directory::Directory;
use limpid_tests::script::{Script, Step, send};
use limpid_tests::server::Server;

use crate::failing::Failing;

/// Sends `first` after the request, and then a byte at a time, more slowly than the limits of the tests.
fn dripping(first: &str) -> Script {
    let rest = vec![vec![Step::Sleep(Duration::from_millis(20)), send("x")]; 400].concat();
    [vec![Step::ReadHead, send(format!("HTTP/1.1 200 OK\r\n{first}"))], rest].concat()
}

/// The options of a request that such a server fails.
const LIMITS: [&str; 4] = ["--speed-limit", "10000", "--speed-time", "0.3"];

fn says_the_limits(failing: &Failing) {
    failing.says(&[
        "the transfer is 300ms behind the minimum rate of 10000 bytes per second",
        "(--speed-limit N, --speed-time SECONDS)",
    ]);
}

#[test]
fn slow_response_fails() {
    for driver in ["std", "tokio"] {
        for (first, operation) in [
            ("Server: ", "receive_response_headers"),
            ("Content-Length: 9999\r\n\r\n", "receive_response_body"),
        ] {
            let server = Server::tcp(vec![dripping(first), dripping(first)]).unwrap();
            let url = format!("http://127.0.0.1:{}/", server.port());
            let arguments = [&LIMITS[..], &["--driver", driver, &url]].concat();
            let failing = Failing::with(28, &arguments);
            says_the_limits(&failing);
            failing.closes_after(&format!(
                "httpcore.http11 - {operation}.failed \
                 exception=ReadTimeout(TimeoutError('timed out'))"
            ));
        }
    }
}

#[test]
fn slow_response_over_tls_fails() {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let script = dripping("Content-Length: 9999\r\n\r\n");
    let server = Server::tls(tls, vec![script.clone(), script]).unwrap();
    let ca_file = certificates.ca_file().to_string_lossy().into_owned();
    let url = format!("https://localhost:{}/", server.port());
    let arguments = [&LIMITS[..], &["--cacert", &ca_file, &url]].concat();
    says_the_limits(&Failing::with(28, &arguments));
}

#[test]
fn server_that_does_not_take_the_body_fails() {
    let directory = Directory::new().unwrap();
    let file = directory.file("large");
    fs::write(&file, vec![b'x'; 32 << 20]).unwrap();
    let data = format!("@{}", file.display());
    let script = vec![Step::ReadHead, Step::Sleep(Duration::from_secs(3))];
    let server = Server::tcp(vec![script.clone(), script]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    // Without -Y, the limit is a byte per second.
    let failing = Failing::with(28, &["-y", "0.3", "-d", &data, &url]);
    failing.says(&["the transfer is 300ms behind the minimum rate of 1 bytes per second"]);
    failing.closes_after(
        "httpcore.http11 - send_request_body.failed \
         exception=WriteTimeout(TimeoutError('timed out'))",
    );
}

#[test]
fn silent_server_fails() {
    for driver in ["std", "tokio"] {
        let script = vec![Step::ReadHead, Step::Sleep(Duration::from_secs(3))];
        let server = Server::tcp(vec![script.clone(), script]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let arguments = [&LIMITS[..], &["--driver", driver, &url]].concat();
        Failing::with(28, &arguments).says(&["(--read-timeout SECONDS, --speed-time SECONDS)"]);
    }
}
