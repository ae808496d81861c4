//! The status of each refusal.

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
fn invalid_head_is_refused_with_its_status() {
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
        ("\x16\x03\x01\x02\0".to_owned() + "\r\n", "400 Bad Request", "TlsRecord"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), "505 HTTP Version Not Supported", "Http2"),
        ("GET /\r\n".into(), "400 Bad Request", "VersionMissing"),
    ] {
        let mut server = Server::with(small(), Handler::Target);
        let output = server.client_sends(&request);
        assert!(output.contains("\r\nConnection: close\r\n"), "{request}: {output}");
        let (line, body) = summary(&output);
        assert_eq!(line, format!("HTTP/1.1 {status}"), "{request}");
        assert!(body.starts_with(&status[4..]) && body.ends_with('\n'), "{request}: {body}");
        assert!(server.handled.is_empty());
        let refused = format!("refused status={} rule={rule:?}", &status[..3]);
        assert!(server.events()[1].starts_with(&refused), "{request}: {:?}", server.events());
        server.client_closes();
        assert!(server.is_closed());
        server.assert_balanced();
    }
}

#[test]
fn bodies_are_limited_by_default() {
    let most = Options::default().config.limits.body;
    assert_eq!(most, 16 * 1024 * 1024);
    let request =
        |length| format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n");
    let mut server = Server::with(Options::default(), Handler::Echo);
    assert_eq!(server.client_sends(request(most)), "");
    assert!(!server.events().iter().any(|line| line.starts_with("refused")));
    let mut server = Server::with(Options::default(), Handler::Echo);
    let output = server.client_sends(request(most + 1));
    assert_eq!(summary(&output).0, "HTTP/1.1 413 Content Too Large");
    assert!(output.contains("\r\nConnection: close\r\n"), "{output}");
    assert!(server.handled.is_empty());
}

#[test]
fn invalid_body_is_refused_with_its_status() {
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
        let output = server.client_sends(format!("{head}{body}"));
        assert_eq!(summary(&output).0, format!("HTTP/1.1 {status}"), "{body}");
        assert_eq!(server.failures.len(), 1, "the handler receives the failure");
        assert!(server.finished && !server.is_closed());
        server.client_closes();
        assert_eq!(
            server.events()[2..4],
            [
                format!(
                    "refused status={} rule={rule:?} why={:?}",
                    &status[..3],
                    summary(&output)
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
                    summary(&output).1.len()
                ),
            ]
        );
        server.assert_balanced();
    }
}

#[test]
fn unknown_expectation_is_refused_with_417() {
    let mut server = Server::new(Handler::Target);
    let output =
        server.client_sends("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue, tea\r\n\r\n");
    assert_eq!(
        summary(&output),
        (
            "HTTP/1.1 417 Expectation Failed",
            "Expectation Failed: the request expects something other than 100-continue \
             (RFC 9110 section 10.1.1)\n"
        )
    );
    assert!(server.handled.is_empty());
}

#[test]
fn client_that_closes_within_a_request_is_refused() {
    let mut server = Server::new(Handler::Target);
    server.client_sends("GET / HT");
    assert_eq!(summary(&server.client_closes()).0, "HTTP/1.1 400 Bad Request");
    let mut server = Server::new(Handler::Echo);
    server.client_sends("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc");
    assert_eq!(summary(&server.client_closes()).0, "HTTP/1.1 400 Bad Request");
    server.assert_balanced();
}

#[test]
fn responses_before_a_refusal_are_sent() {
    let mut server = Server::new(Handler::Target);
    let output = server.client_sends("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n");
    assert!(
        output.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/1HTTP/1.1 400 "),
        "{output}"
    );
}

#[test]
fn handler_failure_before_the_response_sends_500() {
    for (outcome, why) in [
        (Outcome::Failed, "it returned an error"),
        (Outcome::Panicked, "it panicked"),
        (Outcome::Done, "it returned without a complete response"),
    ] {
        let mut server = Server::new(Handler::Ends(outcome));
        let output = server.client_sends("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(
            summary(&output),
            (
                "HTTP/1.1 500 Internal Server Error",
                "Internal Server Error: the server failed to answer\n"
            )
        );
        assert!(
            server.events().contains(&format!("handler_failed why={why:?}")),
            "{:?}",
            server.events()
        );
    }
}

#[test]
fn handler_failure_within_the_response_truncates_it() {
    let mut server = Server::new(Handler::FailsLate);
    let output = server.client_sends("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(
        output, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        "the response is truncated"
    );
    assert_eq!(server.closed, Some(false));
    let mut server = Server::new(Handler::FailsInStream);
    let output = server.client_sends("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(output.ends_with("5\r\nhello\r\n"), "there is no last chunk: {output}");
    assert_eq!(server.closed, Some(false));
    let mut server = Server::new(Handler::FailsInStream);
    server.client_sends("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(server.closed, Some(true), "only a reset distinguishes a truncated response here");
    assert!(server.events().iter().any(|line| line.starts_with("request.failed")));
    server.assert_balanced();
}
