//! Large bodies use constant memory, in both directions and over both drivers. The test measures the memory
//! of the whole process with clients and servers, so it is the only one in it.

#![cfg(test)]
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::error::Cause;
use limpid_core::http1::BodySize;
use limpid_io::server::{Bind, ServerBuilder};
use limpid_io::{BuildClient, ClientBuilder};
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::coded::in_gzip;
use limpid_tests::script::answer;
use limpid_tests::server::Server;
use limpid_tokio::{NextPiece, Pieces};

const PIECE: usize = 64 << 10;
/// The pieces of a large body: 64 MiB.
const MANY: usize = 1024;
/// How many are sent before the measurement.
const FEW: usize = 32;
/// The tolerated growth.
const ROOM: u64 = 8 << 20;

static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(|| Certificates::new().unwrap());

/// A way to send a body.
#[derive(Clone, Copy, Debug)]
struct Way {
    tls: bool,
    /// Whether its length is announced.
    sized: bool,
    up: bool,
}

impl Way {
    fn size(self, pieces: usize) -> BodySize {
        if self.sized { BodySize::Length(length(pieces)) } else { BodySize::Unknown }
    }

    /// Returns `/up`, or the size and framing of the response.
    fn path(self, pieces: usize) -> String {
        let framing = if self.sized { "sized" } else { "chunked" };
        if self.up { "/up".to_owned() } else { format!("/{framing}/{pieces}") }
    }

    fn server<S: Bind>(self) -> S {
        let builder = ServerBuilder::<S>::default().body_limit(u64::MAX);
        let builder = match self.tls {
            true => builder.tls(CERTIFICATES.server(Identity::Good).unwrap()),
            false => builder,
        };
        builder.bind(("127.0.0.1", 0)).unwrap()
    }

    fn client<C: BuildClient>(self) -> C {
        ClientBuilder::<C>::default().ca_file(CERTIFICATES.ca_file()).build()
    }

    fn url(self, port: u16, pieces: usize) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{port}{}", self.path(pieces))
    }
}

fn length(pieces: usize) -> u64 {
    (pieces * PIECE) as u64
}

/// Parses a path: pieces, and whether their length is announced.
fn wanted(target: &[u8]) -> Option<(usize, bool)> {
    let (framing, pieces) = std::str::from_utf8(target).unwrap()[1..].split_once('/')?;
    Some((pieces.parse().unwrap(), framing == "sized"))
}

/// Returns the peak memory of the process.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

fn blocking(mut exchange: limpid_std::Exchange<'_>) -> Result<(), Cause> {
    let Some((pieces, sized)) = wanted(exchange.head().target) else {
        let mut received = 0;
        while let Some(data) = exchange.data()? {
            received += data.len() as u64;
        }
        return exchange.respond(200, received.to_string());
    };
    let way = Way { tls: false, sized, up: false };
    exchange.start(200, way.size(pieces))?;
    let piece = Bytes::from(vec![b'x'; PIECE]);
    for _ in 0..pieces {
        exchange.send(piece.clone())?;
    }
    exchange.finish()
}

async fn asynchronous(mut exchange: limpid_tokio::Exchange) -> Result<(), Cause> {
    let Some((pieces, sized)) = wanted(exchange.head().target) else {
        let mut received = 0;
        while let Some(data) = exchange.data().await? {
            received += data.len() as u64;
        }
        return exchange.respond(200, received.to_string());
    };
    let way = Way { tls: false, sized, up: false };
    exchange.start(200, way.size(pieces))?;
    let piece = Bytes::from(vec![b'x'; PIECE]);
    for _ in 0..pieces {
        exchange.send(piece.clone()).await?;
    }
    exchange.finish()
}

/// Transfers bodies over the blocking client and server.
fn over_std(way: Way) {
    let server: limpid_std::Server = way.server();
    let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
    let serving = thread::spawn(move || server.serve(blocking));
    let client: limpid_std::Client = way.client();
    let transfer = |pieces| {
        let mut request = client.post(&way.url(port, pieces));
        if way.up {
            let body = io::repeat(b'x').take(length(pieces));
            let size = way.sized.then(|| length(pieces));
            request = request.body(limpid_std::Body::reader(body, size));
        }
        let mut body = request.send().unwrap().into_body();
        if way.up {
            let mut received = String::new();
            body.read_to_string(&mut received).unwrap();
            assert_eq!(received, length(pieces).to_string());
        } else {
            assert_eq!(io::copy(&mut body, &mut io::sink()).unwrap(), length(pieces));
        }
    };
    let grown = measured(|| transfer(FEW), || transfer(MANY));
    assert!(grown < ROOM, "std, {way:?}: {grown} bytes");
    drop(client);
    handle.shutdown(Duration::from_secs(5));
    serving.join().unwrap().unwrap();
}

/// A body of equal pieces.
struct Same(Bytes, usize);

impl Pieces for Same {
    fn next(&mut self) -> NextPiece<'_> {
        let more = self.1 > 0;
        self.1 = self.1.saturating_sub(1);
        Box::pin(async move { Ok(more.then(|| self.0.clone())) })
    }
}

