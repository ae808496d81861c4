//! Trailers of requests and responses, over both drivers.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use limpid_tests::Request;
use limpid_tests::script::answer;
use limpid_tests::server::Server;
use limpid_tokio::{NextPiece, Pieces};

use crate::both::block_on;

const RESPONSE: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
    2\r\nok\r\n0\r\nServer-Sum: 2\r\n\r\n";

/// Returns ten bytes and counts them.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn some(&self, room: usize) -> usize {
        let n = room.min(10 - self.0.load(Ordering::SeqCst)).min(4);
        self.0.fetch_add(n, Ordering::SeqCst);
        n
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.some(buffer.len());
        buffer[..n].fill(b'x');
        Ok(n)
    }
}

impl Pieces for Counted {
    fn next(&mut self) -> NextPiece<'_> {
        let n = self.some(usize::MAX);
        Box::pin(async move { Ok((n > 0).then(|| Bytes::from(vec![b'x'; n]))) })
    }
}

fn check(requests: &[Request]) {
    let request = &requests[0];
    assert_eq!(request.body, b"xxxxxxxxxx");
    assert_eq!(request.trailers, "Sum: 10\r\n", "it is made when the body has been read");
    assert_eq!(request.field("Transfer-Encoding"), Some("chunked"));
}

#[test]
fn trailers_pass_in_both_directions_over_std() {
    let server = Server::tcp(vec![answer(RESPONSE)]).unwrap();
    let client = limpid_std::Client::default();
    let count = Arc::<AtomicUsize>::default();
    let body = limpid_std::Body::reader(Counted(Arc::clone(&count)), Some(10));
    let body = body.trailers(move |fields| {
        fields.push(b"Sum", count.load(Ordering::SeqCst).to_string().as_bytes());
    });
    let url = format!("http://127.0.0.1:{}/", server.port());
    let mut answer = client.post(&url).body(body).send().unwrap().into_body();
    while answer.next_piece().unwrap().is_some() {}
    assert_eq!(answer.trailers().get("Server-Sum"), Some(&b"2"[..]));
    drop((answer, client));
    check(&server.finish().unwrap());
}

#[test]
fn trailers_pass_in_both_directions_over_tokio() {
    let server = Server::tcp(vec![answer(RESPONSE)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    block_on(async {
        let client = limpid_tokio::Client::default();
        let count = Arc::<AtomicUsize>::default();
        let body = limpid_tokio::Body::pieces(Counted(Arc::clone(&count)), Some(10));
        let body = body.trailers(move |fields| {
            fields.push(b"Sum", count.load(Ordering::SeqCst).to_string().as_bytes());
        });
        let mut answer = client.post(&url).body(body).send().await.unwrap();
        while answer.next_piece().await.unwrap().is_some() {}
        assert_eq!(answer.trailers().get("Server-Sum"), Some(&b"2"[..]));
    });
    check(&server.finish().unwrap());
}
