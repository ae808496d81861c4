//! Servers that signals shut down.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use limpid_core::http1::BodySize;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::raise;
use tokio::runtime::Builder;

/// A time limit for every step.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server, whose handler says that it has begun and responds with `late` when it may.
struct Running {
    address: SocketAddr,
    begun: Receiver<()>,
    permit: Sender<()>,
    thread: JoinHandle<()>,
}

/// What the handler of a server has.
struct Handler {
    begun: Sender<()>,
    permitted: Mutex<Receiver<()>>,
}

impl Handler {
    fn new() -> (Arc<Self>, Receiver<()>, Sender<()>) {
        let ((begun, has_begun), (permit, permitted)) = (channel(), channel());
        (Arc::new(Self { begun, permitted: Mutex::new(permitted) }), has_begun, permit)
    }

    fn wait(&self) {
        self.begun.send(()).unwrap();
        let _ = self.permitted.lock().unwrap().recv_timeout(PATIENCE);
    }
}

fn blocking() -> Running {
    let (handler, begun, permit) = Handler::new();
    let server = limpid_std::Server::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let server = server.shutdown_on_signal(PATIENCE);
    let thread = thread::spawn(move || {
        let respond = move |mut exchange: limpid_std::Exchange<'_>| {
            exchange.start(200, BodySize::Length(4)).unwrap();
            handler.wait();
            let _ = exchange.send("late");
            Ok::<(), Infallible>(())
        };
        server.serve(respond).unwrap();
    });
    Running { address, begun, permit, thread }
}

fn asynchronous() -> Running {
    let (handler, begun, permit) = Handler::new();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(limpid_tokio::Server::bind("127.0.0.1:0")).unwrap();
    let address = server.local_addr().unwrap();
    let server = server.shutdown_on_signal(PATIENCE);
    let thread = thread::spawn(move || {
        let respond = move |mut exchange: limpid_tokio::Exchange| {
            let handler = Arc::clone(&handler);
            async move {
                exchange.start(200, BodySize::Length(4)).unwrap();
                tokio::task::spawn_blocking(move || handler.wait()).await.unwrap();
                let _ = exchange.send("late").await;
                Ok::<(), Infallible>(())
            }
        };
        runtime.block_on(server.serve(respond)).unwrap();
        runtime.shutdown_background();
    });
    Running { address, begun, permit, thread }
}

/// Sends a request whose handler waits.
fn request(server: &Running) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    server.begun.recv_timeout(PATIENCE).unwrap();
    stream
}

/// Waits until the server accepts nothing more.
fn wait_until_closed(address: SocketAddr) {
    while TcpStream::connect(address).is_ok() {
        thread::sleep(Duration::from_millis(5));
    }
}

// One test, since every signal reaches all servers of the process.
#[test]
fn signals_finish_open_requests_and_then_cut_them_off() {
    for (start, signal) in [
        (asynchronous as fn() -> Running, SIGTERM),
        (asynchronous, SIGINT),
        (blocking, SIGTERM),
        (blocking, SIGINT),
    ] {
        let server = start();
        let mut client = request(&server);
        raise(signal).unwrap();
        wait_until_closed(server.address);
        server.permit.send(()).unwrap();
        let mut response = String::new();
        client.read_to_string(&mut response).unwrap();
        assert!(response.ends_with("late"), "{response}");
        server.thread.join().unwrap();

        let server = start();
        let mut client = request(&server);
        raise(signal).unwrap();
        wait_until_closed(server.address);
        raise(signal).unwrap();
        let mut response = Vec::new();
        // The connection may be reset.
        let _ = client.read_to_end(&mut response);
        assert!(!response.ends_with(b"late"), "{}", response.escape_ascii());
        server.permit.send(()).unwrap();
        server.thread.join().unwrap();
    }
}
