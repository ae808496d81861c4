//! `limpid replay`: a server that answers as recorded, seeds, and a test.

#![cfg(test)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::time::Duration;

use common::{finished, limpid};
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

/// Longer than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

const CHUNKED: &str = "HTTP/1.1 203 Fine Thing\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nX-A: 2\r\n\
    Connection: close\r\n\r\n5\r\nfirst\r\n0\r\nX-T: t\r\n\r\n";
const SECOND: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecond";
const OTHER: &str = "HTTP/1.1 404 No\r\nContent-Length: 5\r\nConnection: close\r\n\r\nother";

/// Records three requests: two for /a, and one for /b?token=tiger.
fn record(directory: &Directory, arguments: &[&str]) -> String {
    let path = directory.file("requests.limpid").to_string_lossy().into_owned();
    let server = Server::tcp(vec![answer(CHUNKED), answer(SECOND), answer(OTHER)]).unwrap();
    let url = |path: &str| format!("http://127.0.0.1:{}{path}", server.port());
    let urls = [url("/a"), url("/a"), url("/b?token=tiger")];
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let recorded = finished([&["--record", &path][..], arguments, &urls].concat());
    assert_eq!(recorded.stdout, b"firstsecondother", "{}", recorded.stderr);
    server.finish().unwrap();
    path
}

/// A running `limpid replay --listen`. Dropping it kills it.
struct Replay {
    child: Child,
    address: SocketAddr,
}

impl Replay {
    fn start(path: &str, arguments: &[&str]) -> Self {
        let mut command = limpid(["replay", path, "--listen", "127.0.0.1:0"]);
        let child = command.args(arguments).stdin(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split("http://").nth(1).unwrap_or_else(|| panic!("{line}"));
        Self { child, address: url.trim_end().trim_end_matches('/').parse().unwrap() }
    }

    /// Returns the response to a request, without its Date.
    fn ask(&self, method: &str, target: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response.lines().filter(|line| !line.starts_with("Date: ")).collect::<Vec<_>>().join("|")
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn server_answers_as_recorded() {
    let directory = Directory::new().unwrap();
    let path = record(&directory, &["--capture", "everything"]);
    let replay = Replay::start(&path, &[]);
    let first = replay.ask("GET", "/a", "");
    assert!(first.starts_with("HTTP/1.1 203 Fine Thing|X-A: 1|X-A: 2|"), "{first}");
    assert!(first.contains("||5|first|0|X-T: t|"), "{first}");
    for _ in 0..2 {
        let second = replay.ask("GET", "/a", "");
        assert!(second.starts_with("HTTP/1.1 200 OK|") && second.ends_with("||second"), "{second}");
    }
    let other = replay.ask("GET", "http://elsewhere.test/b?token=tiger", "");
    assert!(other.starts_with("HTTP/1.1 404 No|") && other.ends_with("||other"), "{other}");
    let unknown = replay.ask("GET", "/c", "");
    assert!(unknown.starts_with("HTTP/1.1 404 Not Found|"), "{unknown}");
    assert!(unknown.ends_with("The recording has no request GET /c."), "{unknown}");
}

#[test]
fn responses_are_sent_once_or_strictly_in_order_if_asked() {
    let directory = Directory::new().unwrap();
    let path = record(&directory, &["--capture", "everything"]);
    let replay = Replay::start(&path, &["--match", "order"]);
    for (target, expected) in [
        ("/b?token=tiger", "other"),
        ("/a", "first"),
        ("/a", "second"),
        ("/a", "--match any (Matching::Any) sends"),
    ] {
        let response = replay.ask("GET", target, "");
        assert!(response.contains(expected), "{target}: {response}");
    }
    let replay = Replay::start(&path, &["--match", "strict"]);
    for (target, body, expected) in [
        ("/b?token=tiger", "", "The next recorded request is GET /a, not GET /b?token=tiger."),
        ("/a", "more", "The body of 4 bytes is not the recorded one of 0 bytes."),
        ("/a", "", "first"),
        ("/a", "", "second"),
        ("/b?token=tiger", "", "other"),
        ("/a", "", "All recorded responses were sent."),
    ] {
        let response = replay.ask("GET", target, body);
        assert!(response.contains(expected), "{target} {body}: {response}");
    }
}

#[test]
fn body_that_was_not_recorded_is_refused() {
    let directory = Directory::new().unwrap();
    let path = record(&directory, &[]);
    let replay = Replay::start(&path, &[]);
    let refused = replay.ask("GET", "/b?token=TIGER", "");
    assert!(refused.starts_with("HTTP/1.1 501 "), "{refused}");
    assert!(
        refused.ends_with(
            "The recorded response 404 cannot be sent: the recording does not have its body of 5 bytes."
        ),
        "{refused}"
    );
}

#[test]
fn only_this_machine_is_served_unless_the_address_is_said_twice() {
    let directory = Directory::new().unwrap();
    let path = record(&directory, &[]);
    let refused = finished(["replay", &path, "--listen", "0.0.0.0:0"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("--allow-remote 0.0.0.0:0"), "{}", refused.stderr);
    let refused = finished(["replay", &path, "--match", "strict"]);
    assert_eq!(refused.code, 2);
}

#[test]
fn each_response_is_a_seed() {
    let directory = Directory::new().unwrap();
    let path = record(&directory, &["--capture", "everything"]);
    let seeds = directory.path().join("seeds");
    let made = finished(["replay", &path, "--seed", seeds.to_str().unwrap()]);
    assert_eq!((made.code, made.stdout.len()), (0, 0), "{}", made.stderr);
    let read =
        |number: u32| fs::read(seeds.join(format!("parse_response/recorded-{number}-1"))).unwrap();
    for (number, response) in [(1, CHUNKED), (2, SECOND), (3, OTHER)] {
        let seed = read(number);
        // The options and the tolerances come first.
        assert_eq!(seed[5..].escape_ascii().to_string(), response.escape_default().to_string());
        assert_eq!(seed[0], 1);
    }
}

#[test]
fn test_has_all_that_it_needs() {
    let directory = Directory::new().unwrap();
    let path = record(&directory, &["--capture", "everything"]);
    let tests = directory.path().join("tests");
    let made = finished(["replay", &path, "--test", tests.to_str().unwrap()]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let read = |name: &str| fs::read(tests.join(name)).unwrap();
    assert_eq!(read("recorded_requests.limpid"), fs::read(&path).unwrap());
    // The same test runs among those of limpid-recording.
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../recording/tests/recorded_requests.rs");
    assert_eq!(read("recorded_requests.rs"), fs::read(own).unwrap());
    let lines = String::from_utf8(read("recorded_requests.lines")).unwrap();
    assert!(lines.contains("203, b'Fine Thing'") && !lines.contains("tiger"), "{lines}");
}
