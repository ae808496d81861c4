//! Clients that disconnect while the handler of their request runs.

use std::io::{self, Read};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use limpid_core::error::{Cause, OsErrorKind};
use limpid_core::trace::{EventKind, OwnedTraceEvent, TraceEvent};
use limpid_io::server::{Bind, ServerBuilder};
use limpid_sinks::EventList;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Builder;

use crate::running::{DRIVERS, Driver, PATIENCE, Raw};

const PLACES: usize = 20;

const GOOD: &str = "GET /good HTTP/1.1\r\nHost: h\r\n\r\n";
const TAKEN: &str = "GET /taken HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
const SILENT: &str = "GET /silent HTTP/1.1\r\nHost: h\r\n\r\n";

/// The observations of the handlers of `/silent`, and whether they answer.
#[derive(Default)]
struct Handlers {
    begun: AtomicUsize,
    ended: AtomicUsize,
    /// How many have detected that their client disconnected.
    noticed: AtomicUsize,
    answers: AtomicBool,
    /// How many bytes were received over switched connections.
    received: AtomicUsize,
}

/// Counts a handler as ended when it is dropped.
struct Guard(Arc<Handlers>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}

impl Handlers {
    fn begin(self: &Arc<Self>) -> Guard {
        self.begun.fetch_add(1, Ordering::SeqCst);
        Guard(Arc::clone(self))
    }
}

/// How a server treats disconnecting clients.
#[derive(Clone, Copy)]
struct Setup {
    half_close: bool,
    cancel: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { half_close: true, cancel: true }
    }
}

/// A server that runs until it is dropped.
struct Server {
    address: SocketAddr,
    recorder: EventList,
    handlers: Arc<Handlers>,
    shutdown: Box<dyn Fn()>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(driver: Driver, setup: Setup) -> Self {
        let (recorder, handlers) = (EventList::new(), Arc::new(Handlers::default()));
        let seen = Arc::clone(&handlers);
        match driver {
            Driver::Std => {
                let server: limpid_std::Server = bind(setup, &recorder);
                let (address, handle) = (server.local_addr().unwrap(), server.handle());
                let thread = thread::spawn(move || {
                    server.serve(move |exchange| blocking(exchange, &seen)).unwrap();
                });
                let shutdown = Box::new(move || handle.shutdown(PATIENCE));
                Self { address, recorder, handlers, shutdown, thread: Some(thread) }
            }
            Driver::Tokio => {
                let server: limpid_tokio::Server = bind(setup, &recorder);
                let (address, handle) = (server.local_addr().unwrap(), server.handle());
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                let serving = server
                    .serve(move |exchange| asynchronous(exchange, Arc::clone(&seen), setup.cancel));
                let thread = thread::spawn(move || runtime.block_on(serving).unwrap());
                let shutdown = Box::new(move || handle.shutdown(PATIENCE));
                Self { address, recorder, handlers, shutdown, thread: Some(thread) }
            }
        }
    }

    fn client(&self) -> Raw {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Raw(stream)
    }

    /// Returns a client whose request the handler has and does not answer.
    fn client_of_silence(&self) -> Raw {
        let begun = self.handlers.begun.load(Ordering::SeqCst);
        let mut client = self.client();
        client.says(SILENT);
        until(|| self.handlers.begun.load(Ordering::SeqCst) > begun);
        client
    }

    /// Returns the causes of failed requests.
    fn failures(&self) -> Vec<Cause> {
        let failure = |event: &OwnedTraceEvent| match event.borrow() {
            TraceEvent::AnswerFailed { failure, .. } => Some(*failure.cause),
            _ => None,
        };
        self.recorder.events().iter().filter_map(|(_, event)| failure(event)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        (self.shutdown)();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn bind<S: Bind>(setup: Setup, recorder: &EventList) -> S {
    let builder = ServerBuilder::<S>::default().connections(PLACES).sink(recorder.clone());
    let builder = builder.half_close(setup.half_close).cancel_handlers(setup.cancel);
    builder.bind(("127.0.0.1", 0)).unwrap()
}

fn blocking(mut exchange: limpid_std::Exchange<'_>, handlers: &Arc<Handlers>) -> Result<(), Cause> {
    match exchange.head().target {
        b"/silent" => {}
        b"/taken" => return take(exchange, handlers).map_err(|_| Cause::PeerGone),
        _ => return exchange.respond(200, "good"),
    }
    let _guard = handlers.begin();
    while !handlers.answers.load(Ordering::SeqCst) {
        if exchange.is_closed() {
            handlers.noticed.fetch_add(1, Ordering::SeqCst);
            return Err(Cause::PeerGone);
        }
        thread::sleep(Duration::from_millis(1));
    }
    exchange.respond(200, "at last")
}

async fn asynchronous(
    mut exchange: limpid_tokio::Exchange,
    handlers: Arc<Handlers>,
    is_cancelled: bool,
) -> Result<(), Cause> {
    match exchange.head().target {
        b"/silent" => {}
        b"/taken" => {
            return asynchronous_take(exchange, &handlers).await.map_err(|_| Cause::PeerGone);
        }
        _ => return exchange.respond(200, "good"),
    }
    let guard = handlers.begin();
    if !is_cancelled {
        exchange.closed().await;
        guard.0.noticed.fetch_add(1, Ordering::SeqCst);
    }
    while !guard.0.answers.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    exchange.respond(200, "at last")
}

/// Takes the connection, sends nothing over it, and reads it when handlers answer.
fn take(exchange: limpid_std::Exchange<'_>, handlers: &Arc<Handlers>) -> io::Result<()> {
    let _guard = handlers.begin();
    let mut upgraded = exchange.upgrade(101)?;
    upgraded.shutdown()?;
    until(|| handlers.answers.load(Ordering::SeqCst));
    let n = upgraded.read_to_end(&mut Vec::new())?;
    handlers.received.fetch_add(n, Ordering::SeqCst);
    Ok(())
}

/// Does the same for the asynchronous server.
async fn asynchronous_take(
    exchange: limpid_tokio::Exchange,
    handlers: &Arc<Handlers>,
) -> io::Result<()> {
    let _guard = handlers.begin();
    let mut upgraded = exchange.upgrade(101).await?;
    upgraded.shutdown().await?;
    while !handlers.answers.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let n = upgraded.read_to_end(&mut Vec::new()).await?;
    handlers.received.fetch_add(n, Ordering::SeqCst);
    Ok(())
}

/// Waits until the condition holds.
fn until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "it does not come to that");
        thread::sleep(Duration::from_millis(1));
    }
}

