//! Views of requests: files that the command writes, and `limpid show`.

#![cfg(test)]

mod common;

use std::fs;

use common::{finished, output, output_with};
use limpid_tests::command::run_into;
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;
use serde_json::Value;

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";

fn har(text: &str) -> Vec<Value> {
    let har: Value = serde_json::from_str(text).unwrap();
    har["log"]["entries"].as_array().unwrap().clone()
}

/// Requests a page, and returns the entries of the file that `--har` writes.
fn entries(arguments: &[&str]) -> Vec<Value> {
    let directory = Directory::new().unwrap();
    let file = directory.file("requests.har");
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/?token=tiger", server.port());
    let path = file.to_string_lossy();
    assert_eq!(output([arguments, &["--har", &path, &url]].concat()), "hello");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    har(&fs::read_to_string(&file).unwrap())
}

#[test]
fn requests_are_written_as_har_by_both_drivers() {
    for driver in ["std", "tokio"] {
        let entries = entries(&["--driver", driver]);
        let [entry] = &entries[..] else { panic!("{entries:?}") };
        let url = entry["request"]["url"].as_str().unwrap();
        assert!(url.ends_with("/?token=[secure]"), "{url}");
        assert_eq!(entry["response"]["status"], 200);
        assert_eq!(entry["response"]["content"]["size"], 5);
        assert_eq!(entry["response"]["content"]["text"], Value::Null);
    }
    let entries = entries(&["--capture", "everything"]);
    assert_eq!(entries[0]["response"]["content"]["text"], "hello");
}

#[test]
fn har_of_a_request_that_fails_is_valid() {
    let directory = Directory::new().unwrap();
    let file = directory.file("requests.har");
    let path = file.to_string_lossy();
    let url = format!("http://127.0.0.1:{}/", Server::tcp(Vec::new()).unwrap().port());
    assert_eq!(finished(["-s", "--har", &path, &url]).code, 7);
    let entries = har(&fs::read_to_string(&file).unwrap());
    assert!(entries[0]["_error"].as_str().unwrap().contains("refused"), "{entries:?}");
    // Nothing was requested.
    assert_ne!(finished(["-s", "--har", &path, "http://"]).code, 0);
    assert_eq!(har(&fs::read_to_string(&file).unwrap()).len(), 0);
}

#[test]
fn view_on_standard_output_follows_what_is_in_that_file() {
    let directory = Directory::new().unwrap();
    let file = directory.write("all.txt", "before\n").unwrap();
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let stdout = fs::File::options().append(true).open(&file).unwrap();
    let mut command = common::limpid(["--har", "-", &*url]);
    assert_eq!(run_into(&mut command, b"", stdout.into()).unwrap().code, 0);
    let text = fs::read_to_string(&file).unwrap();
    let json = text.strip_prefix("before\nhello").unwrap_or_else(|| panic!("{text}"));
    assert_eq!(har(json).len(), 1);
}

#[test]
fn several_views_are_written_at_once() {
    let directory = Directory::new().unwrap();
    let (har, page) = (directory.file("requests.har"), directory.file("requests.html"));
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/?token=tiger", server.port());
    let (har_path, page_path) = (har.to_string_lossy(), page.to_string_lossy());
    assert_eq!(output(["--har", &har_path, "--html", &page_path, &url]), "hello");
    let (har, page) = (fs::read_to_string(&har).unwrap(), fs::read_to_string(&page).unwrap());
    assert!(har.contains("token=[secure]") && page.contains("token=[secure]"));
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("tiger"));
}

#[test]
fn file_that_cannot_be_opened_is_an_error_before_the_request() {
    let ended = finished(["--har", "/nonexistent/requests.har", "http://127.0.0.1:1/"]);
    assert_eq!(ended.code, 23);
    assert!(ended.stderr.contains("/nonexistent/requests.har for --har"), "{}", ended.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_does_not_change_the_request_and_is_reported_once() {
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let ended = finished(["--har", "/dev/full", &url]);
    assert_eq!((ended.code, &*ended.stdout), (0, &b"hello"[..]));
    assert_eq!(
        ended.stderr.matches("requests of --har to /dev/full").count(),
        1,
        "{}",
        ended.stderr
    );
}

#[test]
fn demonstration_shows_several_requests_in_a_view() {
    let directory = Directory::new().unwrap();
    let (har_file, page) = (directory.file("demo.har"), directory.file("demo.html"));
    let (har_path, page_path) = (har_file.to_string_lossy(), page.to_string_lossy());
    let shown = output(["demo", "--har", &har_path, "--html", &page_path]);
    assert!(shown.starts_with("Hello! ") && shown.lines().count() == 1, "{shown}");
    let text = fs::read_to_string(&har_file).unwrap();
    assert!(!text.contains("secret\""), "{text}");
    let entries = har(&text);
    let statuses: Vec<_> =
        entries.iter().map(|entry| entry["response"]["status"].as_u64().unwrap()).collect();
    for status in [200, 302, 201, 404, 0] {
        assert!(statuses.contains(&status), "{statuses:?}");
    }
    assert!(entries.iter().any(|entry| entry["_reused"].is_object()));
    assert!(entries.iter().any(|entry| entry["_tls"]["version"] == "TLSv1.3"));
    assert!(fs::read_to_string(&page).unwrap().contains("/missing"));
    let waterfall = finished(["demo", "--view", "waterfall"]);
    assert_eq!(waterfall.code, 0);
    assert!(waterfall.stderr.starts_with("9 requests, "), "{}", waterfall.stderr);
}

const BROWSER: &str = r#"{"log": {"version": "1.2", "creator": {"name": "a browser", "version": "1"}, "entries": [{
    "startedDateTime": "2026-01-01T00:00:00.000Z", "time": 12,
    "request": {"method": "GET", "url": "https://a.test/x?token=tiger", "httpVersion": "h2", "headers": []},
    "response": {"status": 404, "statusText": "", "httpVersion": "h2", "headers": [], "content": {"size": 3}},
    "timings": {"blocked": 1, "dns": -1, "connect": -1, "send": 1, "wait": 8, "receive": 2}}]}}"#;

