//! `--log-json`: the events of requests as lines of JSON.

#![cfg(test)]

mod common;

use std::fs;

use common::{finished, output};
use limpid_tests::directory::Directory;
use limpid_tests::json_lines;
use limpid_tests::script::answer;
use limpid_tests::server::Server;
use serde_json::Value;

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// Returns the values of a column, of those lines that have it.
fn column<'l>(lines: &'l [Value], name: &str) -> Vec<&'l Value> {
    lines.iter().filter_map(|line| line.get(name)).collect()
}

#[test]
fn events_are_written_to_a_file_which_is_replaced() {
    for driver in ["std", "tokio"] {
        let directory = Directory::new().unwrap();
        let file = directory.write("events.jsonl", "an earlier run\n").unwrap();
        let server = Server::tcp(vec![answer(HELLO)]).unwrap();
        let url = format!("http://127.0.0.1:{}/?token=tiger", server.port());
        let path = file.to_string_lossy();
        assert_eq!(output(["--log-json", &path, "--driver", driver, &url]), "hello");
        server.finish().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("tiger"), "{text}");
        let lines = json_lines::read(&text).unwrap();
        let first = lines.iter().find(|line| line["exchange"] != 0).unwrap();
        assert_eq!(first["event"], "ExchangeStarted");
        assert!(lines.iter().any(|line| line["event"] == "ExchangeComplete"));
        // Bytes are not written in this mode.
        assert!(column(&lines, "size").is_empty());
    }
}

#[test]
fn bytes_are_written_with_capture_everything() {
    let directory = Directory::new().unwrap();
    let file = directory.file("events.jsonl");
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let path = file.to_string_lossy();
    output(["--log-json", &path, "--capture", "everything", &url]);
    server.finish().unwrap();
    let lines = json_lines::read(&fs::read_to_string(&file).unwrap()).unwrap();
    let data = column(&lines, "data");
    assert!(data.iter().any(|data| data.as_str().unwrap().ends_with("\r\n\r\nhello")), "{data:?}");
}

#[test]
fn lines_go_to_standard_output_beside_those_for_people() {
    let directory = Directory::new().unwrap();
    let body = directory.file("body");
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = finished(["-v", "-o", &*body.to_string_lossy(), "--log-json", "-", &url]);
    server.finish().unwrap();
    assert_eq!((finished.code, fs::read(&body).unwrap().as_slice()), (0, &b"hello"[..]));
    let lines = json_lines::read(&String::from_utf8(finished.stdout).unwrap()).unwrap();
    let requests = column(&lines, "url");
    assert!(requests.iter().all(|told| **told == url) && !requests.is_empty(), "{requests:?}");
    assert!(finished.stderr.starts_with("DEBUG ["), "{}", finished.stderr);
}

#[test]
fn failure_has_its_cause_and_the_message_its_last_lines() {
    let directory = Directory::new().unwrap();
    let file = directory.file("events.jsonl");
    let server = Server::tcp(vec![answer("nonsense\r\n\r\n")]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = finished(["--log-json", &*file.to_string_lossy(), &url]);
    server.finish().unwrap();
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    // The message, and the last lines, which the ring keeps.
    assert!(finished.stderr.lines().count() > 1, "{}", finished.stderr);
    let lines = json_lines::read(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(lines.last().unwrap()["event"], "ExchangeFailed");
    assert_eq!(lines.last().unwrap()["cause"], "peer");
}

#[cfg(unix)]
#[test]
fn new_file_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let directory = Directory::new().unwrap();
    let file = directory.file("events.jsonl");
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    output(["--log-json", &file.to_string_lossy(), &url]);
    server.finish().unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}
