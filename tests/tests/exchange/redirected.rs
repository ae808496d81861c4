//! The heads of redirects that are followed, and bodies that are sent again.

use std::io::{self, Cursor};
use std::sync::{Arc, Mutex};

use limpid_std::Body;
use limpid_tests::script::{Script, Step, send};
use limpid_tests::server::Server;

use crate::both::block_on;

/// Returns a server that redirects twice, and then answers.
fn redirecting() -> Server {
    let redirect = "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 3\r\n\r\nred";
    let last = "HTTP/1.1 301 Moved Permanently\r\nLocation: /last\r\nContent-Length: 0\r\n\r\n";
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let script: Script = [redirect, last, ok]
        .into_iter()
        .flat_map(|answer| [Step::ReadHead, send(answer)])
        .collect();
    Server::tcp(vec![script]).unwrap()
}

#[test]
fn callback_receives_the_head_of_each_redirect() {
    let server = redirecting();
    let client = limpid_std::Client::builder().redirects(Some(5)).build();
    let mut seen = Vec::new();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let request = client.get(&url).on_redirect(|head| {
        seen.push((head.status, head.fields.get("Location").map(<[u8]>::to_vec)));
    });
    assert_eq!(request.send().unwrap().text().unwrap(), "ok");
    assert_eq!(seen, [(302, Some(b"/next".to_vec())), (301, Some(b"/last".to_vec()))]);
    drop(client);
    server.finish().unwrap();
}

#[test]
fn callback_receives_the_head_of_each_redirect_on_tokio() {
    let server = redirecting();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let statuses = Arc::clone(&seen);
    let body = block_on(async {
        let client = limpid_tokio::Client::builder().redirects(Some(5)).build();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let request = client.get(&url);
        let request = request.on_redirect(move |head| statuses.lock().unwrap().push(head.status));
        request.send().await.unwrap().text().await.unwrap()
    });
    assert_eq!((body.as_str(), &*seen.lock().unwrap()), ("ok", &vec![302, 301]));
    server.finish().unwrap();
}

/// Returns a server that redirects a PUT of five bytes, and takes it at the second place.
fn moved() -> Server {
    let moved = "HTTP/1.1 307 Moved\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let script: Script =
        [moved, ok].into_iter().flat_map(|answer| [Step::ReadRequest, send(answer)]).collect();
    Server::tcp(vec![script]).unwrap()
}

#[test]
fn seekable_body_is_sent_again_from_where_it_began() {
    let server = moved();
    let client = limpid_std::Client::builder().redirects(Some(1)).build();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let mut reader = Cursor::new("before, after");
    reader.set_position(8);
    let body = Body::seekable(reader, Some(5)).unwrap();
    assert_eq!(client.put(&url).body(body).send().unwrap().text().unwrap(), "ok");
    drop(client);
    let bodies: Vec<_> = server.finish().unwrap().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, [b"after", b"after"]);
}

#[test]
fn body_that_is_read_once_is_not_sent_again() {
    let server = moved();
    let client = limpid_std::Client::builder().redirects(Some(1)).build();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let body = Body::reader(&b"after"[..], Some(5));
    let error = client.put(&url).body(body).send().unwrap_err();
    assert!(error.to_string().contains("body"), "{error}");
}

/// A body that returns to its start.
struct Again(Vec<&'static str>);

impl limpid_tokio::Pieces for Again {
    fn next(&mut self) -> limpid_tokio::NextPiece<'_> {
        let piece = self.0.pop().map(Into::into);
        Box::pin(async { Ok(piece) })
    }

    fn rewind(&mut self) -> io::Result<bool> {
        self.0 = vec!["er", "aft"];
        Ok(true)
    }
}

#[test]
fn pieces_that_return_to_their_start_are_sent_again_on_tokio() {
    let server = moved();
    let text = block_on(async {
        let client = limpid_tokio::Client::builder().redirects(Some(1)).build();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let body = limpid_tokio::Body::pieces(Again(vec!["er", "aft"]), Some(5));
        client.put(&url).body(body).send().await.unwrap().text().await.unwrap()
    });
    assert_eq!(text, "ok");
    let bodies: Vec<_> = server.finish().unwrap().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, [b"after", b"after"]);
}
