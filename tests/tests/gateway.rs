//! What a gateway needs of the server and the client: both directions at once, what is passed on unchanged, events
//! that link both sides, and connections that are no sockets.

#![cfg(test)]

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::error::{Cause, Misuse};
use limpid_core::framing::Framing;
use limpid_core::http1::BodySize;
use limpid_core::trace::{EventKind, OwnedTraceEvent, TraceEvent};
use limpid_sinks::EventList;
use limpid_tokio::{Body, Client, Exchange, NextPiece, Pieces, Server, ServerBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Starts a server with this handler.
fn serve<F, R, E>(builder: ServerBuilder, handler: F) -> (SocketAddr, JoinHandle<()>)
where
    F: Fn(Exchange) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), E>> + Send + 'static,
    E: std::fmt::Display + 'static,
{
    let server = builder.bind(("127.0.0.1", 0)).unwrap();
    let address = server.local_addr().unwrap();
    (address, tokio::spawn(async { server.serve(handler).await.unwrap() }))
}

/// Reads from a socket until it has sent `end`.
fn read_until(stream: &mut TcpStream, end: &str) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut text, mut byte) = (Vec::new(), [0]);
    while !text.ends_with(end.as_bytes()) {
        let read = stream.read(&mut byte).unwrap();
        assert_ne!(read, 0, "it ended after {}", text.escape_ascii());
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn reason_phrase_of_a_response_can_be_set() {
    let (address, _server) = serve(Server::builder(), |mut exchange: Exchange| async move {
        match exchange.head().target {
            b"/own" => exchange.reason("Fine, really").respond(200, "x"),
            b"/empty" => exchange.reason("").respond(299, "x"),
            b"/wrong" => {
                let refused = exchange.reason("a\r\nb: c").respond(200, "x");
                assert_eq!(
                    refused.map_err(|cause| matches!(cause, Cause::Misuse(error) if error.misuse == Misuse::Reason)),
                    Err(true)
                );
                exchange.respond(200, "x")
            }
            _ => exchange.respond(200, "x"),
        }
    });
    let client = Client::builder().build();
    for (path, reason) in [
        ("/own", "Fine, really"),
        ("/", "OK"),
        ("/empty", ""),
        ("/wrong", "OK"),
        ("/own", "Fine, really"),
    ] {
        let response = client.get(&format!("http://{address}{path}")).send().await.unwrap();
        assert_eq!(String::from_utf8_lossy(response.reason()), reason, "{path}");
        assert_eq!(response.framing(), Framing::Length(1));
        assert_eq!(response.text().await.unwrap(), "x");
    }
}

#[tokio::test]
async fn informational_response_can_have_a_reason_phrase() {
    let (address, _server) = serve(Server::builder(), |mut exchange: Exchange| async move {
        exchange.reason("Wait").field("X-A", "1").inform(102).await?;
        exchange.respond(200, "")
    });
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let text =
        tokio::task::spawn_blocking(move || read_until(&mut stream, "\r\n\r\n")).await.unwrap();
    assert_eq!(text, "HTTP/1.1 102 Wait\r\nX-A: 1\r\n\r\n");
}

/// A body of a number of pieces.
struct Many(usize);

impl Pieces for Many {
    fn next(&mut self) -> NextPiece<'_> {
        let piece = self.0.checked_sub(1).map(|left| {
            self.0 = left;
            Bytes::from_static(&[b'x'; 16 * 1024])
        });
        Box::pin(async { Ok(piece) })
    }
}

/// Starts a server that responds with a head and a part of the body, then reads a body of `length` bytes, and sends
/// the rest. The receiver has a value when it has read everything.
fn early_server(length: u64) -> (SocketAddr, Receiver<u64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_until(&mut stream, "\r\n\r\n");
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc").unwrap();
        let read = std::io::copy(&mut (&stream).take(length), &mut std::io::sink()).unwrap();
        sender.send(read).unwrap();
        stream.write_all(b"def").unwrap();
    });
    (address, receiver)
}

