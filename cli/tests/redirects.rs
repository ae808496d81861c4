//! Redirects, beside curl where it is installed.

#![cfg(test)]

mod common;

use std::path::Path;
use std::process::Command;

use common::finished;
use limpid_tests::command::{Finished, run};
use limpid_tests::script::{Script, Step, answer, send};
use limpid_tests::server::Server;

/// Returns a server's response with this Location.
fn moved(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 3\r\n\r\nred")
}

/// Runs the command, and curl if it is installed, each against a server with this script.
fn both(script: &Script, arguments: &[&str]) -> Vec<(Finished, Vec<String>)> {
    let run_one = |start: &dyn Fn(Vec<String>) -> Finished| {
        let server = Server::tcp(vec![script.clone()]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let arguments = arguments.iter().map(|text| text.replace("{url}", &url)).collect();
        let finished = start(arguments);
        let requests = server.finish().unwrap();
        (finished, requests.into_iter().map(|request| request.head).collect())
    };
    let mut results = vec![run_one(&|arguments| finished(arguments))];
    let curl = Path::new("/usr/bin/curl");
    if curl.exists() {
        results.push(run_one(&|arguments| {
            run(Command::new(curl).args(["-q", "-sS", "--noproxy", "*"]).args(arguments), b"")
                .unwrap()
        }));
    }
    results
}

#[test]
fn location_that_is_not_followed_is_no_failure() {
    for location in ["com.example.app:/cb", "mailto:a@b", "http://host:99999/", "http://[::1/", ""]
    {
        for (finished, _) in both(&answer(moved(location)), &["{url}"]) {
            assert_eq!((finished.code, &finished.stdout[..]), (0, &b"red"[..]), "{location}");
        }
    }
}

#[test]
fn location_that_cannot_be_followed_is_named() {
    for (location, code) in [
        ("com.example.app:/cb", 1),
        ("mailto:a@b", 1),
        ("tel:123", 1),
        ("http://host:99999/", 3),
        ("http://[::1/", 3),
    ] {
        let results = both(&answer(moved(location)), &["-L", "{url}"]);
        for (finished, _) in &results {
            assert_eq!(finished.code, code, "{location}: {}", finished.stderr);
        }
        let line = results[0].0.stderr.lines().next().unwrap();
        let expected = format!(
            "failed while following a redirect: the redirect to {location:?} cannot be followed: the URL"
        );
        assert!(line.contains(&expected), "{line}");
    }
}

#[test]
fn empty_location_is_not_followed() {
    for (finished, _) in both(&answer(moved("")), &["-L", "--max-redirs", "0", "{url}"]) {
        assert_eq!((finished.code, &finished.stdout[..]), (0, &b"red"[..]));
    }
}

#[test]
fn more_redirects_than_allowed_are_exit_47() {
    let again = || vec![Step::ReadRequest, send(moved("/again"))];
    for (most, script) in [("0", again()), ("1", [again(), again()].concat())] {
        let results = both(&script, &["-L", "--max-redirs", most, "{url}"]);
        for (finished, requests) in &results {
            assert_eq!((finished.code, &finished.stdout[..]), (47, &b""[..]));
            assert_eq!(requests.len(), most.parse::<usize>().unwrap() + 1);
        }
        assert!(results[0].0.stderr.contains("--max-redirs"), "{}", results[0].0.stderr);
    }
}

#[test]
fn redirects_without_a_limit_are_all_followed() {
    let again = (0..30).flat_map(|_| [Step::ReadRequest, send(moved("/again"))]);
    let last = answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast");
    let script: Vec<Step> = again.chain(last).collect();
    for (finished, requests) in both(&script, &["-L", "--max-redirs", "-1", "{url}"]) {
        assert_eq!((finished.code, &finished.stdout[..]), (0, &b"last"[..]));
        assert_eq!(requests.len(), 31);
    }
}

#[test]
fn bytes_of_a_location_are_sent_as_they_are() {
    let first = b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9?\xc3\xbc\r\nContent-Length: 0\r\n\r\n";
    let script = [answer(&first[..]), answer("HTTP/1.1 204 No Content\r\n\r\n")].concat();
    for (finished, requests) in both(&script, &["-L", "{url}"]) {
        assert_eq!(finished.code, 0);
        let line = requests[1].lines().next().unwrap().to_lowercase();
        assert_eq!(line, "get /caf%e9?%c3%bc http/1.1");
    }
}

#[test]
fn credentials_are_not_sent_to_another_port() {
    for location in ["http://127.0.0.1:{other}/", "http://x:tiger@127.0.0.1:{other}/"] {
        let other = Server::tcp(vec![answer("HTTP/1.1 204 No Content\r\n\r\n")]).unwrap();
        let location = location.replace("{other}", &other.port().to_string());
        let server = Server::tcp(vec![answer(moved(&location))]).unwrap();
        let url = format!("http://me:tiger@127.0.0.1:{}/", server.port());
        let fields = ["-H", "Cookie: tiger", "-H", "Proxy-Authorization: tiger", "-H", "X-A: 1"];
        let finished = finished([&["-L"], &fields[..], &[&url]].concat());
        assert_eq!(finished.code, 0, "{}", finished.stderr);
        assert!(server.finish().unwrap()[0].head.contains("Authorization: Basic"));
        let request = &other.finish().unwrap()[0];
        assert!(!request.head.contains("tiger"), "{}", request.head);
        assert!(request.field("Authorization").is_none() && request.field("X-A") == Some("1"));
    }
}

#[test]
fn post_that_becomes_get_has_no_field_of_its_content() {
    let script = [answer(moved("/there")), answer("HTTP/1.1 204 No Content\r\n\r\n")].concat();
    let results = both(&script, &["-L", "-d", "a=1", "{url}"]);
    for (finished, requests) in results {
        assert_eq!(finished.code, 0);
        assert!(requests[0].contains("Content-Type: "), "{}", requests[0]);
        assert!(requests[1].starts_with("GET /there ") && !requests[1].contains("Content-"));
    }
}
