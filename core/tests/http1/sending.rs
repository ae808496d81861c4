//! Messages that are sent, and messages that are refused before a byte is written.

use limpid_core::error::{Call, Misuse};
use limpid_core::http1::BodySize;

use crate::side::Side;

/// Returns what a client writes for a request and its body, or the reason for which it refuses.
fn request(fields: &str, size: BodySize, data: &'static str) -> Result<String, Misuse> {
    let mut client = Side::client();
    let mut send = || {
        client.request("POST", "/", fields, size)?;
        client.data(data)?;
        client.finish("")
    };
    send().map_err(|error| error.misuse)?;
    Ok(client.take_output())
}

#[test]
fn connection_adds_missing_framing_fields() {
    assert_eq!(
        request("Host: a", BodySize::None, "").unwrap(),
        "POST / HTTP/1.1\r\nHost: a\r\n\r\n"
    );
    assert_eq!(
        request("Host: a", BodySize::Length(2), "hi").unwrap(),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
    );
    assert_eq!(
        request("Host: a", BodySize::Unknown, "hi").unwrap(),
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    );
}

#[test]
fn order_and_case_of_fields_are_kept() {
    assert_eq!(
        request("x-B: 1\ncontent-length: 02\nHOST: a\nX-b: 2", BodySize::Length(2), "hi").unwrap(),
        "POST / HTTP/1.1\r\nx-B: 1\r\ncontent-length: 02\r\nHOST: a\r\nX-b: 2\r\n\r\nhi"
    );
}

#[test]
fn framing_fields_that_contradict_the_body_are_refused() {
    for (fields, size) in [
        ("Host: a\nContent-Length: 3", BodySize::Length(2)),
        ("Host: a\nContent-Length: 2", BodySize::Unknown),
        ("Host: a\nContent-Length: 2", BodySize::None),
        ("Host: a\nContent-Length: 2\nContent-Length: 2", BodySize::Length(2)),
        ("Host: a\nContent-Length: +2", BodySize::Length(2)),
        ("Host: a\nTransfer-Encoding: chunked", BodySize::Length(2)),
        ("Host: a\nTransfer-Encoding: chunked", BodySize::None),
        ("Host: a\nTransfer-Encoding: gzip, chunked", BodySize::Unknown),
        ("Host: a\nTransfer-Encoding: chunked\nContent-Length: 2", BodySize::Unknown),
    ] {
        assert_eq!(request(fields, size, ""), Err(Misuse::Framing), "{fields}");
    }
    assert!(request("Host: a\nContent-Length: 0", BodySize::None, "").is_ok());
}

#[test]
fn nothing_that_could_split_a_request_is_written() {
    for (method, target, fields, misuse) in [
        ("", "/", "Host: a", Misuse::Method),
        ("GET ", "/", "Host: a", Misuse::Method),
        ("G\r\nT", "/", "Host: a", Misuse::Method),
        ("GET", "", "Host: a", Misuse::Target),
        ("GET", "/ HTTP/1.1", "Host: a", Misuse::Target),
        ("GET", "/\r\nX: y", "Host: a", Misuse::Target),
        ("GET", "/\0", "Host: a", Misuse::Target),
        ("GET", "/é", "Host: a", Misuse::Target),
        ("GET", "/", "Host: a\n: y", Misuse::FieldName(1)),
        ("GET", "/", "Host: a\nX y: z", Misuse::FieldName(1)),
        ("GET", "/", "Host: a\nX\r: z", Misuse::FieldName(1)),
        ("GET", "/", "Host: a\nX: a\rb", Misuse::FieldValue(1)),
        ("GET", "/", "Host: a\nX: a\0b", Misuse::FieldValue(1)),
        ("GET", "/", "Host: a b", Misuse::FieldValue(0)),
        ("GET", "/", "X: y", Misuse::HostMissing),
        ("GET", "/", "Host: a\nhost: a", Misuse::HostRepeated),
    ] {
        let mut client = Side::client();
        let error = client.request(method, target, fields, BodySize::None).unwrap_err();
        assert_eq!((error.call, error.misuse), (Call::SendRequest, misuse), "{method} {target}");
        assert_eq!(client.connection.out_len(), 0);
        client.send_empty_request("GET", "Host: a");
    }
}