#[tokio::test]
async fn request_is_sent_while_the_response_is_not_read() {
    const PIECES: usize = 640;
    let length = PIECES as u64 * 16 * 1024;
    let (address, received) = early_server(length);
    let client = Client::builder().build();
    let body = Body::pieces(Many(PIECES), Some(length));
    let mut response = client.post(&format!("http://{address}/")).body(body).send().await.unwrap();
    assert_eq!(response.next_piece().await.unwrap(), Some(&b"abc"[..]));
    timeout(PATIENCE, response.upload()).await.unwrap().unwrap();
    assert_eq!(received.recv_timeout(PATIENCE).unwrap(), length);
    assert_eq!(response.unsent(), None);
    assert_eq!(response.next_piece().await.unwrap(), Some(&b"def"[..]));
    assert_eq!(response.next_piece().await.unwrap(), None);
    response.upload().await.unwrap();
}

#[tokio::test]
async fn upload_reports_the_failure_of_the_server() {
    let (address, _received) = early_server(1);
    let client = Client::builder().build();
    let body = Body::pieces(Many(1 << 20), None);
    let mut response = client.post(&format!("http://{address}/")).body(body).send().await.unwrap();
    let error = timeout(PATIENCE, response.upload()).await.unwrap();
    // The server closes the connection, and its response was complete before that.
    let rest = timeout(PATIENCE, response.bytes()).await.unwrap();
    assert!(error.is_err() || rest.is_ok_and(|rest| rest.ends_with(b"def")));
}

#[tokio::test]
async fn buffered_response_is_sent_while_the_request_is_read() {
    let (address, _server) = serve(Server::builder(), |mut exchange: Exchange| async move {
        assert_eq!(exchange.framing(), Framing::Length(4));
        exchange.start(200, BodySize::Length(6))?;
        exchange.buffer("abc")?;
        assert!(exchange.unsent() > 3, "the head and the data");
        while exchange.data().await?.is_some() {}
        assert_eq!(exchange.unsent(), 0);
        exchange.buffer("def")?;
        exchange.finish()
    });
    let mut stream = TcpStream::connect(address).unwrap();
    let text = tokio::task::spawn_blocking(move || {
        stream.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n1").unwrap();
        read_until(&mut stream, "abc");
        stream.write_all(b"234").unwrap();
        read_until(&mut stream, "def")
    });
    assert_eq!(timeout(PATIENCE, text).await.unwrap().unwrap(), "def");
}

#[tokio::test]
async fn events_of_a_handler_belong_to_its_exchange() {
    let list = EventList::new();
    let (address, _server) =
        serve(Server::builder().sink(list.clone()), |mut exchange: Exchange| async move {
            let url = "http://me:secret@a/";
            exchange
                .emit(EventKind::Forwarded, || TraceEvent::Forwarded { client_exchange: 7, url });
            assert_ne!(exchange.exchange_id().0, 0);
            exchange.respond(200, exchange.exchange_id().0.to_string())
        });
    let client = Client::builder().build();
    for _ in 0..2 {
        let text = client.get(&format!("http://{address}/")).send().await.unwrap().text().await;
        let id: u64 = text.unwrap().parse().unwrap();
        let events = list.events();
        let (forwarded, event) =
            events.iter().rfind(|(meta, _)| meta.kind == EventKind::Forwarded).unwrap();
        assert!(matches!(event, OwnedTraceEvent::Forwarded { client_exchange: 7, .. }));
        assert_eq!(forwarded.exchange.0, id);
        let (request, _) =
            events.iter().rfind(|(meta, _)| meta.kind == EventKind::AnswerStarted).unwrap();
        assert_eq!(
            (request.exchange, request.connection),
            (forwarded.exchange, forwarded.connection)
        );
        assert_eq!(request.span(), forwarded.span());
    }
}

