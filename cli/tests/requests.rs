//! Successful requests with each option.

#![cfg(test)]

mod common;

use std::fs;

use common::{limpid, output, output_with};
use limpid_tests::Request;
use limpid_tests::coded::in_gzip;
use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use limpid_tests::documented::normalised;
use limpid_tests::script::{Script, Step, answer, send};
use limpid_tests::server::{Listen, Server};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// Runs the command against a server with these scripts, where `{url}` in an argument is the server's URL.
/// Returns its output, and the requests to the server.
fn asked(scripts: Vec<Script>, arguments: &[&str], input: &[u8]) -> (String, Vec<Request>) {
    let server = Server::tcp(scripts).unwrap();
    let url = format!("http://127.0.0.1:{}", server.port());
    let printed = output_with(arguments.iter().map(|text| text.replace("{url}", &url)), input);
    (printed, server.finish().unwrap())
}

/// Runs the command with only a URL, whose server answers with these bytes.
fn given(bytes: impl AsRef<[u8]>) -> String {
    asked(vec![answer(bytes)], &["{url}/"], b"").0
}

#[test]
fn the_body_goes_to_standard_output() {
    let (printed, requests) = asked(vec![answer(HELLO)], &["{url}/page?a=1"], b"");
    assert_eq!(printed, "hello");
    let head: Vec<&str> = requests[0].head.lines().collect();
    assert_eq!(head[0], "GET /page?a=1 HTTP/1.1");
    assert!(head[1].starts_with("Host: 127.0.0.1:"), "{head:?}");
    assert_eq!(head[2], "Accept: */*");
    assert!(head[3].starts_with("User-Agent: limpid/"), "{head:?}");
    assert_eq!(head.len(), 4);
}

#[test]
fn a_method_and_fields_are_sent_as_given() {
    let arguments = ["-X", "purge", "-H", "x-ODD:  a:b ", "-H", "Accept: text/html", "{url}/"];
    let (_, requests) = asked(vec![answer(HELLO)], &arguments, b"");
    assert!(requests[0].head.starts_with("purge / HTTP/1.1\r\n"), "{:?}", requests[0]);
    assert!(requests[0].head.ends_with("\r\nx-ODD: a:b\r\nAccept: text/html\r\n"));
    assert_eq!(requests[0].head.matches("Accept:").count(), 1);
}