fn reset(client: Raw) {
    SockRef::from(&client.0).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
}

#[test]
fn reset_frees_place_of_client() {
    for driver in DRIVERS {
        let server = Server::start(driver, Setup::default());
        let clients: Vec<_> = (0..PLACES).map(|_| server.client_of_silence()).collect();
        let mut good = server.client();
        good.says(GOOD);
        clients.into_iter().for_each(reset);
        assert!(good.read_until("\r\n\r\ngood").starts_with("HTTP/1.1 200 OK\r\n"), "{driver:?}");
        until(|| server.handlers.ended.load(Ordering::SeqCst) == PLACES);
        until(|| server.failures().len() == PLACES);
        for cause in server.failures() {
            assert!(matches!(cause, Cause::Os(os) if os.kind == OsErrorKind::Reset), "{cause}");
        }
        server.recorder.assert_no_event(EventKind::HandlerFailed);
    }
}

#[test]
fn half_closed_client_is_answered_if_allowed() {
    for driver in DRIVERS {
        let server = Server::start(driver, Setup::default());
        let mut client = server.client_of_silence();
        client.0.shutdown(Shutdown::Write).unwrap();
        // Another request leaves time to detect the half-close.
        let mut good = server.client();
        good.says(GOOD);
        good.read_until("\r\n\r\ngood");
        server.handlers.answers.store(true, Ordering::SeqCst);
        assert!(client.read_to_close().ends_with("\r\n\r\nat last"), "{driver:?}");
        assert_eq!(server.failures(), []);

        let server = Server::start(driver, Setup { half_close: false, ..Setup::default() });
        let mut client = server.client_of_silence();
        client.0.shutdown(Shutdown::Write).unwrap();
        assert_eq!(client.read_to_close(), "", "{driver:?}");
        until(|| server.handlers.ended.load(Ordering::SeqCst) == 1);
        until(|| server.failures() == [Cause::PeerGone]);
    }
}

#[test]
fn undropped_handler_detects_disconnect() {
    let server = Server::start(Driver::Tokio, Setup { cancel: false, ..Setup::default() });
    reset(server.client_of_silence());
    until(|| server.handlers.noticed.load(Ordering::SeqCst) == 1);
    assert_eq!(server.handlers.ended.load(Ordering::SeqCst), 0, "it goes on");
    server.handlers.answers.store(true, Ordering::SeqCst);
    until(|| server.handlers.ended.load(Ordering::SeqCst) == 1);
}

#[test]
fn reset_is_detected_behind_unread_bytes() {
    for driver in DRIVERS {
        let server = Server::start(driver, Setup::default());
        let mut client = server.client();
        client.says(&[SILENT, GOOD].concat());
        until(|| server.handlers.begun.load(Ordering::SeqCst) == 1);
        client.says(GOOD);
        reset(client);
        until(|| server.handlers.ended.load(Ordering::SeqCst) == 1);
        until(|| server.failures().len() == 1);
    }
}

#[test]
fn handler_with_switched_connection_survives_disconnect() {
    for driver in DRIVERS {
        let server = Server::start(driver, Setup { half_close: false, cancel: true });
        let mut client = server.client();
        client.says(TAKEN);
        let said = client.read_to_close();
        assert!(said.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{said}");
        client.says(&"x".repeat(1000));
        drop(client);
        // Another request leaves time to detect the end.
        let mut good = server.client();
        good.says(GOOD);
        good.read_until("\r\n\r\ngood");
        server.handlers.answers.store(true, Ordering::SeqCst);
        until(|| server.handlers.ended.load(Ordering::SeqCst) == 1);
        assert_eq!(server.handlers.received.load(Ordering::SeqCst), 1000, "{driver:?}");
        assert_eq!(server.failures(), []);
    }
}
