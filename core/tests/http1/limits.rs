//! Limits: what exceeds a limit is refused before all of it has arrived.

use limpid_core::http1::Role;
use limpid_core::limits::Config;

use crate::side::{Side, limited};

/// Sends `start` and then `more` repeatedly, until `side` refuses. Returns how many bytes it accepted,
/// and the error.
fn endless(mut side: Side, start: &str, more: &str) -> (u64, String) {
    side.receive(start);
    for _ in 0..100_000 {
        let last = side.receive(more).pop().unwrap();
        assert!(side.connection.unread().len() <= 64 * 1024 + more.len(), "held: {last}");
        if !matches!(last.as_str(), "NeedInput" | "Paused") {
            return (side.connection.received(), last);
        }
    }
    panic!("endless {more:?} is never refused");
}

#[test]
fn every_repeated_element_has_a_limit() {
    let post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (start, more, refusal) in [
        ("", "\r\n", "TooManyBlankLines at 8"),
        ("", "x", "StartLineTooLong at 65536"),
        ("GET /", "x", "StartLineTooLong at 65536"),
        ("GET / HTTP/1.1\r\nHost: a\r\n", "x", "HeadTooLong at 65536"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: ", "x", "HeadTooLong at 65536"),
        ("GET / HTTP/1.1\r\nHost: a\r\n", "X: y\r\n", "TooManyFields at 787"),
        (post, "0", "ChunkLineTooLong at 4152"),
        (&format!("{post}1;"), "x", "ChunkLineTooLong at 4152"),
        (post, "1;aaaa\r\nx\r\n", "ChunkExtensionsTooLong at 36093"),
        (&format!("{post}0\r\n"), "x", "TrailersTooLong at 16443"),
        (&format!("{post}0\r\n"), "X: y\r\n", "TooManyFields at 827"),
    ] {
        let (taken, output) = endless(Side::server(), start, more);
        assert_eq!(output, refusal, "{start:?} {more:?}");
        let at: u64 = refusal.rsplit(' ').next().unwrap().parse().unwrap();
        assert!(taken <= at + more.len() as u64 + 2, "{refusal} after {taken} bytes");
    }
}

#[test]
fn informational_responses_are_limited() {
    let more = "HTTP/1.1 103 X\r\n\r\n";
    let (taken, output) = endless(Side::client_after("GET"), "", more);
    assert_eq!(output, "TooManyInformational at 288");
    assert_eq!(taken, 17 * more.len() as u64);
}

#[test]
fn value_equal_to_the_limit_is_accepted() {
    let head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (limit, accepted) in [(head.len(), true), (head.len() - 1, false)] {
        let mut server = Side::new(Role::Server, limited(|limits| limits.head = limit));
        assert_eq!(server.receive(head).len() == 3, accepted, "{limit}");
    }
    for (limit, accepted) in [(16, true), (15, false)] {
        let mut server = Side::new(Role::Server, limited(|limits| limits.start_line = limit));
        assert_eq!(server.receive(head).len() == 3, accepted, "{limit}");
    }
    for (limit, accepted) in [(1, true), (0, false)] {
        let mut server = Side::new(Role::Server, limited(|limits| limits.fields = limit));
        assert_eq!(server.receive(head).len() == 3, accepted, "{limit}");
    }
}

#[test]
fn limit_has_the_status_of_the_response() {
    use limpid_core::error::Rule;

    for (rule, status) in [
        (Rule::StartLineTooLong, 414),
        (Rule::HeadTooLong, 431),
        (Rule::TooManyFields, 431),
        (Rule::BodyTooLong, 413),
        (Rule::TransferEncodingUnknown, 501),
        (Rule::VersionUnsupported, 505),
        (Rule::FieldColon, 400),
    ] {
        assert_eq!(rule.status(), status, "{}", rule.name());
    }
}

#[test]
fn body_above_the_limit_is_refused_when_announced() {
    let config = || limited(|limits| limits.body = 3);
    let mut server = Side::new(Role::Server, config());
    let events = server.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
    assert_eq!(events, ["BodyTooLong at 42"]);

    let mut server = Side::new(Role::Server, config());
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(
        server.receive(format!("{head}3\r\nabc\r\n1\r\n"))[1..],
        ["data abc", "BodyTooLong at 64"]
    );

    let mut client = Side::client_after_with("GET", config());
    client.receive("HTTP/1.1 200 OK\r\n\r\nabc");
    assert_eq!(client.receive("d"), ["BodyTooLong at 22"]);
}

#[test]
fn default_limits_accept_a_hundred_fields_and_64_kib() {
    let fields: String = (0..100).map(|index| format!("X{index}: y\r\n")).collect();
    let mut server = Side::new(Role::Server, Config::default());
    assert_eq!(server.receive(format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n")).len(), 3);

    let padding = "x".repeat(64 * 1024 - "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".len());
    let mut server = Side::new(Role::Server, Config::default());
    assert_eq!(
        server.receive(format!("GET / HTTP/1.1\r\nHost: a\r\nX: {padding}\r\n\r\n")).len(),
        3
    );
}

#[test]
fn small_limits_keep_buffers_at_512_bytes_and_refuse_longer_heads() {
    let mut server = Side::new(Role::Server, Config::SMALL);
    server.receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for _ in 0..200 {
        let room = server.connection.space(Config::SMALL.limits.read).len();
        assert!((256..=512).contains(&room), "{room}");
        server.receive("80\r\n");
        server.receive("x".repeat(128));
        server.receive("\r\n");
    }
    let start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    let (_, refusal) = endless(Side::new(Role::Server, Config::SMALL), start, "x");
    assert_eq!(refusal, "HeadTooLong at 2048");
}

#[test]
fn least_buffer_still_reads() {
    let config = limited(|limits| (limits.read, limits.buffer) = (0, 0));
    let mut server = Side::new(Role::Server, config);
    assert!(server.connection.space(1).len() >= 128);
    assert_eq!(server.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n").len(), 3);
}
