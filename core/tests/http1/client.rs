//! Reading responses as a client.

use limpid_core::http1::{BodySize, NotReusable, Role, State};
use limpid_core::limits::Config;

use crate::side::Side;

#[test]
fn client_reads_a_body_of_known_length() {
    let mut client = Side::client_after("GET");
    assert_eq!(
        client.receive("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"),
        ["HTTP/1.1 200 OK [Content-Length: 3] -> Length(3)", "data abc", "end", "Paused"]
    );
    assert_eq!(client.connection.reuse(), Ok(()));
}

#[test]
fn client_reads_a_body_in_pieces() {
    let mut client = Side::client_after("GET");
    assert_eq!(
        client.receive("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na"),
        ["HTTP/1.1 200 OK [Content-Length: 3] -> Length(3)", "data a", "NeedInput"]
    );
    assert_eq!(client.connection.body_progress(), (1, 3));
    assert_eq!(client.receive("bc"), ["data bc", "end", "Paused"]);
}

#[test]
fn client_reads_a_chunked_body_with_extensions_and_trailers() {
    let mut client = Side::client_after("GET");
    assert_eq!(
        client.receive(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
             3;a=\"b;c\"\r\nabc\r\n1\r\nd\r\n0\r\nX: y\r\nx: Z\r\n\r\n"
        ),
        [
            "HTTP/1.1 200 OK [Transfer-Encoding: chunked] -> Chunked",
            "data abc",
            "data d",
            "end [X: y] [x: Z]",
            "Paused"
        ]
    );
}

#[test]
fn raw_body_has_the_framing_of_chunks_and_its_end_the_trailers() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let pieces = ["3;a=b\r\n", "abc", "\r\n", "1\r\n", "d", "\r\n", "0\r\n", "X: y\r\n\r\n"];
    let config = Config::with(|config| config.raw = true);
    let mut client = Side::client_after_with("GET", config);
    let mut expected = vec!["HTTP/1.1 200 OK [Transfer-Encoding: chunked] -> Chunked".to_owned()];
    expected.extend(pieces.map(|piece| format!("data {}", piece.escape_debug())));
    expected.extend(["end [X: y]".to_owned(), "Paused".to_owned()]);
    assert_eq!(client.receive([HEAD, &pieces.concat()].concat()), expected);
    assert_eq!(client.connection.body_progress(), (4, 4));
    assert_eq!(client.connection.reuse(), Ok(()));

    // Byte by byte, it is the same body.
    let mut client = Side::client_after_with("GET", config);
    client.receive(HEAD);
    let mut body = String::new();
    for byte in pieces.concat().bytes() {
        for event in client.receive([byte]) {
            body.push_str(event.strip_prefix("data ").unwrap_or(""));
        }
    }
    assert_eq!(body, pieces.concat().escape_debug().to_string());
    assert_eq!(client.connection.reuse(), Ok(()));
}

#[test]
fn client_reads_a_body_that_ends_with_the_connection() {
    let mut client = Side::client_after("GET");
    assert_eq!(
        client.receive("HTTP/1.1 200 OK\r\n\r\nabc"),
        ["HTTP/1.1 200 OK -> UntilClose, close", "data abc", "NeedInput"]
    );
    assert_eq!(client.receive_eof(), ["end", "Closed"]);
    assert_eq!(client.connection.reuse(), Err(NotReusable::UntilClose));
}

#[test]
fn framing_fields_of_bodiless_responses_are_ignored() {
    for (method, status) in [("HEAD", 200), ("GET", 204), ("GET", 304)] {
        let mut client = Side::client_after(method);
        assert_eq!(
            client.receive(format!("HTTP/1.1 {status} X\r\nContent-Length: 3\r\n\r\n")),
            [format!("HTTP/1.1 {status} X [Content-Length: 3] -> None").as_str(), "end", "Paused"]
        );
        assert_eq!(client.connection.reuse(), Ok(()));
    }
}

#[test]
fn informational_responses_precede_the_final_response() {
    let mut client = Side::client_after("GET");
    assert_eq!(
        client.receive(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n\
             HTTP/1.1 204 X\r\n\r\n"
        ),
        [
            "informational 100 Continue",
            "informational 103 Early [Link: </a>]",
            "HTTP/1.1 204 X -> None",
            "end",
            "Paused"
        ]
    );
}

#[test]
fn request_body_can_wait_for_100_continue() {
    let mut client = Side::client();
    let fields = "Host: a\nExpect: 100-continue";
    client.request("POST", "/", fields, BodySize::Length(2)).unwrap();
    client.take_output();
    assert_eq!(
        client.receive("HTTP/1.1 100 Go on\r\n\r\n"),
        ["informational 100 Go on", "NeedInput"]
    );
    client.data("hi").unwrap();
    client.finish("").unwrap();
    assert_eq!(client.take_output(), "hi");
    assert_eq!(
        client.receive("HTTP/1.1 204 X\r\n\r\n"),
        ["HTTP/1.1 204 X -> None", "end", "Paused"]
    );
}

#[test]
fn response_may_precede_the_end_of_the_request() {
    let mut client = Side::client();
    client.request("POST", "/", "Host: a", BodySize::Length(2)).unwrap();
    assert_eq!(
        client.receive("HTTP/1.1 413 Too much\r\nContent-Length: 0\r\n\r\n"),
        ["HTTP/1.1 413 Too much [Content-Length: 0] -> Length(0)", "end", "Paused"]
    );
    assert_eq!(client.connection.reuse(), Err(NotReusable::Unfinished));
    client.data("hi").unwrap();
    client.finish("").unwrap();
    assert_eq!(client.connection.reuse(), Ok(()));
}