#[test]
fn line_feed_in_a_value_or_reason_is_refused() {
    use limpid_core::fields::FieldBlock;
    use limpid_core::http1::{Connection, Role};
    use limpid_core::trace::{Cx, NoSink, Scope};

    let mut scope = Scope::default();
    let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
    let mut connection = Connection::new(Role::Server, Default::default());
    connection.push(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    connection.next(&mut cx).unwrap();
    let mut fields = FieldBlock::new();
    fields.push(b"X", b"a\nb");
    let error =
        connection.send_response(&mut cx, 200, b"OK", fields.fields(), BodySize::None).unwrap_err();
    assert_eq!(error.misuse, Misuse::FieldValue(0));
    let error = connection
        .send_response(&mut cx, 200, b"O\r\nK", Default::default(), BodySize::None)
        .unwrap_err();
    assert_eq!(error.misuse, Misuse::Reason);
    assert_eq!(connection.out_len(), 0);
}

#[test]
fn body_must_have_the_announced_length() {
    let mut client = Side::client();
    client.request("POST", "/", "Host: a", BodySize::Length(3)).unwrap();
    client.data("ab").unwrap();
    assert_eq!(client.connection.body_left(), 1);
    assert_eq!(client.data("cd").unwrap_err().misuse, Misuse::BodyTooLong);
    assert_eq!(client.finish("").unwrap_err().misuse, Misuse::BodyTooShort(1));
    client.data("c").unwrap();
    client.finish("").unwrap();
    assert!(client.take_output().ends_with("\r\n\r\nabc"));
    assert_eq!(client.data("d").unwrap_err().misuse, Misuse::State);
}

#[test]
fn message_without_a_body_refuses_data() {
    assert_eq!(request("Host: a", BodySize::None, "x"), Err(Misuse::NoBody));
    let mut client = Side::client();
    let connect = client.request("CONNECT", "a:1", "Host: a:1", BodySize::Length(3));
    assert_eq!(connect.unwrap_err().misuse, Misuse::NoBody);
}

#[test]
fn empty_piece_does_not_end_a_chunked_body() {
    let mut client = Side::client();
    client.request("POST", "/", "Host: a", BodySize::Unknown).unwrap();
    client.take_output();
    client.data("").unwrap();
    assert_eq!(client.take_output(), "");
    client.data("hi").unwrap();
    client.finish("").unwrap();
    assert_eq!(client.take_output(), "2\r\nhi\r\n0\r\n\r\n");
}

#[test]
fn trailers_require_a_chunked_body() {
    let mut client = Side::client();
    client.request("POST", "/", "Host: a\nTrailer: X", BodySize::Unknown).unwrap();
    client.take_output();
    for (trailers, misuse) in [
        ("Content-Length: 3", Misuse::TrailerForbidden(0)),
        ("X: y\nHost: a", Misuse::TrailerForbidden(1)),
        ("X: a\0", Misuse::FieldValue(0)),
        ("X y: a", Misuse::FieldName(0)),
    ] {
        assert_eq!(client.finish(trailers).unwrap_err().misuse, misuse, "{trailers}");
    }
    client.finish("X: y").unwrap();
    assert_eq!(client.take_output(), "0\r\nX: y\r\n\r\n");

    let mut client = Side::client();
    client.request("POST", "/", "Host: a", BodySize::Length(0)).unwrap();
    assert_eq!(client.finish("X: y").unwrap_err().misuse, Misuse::TrailersNeedChunks);
}

/// Creates a server that has received a request with this method.
fn server_after(method: &str) -> Side {
    let mut server = Side::server();
    let target = if method == "CONNECT" { "a:1" } else { "/" };
    server.receive(format!("{method} {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
    server
}

#[test]
fn bodiless_response_may_describe_the_body_of_get() {
    for (method, status, size, expected) in [
        ("HEAD", 200, BodySize::Length(5), "HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\n"),
        ("HEAD", 200, BodySize::Unknown, "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("HEAD", 200, BodySize::None, "HTTP/1.1 200 X\r\n\r\n"),
        ("GET", 304, BodySize::Length(5), "HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n"),
        ("HEAD", 200, BodySize::Length(0), "HTTP/1.1 200 X\r\n\r\n"),
        ("HEAD", 404, BodySize::Length(0), "HTTP/1.1 404 X\r\n\r\n"),
        ("GET", 304, BodySize::None, "HTTP/1.1 304 X\r\n\r\n"),
        ("GET", 304, BodySize::Length(0), "HTTP/1.1 304 X\r\n\r\n"),
        ("GET", 304, BodySize::Unknown, "HTTP/1.1 304 X\r\n\r\n"),
        ("GET", 204, BodySize::None, "HTTP/1.1 204 X\r\n\r\n"),
        ("GET", 205, BodySize::None, "HTTP/1.1 205 X\r\nContent-Length: 0\r\n\r\n"),
        ("GET", 205, BodySize::Length(0), "HTTP/1.1 205 X\r\nContent-Length: 0\r\n\r\n"),
    ] {
        let mut server = server_after(method);
        server.respond(status, "", size).unwrap();
        assert!(server.data("hello").is_err(), "{method} {status}");
        server.finish("").unwrap();
        assert_eq!(server.take_output(), expected);
    }
}

#[test]
fn response_that_cannot_have_a_body_refuses_one() {
    for (method, status, size) in [
        ("GET", 204, BodySize::Length(0)),
        ("GET", 205, BodySize::Length(2)),
        ("GET", 205, BodySize::Unknown),
        ("CONNECT", 200, BodySize::Length(2)),
    ] {
        let error = server_after(method).respond(status, "", size).unwrap_err();
        assert_eq!(error.misuse, Misuse::NoBody, "{method} {status}");
    }
    for (method, status) in [("GET", 204), ("CONNECT", 200)] {
        let error =
            server_after(method).respond(status, "Content-Length: 0", BodySize::None).unwrap_err();
        assert_eq!(error.misuse, Misuse::Framing, "{method} {status}");
    }
}

#[test]
fn status_must_be_valid_for_the_call() {
    for status in [0, 99, 100, 103, 1000] {
        let error = server_after("GET").respond(status, "", BodySize::None).unwrap_err();
        assert_eq!(error.misuse, Misuse::Status, "{status}");
    }
    for status in [99, 101, 200] {
        let error = server_after("GET").inform(status, "").unwrap_err();
        assert_eq!(error.misuse, Misuse::Status, "{status}");
    }
    let mut server = server_after("GET");
    server.inform(103, "Link: </a>").unwrap();
    assert_eq!(server.take_output(), "HTTP/1.1 103 X\r\nLink: </a>\r\n\r\n");
    assert_eq!(server.inform(103, "Content-Length: 1").unwrap_err().misuse, Misuse::Framing);
}

#[test]
fn large_piece_is_sent_uncopied_in_any_steps() {
    static LARGE: [u8; 10_000] = [b'x'; 10_000];
    let mut client = Side::client();
    client.request("POST", "/", "Host: a", BodySize::Unknown).unwrap();
    client.data(std::str::from_utf8(&LARGE).unwrap()).unwrap();
    client.finish("").unwrap();
    assert_eq!(client.connection.out()[1].as_ptr(), LARGE.as_ptr(), "no copy");
    let (len, mut output) = (client.connection.out_len(), Vec::new());
    while client.connection.out_len() > 0 {
        let piece = client.connection.out().concat();
        let n = piece.len().min(777);
        output.extend_from_slice(&piece[..n]);
        client.connection.sent(n);
    }
    assert_eq!((output.len(), client.connection.total_sent()), (len, len as u64));
    assert!(output.ends_with(b"x\r\n0\r\n\r\n"));
}
