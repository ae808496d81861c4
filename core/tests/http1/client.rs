//! What a client hears.

use limpid_core::http1::{BodySize, NotReusable, Role, State};

use crate::side::Side;

#[test]
fn a_body_of_known_length() {
    let mut client = Side::asked("GET");
    assert_eq!(
        client.hears("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"),
        ["HTTP/1.1 200 OK [Content-Length: 3] -> Length(3)", "data abc", "end", "Paused"]
    );
    assert_eq!(client.connection.reuse(), Ok(()));
}

#[test]
fn a_body_arrives_in_pieces() {
    let mut client = Side::asked("GET");
    assert_eq!(
        client.hears("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na"),
        ["HTTP/1.1 200 OK [Content-Length: 3] -> Length(3)", "data a", "NeedInput"]
    );
    assert_eq!(client.connection.body_progress(), (1, 3));
    assert_eq!(client.hears("bc"), ["data bc", "end", "Paused"]);
}

#[test]
fn a_chunked_body_with_extensions_and_trailers() {
    let mut client = Side::asked("GET");
    assert_eq!(
        client.hears(
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
fn a_body_that_ends_with_the_connection() {
    let mut client = Side::asked("GET");
    assert_eq!(
        client.hears("HTTP/1.1 200 OK\r\n\r\nabc"),
        ["HTTP/1.1 200 OK -> UntilClose, close", "data abc", "NeedInput"]
    );
    assert_eq!(client.hears_the_end(), ["end", "Closed"]);
    assert_eq!(client.connection.reuse(), Err(NotReusable::UntilClose));
}

#[test]
fn responses_without_a_body_whatever_their_fields_say() {
    for (method, status) in [("HEAD", 200), ("GET", 204), ("GET", 304)] {
        let mut client = Side::asked(method);
        assert_eq!(
            client.hears(format!("HTTP/1.1 {status} X\r\nContent-Length: 3\r\n\r\n")),
            [format!("HTTP/1.1 {status} X [Content-Length: 3] -> None").as_str(), "end", "Paused"]
        );
        assert_eq!(client.connection.reuse(), Ok(()));
    }
}

#[test]
fn informational_responses_come_before_the_final_one() {
    let mut client = Side::asked("GET");
    assert_eq!(
        client.hears(
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
fn a_request_body_waits_for_100_continue() {
    let mut client = Side::client();
    let fields = "Host: a\nExpect: 100-continue";
    client.request("POST", "/", fields, BodySize::Length(2)).unwrap();
    client.says();
    assert_eq!(
        client.hears("HTTP/1.1 100 Go on\r\n\r\n"),
        ["informational 100 Go on", "NeedInput"]
    );
    client.data("hi").unwrap();
    client.finish("").unwrap();
    assert_eq!(client.says(), "hi");
    assert_eq!(client.hears("HTTP/1.1 204 X\r\n\r\n"), ["HTTP/1.1 204 X -> None", "end", "Paused"]);
}

#[test]
fn a_response_may_come_before_the_request_is_complete() {
    let mut client = Side::client();
    client.request("POST", "/", "Host: a", BodySize::Length(2)).unwrap();
    assert_eq!(
        client.hears("HTTP/1.1 413 Too much\r\nContent-Length: 0\r\n\r\n"),
        ["HTTP/1.1 413 Too much [Content-Length: 0] -> Length(0)", "end", "Paused"]
    );
    assert_eq!(client.connection.reuse(), Err(NotReusable::Unfinished));
    client.data("hi").unwrap();
    client.finish("").unwrap();
    assert_eq!(client.connection.reuse(), Ok(()));
}

#[test]
fn a_tunnel_hands_over_what_follows_the_head() {
    let mut client = Side::asked("CONNECT");
    assert_eq!(
        client.hears(b"HTTP/1.1 200 Connected\r\nContent-Length: x\r\n\r\n\x16\x03"),
        ["HTTP/1.1 200 Connected [Content-Length: x] -> Tunnel, close", "Switched"]
    );
    assert_eq!(client.connection.reuse(), Err(NotReusable::Switched));
    assert_eq!(client.connection.into_switched().unwrap(), b"\x16\x03");
}

#[test]
fn a_refused_tunnel_is_an_ordinary_response() {
    let mut client = Side::asked("CONNECT");
    assert_eq!(
        client.hears("HTTP/1.1 407 Auth\r\nContent-Length: 3\r\n\r\nabc"),
        ["HTTP/1.1 407 Auth [Content-Length: 3] -> Length(3)", "data abc", "end", "Paused"]
    );
    assert_eq!(client.connection.reuse(), Ok(()));
}

#[test]
fn an_upgrade_hands_over_what_follows_the_head() {
    let mut client = Side::client();
    client.asks("GET", "Host: a\nConnection: upgrade\nUpgrade: websocket");
    assert_eq!(client.connection.state(Role::Client), State::MightSwitch);
    assert_eq!(
        client.hears("HTTP/1.1 101 Switch\r\nUpgrade: websocket\r\n\r\n\u{1}"),
        ["HTTP/1.1 101 Switch [Upgrade: websocket] -> Tunnel, close", "Switched"]
    );
    assert_eq!(client.connection.into_switched().unwrap(), b"\x01");
}

#[test]
fn an_upgrade_waits_for_the_end_of_the_request() {
    let mut client = Side::client();
    let fields = "Host: a\nConnection: upgrade\nUpgrade: x";
    client.request("POST", "/", fields, BodySize::Length(2)).unwrap();
    client.hears("HTTP/1.1 101 Switch\r\n\r\n");
    assert_eq!(client.connection.state(Role::Client), State::Body);
    let (error, connection) = client.connection.into_switched().unwrap_err();
    assert_eq!(
        error.to_string(),
        "into_switched is not possible now: the client is Body, the server is Switched"
    );
    client.connection = *connection;
    client.data("hi").unwrap();
    client.finish("").unwrap();
    client.says();
    assert!(client.connection.into_switched().is_ok());
}

#[test]
fn a_refused_upgrade_leaves_the_connection_as_it_was() {
    let mut client = Side::client();
    client.asks("GET", "Host: a\nConnection: upgrade\nUpgrade: websocket");
    client.hears("HTTP/1.1 426 X\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(client.connection.reuse(), Ok(()));
}

#[test]
fn a_clean_end_and_an_unclean_one_are_told_apart() {
    let whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for cut in 0..whole.len() {
        let mut client = Side::asked("GET");
        client.hears(&whole[..cut]);
        let end = client.hears_the_end();
        let expected = match cut {
            0 => "EndBeforeResponse",
            1..47 => "EndInHead",
            _ => "EndInChunks",
        };
        assert!(end.last().unwrap().starts_with(&format!("{expected} at {cut}")), "{cut}: {end:?}");
    }
    let mut client = Side::asked("GET");
    client.hears(whole);
    assert_eq!(client.hears_the_end(), ["Closed"]);
    assert_eq!(client.connection.reuse(), Err(NotReusable::PeerClosed));
}

#[test]
fn a_body_that_is_cut_short_is_refused() {
    let mut client = Side::asked("GET");
    client.hears("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab");
    assert_eq!(client.hears_the_end(), ["EndInBody at 40"]);
    assert_eq!(client.connection.body_progress(), (2, 3));
}

#[test]
fn bytes_that_nobody_asked_for_are_refused() {
    let mut client = Side::client();
    assert_eq!(client.hears("H"), ["ResponseUnasked at 0 ('H')"]);
    let mut client = Side::asked("GET");
    let heard = client.hears("HTTP/1.1 204 X\r\n\r\nHTTP");
    assert_eq!(heard, ["HTTP/1.1 204 X -> None", "end", "Paused"]);
    assert_eq!(client.connection.reuse(), Err(NotReusable::Surplus));
    assert_eq!(client.connection.unread(), b"HTTP");
}

#[test]
fn a_folded_value_is_joined_by_one_space() {
    let mut client = Side::asked("HEAD");
    let heard = client.hears("HTTP/1.1 200 OK\r\nX: a\r\n \t b\r\n\tc\r\n \r\nY:\r\n z\r\n\r\n");
    assert_eq!(heard[0], "HTTP/1.1 200 OK [X: a b c] [Y: z] -> None");
}

#[test]
fn one_connection_serves_many_exchanges() {
    let mut client = Side::client();
    for _ in 0..3 {
        assert_eq!(client.asks("GET", "Host: a"), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        client.hears("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        client.connection.restart().unwrap();
    }
    assert_eq!(client.hears_the_end(), ["Closed"]);
}

#[test]
fn an_error_stays() {
    let mut client = Side::asked("GET");
    assert_eq!(client.hears("ICY 200 OK\r\n"), ["VersionForm at 0 ('I')"]);
    assert_eq!(client.hears("HTTP/1.1 200 OK\r\n\r\n"), ["VersionForm at 0 ('I')"]);
    assert_eq!(client.connection.excerpt(), b"ICY 200 OK");
    assert_eq!(client.connection.state(Role::Server), State::Failed);
}

#[test]
fn a_switch_that_nobody_asked_for_is_refused() {
    for method in ["GET", "CONNECT"] {
        let mut client = Side::asked(method);
        assert_eq!(client.hears("HTTP/1.1 101 X\r\n\r\n"), ["SwitchUnasked at 9 ('1')"]);
    }
}
