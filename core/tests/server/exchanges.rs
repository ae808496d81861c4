//! Requests and their responses.

use limpid_core::http1::BodySize;
use limpid_core::server::{Action, Interest, Options, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, NoSink};

use crate::peer::{Handler, Server};

const GET: &str = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

#[test]
fn response_emits_its_events() {
    let mut server = Server::new(Handler::Target);
    assert_eq!(server.client_sends(GET), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/a");
    assert_eq!(server.client_closes(), "");
    assert_eq!(server.closed, Some(false));
    assert_eq!(
        server.events(),
        [
            "connection.started secure=false",
            "request.started method=GET target=/a version=HTTP/1.1",
            "request.complete method=GET target=/a status=200 received=0 sent=2",
            "connection.complete why=\"the client closed it\" requests=1",
        ]
    );
    server.assert_balanced();
}

#[test]
fn repeated_fields_may_have_another_target() {
    let mut server = Server::new(Handler::Target);
    for method in ["GET", "GET", "HEAD", "HEAD", "GET"] {
        let body = if method == "GET" { "/a" } else { "" };
        assert_eq!(
            server.client_sends(format!("{method} /a HTTP/1.1\r\nHost: h\r\n\r\n")),
            format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{body}")
        );
    }
}

#[test]
fn pipelined_requests_are_answered_in_one_write() {
    let mut server = Server::new(Handler::Target);
    server.client_sends("");
    server.writes.clear();
    let requests = ["/1", "/2", "/3"].map(|t| format!("GET {t} HTTP/1.1\r\nHost: h\r\n\r\n"));
    let output = server.client_sends(requests.concat());
    let answers =
        ["/1", "/2", "/3"].map(|t| format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{t}"));
    assert_eq!(output, answers.concat());

    server.session.space(1);
    server.client_sends(requests.concat());
    assert_eq!(server.handled.len(), 6);
}

#[test]
fn writes_are_as_many_as_reads() {
    let mut server = Server::new(Handler::Target);
    for _ in 0..3 {
        let all = GET.repeat(20);
        let mut writes = 0;
        server.client_sends_unread(&all);
        while server.step_once() {
            writes += std::mem::take(&mut server.writes).len();
        }
        assert_eq!(writes, 1);
    }
    assert_eq!(server.handled.len(), 60);
}

#[test]
fn long_batch_of_responses_is_sent_in_parts() {
    let mut server = Server::new(Handler::Target);
    let target = "/".repeat(7000);
    let request = format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
    server.client_sends_unread(&request.repeat(30));
    server.run();
    assert_eq!(server.handled.len(), 30);
    assert!(server.writes.len() >= 3, "{} writes", server.writes.len());
    assert!(server.writes.iter().all(|write| write.len() < 80 * 1024));
}

#[test]
fn responses_do_not_depend_on_the_pieces() {
    let requests = "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\
        POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\
        2\r\nde\r\n1\r\nf\r\n0\r\nX-Sum: 6\r\n\r\n\
        GET /3 HTTP/1.1\r\nHost: h\r\n\r\n";
    let expected = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc\
        HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ndef\r\n0\r\nX-Sum: 6\r\n\r\n\
        HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    for step in [1, 2, 7, 50, usize::MAX] {
        let mut server = Server::new(Handler::Echo);
        server.step = step;
        assert_eq!(server.client_sends(requests), expected, "in steps of {step}");
        assert_eq!(server.handled, ["POST /1", "POST /2", "GET /3"]);
    }
}

#[test]
fn continue_is_sent_when_the_body_is_read() {
    let head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    let mut server = Server::new(Handler::Echo);
    assert_eq!(server.client_sends(head), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(server.client_sends("hi"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");

    let mut server = Server::new(Handler::Echo);
    let output = server.client_sends(format!("{head}hi"));
    assert!(
        output.starts_with("HTTP/1.1 200"),
        "a client that does not wait receives no 100: {output}"
    );

    let mut server = Server::new(Handler::Fixed(403, ""));
    assert_eq!(
        server.client_sends(head),
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "it is unknown whether the body follows anyway"
    );
    assert!(server.finished);
}

#[test]
fn unread_body_is_discarded() {
    let post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
    let mut server = Server::new(Handler::Target);
    assert!(server.client_sends(post).starts_with("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"));
    assert!(server.client_sends(format!("hello{GET}")).ends_with("/a"));
    assert_eq!(server.handled, ["POST /", "GET /a"]);

    let mut server = Server::with(Options::with(|options| options.drain = 4), Handler::Target);
    let output = server.client_sends(post);
    assert!(output.contains("Connection: close\r\n"), "{output}");
    assert!(server.finished && !server.is_closed(), "the client is still sending");
    server.client_sends("hello");
    server.client_closes();
    assert!(server.is_closed());
}

#[test]
fn unread_chunks_are_limited() {
    let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut server = Server::with(Options::with(|options| options.drain = 10), Handler::Target);
    assert!(server.client_sends(format!("{head}5\r\nhello\r\n")).starts_with("HTTP/1.1 200"));
    assert!(!server.finished);
    server.client_sends("6\r\n world\r\n");
    assert!(server.finished);
    server.client_closes();
    assert_eq!(
        server.events().last().unwrap(),
        "connection.complete why=\"the body of a request was not read\" requests=1"
    );
}

#[test]
fn bodiless_responses_consist_of_a_head() {
    let head = "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n";
    let mut server = Server::new(Handler::Fixed(200, "hello"));
    assert_eq!(server.client_sends(head), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    server.handler = Handler::Stream(200, &["hello"]);
    assert_eq!(server.client_sends(head), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    server.handler = Handler::Fixed(204, "");
    assert_eq!(server.client_sends(GET), "HTTP/1.1 204 No Content\r\n\r\n");
    server.handler = Handler::Fixed(304, "hello");
    assert_eq!(server.client_sends(GET), "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
    server.handler = Handler::Fixed(304, "");
    assert_eq!(server.client_sends(GET), "HTTP/1.1 304 Not Modified\r\n\r\n");
    server.handler = Handler::Fixed(200, "");
    assert_eq!(server.client_sends(head), "HTTP/1.1 200 OK\r\n\r\n");
    assert_eq!(server.client_sends(GET), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    server.handler = Handler::Target;
    assert!(server.client_sends(GET).ends_with("\r\n\r\n/a"), "the connection is kept");
}

#[test]
fn response_of_unknown_size_is_chunked_for_http_11() {
    let mut server = Server::new(Handler::Stream(200, &["hello, ", "world"]));
    assert_eq!(
        server.client_sends(GET),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
         7\r\nhello, \r\n5\r\nworld\r\n0\r\n\r\n"
    );
    let mut server = Server::new(Handler::Stream(200, &["hello, ", "world"]));
    assert_eq!(
        server.client_sends("GET / HTTP/1.0\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello, world"
    );
    assert_eq!(server.closed, Some(false), "the client sends nothing that could cause a reset");
}

#[test]
fn http_10_connection_is_kept_on_request() {
    let mut server = Server::new(Handler::Target);
    let output = server.client_sends("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(output, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n/a");
    assert!(!server.is_closed());
    let output = server.client_sends("GET /a HTTP/1.0\r\n\r\n");
    assert_eq!(output, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/a");
    assert_eq!(
        (server.closed, server.finished),
        (Some(false), false),
        "the client expects nothing more"
    );
}

#[test]
fn connection_close_of_the_client_skips_lingering() {
    let mut server = Server::new(Handler::Target);
    let output = server.client_sends("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(output.contains("Connection: close"));
    assert_eq!((server.closed, server.finished), (Some(false), false));
    assert_eq!(
        server.events().last().unwrap(),
        "connection.complete why=\"the peer said Connection: close\" requests=1"
    );
}

#[test]
fn half_closed_client_is_answered() {
    let mut server = Server::new(Handler::Echo);
    server.client_sends("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nh");
    server.client_sends_unread("i");
    assert!(server.client_closes().ends_with("\r\n\r\nhi"));
    assert!(server.is_closed());
}

#[test]
fn early_hints_precede_the_response() {
    let mut server = Server::new(Handler::Sleeps);
    server.client_sends(GET);
    server.session.fields().push(b"Link", b"</style.css>");
    server.respond(103, BodySize::None).unwrap();
    server.session.flush();
    assert_eq!(server.client_sends(""), "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n");
    server.respond(200, BodySize::Length(0)).unwrap();
    server.finish();
    assert_eq!(server.client_sends(""), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

#[test]
fn head_stays_available_while_the_body_is_read() {
    let mut server = Server::new(Handler::Sleeps);
    server.client_sends("POST /a?b HTTP/1.1\r\nHost: h\r\nX-Y: z\r\nContent-Length: 3\r\n\r\nab");
    for _ in 0..2 {
        let head = server.session.head().unwrap();
        assert_eq!((head.method, head.target), (&b"POST"[..], &b"/a?b"[..]));
        assert_eq!(head.fields.get("x-y"), Some(&b"z"[..]));
        server.session.read_body();
        server.step_once();
    }
    assert_eq!(server.session.body_progress(), (2, 3));
    server.cancel();
    server.assert_balanced();
}

#[test]
fn large_response_is_sent_before_the_next_request_is_read() {
    let (now, sink) = (Mono::default(), NoSink);
    let mut session = Session::new(ConnectionId(1), None, Default::default());
    session.poll(now, &sink);
    let requests = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2);
    session.space(requests.len())[..requests.len()].copy_from_slice(&requests);
    session.handle_received(requests.len(), now, &sink).unwrap();
    assert_eq!(session.poll(now, &sink), Action::Request);
    session.answer(now, &sink, 200, vec![b'x'; 64 * 1024].into()).unwrap();
    session.handled(now, &sink, Outcome::Done);
    let action = session.poll(now, &sink);
    assert!(matches!(action, Action::Wait(Interest { write: true, .. })), "{action:?}");
    session.handle_sent(session.out().concat().len(), now, &sink).unwrap();
    assert_eq!(session.poll(now, &sink), Action::Request);
}
