//! No write of a driver raises SIGPIPE, which ends a program that does not ignore it. Programs in Rust
//! usually ignore it; those in other languages that embed a driver often do not.

use std::io::{IoSlice, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use limpid_core::error::Cause;
use limpid_core::http1::BodySize;
use limpid_io::server::ServerBuilder;
use limpid_tests::directory::Directory;
use tokio::io::AsyncWriteExt;
use tokio::runtime::{Builder, Runtime};

/// More than a socket takes at once.
const MUCH: usize = 4 << 20;

const SWITCHING: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";

const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";

/// Writes to a peer that has closed its end of the socket at this path.
type Case = fn(&Path);

#[test]
fn write_to_a_closed_peer_raises_no_signal() {
    let raised = Arc::<AtomicBool>::default();
    signal_hook::flag::register(signal_hook::consts::SIGPIPE, Arc::clone(&raised)).unwrap();
    let directory = Directory::new().unwrap();
    let cases: [(&str, Case); 8] = [
        ("client of std", |path| upload_over_std(path)),
        ("client of tokio", |path| upload_over_tokio(path)),
        ("upgraded client of std", |path| switch_over_std(path)),
        ("upgraded client of tokio", |path| switch_over_tokio(path)),
        ("server of std", |path| answer_over_std(path, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")),
        ("server of tokio", |path| answer_over_tokio(path, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")),
        ("upgraded server of std", |path| answer_over_std(path, UPGRADE)),
        ("upgraded server of tokio", |path| answer_over_tokio(path, UPGRADE)),
    ];
    for (index, (name, case)) in cases.into_iter().enumerate() {
        case(&directory.file(&index.to_string()));
        assert!(!raised.load(Ordering::SeqCst), "{name}");
    }
    // The signal would have been noticed.
    let (mut one, other) = UnixStream::pair().unwrap();
    drop(other);
    one.write_vectored(&[IoSlice::new(b"x"), IoSlice::new(b"y")]).unwrap_err();
    assert!(raised.load(Ordering::SeqCst));
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Serves a connection: reads something, sends `answer`, and closes.
fn close_after(path: &Path, answer: &'static [u8]) -> thread::JoinHandle<()> {
    let listener = UnixListener::bind(path).unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 16 * 1024]).unwrap() > 0);
        stream.write_all(answer).unwrap();
    })
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn upload_over_std(path: &Path) {
    let peer = close_after(path, b"");
    let client = limpid_std::Client::builder().unix_socket(text(path)).build();
    client.post("http://h/").body(vec![0; MUCH]).send().unwrap_err();
    peer.join().unwrap();
}

fn upload_over_tokio(path: &Path) {
    let peer = close_after(path, b"");
    let client = limpid_tokio::Client::builder().unix_socket(text(path)).build();
    runtime().block_on(client.post("http://h/").body(vec![0; MUCH]).send()).unwrap_err();
    peer.join().unwrap();
}

fn switch_over_std(path: &Path) {
    let peer = close_after(path, SWITCHING);
    let client = limpid_std::Client::builder().unix_socket(text(path)).build();
    let request = client.get("http://h/").header("Connection", "upgrade").header("Upgrade", "x");
    let mut upgraded = request.send().unwrap().upgrade().unwrap();
    peer.join().unwrap();
    upgraded.write_all(&vec![0; MUCH]).unwrap_err();
}

fn switch_over_tokio(path: &Path) {
    let peer = close_after(path, SWITCHING);
    let client = limpid_tokio::Client::builder().unix_socket(text(path)).build();
    runtime().block_on(async {
        let request =
            client.get("http://h/").header("Connection", "upgrade").header("Upgrade", "x");
        let mut upgraded = request.send().await.unwrap().upgrade().unwrap();
        peer.join().unwrap();
        upgraded.write_all(&vec![0; MUCH]).await.unwrap_err();
    });
}

/// Sends a request and closes, once the server has begun to answer.
fn leave(path: PathBuf, request: &'static [u8]) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut stream = UnixStream::connect(path).unwrap();
        stream.write_all(request).unwrap();
        stream.read_exact(&mut [0]).unwrap();
    })
}

fn answer_over_std(path: &Path, request: &'static [u8]) {
    let builder = ServerBuilder::<limpid_std::Server>::default();
    let server = builder.bind_unix(path).unwrap();
    let handle = server.handle();
    let client = leave(path.to_owned(), request);
    let handler = move |mut exchange: limpid_std::Exchange<'_>| -> Result<(), Cause> {
        if exchange.head().fields.get("Upgrade").is_some() {
            exchange.field("Connection", "upgrade").field("Upgrade", "x");
            exchange.upgrade(101)?.write_all(&vec![0; 2 * MUCH]).unwrap_err();
        } else {
            exchange.start(200, BodySize::Unknown)?;
            while exchange.send(vec![0; MUCH]).is_ok() {}
        }
        handle.shutdown(Duration::ZERO);
        Ok(())
    };
    server.serve(handler).unwrap();
    client.join().unwrap();
}

fn answer_over_tokio(path: &Path, request: &'static [u8]) {
    let builder = ServerBuilder::<limpid_tokio::Server>::default().cancel_handlers(false);
    let server = builder.bind_unix(path).unwrap();
    let handle = server.handle();
    let client = leave(path.to_owned(), request);
    let handler = move |mut exchange: limpid_tokio::Exchange| {
        let handle = handle.clone();
        async move {
            if exchange.head().fields.get("Upgrade").is_some() {
                exchange.field("Connection", "upgrade").field("Upgrade", "x");
                let mut upgraded = exchange.upgrade(101).await?;
                upgraded.write_all(&vec![0; 2 * MUCH]).await.unwrap_err();
            } else {
                exchange.start(200, BodySize::Unknown)?;
                while exchange.send(vec![0; MUCH]).await.is_ok() {}
            }
            handle.shutdown(Duration::ZERO);
            Ok::<(), Cause>(())
        }
    };
    runtime().block_on(server.serve(handler)).unwrap();
    client.join().unwrap();
}
