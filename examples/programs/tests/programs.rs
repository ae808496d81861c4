//! The clients against the server of Node's standard library, and curl against the servers.

#![cfg(test)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use limpid_tests::real::node::Node;
use limpid_tests::real::{Daemon, free_port};

/// Runs a program against a page of the server with this standard input, and returns what it prints.
fn output(program: &str, node: &Node, page: &str, more: &[&str], input: &str) -> String {
    let mut command = Command::new(program);
    command.arg(format!("http://localhost:{}/{page}", node.port)).args(more);
    let finished = run(&mut command, input.as_bytes()).unwrap();
    assert_eq!((finished.code, &*finished.stderr), (0, ""));
    String::from_utf8(finished.stdout).unwrap()
}

/// Starts a program that is a server, and returns its URL with it.
fn serve(program: &str) -> (Daemon, String) {
    let port = free_port().unwrap();
    let mut command = Command::new(program);
    command.arg(format!("127.0.0.1:{port}"));
    let daemon = Daemon::start(&mut command, &[port], Directory::new().unwrap()).unwrap();
    (daemon, format!("http://127.0.0.1:{port}"))
}

/// Runs curl, and returns the body of the response and its status.
fn curl(url: &str, arguments: &[&str], input: &str) -> (String, String) {
    let mut command = Command::new("curl");
    command.args(["-q", "-sS", "-w", "\n%{http_code}"]).args(arguments).arg(url);
    let finished = run(&mut command, input.as_bytes()).unwrap();
    assert_eq!((finished.code, &*finished.stderr), (0, ""));
    let printed = String::from_utf8(finished.stdout).unwrap();
    let (body, status) = printed.rsplit_once('\n').unwrap();
    (body.to_owned(), status.to_owned())
}

