//! Forms with files, over both drivers.

use std::fs;
use std::io;

use bytes::Bytes;
use limpid_io::multipart::{Form, Part};
use limpid_tests::Request;
use limpid_tests::directory::Directory;
use limpid_tokio::multipart::{Source, reader};
use limpid_tokio::{NextPiece, Pieces};

use crate::both::block_on;
use crate::over_both::{received, sent, serve};

const NO_CONTENT: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

/// Returns the body of a form with `B` for its boundary.
fn body(request: &Request) -> String {
    let content_type = request.field("Content-Type").unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    assert!(boundary.len() <= 70, "{boundary}");
    String::from_utf8(request.body.clone()).unwrap().replace(boundary, "B")
}

/// Returns a part of the body of a form: its fields after the name, and its content.
fn part(name: &str, fields: &str, content: &str) -> String {
    format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{fields}\r\n\r\n{content}\r\n")
}

#[test]
fn form_of_text_and_files_is_streamed_with_its_length() {
    let directory = Directory::new().unwrap();
    let (path, page) = (directory.path().join("page.html"), "<p>".repeat(50_000));
    fs::write(&path, &page).unwrap();
    for request in sent!({}, |client, url| client
        .post(url)
        .multipart(Form::new().text("a", "1").text("none", "").file("f", &path).unwrap()))
    {
        let length = request.body.len().to_string();
        assert_eq!(request.field("Content-Length"), Some(&*length));
        let file = part("f", "; filename=\"page.html\"\r\nContent-Type: text/html", &page);
        let expected = [&part("a", "", "1"), &part("none", "", ""), &file, "--B--\r\n"].concat();
        assert!(body(&request) == expected, "{}", body(&request).len());
    }
}

#[test]
fn form_of_text_can_be_prepared() {
    let client = limpid_std::Client::new();
    let form = || Form::new().part("a", Part::bytes("1").content_type("text/x"));
    let other = form().content_type();
    let prepared = client.post("http://127.0.0.1:9/").multipart(form()).prepare().unwrap();
    let request = prepared.request();
    let own = request.fields().fields().get("Content-Type").unwrap();
    assert_ne!(own, other.as_bytes(), "boundaries are random");
}

/// Yields this piece this many times.
struct Repeated(&'static str, usize);

impl Pieces for Repeated {
    fn next(&mut self) -> NextPiece<'_> {
        Box::pin(async {
            self.1 = self.1.saturating_sub(1);
            Ok((self.1 > 0).then(|| Bytes::from_static(self.0.as_bytes())))
        })
    }
}

/// Checks a form of a part whose length is not known.
fn check_streamed(request: &Request) {
    assert_eq!(request.field("Transfer-Encoding"), Some("chunked"));
    assert_eq!(body(request), [&part("s", "", "abab"), "--B--\r\n"].concat());
}

#[test]
fn part_of_unknown_length_is_streamed_over_std() {
    let (server, url) = serve(NO_CONTENT);
    let client = limpid_std::Client::new();
    let source: Box<dyn io::Read + Send> = Box::new(&b"abab"[..]);
    let form = Form::new().part("s", Part::source(source, None));
    client.post(&url).multipart(form).send().unwrap().bytes().unwrap();
    drop(client);
    check_streamed(&received(server));
}

#[test]
fn part_of_unknown_length_is_streamed_over_tokio() {
    let pieces: Source = Box::new(Repeated("ab", 3));
    for source in [pieces, reader(&b"abab"[..])] {
        let (server, url) = serve(NO_CONTENT);
        block_on(async {
            let form = Form::new().part("s", Part::source(source, None));
            let client = limpid_tokio::Client::new();
            client.post(&url).multipart(form).send().await.unwrap().bytes().await.unwrap();
        });
        check_streamed(&received(server));
    }
}