async fn transfer(client: &limpid_tokio::Client, way: Way, port: u16, pieces: usize) {
    let mut request = client.post(&way.url(port, pieces));
    if way.up {
        let body = Same(vec![b'x'; PIECE].into(), pieces);
        let size = way.sized.then(|| length(pieces));
        request = request.body(limpid_tokio::Body::pieces(body, size));
    }
    let mut response = request.send().await.unwrap();
    if way.up {
        assert_eq!(response.text().await.unwrap(), length(pieces).to_string());
    } else {
        let mut received = 0;
        while let Some(piece) = response.next_piece().await.unwrap() {
            received += piece.len() as u64;
        }
        assert_eq!(received, length(pieces));
    }
}

/// Transfers bodies over the asynchronous client and server, in one thread.
fn over_tokio(way: Way) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(async { way.server::<limpid_tokio::Server>() });
    let port = server.local_addr().unwrap().port();
    let serving = runtime.spawn(server.serve(asynchronous));
    let client: limpid_tokio::Client = way.client();
    let grown = measured(
        || runtime.block_on(transfer(&client, way, port, FEW)),
        || runtime.block_on(transfer(&client, way, port, MANY)),
    );
    assert!(grown < ROOM, "tokio, {way:?}: {grown} bytes");
    serving.abort();
}

/// Reads a decompression bomb of 1 GiB until its limit.
fn bomb_over_std(url: &str) -> (u64, limpid_std::Error) {
    let client = limpid_std::Client::builder().decompress(true).build();
    let (mut body, mut decoded) = (client.get(url).send().unwrap().into_body(), 0);
    loop {
        match body.next_piece() {
            Ok(piece) => decoded += piece.unwrap().len() as u64,
            Err(error) => return (decoded, error),
        }
    }
}

fn bomb_over_tokio(url: &str) -> (u64, limpid_std::Error) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = limpid_tokio::Client::builder().decompress(true).build();
        let (mut response, mut decoded) = (client.get(url).send().await.unwrap(), 0);
        loop {
            match response.next_piece().await {
                Ok(piece) => decoded += piece.unwrap().len() as u64,
                Err(error) => return (decoded, error),
            }
        }
    })
}

fn bombs() {
    let bomb = in_gzip(&[0; 1 << 20], 1024).unwrap();
    for over in [bomb_over_std, bomb_over_tokio] {
        let server = Server::tcp(vec![answer(&bomb)]).unwrap();
        let before = peak();
        let (decoded, error) = over(&format!("http://127.0.0.1:{}/", server.port()));
        let grown = peak() - before;
        assert!(matches!(error.exchange().unwrap().cause, Cause::Coding(_)), "{error}");
        assert!(decoded < 1 << 30 && grown < ROOM, "{decoded} decoded in {grown} bytes");
    }
}

/// Serves so that both directions are full: reads no upload before all but the last byte of the response is
/// written. Each has the length in the path.
fn serve_full(listener: &TcpListener, requests: usize) {
    for _ in 0..requests {
        let (socket, _) = listener.accept().unwrap();
        let config = CERTIFICATES.server(Identity::Good).unwrap();
        let tls = rustls::ServerConnection::new(config).unwrap();
        let mut stream = rustls::StreamOwned::new(tls, socket);
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let target = head.split(|byte| *byte == b' ').nth(1).unwrap();
        let length = length(wanted(target).unwrap().0);
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length:";
        write!(stream, "{head} {length}\r\n\r\n").unwrap();
        io::copy(&mut io::repeat(b'y').take(length - 1), &mut stream).unwrap();
        assert_eq!(io::copy(&mut (&mut stream).take(length), &mut io::sink()).unwrap(), length);
        stream.write_all(b"y").unwrap();
    }
}

/// Transfers large bodies in both directions at once over TLS, where each waits for the other.
fn both_ways_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = thread::spawn(move || serve_full(&listener, 4));
    let way = Way { tls: true, sized: true, up: false };

    let client: limpid_std::Client = way.client();
    let transfer_std = |pieces| {
        let body =
            limpid_std::Body::reader(io::repeat(b'x').take(length(pieces)), Some(length(pieces)));
        let mut body = client.post(&way.url(port, pieces)).body(body).send().unwrap().into_body();
        assert_eq!(io::copy(&mut body, &mut io::sink()).unwrap(), length(pieces));
    };
    let grown = measured(|| transfer_std(FEW), || transfer_std(MANY));
    assert!(grown < ROOM, "std: {grown} bytes");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client: limpid_tokio::Client = way.client();
    let transfer_tokio = |pieces| {
        let body = Same(vec![b'x'; PIECE].into(), pieces);
        let body = limpid_tokio::Body::pieces(body, Some(length(pieces)));
        runtime.block_on(async {
            let request = client.post(&way.url(port, pieces)).body(body);
            let (mut response, mut received) = (request.send().await.unwrap(), 0);
            while let Some(piece) = response.next_piece().await.unwrap() {
                received += piece.len() as u64;
            }
            assert_eq!((received, response.unsent()), (length(pieces), None));
        });
    };
    let grown = measured(|| transfer_tokio(FEW), || transfer_tokio(MANY));
    assert!(grown < ROOM, "tokio: {grown} bytes");
    serving.join().unwrap();
}

/// Returns the growth of peak memory in `large`, after `small`.
fn measured(small: impl FnOnce(), large: impl FnOnce()) -> u64 {
    small();
    let before = peak();
    large();
    peak() - before
}

#[test]
fn large_bodies_and_bombs_use_constant_memory() {
    bombs();
    both_ways_at_once();
    let both = [false, true];
    for tls in both {
        for sized in both {
            for up in both {
                let way = Way { tls, sized, up };
                over_std(way);
                over_tokio(way);
            }
        }
    }
}
