//! Icecast: a stream whose source sends for seconds after the response, and whose listeners read until the
//! connection closes.

use std::io::{self, Read};
use std::slice;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use limpid_io::ClientBuilder;
use limpid_tests::directory::Directory;
use limpid_tests::real::icecast::{Icecast, SOURCE};
use limpid_tests::real::large;

use crate::clients::{CLIENTS, Client};

/// The size of a piece of the stream.
const PIECE: usize = 20_000;

/// The number of pieces.
const PIECES: usize = 30;

/// The pause before each piece.
const PAUSE: Duration = Duration::from_millis(100);

/// The time limit for the start of the stream.
const PATIENCE: Duration = Duration::from_secs(30);

/// Receives a message when the response to a source begins.
type Started = Sender<()>;

/// Sends the stream to a URL.
type Source = fn(&str, &Started) -> (u16, String);

/// The pieces of the stream that are not sent yet.
struct Stream(slice::Chunks<'static, u8>);

impl Stream {
    fn new() -> Self {
        Self(content().chunks(PIECE))
    }
}

impl Read for Stream {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        thread::sleep(PAUSE);
        self.0.next().unwrap_or_default().read(room)
    }
}

impl limpid_tokio::Pieces for Stream {
    fn next(&mut self) -> limpid_tokio::NextPiece<'_> {
        Box::pin(async {
            tokio::time::sleep(PAUSE).await;
            Ok(self.0.next().map(Bytes::from_static))
        })
    }
}

fn content() -> &'static [u8] {
    &large()[..PIECE * PIECES]
}

/// Sends the stream, with a message to `started` when the response begins. Returns the status and the body.
fn send_blocking(url: &str, started: &Started) -> (u16, String) {
    let client: limpid_std::Client = ClientBuilder::default().build();
    let body = limpid_std::Body::reader(Stream::new(), Some((PIECE * PIECES) as u64));
    let request = client.put(url).basic_auth(SOURCE.0, SOURCE.1);
    let response = request.header("Content-Type", "audio/mpeg").body(body).send().unwrap();
    started.send(()).unwrap();
    (response.status(), response.text().unwrap())
}

/// Does the same with tokio.
fn send_with_tokio(url: &str, started: &Started) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client: limpid_tokio::Client = ClientBuilder::default().build();
        let body = limpid_tokio::Body::pieces(Stream::new(), Some((PIECE * PIECES) as u64));
        let request = client.put(url).basic_auth(SOURCE.0, SOURCE.1);
        let response = request.header("Content-Type", "audio/mpeg").body(body).send();
        let response = response.await.unwrap();
        started.send(()).unwrap();
        (response.status(), response.text().await.unwrap())
    })
}

/// Requests the stream, and checks that a part of it is received.
fn listen(client: Client, url: &str) {
    let outcome = client.request::<&str>(&[], &[url.to_owned()]);
    let received = outcome.bodies.concat();
    let told = format!("{client:?} {outcome}, {} bytes", received.len());
    println!("Icecast: stream: {told}");
    assert!(outcome.code == 0 && outcome.statuses == [200], "{told}: {}", outcome.error());
    let mut parts = content().windows(received.len().max(PIECE));
    assert!(parts.any(|part| part == received), "{told}: no part of the stream");
}

#[test]
#[ignore = "needs icecast2: run by .ci/wide"]
fn icecast_passes_a_stream_from_limpid_to_limpid_and_curl() {
    let icecast = Icecast::start().unwrap();
    let sources: [(_, Source); 2] = [("std", send_blocking), ("tokio", send_with_tokio)];
    for (mount, send) in sources {
        let url = format!("http://127.0.0.1:{}/{mount}", icecast.port);
        let (started, starts) = mpsc::channel();
        thread::scope(|scope| {
            let source = scope.spawn(|| send(&url, &started));
            // Before that, there is no stream.
            starts.recv_timeout(PATIENCE).unwrap();
            let listeners = CLIENTS.map(|client| {
                let url = &url;
                scope.spawn(move || listen(client, url))
            });
            listeners.into_iter().for_each(|listener| listener.join().unwrap());
            assert_eq!(source.join().unwrap(), (200, String::new()), "{mount}");
        });
    }
}

/// The response, and the close, come before the body is read.
#[test]
#[ignore = "needs icecast2: run by .ci/wide"]
fn icecast_refuses_a_source_with_a_wrong_password() {
    let icecast = Icecast::start().unwrap();
    let directory = Directory::new().unwrap();
    let file = directory.write("data", content()).unwrap();
    let data = format!("@{}", file.display());
    let url = format!("http://127.0.0.1:{}/refused", icecast.port);
    for expect in ["Expect: 100-continue", "X-Expects: nothing"] {
        for client in CLIENTS {
            let arguments =
                ["-X", "PUT", "-u", "source:wrong", "-H", expect, "--data-binary", &data];
            let outcome = client.request(&arguments, slice::from_ref(&url));
            println!("Icecast: refused, {expect}: {client:?} {outcome}");
            // Without the expectation, a reset may follow the head.
            let may_be_reset = outcome.code == 56 && expect.starts_with("X-");
            assert_eq!(outcome.statuses, [401], "{client:?}: {}", outcome.error());
            assert!(outcome.code == 0 || may_be_reset, "{client:?}: {}", outcome.error());
        }
    }
}
