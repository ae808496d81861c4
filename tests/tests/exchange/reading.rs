//! Bodies that are read whole, over both drivers.

use std::io::{self, ErrorKind, Write};

use limpid_std::Error;

use crate::both::block_on;
use crate::over_both::{exchanged, serve};

/// Returns a response with these lines before the length, and with this body.
fn whole(lines: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    [format!("HTTP/1.1 200 OK\r\n{lines}Content-Length: {length}\r\n\r\n").as_bytes(), body]
        .concat()
}

#[test]
fn text_has_the_charset_of_its_content_type() {
    for (lines, body, text) in [
        ("", &b"caf\xc3\xa9"[..], "café"),
        ("Content-Type: text/plain; charset=iso-8859-1\r\n", b"caf\xe9", "café"),
        ("Content-Type: text/plain; charset=\"Shift_JIS\"\r\n", b"\x83n\x83\x8d\x81[", "ハロー"),
        ("Content-Type: text/plain\r\n", b"\xff\xfea\0", "a"),
    ] {
        for (got, _) in exchanged!(whole(lines, body), {}, |client, url| client.get(url), .text()) {
            assert_eq!(got.unwrap(), text);
        }
    }
}

#[test]
fn one_request_needs_no_client() {
    let (server, url) = serve(&whole("", b"once"));
    assert_eq!(limpid_std::get(&url).unwrap().text().unwrap(), "once");
    server.finish().unwrap();
    let (server, url) = serve(&whole("", b"once"));
    let text = block_on(async { limpid_tokio::get(&url).await?.text().await });
    assert_eq!(text.unwrap(), "once");
    server.finish().unwrap();
}

#[test]
fn json_is_read_into_types() {
    for (got, _) in
        exchanged!(whole("", b"[1, 2]"), {}, |client, url| client.get(url), .json::<Vec<u8>>())
    {
        assert_eq!(got.unwrap(), [1, 2]);
    }
    for (got, _) in exchanged!(whole("", b"<p>"), {}, |client, url| client.get(url), .json::<u8>())
    {
        let error = got.unwrap_err();
        assert!(matches!(error, Error::FromJson { .. }));
        assert_eq!(
            format!("{error:?}"),
            format!(
                "the body of the response from {} is not the expected JSON: expected value at line 1 column 1",
                error.url().unwrap()
            )
        );
    }
}

#[test]
fn body_above_the_limit_is_an_error() {
    for (got, _) in exchanged!(whole("", b"123456"), { .in_memory_limit(5) }, |client, url| client.get(url), .text())
    {
        let error = got.unwrap_err();
        assert!(matches!(error, Error::BodyTooLong { limit: 5 }));
        assert!(error.to_string().contains("raise in_memory_limit"), "{error}");
    }
    for (got, _) in exchanged!(
        whole("", b"123456"),
        { .in_memory_limit(5) },
        |client, url| client.get(url).in_memory_limit(6),
        .text()
    ) {
        assert_eq!(got.unwrap(), "123456");
    }
}

#[test]
fn status_of_an_error_becomes_one_with_the_url() {
    let (server, url) = serve(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nlost");
    let client = limpid_std::Client::new();
    let response = client.get(&format!("{url}?token=secret")).send().unwrap();
    assert!(!response.is_success());
    assert_eq!(response.error_for_status_ref().unwrap_err().status(), Some(404));
    let error = response.error_for_status().unwrap_err();
    assert_eq!((error.status(), error.request_was_sent()), (Some(404), true));
    assert_eq!(error.url().unwrap().target(), "/?token=secret");
    assert!(error.to_string().contains("404") && !error.to_string().contains("secret"), "{error}");
    drop(client);
    server.finish().unwrap();
    let (server, url) = serve(&whole("", b"fine"));
    let client = limpid_std::Client::new();
    let response = client.get(&url).send().unwrap().error_for_status().unwrap();
    assert!(response.is_success());
    assert_eq!(
        (response.content_length(), response.header("content-length")),
        (Some(4), Some("4"))
    );
    assert_eq!(response.text().unwrap(), "fine");
    drop(client);
    server.finish().unwrap();
}

#[test]
fn head_has_the_length_that_get_would_have() {
    let (server, url) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
    let client = limpid_std::Client::new();
    assert_eq!(client.head(&url).send().unwrap().content_length(), Some(7));
    drop(client);
    server.finish().unwrap();
}

#[test]
fn body_is_copied_to_a_writer() {
    let (server, url) = serve(&whole("", b"hello"));
    let (client, mut copy) = (limpid_std::Client::new(), Vec::new());
    assert_eq!(client.get(&url).send().unwrap().copy_to(&mut copy).unwrap(), 5);
    drop(client);
    server.finish().unwrap();
    assert_eq!(copy, b"hello");

    let (server, url) = serve(&whole("", b"hello"));
    let mut copy = Vec::new();
    let copied = block_on(async {
        let client = limpid_tokio::Client::new();
        client.get(&url).send().await.unwrap().copy_to(&mut copy).await.unwrap()
    });
    server.finish().unwrap();
    assert_eq!((copied, &*copy), (5, &b"hello"[..]));
}

/// A disk that is full.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn writer_that_fails_is_the_error() {
    let (server, url) = serve(&whole("", b"hello"));
    let client = limpid_std::Client::new();
    let error = client.get(&url).send().unwrap().copy_to(&mut Full).unwrap_err();
    assert!(matches!(error, Error::Writer(_)));
    assert_eq!(io::Error::from(error).kind(), ErrorKind::StorageFull);
    drop(client);
    server.finish().unwrap();
}