#[test]
fn data_is_posted() {
    let (_, requests) = asked(vec![answer(HELLO)], &["-d", "a=1", "-d", "b=2", "{url}/"], b"");
    assert!(requests[0].head.starts_with("POST / HTTP/1.1\r\n"));
    assert_eq!(requests[0].field("Content-Length"), Some("7"));
    assert_eq!(requests[0].field("Content-Type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(requests[0].body, b"a=1&b=2");

    let arguments = ["-X", "PUT", "-d", "{}", "-H", "content-type: application/json", "{url}/"];
    let (_, requests) = asked(vec![answer(HELLO)], &arguments, b"");
    assert!(requests[0].head.starts_with("PUT / HTTP/1.1\r\n"));
    assert_eq!(requests[0].head.to_lowercase().matches("content-type").count(), 1);
    assert_eq!(requests[0].body, b"{}");
}

#[test]
fn a_mebibyte_is_uploaded_from_a_file_and_from_standard_input() {
    let data: Vec<u8> = (0..1 << 20).map(|index: u32| (index % 251) as u8).collect();
    let directory = Directory::new().unwrap();
    let file = format!("@{}", directory.write("data", &data).unwrap().display());
    let (printed, requests) = asked(vec![answer(HELLO)], &["--data-binary", &file, "{url}/"], b"");
    assert_eq!(printed, "hello");
    assert!(requests[0].body == data);

    let (printed, requests) = asked(vec![answer(HELLO)], &["--data-binary", "@-", "{url}/"], &data);
    assert_eq!(printed, "hello");
    assert!(requests[0].body == data);
}

#[test]
fn a_response_that_comes_before_the_upload_is_over_is_used() {
    let refusal =
        "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig";
    // The rest is read only to detect that the client closes.
    let wait = Step::Sleep(std::time::Duration::from_millis(200));
    let script = vec![Step::ReadHead, send(refusal), wait];
    let server = Server::tcp(vec![script]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    // More than all buffers between the ends hold.
    let data = vec![b'x'; 30_000_000];
    let finished = run(&mut limpid(["-v", "-H", "Expect:", "-d", "@-", &url]), &data).unwrap();
    server.finish().unwrap();

    assert_eq!(
        (finished.code, finished.stdout.as_slice()),
        (0, &b"big"[..]),
        "{}",
        finished.stderr
    );
    let messages: Vec<&str> =
        finished.stderr.lines().filter_map(|line| Some(line.split_once(" - ")?.1)).collect();
    assert_eq!(messages[5], "receive_response_headers.started request=<Request [b'POST']>");
    assert_eq!(
        messages[6],
        "send_request_body.failed exception=WriteError('the server answered with status 413 before it \
         had the whole request')"
    );
    assert!(messages[8].ends_with("\"HTTP/1.1 413 Content Too Large\""));
    assert_eq!(
        messages[9..],
        [
            "receive_response_body.started request=<Request [b'POST']>",
            "receive_response_body.complete",
            "response_closed.started",
            "response_closed.complete",
        ]
    );
}

#[test]
fn the_head_is_included_as_it_came() {
    let head = "HTTP/1.1 200 All Right\r\nx-ODD: 1\r\nX-Odd: 2\r\nContent-Length: 5\r\n\r\n";
    let (printed, _) = asked(vec![answer(format!("{head}hello"))], &["-i", "{url}/"], b"");
    assert_eq!(printed, format!("{head}hello"));
}

#[test]
fn outputs_go_to_their_files() {
    let directory = Directory::new().unwrap();
    let (first, second) = (directory.file("first"), directory.file("second"));
    let arguments = [
        "-o",
        &first.to_string_lossy(),
        "-o",
        &second.to_string_lossy(),
        "{url}/1",
        "{url}/2",
        "{url}/3",
    ];
    let scripts = ["one", "two", "three"].map(|body| {
        answer(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    });
    // One connection carries all of them.
    let (printed, requests) = asked(vec![scripts.concat()], &arguments, b"");
    assert_eq!(printed, "three");
    assert_eq!(fs::read_to_string(first).unwrap(), "one");
    assert_eq!(fs::read_to_string(second).unwrap(), "two");
    let targets: Vec<&str> =
        requests.iter().map(|request| request.head.split(' ').nth(1).unwrap()).collect();
    assert_eq!(targets, ["/1", "/2", "/3"]);
}

#[test]
fn both_drivers_behave_alike() {
    let moved = "HTTP/1.1 307 Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let [std, tokio] = ["std", "tokio"].map(|driver| {
        // The last response is truncated.
        let scripts = vec![
            [answer(moved), answer(chunked), answer(HELLO)].concat(),
            vec![
                Step::ReadRequest,
                send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell"),
                Step::Close,
            ],
        ];
        let server = Server::tcp(scripts).unwrap();
        let [first, second] =
            ["a", "b"].map(|path| format!("http://127.0.0.1:{}/{path}", server.port()));
        let other = first.replace("127.0.0.1", "localhost");
        let arguments = [
            "-v", "-i", "-L", "-d", "x=1", "-u", "me:pw", "--driver", driver, &first, &second,
            &other,
        ];
        let finished = run(&mut limpid(arguments), b"").unwrap();
        let told = finished.stderr.replace(&format!("127.0.0.1:{}", server.port()), "SERVER");
        let lines = normalised(&told, server.port(), None);
        (finished.code, finished.stdout, lines, server.finish().unwrap().len())
    });
    assert_eq!(std.0, 18);
    assert_eq!(std, tokio);
}

#[test]
fn a_failed_request_does_not_stop_the_next() {
    let scripts = vec![vec![Step::ReadRequest, Step::Close], answer(HELLO)];
    let server = Server::tcp(scripts).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = run(&mut limpid(["-s", &url, &url]), b"").unwrap();
    assert_eq!((finished.code, finished.stdout.as_slice()), (0, &b"hello"[..]), "as in curl");
    assert_eq!(finished.stderr, "");
    server.finish().unwrap();
}

#[test]
fn responses_without_a_body_have_none() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(asked(vec![answer(head)], &["-X", "HEAD", "{url}/"], b"").0, "");
    assert_eq!(given("HTTP/1.1 204 No Content\r\n\r\n"), "");
    assert_eq!(given("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"), "");
    assert_eq!(given("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "");
}

#[test]
fn every_framing_of_a_body_is_read() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n";
    assert_eq!(
        given(format!("{chunked}2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n")),
        "hello"
    );
    for version in ["1.0", "1.1"] {
        let mut script = answer(format!("HTTP/{version} 200 OK\r\n\r\nto the end"));
        script.push(Step::Close);
        assert_eq!(asked(vec![script], &["{url}/"], b"").0, "to the end");
    }
}

#[test]
fn a_compressed_body_is_asked_for_and_decoded() {
    let response = in_gzip(b"hello hello hello", 1).unwrap();
    let (printed, requests) = asked(vec![answer(&response)], &["--compressed", "{url}/"], b"");
    assert_eq!(printed, "hello hello hello");
    assert_eq!(requests[0].field("Accept-Encoding"), Some("gzip, deflate, br, zstd"));
}

#[test]
fn a_compressed_body_is_decoded_to_a_file_too() {
    let directory = Directory::new().unwrap();
    let path = directory.file("page");
    let response = in_gzip(b"hello hello hello", 1).unwrap();
    let arguments = ["--compressed", "-o", path.to_str().unwrap(), "{url}/"];
    assert_eq!(asked(vec![answer(response)], &arguments, b"").0, "");
    assert_eq!(fs::read(path).unwrap(), b"hello hello hello");
}

#[test]
fn a_body_that_was_not_asked_for_compressed_stays_as_it_came() {
    let directory = Directory::new().unwrap();
    let path = directory.file("page.gz");
    let response = in_gzip(b"hello hello hello", 1).unwrap();
    let arguments = ["-o", path.to_str().unwrap(), "{url}/"];
    asked(vec![answer(&response)], &arguments, b"");
    assert!(response.ends_with(&fs::read(path).unwrap()));
}

#[test]
fn informational_responses_are_passed_over() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    assert_eq!(given(format!("{interim}{HELLO}")), "hello");
}

#[test]
fn a_response_that_comes_byte_by_byte_is_the_same() {
    let steps = HELLO.bytes().map(|byte| send([byte]));
    let script: Script = std::iter::once(Step::ReadRequest).chain(steps).collect();
    assert_eq!(asked(vec![script], &["{url}/"], b"").0, "hello");
}

#[test]
fn addresses_of_ip_version_6_are_written_in_brackets() {
    let Ok(server) = Server::start(Listen::Tcp6, vec![answer(HELLO)]) else {
        // This machine has no IPv6.
        return;
    };
    let authority = format!("[::1]:{}", server.port());
    assert_eq!(output([format!("http://{authority}/")]), "hello");
    assert_eq!(server.finish().unwrap()[0].field("Host"), Some(authority.as_str()));
}

#[test]
fn credentials_are_sent_and_not_shown() {
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://me:tiger@127.0.0.1:{}/", server.port());
    let finished = run(&mut limpid(["-vvv", &url]), b"").unwrap();
    assert_eq!(finished.code, 0);
    assert!(!finished.stderr.contains("tiger"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("bWU6dGlnZXI"), "{}", finished.stderr);
    let requests = server.finish().unwrap();
    assert_eq!(requests[0].field("Authorization"), Some("Basic bWU6dGlnZXI="));
}

#[test]
fn bytes_are_shown_as_a_bounded_dump() {
    let body = "x".repeat(300_000);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    let server = Server::tcp(vec![answer(format!("{head}{body}"))]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let arguments = ["-vvv", "--capture", "everything", "-o", "-", &url];
    let shown = run(&mut limpid(arguments), b"").unwrap().stderr;
    assert!(shown.contains("limpid.io - sent layer='http' offset=0 bytes=<"), "{shown}");
    assert!(shown.contains("\n00000000  47 45 54 20 2f 20 48 54  "), "{shown}");
    assert!(shown.contains(" more bytes\n"), "{shown}");
    assert!(shown.len() < body.len(), "{}", shown.len());
    server.finish().unwrap();
}

#[test]
fn loggers_are_chosen_by_name() {
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = run(&mut limpid(["--log", "httpx=info", &url]), b"").unwrap();
    assert_eq!(finished.stderr.lines().count(), 1);
    assert!(finished.stderr.starts_with("INFO ["), "{}", finished.stderr);
    server.finish().unwrap();
}

#[test]
fn lines_have_the_names_of_httpx2_with_lines_httpx2() {
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = run(&mut limpid(["-v", "--lines", "httpx2", &url]), b"").unwrap();
    let logger = |line: &str| line.split(' ').nth(3).map(str::to_owned);
    let mut loggers: Vec<_> = finished.stderr.lines().filter_map(logger).collect();
    loggers.sort();
    loggers.dedup();
    assert_eq!(loggers, ["httpcore2.connection", "httpcore2.http11", "httpx2"]);
    server.finish().unwrap();
}

#[test]
fn fields_without_a_value_are_removed_or_sent_empty() {
    let head = |arguments: &[&str]| {
        let (_, requests) = asked(vec![answer(HELLO)], &[arguments, &["{url}/"]].concat(), b"");
        requests[0].head.clone()
    };
    for (name, arguments) in [
        ("Host", &[][..]),
        ("Accept", &[]),
        ("User-Agent", &[]),
        ("Accept-Encoding", &["--compressed"]),
        ("Authorization", &["-u", "me:pw"]),
        ("Content-Type", &["-d", "a=1"]),
    ] {
        let field = format!("\r\n{name}: ");
        assert!(head(arguments).contains(&field), "{name}");
        let removed = head(&[arguments, &["-H", &format!("{}:", name.to_lowercase())]].concat());
        assert!(!removed.to_lowercase().contains(&field.to_lowercase()), "{removed}");
    }
    for name in ["Expect", "X-Other", "Connection"] {
        assert!(!head(&["-d", "a=1", "-H", &format!("{name}: ")]).contains(name), "{name}");
    }
    let sent = head(&["-H", "X-A;", "-H", "Accept;", "-d", "a", "-H", "content-type;"]);
    assert!(sent.contains("\r\nX-A: \r\nAccept: \r\ncontent-type: \r\n"), "{sent}");
    assert_eq!(sent.to_lowercase().matches("content-type").count(), 1, "{sent}");
    let sent = head(&["-H", "Accept:", "-H", "Accept: text/html"]);
    assert_eq!(sent.matches("Accept: text/html\r\n").count(), 1, "{sent}");
}

#[test]
fn the_field_of_an_argument_replaces_that_of_another_option() {
    let arguments = ["-u", "me:pw", "-H", "authorization: Bearer x", "{url}/"];
    let (_, requests) = asked(vec![answer(HELLO)], &arguments, b"");
    assert_eq!(requests[0].head.to_lowercase().matches("authorization").count(), 1);
    assert_eq!(requests[0].field("Authorization"), Some("Bearer x"));
}

#[test]
fn an_empty_body_is_announced_where_there_is_data() {
    for (arguments, length) in [
        (&["-X", "POST"][..], None),
        (&["-X", "PUT"], None),
        (&["-d", ""], Some("0")),
        (&["-X", "DELETE", "--json", ""], Some("0")),
    ] {
        let (_, requests) = asked(vec![answer(HELLO)], &[arguments, &["{url}/"]].concat(), b"");
        assert_eq!(requests[0].field("Content-Length"), length, "{arguments:?}");
    }
}

#[test]
fn an_invalid_request_is_refused_without_a_connection() {
    let closed = Server::start(Listen::Refuse, vec![]).unwrap();
    let url = format!("http://127.0.0.1:{}/", closed.port());
    for arguments in [
        &["-X", "A B"][..],
        &["-H", "Content-Length: 5"],
        &["-d", "abc", "-H", "Transfer-Encoding: gzip"],
    ] {
        let finished = common::finished([arguments, &[&url]].concat());
        assert_eq!(finished.code, 43, "{}", finished.stderr);
        assert!(!finished.stderr.contains("connect"), "{}", finished.stderr);
    }
}

#[test]
fn an_unknown_coding_is_a_failure_if_a_decoded_body_was_asked_for() {
    let coded = |coding: &str, body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let deep = "gzip, gzip, gzip, gzip, gzip, gzip";
    for (coding, body, compressed, code) in [
        ("foo", "ok", true, 61),
        ("gzip, foo", "ok", true, 61),
        (deep, "ok", true, 61),
        ("foo", "ok", false, 0),
        ("foo", "", true, 0),
        ("identity", "ok", true, 0),
    ] {
        let server = Server::tcp(vec![answer(coded(coding, body))]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let option: &[&str] = if compressed { &["--compressed"] } else { &[] };
        let finished = common::finished([option, &[&url]].concat());
        server.finish().unwrap();
        assert_eq!(finished.code, code, "{coding}: {}", finished.stderr);
        assert_eq!(finished.stdout, if code == 0 { body.as_bytes() } else { b"" });
        assert_eq!(finished.stderr.contains(coding), code != 0, "{}", finished.stderr);
    }
}

#[test]
fn a_refused_status_is_shown_without_control_characters() {
    let response = b"HTTP/1.1 404 Not\x1b[31m Found\xe9\r\nContent-Length: 2\r\n\r\nno";
    let server = Server::tcp(vec![answer(&response[..])]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = common::finished(["-f", "-w", "%{errormsg}", &url]);
    server.finish().unwrap();
    assert_eq!(finished.code, 22);
    let shown = r"the server answered 404 Not\u{1b}[31m Found\xe9";
    assert!(finished.stderr.contains(shown), "{}", finished.stderr);
    assert!(String::from_utf8(finished.stdout).unwrap().ends_with(shown));
}

/// Where `script` is installed, which gives a command a terminal.
#[cfg(target_os = "linux")]
#[test]
fn binary_data_is_written_to_a_terminal_only_if_asked_for() {
    if !std::path::Path::new("/usr/bin/script").exists() {
        return;
    }
    let binary = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\0b";
    let text = HELLO.as_bytes();
    for (response, option, code, shown) in [
        (&binary[..], "", 23, false),
        (binary, "-o -", 0, true),
        (binary, "--output -", 0, true),
        (text, "", 0, true),
    ] {
        let server = Server::tcp(vec![answer(response)]).unwrap();
        let command = format!(
            "'{}' -s {option} http://127.0.0.1:{}/",
            env!("CARGO_BIN_EXE_limpid"),
            server.port()
        );
        let mut script = std::process::Command::new("/usr/bin/script");
        script.args(["-qec", &command, "/dev/null"]);
        let finished = run(&mut script, b"").unwrap();
        server.finish().unwrap();
        assert_eq!(finished.code, code, "{option}");
        let body = if response == text { &b"hello"[..] } else { b"a\0b" };
        let has = finished.stdout.windows(body.len()).any(|part| part == body);
        assert_eq!(has, shown, "{option}: {:?}", finished.stdout);
    }
}

#[test]
fn retries_are_decided_by_the_policy_and_shown_as_events() {
    let busy = "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 5\r\n\r\nbusy\n";
    let arguments = ["-s", "--retry", "1", "--retry-delay", "0.01", "--log-json", "-", "{url}/"];
    let (printed, requests) = asked(vec![answer(busy), answer(busy)], &arguments, b"");
    assert_eq!(requests.len(), 2);
    // The body of each response is written.
    assert_eq!(printed.lines().filter(|line| *line == "busy").count(), 2, "{printed}");
    let decisions: Vec<&str> =
        printed.lines().filter(|line| line.contains("request_retry_decision")).collect();
    let expected =
        ["its status is one after which to retry", "it was retried as often as it may be"];
    assert_eq!(decisions.len(), expected.len(), "{printed}");
    for (decision, why) in decisions.iter().zip(expected) {
        assert!(decision.contains(why), "{decision}");
    }
}
