//! Views of requests, read by the programs that people open such files with.

use std::path::{Path, PathBuf};
use std::process::Command;

use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

use crate::common::finished;

/// A picture of one pixel.
const PIXEL: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\
    \0\0\0\rIDATx\xdac\xfc\xcf\xc0\xf0\x1f\0\x05\x05\x02\0\x5f\xc8\xf1\xd2\0\0\0\0IEND\xaeB`\x82";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a program of `tests/readers`, which must succeed. Returns what it prints.
fn read(program: &str, arguments: &[&str]) -> String {
    let mut reader = Command::new(program);
    reader.current_dir(root().join("tests/readers")).args(arguments);
    let read = run(&mut reader, b"").unwrap();
    let printed = String::from_utf8_lossy(&read.stdout).trim().to_owned();
    assert_eq!(read.code, 0, "{arguments:?}: {printed}\n{}", read.stderr);
    printed
}

/// Returns the files that readers must accept.
fn accepted(extension: &str) -> Vec<String> {
    let files = std::fs::read_dir(root().join("tests/data/views")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|it| it == extension));
    files.map(|path| path.canonicalize().unwrap().to_string_lossy().into_owned()).collect()
}

fn response(kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Requests a page and its picture, and others that are redirected, cut off and refused.
fn request(option: &str, file: &str) -> String {
    let page = b"<title>kept</title><body>hello<img src=/pixel.png>";
    let redirect = "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";
    let script = [
        answer(response("text/html", page)),
        answer(response("image/png", PIXEL)),
        answer(redirect),
        answer(response("text/html", page)),
        answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"),
    ];
    let mut script = script.concat();
    script.push(limpid_tests::script::Step::Close);
    let server = Server::tcp(vec![script]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let pixel = format!("{url}pixel.png");
    let (old, cut) = (format!("{url}old"), format!("{url}cut"));
    let refused = "http://127.0.0.1:1/";
    let arguments = ["-s", "-L", option, file, "--capture", "everything"];
    finished(arguments.into_iter().chain([&*url, &pixel, &old, &cut, refused]));
    url
}

#[test]
#[ignore = "needs Node, Chromium and packages of both: run by .ci/wide"]
fn har_is_read_by_a_validator_a_crate_and_a_browser() {
    let directory = Directory::new().unwrap();
    let file = directory.file("requests.har").to_string_lossy().into_owned();
    let url = request("--har", &file);
    let files = accepted("har");
    assert_eq!(files.len(), 2);
    let files = files.iter().map(String::as_str).chain([&*file]);
    let files: Vec<_> = files.collect();
    println!("har-validator: {}", read("node", &[&["har.mjs"], &files[..]].concat()));
    let manifest = ["run", "-q", "--manifest-path", "crates/Cargo.toml", "--"];
    println!("har: {}", read("cargo", &[&manifest, &files[..]].concat()));
    let seen = read("node", &["har.mjs", "--replay", &file, &url]);
    assert_eq!(seen, r#"{"title":"kept","text":"hello","width":1}"#);
    println!("Chromium: {seen}");
}

/// Returns a HAR file of so many requests.
fn long_har(count: usize) -> String {
    let entry = |number: usize| {
        format!(
            r#"{{"startedDateTime": "2026-01-01T00:00:{:02}.{:03}Z", "connection": "{}",
            "request": {{"method": "GET", "url": "https://a.test/items/{number}?page=2", "headers": []}},
            "response": {{"status": 200, "headers": [], "content": {{"size": {number}}}}},
            "timings": {{"blocked": 3, "send": 0.1, "wait": {}, "receive": 4}}}}"#,
            number / 100 % 60,
            number % 100 * 10,
            number % 6,
            number % 300,
        )
    };
    let entries: Vec<_> = (0..count).map(entry).collect();
    format!(
        r#"{{"log": {{"version": "1.2", "creator": {{}}, "entries": [{}]}}}}"#,
        entries.join(",")
    )
}

/// Returns the files of a view of 1, 20 and 500 requests.
fn shown(view: &str, directory: &Directory) -> Vec<String> {
    let show = |count| {
        let har = directory.write(&format!("{count}.har"), long_har(count)).unwrap();
        let ended = finished(["show", &*har.to_string_lossy(), "--as", view]);
        assert_eq!((ended.code, &*ended.stderr), (0, ""));
        let file = directory.file(&format!("{count}.{view}"));
        std::fs::write(&file, ended.stdout).unwrap();
        file.to_string_lossy().into_owned()
    };
    [1, 20, 500].map(show).to_vec()
}

#[test]
#[ignore = "needs Node, Chromium and packages of both: run by .ci/wide"]
fn page_is_shown_by_a_browser_and_runs_nothing_else() {
    let directory = Directory::new().unwrap();
    let live = directory.file("live.html").to_string_lossy().into_owned();
    request("--html", &live);
    let files = [accepted("html"), shown("html", &directory), vec![live]].concat();
    let arguments: Vec<_> =
        ["page.mjs"].into_iter().chain(files.iter().map(String::as_str)).collect();
    println!("Chromium: {}", read("node", &arguments).replace('\n', ", "));
}

#[test]
#[ignore = "needs Node, Chromium and packages of both: run by .ci/wide"]
fn trace_is_shown_by_speedscope() {
    let directory = Directory::new().unwrap();
    let live = directory.file("live.json").to_string_lossy().into_owned();
    request("--perfetto", &live);
    for file in [accepted("json"), shown("perfetto", &directory), vec![live]].concat() {
        println!("speedscope: {}", read("node", &["speedscope.mjs", &file]));
    }
}