/// Serves the other end of a connection in memory with this handler.
fn in_memory<F, R>(handler: F) -> (DuplexStream, limpid_tokio::Handle, JoinHandle<()>)
where
    F: Fn(Exchange) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), Cause>> + Send + 'static,
{
    let (ours, theirs) = duplex(64);
    let settings = Arc::new(Server::builder().half_close(false).settings());
    let handle = Server::builder().bind(("127.0.0.1", 0)).unwrap().handle();
    let shared = handle.clone();
    let served = tokio::spawn(async move {
        Server::serve_connection(theirs, None, &settings, &shared, handler).await;
    });
    (ours, handle, served)
}

async fn read_to(stream: &mut DuplexStream, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        text.push(timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap());
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn connection_in_memory_is_served_until_the_shutdown() {
    let (mut stream, handle, served) = in_memory(|mut exchange: Exchange| async move {
        let mut body = Vec::new();
        while let Some(data) = exchange.data().await? {
            body.extend_from_slice(data);
        }
        exchange.respond(200, body)
    });
    for body in
        ["first", "second, which is longer than the buffer of the connection between the two ends"]
    {
        let length = body.len();
        let request =
            format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.unwrap();
        assert!(read_to(&mut stream, body).await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
    handle.shutdown(PATIENCE);
    assert_eq!(timeout(PATIENCE, stream.read(&mut [0; 8])).await.unwrap().unwrap(), 0);
    timeout(PATIENCE, served).await.unwrap().unwrap();
}

#[tokio::test]
async fn handler_of_a_connection_in_memory_is_dropped_when_the_client_leaves() {
    let (dropped, is_dropped) = channel();
    let (started, has_started) = channel();
    let (mut stream, _handle, served) = in_memory(move |exchange: Exchange| {
        let (started, guard) = (started.clone(), OnDrop(dropped.clone()));
        async move {
            let _guard = guard;
            started.send(()).unwrap();
            std::future::pending::<()>().await;
            drop(exchange);
            Ok(())
        }
    });
    // What follows the request is not read before its end is noticed.
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nmore").await.unwrap();
    tokio::task::spawn_blocking(move || has_started.recv_timeout(PATIENCE).unwrap()).await.unwrap();
    drop(stream);
    timeout(PATIENCE, served).await.unwrap().unwrap();
    is_dropped.try_recv().unwrap();
}

struct OnDrop(std::sync::mpsc::Sender<()>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

#[tokio::test]
async fn end_of_the_direction_of_a_client_is_noticed_and_answered() {
    let (address, _server) = serve(Server::builder(), |mut exchange: Exchange| async move {
        exchange.half_closed().await;
        let answered = exchange.respond(200, "still here");
        assert!(answered.is_ok());
        Ok::<(), Infallible>(())
    });
    let text = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        read_until(&mut stream, "still here")
    });
    timeout(PATIENCE, text).await.unwrap().unwrap();
}

#[tokio::test]
async fn events_of_a_tunnel_have_the_connection_of_its_exchange() {
    let list = EventList::new();
    let (address, _server) =
        serve(Server::builder().sink(list.clone()), |exchange: Exchange| async move {
            let mut tunnel = exchange.upgrade(200).await?;
            let mut room = [0; 2];
            tunnel.read_exact(&mut room).await.map_err(|_| Cause::PeerGone)?;
            let closed = || TraceEvent::TunnelClosed { received: 2, sent: 0, error: None };
            tunnel.emit(EventKind::TunnelClosed, closed);
            Ok::<(), Cause>(())
        });
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nhi").unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    })
    .await
    .unwrap();
    let events = list.events();
    let connection = |kind| events.iter().find(|(meta, _)| meta.kind == kind).unwrap().0.connection;
    assert_eq!(connection(EventKind::TunnelClosed), connection(EventKind::ServeStarted));
}
