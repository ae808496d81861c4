//! Bodies as readers, streams and bodies of the crate `http-body`, on tokio.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, StreamBody};
use limpid_std::http::HeaderMap;
use limpid_test::script::{Script, Step, answer, send};
use limpid_test::server::Server;
use limpid_tokio::futures_core::Stream;
use limpid_tokio::http_body::{self, Body as _, Frame};
use limpid_tokio::{Body, Client, ResponseBody};
use tokio::io::{AsyncBufReadExt, AsyncReadExt};

/// A stream of these items. Every second time, it is pending first.
pub(crate) struct Items<T> {
    items: VecDeque<T>,
    is_ready: bool,
}

impl<T> Items<T> {
    pub(crate) fn new(items: impl IntoIterator<Item = T>) -> Self {
        Self { items: items.into_iter().collect(), is_ready: true }
    }
}

impl<T: Unpin> Stream for Items<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.is_ready = !self.is_ready;
        if self.is_ready {
            return Poll::Ready(self.items.pop_front());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let limited = async { tokio::time::timeout(Duration::from_secs(20), future).await };
    runtime.block_on(limited).expect("in time")
}

fn hint(body: &impl http_body::Body) -> Option<u64> {
    body.size_hint().exact()
}

/// Starts a server that plays this script for one connection.
pub(crate) fn serve(script: Script) -> Server {
    Server::tcp(vec![script]).unwrap()
}

/// Sends a body, and returns what the server received.
fn sent(body: Body) -> limpid_test::Message {
    let server = serve(answer("HTTP/1.1 204 No Content\r\n\r\n"));
    block_on(async {
        let url = format!("http://127.0.0.1:{}/", server.port());
        Client::new().post(&url).body(body).send().await.unwrap();
    });
    server.finish().unwrap().remove(0)
}

/// Receives a body that is sent in these parts.
fn received<T>(parts: &[&str], test: impl AsyncFnOnce(ResponseBody) -> T) -> T {
    let steps = parts.iter().flat_map(|part| [Step::Sleep(Duration::from_millis(2)), send(part)]);
    let server = serve([Step::ReadRequest].into_iter().chain(steps).collect());
    let result = block_on(async {
        let url = format!("http://127.0.0.1:{}/", server.port());
        let client = Client::new();
        test(client.get(&url).send().await.unwrap().into_body()).await
    });
    server.finish().unwrap();
    result
}

const CHUNKED: [&str; 4] = [
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "6\r\none\ntw\r\n",
    "2\r\no\n\r\n",
    "0\r\nSum: 8\r\n\r\n",
];

const KNOWN: [&str; 3] = ["HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n", "one\ntw", "o\n"];

#[test]
fn reader_is_sent_with_its_length_or_in_chunks() {
    for length in [Some(100_000), None] {
        let data: Vec<u8> = (0..=250).cycle().take(100_000).collect();
        let message = sent(Body::reader(io::Cursor::new(data.clone()), length));
        let expected = length.map(|length| length.to_string());
        assert_eq!(message.field("content-length"), expected.as_deref());
        assert!(message.body == data);
    }
}

#[test]
fn failed_reader_fails_the_request_with_its_error() {
    let server = serve(vec![Step::ReadHead]);
    let error = block_on(async {
        let pieces = Items::new([Ok("a"), Err(io::Error::other("the disk is gone")), Ok("b")]);
        let url = format!("http://127.0.0.1:{}/", server.port());
        Client::new().post(&url).body(Body::stream(pieces, None)).send().await.unwrap_err()
    });
    assert!(error.body_error().unwrap().to_string().contains("the disk is gone"), "{error:?}");
    server.finish().unwrap();
}

#[test]
fn stream_is_sent_without_its_empty_pieces() {
    let pieces = ["one", "", "two"].map(Ok::<_, io::Error>);
    let message = sent(Body::stream(Items::new(pieces), None));
    assert_eq!(
        (message.field("transfer-encoding"), &*message.body),
        (Some("chunked"), &b"onetwo"[..])
    );
}

#[test]
fn trailers_of_a_body_are_sent() {
    let mut trailers = HeaderMap::new();
    trailers.insert("sum", "3".parse().unwrap());
    let frames = [Frame::data(&b"one"[..]), Frame::trailers(trailers)].map(Ok::<_, io::Error>);
    let message = sent(Body::http(StreamBody::new(Items::new(frames))));
    assert_eq!((&*message.body, message.trailers.trim()), (&b"one"[..], "sum: 3"));
}