#[test]
fn tunnel_returns_the_bytes_after_the_head() {
    let mut client = Side::client_after("CONNECT");
    assert_eq!(
        client.receive(b"HTTP/1.1 200 Connected\r\nContent-Length: x\r\n\r\n\x16\x03"),
        ["HTTP/1.1 200 Connected [Content-Length: x] -> Tunnel, close", "Switched"]
    );
    assert_eq!(client.connection.reuse(), Err(NotReusable::Switched));
    assert_eq!(client.connection.into_switched().unwrap(), b"\x16\x03");
}

#[test]
fn refused_tunnel_is_an_ordinary_response() {
    let mut client = Side::client_after("CONNECT");
    assert_eq!(
        client.receive("HTTP/1.1 407 Auth\r\nContent-Length: 3\r\n\r\nabc"),
        ["HTTP/1.1 407 Auth [Content-Length: 3] -> Length(3)", "data abc", "end", "Paused"]
    );
    assert_eq!(client.connection.reuse(), Ok(()));
}

#[test]
fn upgrade_returns_the_bytes_after_the_head() {
    let mut client = Side::client();
    client.send_empty_request("GET", "Host: a\nConnection: upgrade\nUpgrade: websocket");
    assert_eq!(client.connection.state(Role::Client), State::MightSwitch);
    assert_eq!(
        client.receive("HTTP/1.1 101 Switch\r\nUpgrade: websocket\r\n\r\n\u{1}"),
        ["HTTP/1.1 101 Switch [Upgrade: websocket] -> Tunnel, close", "Switched"]
    );
    assert_eq!(client.connection.into_switched().unwrap(), b"\x01");
}

#[test]
fn upgrade_waits_for_the_end_of_the_request() {
    let mut client = Side::client();
    let fields = "Host: a\nConnection: upgrade\nUpgrade: x";
    client.request("POST", "/", fields, BodySize::Length(2)).unwrap();
    client.receive("HTTP/1.1 101 Switch\r\n\r\n");
    assert_eq!(client.connection.state(Role::Client), State::Body);
    let (error, connection) = client.connection.into_switched().unwrap_err();
    assert_eq!(
        error.to_string(),
        "into_switched is not possible now: the client is Body, the server is Switched"
    );
    client.connection = *connection;
    client.data("hi").unwrap();
    client.finish("").unwrap();
    client.take_output();
    assert!(client.connection.into_switched().is_ok());
}

#[test]
fn declined_upgrade_keeps_the_connection() {
    let mut client = Side::client();
    client.send_empty_request("GET", "Host: a\nConnection: upgrade\nUpgrade: websocket");
    client.receive("HTTP/1.1 426 X\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(client.connection.reuse(), Ok(()));
}

#[test]
fn clean_and_unclean_ends_are_distinguished() {
    let whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for cut in 0..whole.len() {
        let mut client = Side::client_after("GET");
        client.receive(&whole[..cut]);
        let end = client.receive_eof();
        let expected = match cut {
            0 => "EndBeforeResponse",
            1..47 => "EndInHead",
            _ => "EndInChunks",
        };
        assert!(end.last().unwrap().starts_with(&format!("{expected} at {cut}")), "{cut}: {end:?}");
    }
    let mut client = Side::client_after("GET");
    client.receive(whole);
    assert_eq!(client.receive_eof(), ["Closed"]);
    assert_eq!(client.connection.reuse(), Err(NotReusable::PeerClosed));
}

#[test]
fn truncated_body_is_refused() {
    let mut client = Side::client_after("GET");
    client.receive("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab");
    assert_eq!(client.receive_eof(), ["EndInBody at 40"]);
    assert_eq!(client.connection.body_progress(), (2, 3));
}

#[test]
fn bytes_without_a_request_are_refused() {
    let mut client = Side::client();
    assert_eq!(client.receive("H"), ["ResponseUnasked at 0 ('H')"]);
    let mut client = Side::client_after("GET");
    let events = client.receive("HTTP/1.1 204 X\r\n\r\nHTTP");
    assert_eq!(events, ["HTTP/1.1 204 X -> None", "end", "Paused"]);
    assert_eq!(client.connection.reuse(), Err(NotReusable::Surplus));
    assert_eq!(client.connection.unread(), b"HTTP");
}

#[test]
fn folded_value_is_joined_with_one_space() {
    let mut client = Side::client_after("HEAD");
    let events = client.receive("HTTP/1.1 200 OK\r\nX: a\r\n \t b\r\n\tc\r\n \r\nY:\r\n z\r\n\r\n");
    assert_eq!(events[0], "HTTP/1.1 200 OK [X: a b c] [Y: z] -> None");
}

#[test]
fn connection_carries_many_exchanges() {
    let mut client = Side::client();
    for _ in 0..3 {
        assert_eq!(
            client.send_empty_request("GET", "Host: a"),
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        );
        client.receive("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        client.connection.restart().unwrap();
    }
    assert_eq!(client.receive_eof(), ["Closed"]);
}

#[test]
fn error_is_returned_by_every_later_call() {
    let mut client = Side::client_after("GET");
    assert_eq!(client.receive("ICY 200 OK\r\n"), ["Shoutcast at 0 ('I')"]);
    assert_eq!(client.receive("HTTP/1.1 200 OK\r\n\r\n"), ["Shoutcast at 0 ('I')"]);
    assert_eq!(client.connection.excerpt(), b"ICY 200 OK");
    assert_eq!(client.connection.state(Role::Server), State::Failed);
}

#[test]
fn switch_without_a_request_for_it_is_refused() {
    for method in ["GET", "CONNECT"] {
        let mut client = Side::client_after(method);
        assert_eq!(client.receive("HTTP/1.1 101 X\r\n\r\n"), ["SwitchUnasked at 9 ('1')"]);
    }
}