/// Checks the body and the status of a response.
fn assert_response(response: (String, String), body: &str, status: &str) {
    assert_eq!((&*response.0, &*response.1), (body, status));
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn streaming_prints_each_line_before_the_next_is_sent() {
    let node = Node::start().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_streaming"));
    command.arg(format!("http://localhost:{}/pipe", node.port));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for sent in ["one", "two", "three"] {
        writeln!(input, "{sent}").unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), sent);
    }
    drop(input);
    assert!(lines.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn websocket_prints_what_comes_back() {
    let node = Node::start().unwrap();
    let program = env!("CARGO_BIN_EXE_websocket");
    assert_eq!(output(program, &node, "chat", &["hello"], ""), "hello\n");
    // Another protocol is an error.
    let mut command = Command::new(program);
    command.args([&*format!("http://localhost:{}/plain", node.port), "hello"]);
    let finished = run(&mut command, b"").unwrap();
    assert!(finished.code != 0 && finished.stderr.contains("speaks no WebSocket"), "{finished:?}");
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn events_are_printed_with_their_names() {
    let node = Node::start().unwrap();
    let printed = output(env!("CARGO_BIN_EXE_events"), &node, "events", &[], "");
    assert_eq!(printed, "message: first\nsecond line\nend: last\n");
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn trailers_pass_in_both_directions() {
    let node = Node::start().unwrap();
    let printed = output(env!("CARGO_BIN_EXE_trailers"), &node, "sum", &[], "twelve bytes");
    assert_eq!(printed, "twelve bytes\nX-Checksum: 12\n");
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn json_is_sent_and_read() {
    let node = Node::start().unwrap();
    let printed = output(env!("CARGO_BIN_EXE_json"), &node, "anything", &[], "");
    assert_eq!(printed, "{\"count\":2,\"item\":\"crème brûlée\"}\n");
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn form_and_query_are_encoded() {
    let node = Node::start().unwrap();
    let printed = output(env!("CARGO_BIN_EXE_form"), &node, "anything", &[], "");
    assert_eq!(
        printed,
        "{\"method\":\"POST\",\"target\":\"/anything?page=2&sort=name+%26+age\",\
         \"type\":\"application/x-www-form-urlencoded\",\
         \"body\":\"comment=50+%25+of+1+%2B+1&name=Zo%C3%AB\"}\n"
    );
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn credentials_are_accepted_and_missing_ones_are_an_error() {
    let node = Node::start().unwrap();
    let bearer = format!("http://localhost:{}/bearer", node.port);
    let printed = output(env!("CARGO_BIN_EXE_auth"), &node, "basic", &[&bearer], "");
    let lines: Vec<_> = printed.lines().collect();
    assert!(lines[0].starts_with("200: ") && lines[0].ends_with("/basic"), "{printed}");
    assert!(lines[1].contains("401"), "{printed}");
    assert!(lines[2].starts_with("200: ") && lines[2].ends_with("/bearer"), "{printed}");
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn busy_server_is_asked_again() {
    let node = Node::start().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_retries"));
    command.arg(format!("http://localhost:{}/busy", node.port));
    let finished = run(&mut command, b"").unwrap();
    assert_eq!(finished.stdout, b"ready\n", "{finished:?}");
    assert_eq!(finished.stderr.matches("503 Service Unavailable").count(), 2, "{finished:?}");
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn timeout_is_that_of_the_request() {
    let node = Node::start().unwrap();
    let printed = output(env!("CARGO_BIN_EXE_timeouts"), &node, "slow", &[], "");
    assert!(printed.starts_with("200\ntoo slow: "), "{printed}");
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn hundred_tasks_share_four_connections() {
    let node = Node::start().unwrap();
    let printed = output(env!("CARGO_BIN_EXE_tasks"), &node, "anything", &[], "");
    assert_eq!(printed, "100 requests over 4 connections\n");
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn names_are_those_of_the_resolver() {
    let node = Node::start().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_resolver"));
    command.arg(format!("http://shop.test:{}/", node.port));
    let finished = run(&mut command, b"").unwrap();
    assert_eq!(finished.stdout, b"hello from node\n\n", "{finished:?}");
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn cookie_of_the_login_is_sent_after_it() {
    let node = Node::start().unwrap();
    let printed = output(env!("CARGO_BIN_EXE_cookies"), &node, "", &[], "");
    assert_eq!(
        printed,
        "401: who are you?\n200: hello ada\n200: hello ada\nsession of localhost\n"
    );
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn parts_of_a_form_have_names_types_and_contents() {
    let node = Node::start().unwrap();
    let directory = Directory::new().unwrap();
    let photo = directory.write("beach.svg", "<svg/>").unwrap();
    let program = env!("CARGO_BIN_EXE_multipart");
    let printed = output(program, &node, "upload", &[photo.to_str().unwrap()], "");
    assert_eq!(
        printed,
        "title: Holidays\nphoto: beach.svg (image/svg+xml): <svg/>\n\
         notes: notes.txt (text/plain): sun, sea\n"
    );
}

#[test]
#[ignore = "needs curl: run by .ci/run"]
fn documents_are_stored_with_conditions_and_returned_in_ranges() {
    let (_server, url) = serve(env!("CARGO_BIN_EXE_rest_range"));
    let document = format!("{url}/doc");
    assert_response(curl(&document, &[], ""), "There is no such document.\n", "404");
    assert_response(curl(&document, &["-T", "-"], "0123456789"), "", "204");
    assert_response(curl(&document, &[], ""), "0123456789", "200");
    assert_response(curl(&document, &["-r", "2-4"], ""), "234", "206");
    assert_response(curl(&document, &["-r", "-3"], ""), "789", "206");
    assert_eq!(curl(&document, &["-r", "10-"], "").1, "416");
    assert_response(curl(&document, &["-H", "If-None-Match: \"1\""], ""), "", "304");
    let other = ["-T", "-", "-H", "If-Match: \"0\""];
    let refused = curl(&document, &other, "lost update");
    assert_response(refused, "The document has another version.\n", "412");
    let same = ["-T", "-", "-H", "If-Match: \"1\""];
    assert_response(curl(&document, &same, "new"), "", "204");
    assert_response(curl(&document, &[], ""), "new", "200");
}

#[test]
#[ignore = "needs curl: run by .ci/run"]
fn router_of_axum_answers_in_json_and_streams_back() {
    let (_server, url) = serve(env!("CARGO_BIN_EXE_axum_router"));
    let greet = format!("{url}/greet");
    let json = ["-H", "Content-Type: application/json", "-d", "{\"name\": \"Ada\"}"];
    assert_response(curl(&greet, &json, ""), "{\"text\":\"Hello, Ada!\"}", "200");
    assert_eq!(curl(&greet, &["-d", "name=Ada"], "").1, "415");
    assert_eq!(curl(&greet, &[], "").1, "405");
    assert_eq!(curl(&format!("{url}/nothing"), &[], "").1, "404");
    let echo = curl(&format!("{url}/echo"), &["--data-binary", "@-"], "a\nb");
    assert_response(echo, "a\nb", "200");
    let (peer, status) = curl(&url, &[], "");
    assert!(peer.starts_with("You are 127.0.0.1:") && status == "200", "{peer}");
}
