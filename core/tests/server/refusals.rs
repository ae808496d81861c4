//! The status that each refusal deserves.

use limpid_core::limits::{Config, Limits};
use limpid_core::server::{Options, Outcome};

use crate::peer::{Handler, Server, summary};

fn small() -> Options {
    let limits = Limits::with(|limits| {
        limits.start_line = 40;
        limits.head = 80;
        limits.fields = 3;
        limits.body = 10;
        limits.chunk_extensions = 4;
        limits.trailers = 20;
    });
    Options::with(|options| options.config = Config::with(|config| config.limits = limits))
}

#[test]
fn what_is_wrong_with_a_head() {
    let long = "x".repeat(50);
    for (request, status, rule) in [
        ("GET  / HTTP/1.1\r\n".into(), "400 Bad Request", "RequestLineForm"),
        ("GET / HTTP/1.1\nHost: h\r\n\r\n".into(), "400 Bad Request", "BareLf"),
        ("GET / HTTP/1.1\r\n\r\n".into(), "400 Bad Request", "HostMissing"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into(), "400 Bad Request", "HostRepeated"),
        (format!("GET /{long} HTTP/1.1\r\n"), "414 URI Too Long", "StartLineTooLong"),
        (
            format!("GET / HTTP/1.1\r\nHost: h\r\nX: {long}{long}\r\n\r\n"),
            "431 Request Header Fields Too Large",
            "HeadTooLong",
        ),
        (
            "GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n".into(),
            "431 Request Header Fields Too Large",
            "TooManyFields",
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n".into(),
            "413 Content Too Large",
            "BodyTooLong",
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n".into(),
            "501 Not Implemented",
            "TransferEncodingUnknown",
        ),
        ("GET / HTTP/2.0\r\n".into(), "505 HTTP Version Not Supported", "VersionUnsupported"),
        ("\x16\x03\x01\x02\0".to_owned() + "\r\n", "400 Bad Request", "MethodCharacter"),
    ] {
        let mut server = Server::with(small(), Handler::Target);
        let said = server.hears(&request);
        assert!(said.contains("\r\nConnection: close\r\n"), "{request}: {said}");
        let (line, body) = summary(&said);
        assert_eq!(line, format!("HTTP/1.1 {status}"), "{request}");
        assert!(body.starts_with(&status[4..]) && body.ends_with('\n'), "{request}: {body}");
        assert!(server.handled.is_empty());
        let refused = format!("refused status={} rule={rule:?}", &status[..3]);
        assert!(server.told()[1].starts_with(&refused), "{request}: {:?}", server.told());
        server.hears_the_end();
        assert!(server.is_closed());
        server.is_balanced();
    }
}

#[test]
fn what_is_wrong_with_a_body() {
    let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (body, status, rule) in [
        ("x\r\n", "400 Bad Request", "ChunkSize"),
        ("b\r\n", "413 Content Too Large", "BodyTooLong"),
        ("1;abcde\r\n", "413 Content Too Large", "ChunkExtensionsTooLong"),
        (
            "0\r\nA: 0123456789012345\r\n\r\n",
            "431 Request Header Fields Too Large",
            "TrailersTooLong",
        ),
    ] {
        let mut server = Server::with(small(), Handler::Echo);
        let said = server.hears(format!("{head}{body}"));
        assert_eq!(summary(&said).0, format!("HTTP/1.1 {status}"), "{body}");
        assert_eq!(server.failures.len(), 1, "the handler is told");
        assert!(server.finished && !server.is_closed());
        server.hears_the_end();
        assert_eq!(
            server.told()[2..4],
            [
                format!(
                    "refused status={} rule={rule:?} why={:?}",
                    &status[..3],
                    summary(&said)
                        .1
                        .trim_end()
                        .split_once(": ")
                        .unwrap()
                        .1
                        .split(" (")
                        .next()
                        .unwrap()
                ),
                format!(
                    "request.complete method=POST target=/ status={} received=0 sent={}",
                    &status[..3],
                    summary(&said).1.len()
                ),
            ]
        );
        server.is_balanced();
    }
}

#[test]
fn an_expectation_that_nobody_can_meet() {
    let mut server = Server::new(Handler::Target);
    let said = server.hears("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue, tea\r\n\r\n");
    assert_eq!(
        summary(&said),
        (
            "HTTP/1.1 417 Expectation Failed",
            "Expectation Failed: the request expects something other than 100-continue \
             (RFC 9110 section 10.1.1)\n"
        )
    );
    assert!(server.handled.is_empty());
}

#[test]
fn a_client_that_goes_away_within_a_request() {
    let mut server = Server::new(Handler::Target);
    server.hears("GET / HT");
    assert_eq!(summary(&server.hears_the_end()).0, "HTTP/1.1 400 Bad Request");
    let mut server = Server::new(Handler::Echo);
    server.hears("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc");
    assert_eq!(summary(&server.hears_the_end()).0, "HTTP/1.1 400 Bad Request");
    server.is_balanced();
}

#[test]
fn answers_before_the_refusal_are_sent() {
    let mut server = Server::new(Handler::Target);
    let said = server.hears("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n");
    assert!(
        said.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/1HTTP/1.1 400 "),
        "{said}"
    );
}

#[test]
fn a_handler_that_fails_before_its_answer() {
    for (outcome, why) in [
        (Outcome::Failed, "it returned an error"),
        (Outcome::Panicked, "it panicked"),
        (Outcome::Done, "it returned without a complete response"),
    ] {
        let mut server = Server::new(Handler::Ends(outcome));
        let said = server.hears("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(
            summary(&said),
            (
                "HTTP/1.1 500 Internal Server Error",
                "Internal Server Error: the server failed to answer\n"
            )
        );
        assert!(
            server.told().contains(&format!("handler_failed why={why:?}")),
            "{:?}",
            server.told()
        );
    }
}

#[test]
fn a_handler_that_fails_within_its_answer() {
    let mut server = Server::new(Handler::FailsLate);
    let said = server.hears("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(said, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "and no more");
    assert_eq!(server.closed, Some(false));
    let mut server = Server::new(Handler::FailsInStream);
    let said = server.hears("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(said.ends_with("5\r\nhello\r\n"), "there is no last chunk: {said}");
    assert_eq!(server.closed, Some(false));
    let mut server = Server::new(Handler::FailsInStream);
    server.hears("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(server.closed, Some(true), "only a reset tells a cut from an end here");
    assert!(server.told().iter().any(|line| line.starts_with("request.failed")));
    server.is_balanced();
}