#[test]
fn body_of_a_request_is_one_of_http_body() {
    block_on(async {
        let body = Body::from("text").trailers(|fields| fields.push(b"Sum", b"4"));
        assert_eq!(hint(&body), None);
        let collected = body.collect().await.unwrap();
        assert_eq!(collected.trailers().unwrap()["sum"], "4");
        assert_eq!(collected.to_bytes(), "text");
        let body = Body::from("text");
        assert_eq!((hint(&body), body.is_end_stream()), (Some(4), false));
        assert!(Body::none().is_end_stream());
    });
}

#[test]
fn response_is_read_as_lines() {
    for parts in [&CHUNKED[..], &KNOWN] {
        let lines = received(parts, async |body| {
            let (mut lines, mut read) = (body.lines(), Vec::new());
            while let Some(line) = lines.next_line().await.unwrap() {
                read.push(line);
            }
            read
        });
        assert_eq!(lines, ["one", "two"]);
    }
}

#[test]
fn response_is_read_in_small_parts() {
    let text = received(&CHUNKED, async |mut body| {
        let mut text = Vec::new();
        let mut room = [0; 3];
        loop {
            match body.read(&mut room).await.unwrap() {
                0 => return String::from_utf8(text).unwrap(),
                n => text.extend_from_slice(&room[..n]),
            }
        }
    });
    assert_eq!(text, "one\ntwo\n");
}

#[test]
fn response_is_a_stream_of_pieces() {
    let pieces = received(&CHUNKED, async |mut body| {
        let mut pieces = Vec::new();
        while let Some(piece) = poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await {
            pieces.push(piece.unwrap());
        }
        pieces.concat()
    });
    assert_eq!(pieces, b"one\ntwo\n");
}

#[test]
fn response_is_a_body_with_trailers() {
    let collected = received(&CHUNKED, async |body| {
        assert_eq!(hint(&body), None);
        body.collect().await.unwrap()
    });
    assert_eq!(collected.trailers().unwrap()["sum"], "8");
    assert_eq!(collected.to_bytes(), "one\ntwo\n");
}

#[test]
fn size_hint_is_what_is_left_of_a_known_length() {
    received(&KNOWN, async |mut body| {
        assert_eq!((hint(&body), body.is_end_stream()), (Some(8), false));
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(hint(&body), Some(8 - first.len() as u64));
        while body.frame().await.transpose().unwrap().is_some() {}
        assert_eq!((hint(&body), body.is_end_stream()), (Some(0), true));
    });
}

#[test]
fn rest_of_a_piece_follows_what_a_reader_has_taken() {
    received(&KNOWN, async |mut body| {
        let mut room = [0; 2];
        body.read_exact(&mut room).await.unwrap();
        let mut rest = Vec::new();
        while let Some(piece) = body.next_piece().await.unwrap() {
            rest.extend_from_slice(piece);
        }
        assert_eq!((&room, &*rest), (b"on", &b"e\ntwo\n"[..]));
    });
}

#[test]
fn incomplete_body_is_an_error_in_every_form() {
    let parts = ["HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n", "one"];
    for form in 0..3 {
        let server = serve(vec![Step::ReadRequest, send(parts.concat()), Step::Close]);
        block_on(async {
            let url = format!("http://127.0.0.1:{}/", server.port());
            let mut body = Client::new().get(&url).send().await.unwrap().into_body();
            let error = match form {
                0 => body.collect().await.unwrap_err().is_timeout(),
                1 => {
                    body.read_to_end(&mut Vec::new()).await.unwrap_err().kind()
                        == io::ErrorKind::TimedOut
                }
                _ => loop {
                    let piece = poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await;
                    if let Err(error) = piece.expect("an error before the end") {
                        break error.is_timeout();
                    }
                },
            };
            assert!(!error, "form {form}");
        });
        server.finish().unwrap();
    }
}

#[test]
fn slow_response_times_out_while_it_is_polled() {
    let server =
        serve(vec![Step::ReadRequest, send(KNOWN[0]), Step::Sleep(Duration::from_millis(300))]);
    block_on(async {
        let url = format!("http://127.0.0.1:{}/", server.port());
        let client = Client::builder().read_timeout(Duration::from_millis(50)).build();
        let body = client.get(&url).send().await.unwrap().into_body();
        assert!(body.collect().await.unwrap_err().is_timeout());
    });
    server.finish().unwrap();
}