#[test]
fn har_of_a_browser_is_shown_redacted() {
    let entries = har(&output_with(["show", "-", "--as", "har"], BROWSER.as_bytes()));
    assert_eq!(entries[0]["request"]["url"], "https://a.test/x?token=[secure]");
    assert_eq!(entries[0]["time"], 12.0);
    let shown =
        output_with(["show", "-", "--as", "har", "--redact", "private"], BROWSER.as_bytes());
    assert_eq!(har(&shown)[0]["request"]["url"], "https://a.test/x?token=tiger");
}

#[test]
fn waterfall_is_the_default_view_of_a_file() {
    let text = output_with(["show", "-"], BROWSER.as_bytes());
    assert!(text.starts_with("1 request, 12.0 ms  https://a.test\n"), "{text}");
    assert!(text.contains("GET /x?token=[secure]") && text.contains(" 404 "), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn width_and_characters_of_a_waterfall_follow_the_environment() {
    let directory = Directory::new().unwrap();
    let file = directory.write("browser.har", BROWSER).unwrap();
    let shown = |variables: &[(&str, &str)]| {
        let mut command = common::limpid(["show", &*file.to_string_lossy()]);
        command
            .env_remove("COLUMNS")
            .env_remove("LC_ALL")
            .env_remove("LC_CTYPE")
            .env_remove("LANG");
        command.envs(variables.iter().copied());
        String::from_utf8(limpid_tests::command::run(&mut command, b"").unwrap().stdout).unwrap()
    };
    let wide = shown(&[("COLUMNS", "120"), ("LANG", "en_GB.UTF-8")]);
    assert!(wide.contains('─') && wide.lines().any(|line| line.chars().count() > 100), "{wide}");
    let narrow = shown(&[("COLUMNS", "40"), ("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]);
    assert!(narrow.lines().all(|line| line.len() <= 40), "{narrow}");
    assert!(cfg!(windows) || narrow.is_ascii(), "{narrow}");
}

#[test]
fn waterfall_of_requests_follows_them_on_standard_error() {
    let server = Server::tcp(vec![[answer(HELLO), answer(HELLO)].concat()]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let other = format!("{url}other");
    let ended = finished(["--view", "waterfall", &url, &other]);
    assert_eq!((ended.code, &*ended.stdout), (0, &b"hellohello"[..]));
    assert!(ended.stderr.starts_with("2 requests, "), "{}", ended.stderr);
    assert!(ended.stderr.contains("GET /other"), "{}", ended.stderr);
}

#[test]
fn views_of_events_say_that_a_har_file_has_none() {
    let directory = Directory::new().unwrap();
    let file = directory.write("browser.har", BROWSER).unwrap();
    for view in ["lines", "curl", "json", "ascii"] {
        let ended = finished(["show", &*file.to_string_lossy(), "--as", view]);
        assert_eq!(ended.code, 2);
        assert!(ended.stderr.contains("browser.har: a HAR file has no events"), "{}", ended.stderr);
    }
}

#[test]
fn file_of_another_kind_is_refused_by_name() {
    let directory = Directory::new().unwrap();
    let file = directory.write("page.html", "<html>").unwrap();
    let ended = finished(["show", &*file.to_string_lossy()]);
    assert_eq!(ended.code, 26);
    assert!(
        ended.stderr.contains("page.html: cannot be shown: it is no HAR file"),
        "{}",
        ended.stderr
    );
    let ended = finished(["show", "/nonexistent"]);
    assert!(ended.stderr.contains("/nonexistent: cannot be read"), "{}", ended.stderr);
}
