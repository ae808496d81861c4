//! Requests and bodies that end early, are invalid, or are slow.

use std::sync::Arc;
use std::time::Duration;

use limpid_io::ClientBuilder;
use limpid_sinks::EventList;
use limpid_std::Client;
use limpid_tests::coded::in_gzip;
use limpid_tests::script::{Script, Step, answer, send};
use limpid_tests::server::Server;

use crate::facts::{DRIVERS, Facts};

/// Returns the events of a GET over each driver, which fails or not, to a server with this script.
fn got(script: &Script, fails: bool) -> Vec<Facts> {
    let ask = |driver| {
        let server = Server::tcp(vec![script.clone()]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let requests = [("GET", url.as_str(), [].as_slice())];
        let (facts, results) =
            Facts::of(driver, ClientBuilder::default().decompress(true), &requests);
        assert_eq!(results[0].is_err(), fails, "{results:?}");
        facts
    };
    DRIVERS.into_iter().map(ask).collect()
}

#[test]
fn slow_answer_is_shown_as_the_wait_alone() {
    let script = vec![
        Step::ReadRequest,
        Step::Sleep(Duration::from_millis(50)),
        send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage"),
    ];
    for facts in got(&script, false) {
        let timings = facts.last("exchange.complete", "timings");
        for part in ["send: Some", "wait: Some", "receive: Some"] {
            assert!(timings.contains(part), "{timings}");
        }
        assert!(facts.all("deadline_passed").is_empty());
    }
}

#[test]
fn reset_in_an_upload_is_shown_with_how_far_it_came() {
    const SIZE: usize = 20_000_000;
    let server =
        Server::tcp(vec![vec![Step::ReadHead, Step::ReadBytes(100_000), Step::Reset]]).unwrap();
    let recorder = Arc::new(EventList::new());
    let client = Client::builder().sink(Arc::clone(&recorder)).build();
    let url = format!("http://127.0.0.1:{}/", server.port());
    client.post(&url).body(vec![b'x'; SIZE]).send().unwrap_err();
    let facts = Facts::recorded(&recorder);
    let sent: usize = facts.last("exchange.failed", "request_body").parse().unwrap();
    assert!((100_000..SIZE).contains(&sent), "{sent}");
    assert_eq!(facts.last("exchange.failed", "response_body"), "0");
    let failure = facts.last("send_request_body.failed", "failure");
    assert!(failure.contains("reset") || failure.contains("pipe"), "{failure}");
}

#[test]
fn invalid_chunk_size_is_shown_with_its_byte_and_rule() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let start = format!("{head}11\r\nseventeen bytes!!\r\n");
    for facts in got(&answer(format!("{start}xyz\r\n")), true) {
        let refused = |field| facts.last("refused", field);
        assert_eq!((refused("rule"), refused("byte")), ("ChunkSize", &*b'x'.to_string()));
        assert!(refused("section").contains("9112"), "{}", refused("section"));
        assert_eq!(refused("offset"), start.len().to_string());
        assert_eq!(facts.each("chunk", "size"), ["17"]);
    }
}

#[test]
fn broken_gzip_is_shown_where_it_breaks_and_the_transfer_as_whole() {
    let mut response = in_gzip(&[b'a'; 4096], 1).unwrap();
    let head = response.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let coded = response.len() - head;
    response[head + coded / 2..].fill(0xff);
    for facts in got(&answer(response), true) {
        let refused = |field| facts.last("content_refused", field);
        assert_eq!(refused("coding"), "gzip");
        assert!(!refused("fault").is_empty());
        let offset: usize = refused("offset").parse().unwrap();
        assert!(offset <= coded, "{offset}");
        assert!(facts.all("refused").is_empty(), "HTTP itself is valid");
        assert_eq!(facts.last("exchange.failed", "response_body"), coded.to_string());
    }
}

#[test]
fn short_body_is_shown_with_how_many_bytes_of_how_many() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1100\r\n\r\n";
    let script =
        vec![Step::ReadRequest, send([head.as_bytes(), &[b'x'; 1000]].concat()), Step::Close];
    for facts in got(&script, true) {
        assert_eq!(facts.last("framing", "length"), "1100");
        assert_eq!(facts.last("exchange.failed", "response_body"), "1000");
        let failure = facts.last("exchange.failed", "failure");
        assert!(failure.contains("before the body was complete"), "{failure}");
    }
}

#[test]
fn ignored_expectation_is_shown_with_why_the_body_was_sent() {
    let script = answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let server = Server::tcp(vec![script]).unwrap();
    let recorder = Arc::new(EventList::new());
    let client = Client::builder()
        .expect_continue_timeout(Duration::from_millis(20))
        .sink(Arc::clone(&recorder))
        .build();
    let url = format!("http://127.0.0.1:{}/", server.port());
    client.post(&url).body("body").expect_continue().send().unwrap().bytes().unwrap();
    let facts = Facts::recorded(&recorder);
    assert_eq!(facts.last("expect_continue", "sends"), "true");
    let why = facts.last("expect_continue", "why");
    assert_eq!(why, "the server says nothing");
    assert!(facts.all("informational").is_empty());
    let timings = facts.last("exchange.complete", "timings");
    assert!(timings.contains("wait: Some"), "{timings}");
}

#[test]
fn trailers_are_shown_as_such() {
    let response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Checksum\r\n\r\n\
                    4\r\npage\r\n0\r\nChecksum: 42\r\nX-Cache: HIT\r\n\r\n";
    for facts in got(&answer(response), false) {
        assert_eq!(facts.each("trailer", "name"), ["Checksum", "X-Cache"]);
        assert_eq!(facts.each("trailer", "value"), ["42", "HIT"]);
        assert!(!facts.each("field", "name").contains(&"Checksum"));
    }
}
