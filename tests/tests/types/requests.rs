//! Requests and responses of the crate `http`, with both drivers.

use std::io::{BufRead, Read};

use http_body_util::{BodyExt, Empty, Full, StreamBody};
use limpid_std::{Url, http};
use limpid_test::script::{Script, answer};
use limpid_test::server::Server;
use limpid_tokio::http_body::Frame;

use crate::bodies::{block_on, serve};

fn ok() -> Script {
    answer("HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 5\r\nX-A: 2\r\n\r\na\nb\nc")
}

#[test]
fn request_of_http_is_sent_with_its_fields_and_body() {
    let server = serve(ok());
    let request = http::Request::patch(format!("http://127.0.0.1:{}/a?b=c", server.port()))
        .header("X-Name", "1")
        .header("accept", "text/plain")
        .version(http::Version::HTTP_2)
        .body("text")
        .unwrap();
    let client = limpid_std::Client::new();
    let response = client.execute(request).unwrap();
    assert_eq!(response.status(), 200);
    let values: Vec<_> = response.headers().get_all("x-a").iter().collect();
    assert_eq!(values, ["1", "2"]);
    let url = response.extensions().get::<Url>().unwrap();
    assert_eq!(url.target(), "/a?b=c");
    let lines: Vec<String> = response.into_body().lines().map(Result::unwrap).collect();
    assert_eq!(lines, ["a", "b", "c"]);
    drop(client);
    let received = &server.finish().unwrap()[0];
    assert!(received.head.starts_with("PATCH /a?b=c HTTP/1.1"), "{}", received.head);
    assert_eq!(
        (received.field("x-name"), received.field("accept")),
        (Some("1"), Some("text/plain"))
    );
    assert_eq!(received.head.matches("ccept: ").count(), 1, "{}", received.head);
    assert_eq!(received.body, b"text");
}

#[test]
fn invalid_uri_fails_the_request() {
    let request = http::Request::get("/relative").body("").unwrap();
    let error = limpid_std::Client::new().execute(request).unwrap_err();
    assert!(matches!(error, limpid_std::Error::Url(_)), "{error:?}");
}

#[test]
fn response_with_a_field_that_http_does_not_allow_is_an_error() {
    let server = serve(answer("HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n"));
    let url = format!("http://127.0.0.1:{}/", server.port());
    let client = limpid_std::Client::builder().lenient(limpid_std::Lenient::ALL).build();
    let request = http::Request::get(&url).body("").unwrap();
    let error = client.execute(request).unwrap_err();
    assert!(matches!(error, limpid_std::Error::Http(_)) && error.request_was_sent(), "{error:?}");
    drop(client);
    server.finish().unwrap();
}

#[test]
fn decoded_body_has_no_fields_of_the_coded_one() {
    // "hello" in gzip.
    let coded = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x106\x05\0\0\0";
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        coded.len()
    );
    let server = serve(answer([head.as_bytes(), coded].concat()));
    let url = format!("http://127.0.0.1:{}/", server.port());
    let client = limpid_std::Client::builder().decompress(true).build();
    let response = client.execute(http::Request::get(&url).body("").unwrap()).unwrap();
    assert_eq!(response.headers().len(), 0, "{:?}", response.headers());
    let mut text = String::new();
    response.into_body().read_to_string(&mut text).unwrap();
    assert_eq!(text, "hello");
    drop(client);
    server.finish().unwrap();
}

#[test]
fn body_of_http_body_has_its_length_or_chunks() {
    let request = |port: u16| http::Request::post(format!("http://127.0.0.1:{port}/"));
    let bodies = [
        (limpid_tokio::Body::http(Empty::<&[u8]>::new()), Some("0"), ""),
        (limpid_tokio::Body::http("text".to_owned()), Some("4"), "text"),
        (limpid_tokio::Body::http(Full::new(&b"full"[..])), Some("4"), "full"),
        (limpid_tokio::Body::http(limpid_tokio::Body::from("own")), Some("3"), "own"),
        (
            limpid_tokio::Body::http(StreamBody::new(crate::bodies::Items::new([
                Ok::<_, std::io::Error>(Frame::data(&b"a"[..])),
                Ok(Frame::data(&b""[..])),
                Ok(Frame::data(&b"b"[..])),
            ]))),
            None,
            "ab",
        ),
    ];
    for (body, length, expected) in bodies {
        let server = serve(ok());
        block_on(async {
            let client = limpid_tokio::Client::new();
            let response =
                client.execute(request(server.port()).body(body).unwrap()).await.unwrap();
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "a\nb\nc");
        });
        let received = &server.finish().unwrap()[0];
        assert_eq!(received.field("content-length"), length, "{}", received.head);
        assert_eq!(received.body, expected.as_bytes());
    }
}

#[test]
fn body_that_is_there_whole_is_sent_again_after_a_redirect() {
    let mut script =
        answer("HTTP/1.1 307 Temporary Redirect\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
    script.extend(ok());
    let server: Server = serve(script);
    block_on(async {
        let client = limpid_tokio::Client::builder().redirects(Some(1)).build();
        let url = format!("http://127.0.0.1:{}/a", server.port());
        let request = http::Request::put(url).body(Full::new(&b"again"[..])).unwrap();
        let response = client.execute(request.map(limpid_tokio::Body::http)).await.unwrap();
        assert_eq!(response.extensions().get::<Url>().unwrap().target(), "/b");
    });
    let received = server.finish().unwrap();
    assert_eq!(
        received.iter().map(|message| &*message.body).collect::<Vec<_>>(),
        [b"again", b"again"]
    );
}
