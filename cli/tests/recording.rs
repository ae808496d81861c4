//! `--record`, `limpid replay` and `limpid show` of a recording.

#![cfg(test)]

mod common;

use std::fs;

use common::{finished, output};
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// Records a request with these arguments. Returns the path of the recording, and the lines of the request.
fn record(directory: &Directory, arguments: &[&str]) -> (String, String) {
    let path = directory.file("requests.limpid").to_string_lossy().into_owned();
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/?token=tiger", server.port());
    let recorded = finished([&["--record", &path, "-v"], arguments, &[&url]].concat());
    server.finish().unwrap();
    assert_eq!((recorded.code, recorded.stdout.as_slice()), (0, &b"hello"[..]));
    (path, recorded.stderr)
}

/// Returns lines without their times, which are not read from the same clock.
fn without_times(lines: &str) -> Vec<&str> {
    lines.lines().filter_map(|line| line.split_once(']')).map(|(_, rest)| rest).collect()
}

#[test]
fn replay_prints_the_lines_of_the_request() {
    for driver in ["std", "tokio"] {
        let directory = Directory::new().unwrap();
        let (path, lines) = record(&directory, &["--driver", driver, "--capture", "everything"]);
        let replayed = finished(["replay", &path, "--capture", "everything"]);
        assert_eq!((replayed.code, replayed.stdout.as_slice()), (0, &b""[..]));
        assert!(lines.contains("connect_tcp.started"), "{lines}");
        // The lines of tokio have other classes.
        if driver == "std" {
            assert_eq!(without_times(&replayed.stderr), without_times(&lines));
        }
    }
}

#[test]
fn recording_has_no_secrets_and_no_bodies_unless_asked() {
    let directory = Directory::new().unwrap();
    let (path, lines) = record(&directory, &["-H", "Cookie: a=tiger"]);
    let bytes = fs::read(&path).unwrap();
    for absent in ["tiger", "hello"] {
        let is_there = bytes.windows(absent.len()).any(|part| part == absent.as_bytes());
        assert!(!is_there, "{absent} is in {}", bytes.escape_ascii());
    }
    let replayed = finished(["replay", &path]);
    let shown = |lines: &str| lines.replace("[secure]", "*****").replace("*******", "*****");
    assert_eq!(without_times(&shown(&replayed.stderr)), without_times(&shown(&lines)));
}

#[test]
fn replay_has_the_outputs_of_a_request() {
    let directory = Directory::new().unwrap();
    let (path, _) = record(&directory, &["--capture", "everything"]);
    let json = directory.file("events.jsonl").to_string_lossy().into_owned();
    let replayed = finished(["replay", &path, "--log-json", &json, "--view", "curl"]);
    assert!(replayed.stderr.contains("> GET /?token=[secure] HTTP/1.1"), "{}", replayed.stderr);
    assert!(fs::read_to_string(&json).unwrap().contains("ExchangeComplete"));
}

#[test]
fn show_turns_a_recording_into_views() {
    let directory = Directory::new().unwrap();
    let (path, _) = record(&directory, &["--capture", "everything"]);
    for (view, expected) in [
        ("lines", "send_request_headers.complete"),
        ("curl", "< HTTP/1.1 200 OK"),
        ("json", "\"event\":\"ExchangeComplete\""),
        ("har", "\"status\": 200"),
        ("ascii", "HTTP/1.1 200 OK"),
    ] {
        let shown = output(["show", "--as", view, &path]);
        assert!(shown.contains(expected), "{view}: {shown}");
        assert!(!shown.contains("tiger"), "{view}: {shown}");
    }
}

#[test]
fn each_capture_keeps_what_it_shows() {
    const SECRETS: [&str; 5] = ["tiger", "lion", "panther", "secret body", "secret upload"];
    let response =
        "HTTP/1.1 200 OK\r\nSet-Cookie: id=panther\r\nContent-Length: 11\r\n\r\nsecret body";
    for (capture, shown) in [
        ("redacted", &[][..]),
        ("default", &[]),
        ("private", &["tiger", "lion", "panther"]),
        ("everything", &SECRETS),
    ] {
        let directory = Directory::new().unwrap();
        let path = directory.file("requests.limpid").to_string_lossy().into_owned();
        let server = Server::tcp(vec![answer(response)]).unwrap();
        let url = format!("http://me:lion@127.0.0.1:{}/?token=tiger", server.port());
        let upload = ["-d", "secret upload"];
        let arguments =
            [&["--record", &path, "--capture", capture], &upload[..], &[url.as_str()]].concat();
        assert_eq!(finished(arguments).code, 0);
        server.finish().unwrap();
        let recorded = fs::read(&path).unwrap();
        for secret in SECRETS {
            let is_there = recorded.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert_eq!(is_there, shown.contains(&secret), "{secret} with {capture}");
        }
        // The password is in the URL and, encoded, in a field.
        let basic = b"bWU6bGlvbg==";
        let is_there = recorded.windows(basic.len()).any(|part| part == basic);
        assert_eq!(is_there, !shown.is_empty(), "{capture}");
        let replayed = output(["show", "--as", "lines", &path]);
        assert!(replayed.contains("200 OK"), "{replayed}");
    }
}

#[test]
fn times_are_those_of_the_recording() {
    let directory = Directory::new().unwrap();
    let (path, _) = record(&directory, &["--capture", "everything"]);
    let text = fs::read(&path).unwrap();
    let line = text.split(|byte| *byte == b'\n').next().unwrap();
    let line = String::from_utf8_lossy(line).into_owned();
    let (_, started) = line.split_once("started: ").unwrap();
    // The minute may have changed, the hour hardly.
    let hour = &started[..13];
    assert!(output(["show", "--as", "json", &path]).contains(hour), "{hour}");
}

#[test]
fn damaged_recording_is_an_error_that_says_where() {
    let directory = Directory::new().unwrap();
    let (path, _) = record(&directory, &["--capture", "everything"]);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    for arguments in [["replay", path.as_str()], ["show", &path]] {
        let failed = finished(arguments);
        assert_eq!(failed.code, 26, "{}", failed.stderr);
        assert!(
            failed.stderr.contains("the recording is damaged: the frame at byte"),
            "{}",
            failed.stderr
        );
    }
}

#[test]
fn recording_of_a_killed_process_is_shown_with_a_note() {
    let directory = Directory::new().unwrap();
    let (path, _) = record(&directory, &["--capture", "everything"]);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    let shown = finished(["show", "--as", "curl", &path]);
    assert_eq!(shown.code, 0);
    assert!(shown.stderr.contains("the recording has no last frame"), "{}", shown.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_does_not_change_the_request() {
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let done = finished(["--record", "/dev/full", "--capture", "everything", &url]);
    server.finish().unwrap();
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b"hello"[..]));
    let told: Vec<&str> = done.stderr.lines().collect();
    assert_eq!(told.len(), 1, "it is said once: {told:?}");
    assert!(told[0].contains("the recording ends here"), "{told:?}");
}

#[test]
fn file_that_cannot_be_created_is_an_error() {
    let failed =
        finished(["--record", "/nowhere/x", "--capture", "everything", "http://127.0.0.1:1/"]);
    assert_eq!(failed.code, 23);
    assert!(failed.stderr.contains("for --record"), "{}", failed.stderr);
}
