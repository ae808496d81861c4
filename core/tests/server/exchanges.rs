//! Requests and their answers.

use limpid_core::http1::BodySize;
use limpid_core::server::Options;

use crate::peer::{Handler, Server};

const GET: &str = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

#[test]
fn an_answer_and_what_is_told_of_it() {
    let mut server = Server::new(Handler::Target);
    assert_eq!(server.hears(GET), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/a");
    assert_eq!(server.hears_the_end(), "");
    assert_eq!(server.closed, Some(false));
    assert_eq!(
        server.told(),
        [
            "connection.started secure=false",
            "request.started method=GET target=/a version=HTTP/1.1",
            "request.complete method=GET target=/a status=200 received=0 sent=2",
            "connection.complete why=\"the client closed it\" requests=1",
        ]
    );
    server.is_balanced();
}

#[test]
fn what_is_asked_for_with_the_same_fields_may_be_something_else() {
    let mut server = Server::new(Handler::Target);
    for method in ["GET", "GET", "HEAD", "HEAD", "GET"] {
        let body = if method == "GET" { "/a" } else { "" };
        assert_eq!(
            server.hears(format!("{method} /a HTTP/1.1\r\nHost: h\r\n\r\n")),
            format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{body}")
        );
    }
}

#[test]
fn pipelined_requests_are_answered_in_one_write() {
    let mut server = Server::new(Handler::Target);
    server.hears("");
    server.writes.clear();
    let requests = ["/1", "/2", "/3"].map(|t| format!("GET {t} HTTP/1.1\r\nHost: h\r\n\r\n"));
    let said = server.hears(requests.concat());
    let answers =
        ["/1", "/2", "/3"].map(|t| format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{t}"));
    assert_eq!(said, answers.concat());

    server.session.space(1);
    server.hears(requests.concat());
    assert_eq!(server.handled.len(), 6);
}

#[test]
fn the_number_of_writes_is_the_number_of_reads() {
    let mut server = Server::new(Handler::Target);
    for _ in 0..3 {
        let all = GET.repeat(20);
        let mut writes = 0;
        server.hears_nothing_yet(&all);
        while server.step_once() {
            writes += std::mem::take(&mut server.writes).len();
        }
        assert_eq!(writes, 1);
    }
    assert_eq!(server.handled.len(), 60);
}

#[test]
fn very_long_batches_are_sent_in_between() {
    let mut server = Server::new(Handler::Target);
    let target = "/".repeat(7000);
    let request = format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
    server.hears_nothing_yet(&request.repeat(30));
    server.run();
    assert_eq!(server.handled.len(), 30);
    assert!(server.writes.len() >= 3, "{} writes", server.writes.len());
    assert!(server.writes.iter().all(|write| write.len() < 80 * 1024));
}

#[test]
fn however_the_bytes_arrive_the_answers_are_the_same() {
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
        assert_eq!(server.hears(requests), expected, "in steps of {step}");
        assert_eq!(server.handled, ["POST /1", "POST /2", "GET /3"]);
    }
}

#[test]
fn a_client_that_waits_is_told_to_go_on_when_its_body_is_wanted() {
    let head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    let mut server = Server::new(Handler::Echo);
    assert_eq!(server.hears(head), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(server.hears("hi"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");

    let mut server = Server::new(Handler::Echo);
    let said = server.hears(format!("{head}hi"));
    assert!(said.starts_with("HTTP/1.1 200"), "one that does not wait needs no word: {said}");

    let mut server = Server::new(Handler::Fixed(403, ""));
    assert_eq!(
        server.hears(head),
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "whether the body comes all the same, nobody knows"
    );
    assert!(server.finished);
}

#[test]
fn a_body_that_nobody_wants_is_thrown_away() {
    let post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
    let mut server = Server::new(Handler::Target);
    assert!(server.hears(post).starts_with("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"));
    assert!(server.hears(format!("hello{GET}")).ends_with("/a"));
    assert_eq!(server.handled, ["POST /", "GET /a"]);

    let mut server = Server::with(Options::with(|options| options.drain = 4), Handler::Target);
    let said = server.hears(post);
    assert!(said.contains("Connection: close\r\n"), "{said}");
    assert!(server.finished && !server.is_closed(), "the client is still sending");
    server.hears("hello");
    server.hears_the_end();
    assert!(server.is_closed());
}

#[test]
fn chunks_that_nobody_wants_are_counted() {
    let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut server = Server::with(Options::with(|options| options.drain = 10), Handler::Target);
    assert!(server.hears(format!("{head}5\r\nhello\r\n")).starts_with("HTTP/1.1 200"));
    assert!(!server.finished);
    server.hears("6\r\n world\r\n");
    assert!(server.finished);
    server.hears_the_end();
    assert_eq!(
        server.told().last().unwrap(),
        "connection.complete why=\"the body of a request was not read\" requests=1"
    );
}

#[test]
fn some_answers_have_no_body() {
    let head = "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n";
    let mut server = Server::new(Handler::Fixed(200, "hello"));
    assert_eq!(server.hears(head), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    server.handler = Handler::Stream(200, &["hello"]);
    assert_eq!(server.hears(head), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    server.handler = Handler::Fixed(204, "");
    assert_eq!(server.hears(GET), "HTTP/1.1 204 No Content\r\n\r\n");
    server.handler = Handler::Fixed(304, "hello");
    assert_eq!(server.hears(GET), "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
    server.handler = Handler::Target;
    assert!(server.hears(GET).ends_with("\r\n\r\n/a"), "the connection goes on");
}

#[test]
fn a_response_of_unknown_size_is_chunked_where_the_client_knows_chunks() {
    let mut server = Server::new(Handler::Stream(200, &["hello, ", "world"]));
    assert_eq!(
        server.hears(GET),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
         7\r\nhello, \r\n5\r\nworld\r\n0\r\n\r\n"
    );
    let mut server = Server::new(Handler::Stream(200, &["hello, ", "world"]));
    assert_eq!(
        server.hears("GET / HTTP/1.0\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello, world"
    );
    assert_eq!(server.closed, Some(false), "it sends nothing that could be in the way");
}

#[test]
fn old_clients_are_kept_if_they_ask_for_it() {
    let mut server = Server::new(Handler::Target);
    let said = server.hears("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(said, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n/a");
    assert!(!server.is_closed());
    let said = server.hears("GET /a HTTP/1.0\r\n\r\n");
    assert_eq!(said, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/a");
    assert_eq!((server.closed, server.finished), (Some(false), false), "it expects nothing more");
}

#[test]
fn a_client_that_says_so_itself_is_not_waited_for() {
    let mut server = Server::new(Handler::Target);
    let said = server.hears("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(said.contains("Connection: close"));
    assert_eq!((server.closed, server.finished), (Some(false), false));
    assert_eq!(
        server.told().last().unwrap(),
        "connection.complete why=\"the peer said Connection: close\" requests=1"
    );
}

#[test]
fn a_client_that_half_closes_is_answered() {
    let mut server = Server::new(Handler::Echo);
    server.hears("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nh");
    server.hears_nothing_yet("i");
    assert!(server.hears_the_end().ends_with("\r\n\r\nhi"));
    assert!(server.is_closed());
}

#[test]
fn early_hints_come_before_the_answer() {
    let mut server = Server::new(Handler::Sleeps);
    server.hears(GET);
    server.session.fields().push(b"Link", b"</style.css>");
    server.respond(103, BodySize::None).unwrap();
    server.session.flush();
    assert_eq!(server.hears(""), "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n");
    server.respond(200, BodySize::Length(0)).unwrap();
    server.finish();
    assert_eq!(server.hears(""), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

#[test]
fn the_head_stays_while_the_body_is_read() {
    let mut server = Server::new(Handler::Sleeps);
    server.hears("POST /a?b HTTP/1.1\r\nHost: h\r\nX-Y: z\r\nContent-Length: 3\r\n\r\nab");
    for _ in 0..2 {
        let head = server.session.head().unwrap();
        assert_eq!((head.method, head.target), (&b"POST"[..], &b"/a?b"[..]));
        assert_eq!(head.fields.get("x-y"), Some(&b"z"[..]));
        server.session.read_body();
        server.step_once();
    }
    assert_eq!(server.session.body_progress(), (2, 3));
    server.cancels();
    server.is_balanced();
}
