//! A driver over smol: an asynchronous client with a pool, that has the builder of the other clients
//! and what limpid-io and limpid-socket keep for drivers.
//!
//! What is left to write is how this runtime waits: for a socket, for a thread, for a moment in time,
//! for a connection that another task gives back. It leaves out request bodies and Unix sockets.
//!
//! ```text
//! cargo run -p limpid-examples --bin smol -- https://www.example.com/ /etc/ssl/cert.pem
//! ```
//!
//! The body goes to standard output, the lines to standard error.

use std::env;
use std::error::Error as StdError;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;

use limpid_core::client::{Action, Dial, DialId, Emitted, Event, Interest, Request, Target};
use limpid_core::error::ResolveError;
use limpid_core::fields::Fields;
use limpid_core::time::{Deadline, Mono};
use limpid_io::{
    BuildClient, ClientBuilder, Connections, Error, InFlight, Input, PooledTransport, Settings,
};
use limpid_sinks::LineSink;
use limpid_socket::{begin, is_silent, literal, lookup};
use smol::future::{or, poll_fn};
use smol::{Async, Timer, block_on, unblock};
use socket2::SockRef;

/// The least room for a read.
const READ: usize = 16 * 1024;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Who would hear that standard error fails?
            let _ = writeln!(io::stderr(), "smol: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// An error and what led to it. None of them repeats the next.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

fn run() -> Result<(), Box<dyn StdError>> {
    let mut arguments = env::args().skip(1);
    let url = arguments.next().ok_or("usage: smol URL [FILE OF TRUSTED CERTIFICATES]")?;
    let mut builder = ClientBuilder::<Client>::default().sink(LineSink::stderr()).redirects(5);
    if let Some(ca_file) = arguments.next() {
        builder = builder.ca_file(ca_file);
    }
    let client = builder.build();
    block_on(client.get(&url, &mut io::stdout().lock()))?;
    Ok(())
}

/// A client: what its requests have in common.
struct Client {
    connections: Arc<Connections<Socket>>,
}

/// This is all that the builder wants to know of a client.
impl BuildClient for Client {
    type Resolver = ();
    type Connector = ();

    fn build(settings: Settings, (): (), (): ()) -> Self {
        Self { connections: Arc::new(Connections::new(settings, ())) }
    }
}

impl Client {
    /// Asks for a page, writes it to `body` and returns its status.
    async fn get(&self, url: &str, body: &mut impl Write) -> Result<u16, Box<dyn StdError>> {
        let request = Request::builder(b"GET", url.parse()?)
            .field(b"Accept", b"*/*")
            .field(b"User-Agent", b"limpid-smol")
            .build();
        let in_flight = InFlight::new(Arc::clone(&self.connections), Arc::new(request));
        let mut driver = Driver { in_flight, dials: Vec::new() };
        let mut status = 0;
        while driver.run().await?.is_some() {
            match driver.in_flight.event() {
                Some(Event::Head(head, _)) => status = head.status,
                Some(Event::Data(data)) => body.write_all(data)?,
                _ => {}
            }
        }
        Ok(status)
    }
}

/// An exchange, and what it runs on.
struct Driver {
    in_flight: InFlight<Socket>,
    /// Connections that are being opened.
    dials: Vec<(DialId, Socket)>,
}

impl Driver {
    /// Runs the exchange to what there is for the caller; `None` at its end.
    async fn run(&mut self) -> Result<Option<Emitted>, Error> {
        self.in_flight.tick();
        loop {
            match self.in_flight.poll() {
                Action::Trust { proxy } => self.in_flight.trust(proxy),
                Action::Secure { proxy } => self.in_flight.secure(proxy),
                Action::Acquire => {
                    let (until, now) = self.time();
                    let acquired = within(until, now, self.in_flight.acquire()).await;
                    self.in_flight.tick();
                    self.in_flight.acquired(acquired);
                }
                Action::Resolve => {
                    let (until, now) = self.time();
                    let (host, port) = self.in_flight.peer();
                    match within(until, now, resolve(host, port)).await {
                        Some(Ok(all)) => self.in_flight.input(Input::Resolved(&all)),
                        Some(Err(error)) => {
                            self.in_flight.input(Input::Failed(error.into()));
                        }
                        None => self.in_flight.input(Input::Timeout),
                    }
                }
                Action::Dial(dial) => self.dial(dial),
                Action::Abandon(dial) => self.dials.retain(|(id, _)| *id != dial),
                // There is no body, so that nothing of it is to be had again.
                Action::Rewind => {}
                Action::Wait(interest) => self.wait(interest).await,
                Action::Close => self.in_flight.close(),
                Action::Release => self.in_flight.release(),
                Action::Event(emitted) => return Ok(Some(emitted)),
                Action::Done | Action::Failed => return self.in_flight.finish().map(|()| None),
            }
        }
    }

    /// Waits for what the exchange waits for.
    async fn wait(&mut self, interest: Interest) {
        let (until, now) = self.time();
        let (mut buffers, transport) = self.in_flight.io();
        if interest.write {
            let out = buffers.out().concat();
            let space = buffers.space(READ);
            let moved = within(until, now, write_or_read(transport, &out, space, interest)).await;
            match moved {
                Some(Moved::Out(result)) => self.in_flight.wrote(Some(result)),
                Some(Moved::In(result)) => self.in_flight.read(Some(result)),
                None => self.in_flight.input(Input::Timeout),
            }
        } else if interest.read && !interest.body {
            let read = read(transport, buffers.space(READ));
            let result = within(until, now, read).await;
            self.in_flight.read(result);
        } else if interest.body {
            self.in_flight.input(Input::BodyEnd(Fields::EMPTY));
        } else {
            match within(until, now, settled(&mut self.dials)).await {
                Some((dial, result)) => self.in_flight.dialed(dial, Some(result)),
                None => self.in_flight.input(Input::Timeout),
            }
        }
    }

    /// Until when there is time for what is to be done, and what time it is.
    fn time(&mut self) -> (Option<Deadline>, Mono) {
        (self.in_flight.deadline(), self.in_flight.now())
    }

    /// Begins to open a connection.
    fn dial(&mut self, id: DialId) {
        let begun = match self.in_flight.dial() {
            Some(Dial { target: target @ Target::Tcp(_), from, options, .. }) => {
                begin(target, from, options)
            }
            _ => Err(ErrorKind::Unsupported.into()),
        };
        match begun.and_then(|socket| Async::new_nonblocking(TcpStream::from(socket))) {
            Ok(stream) => {
                self.dials.push((id, Socket(stream)));
                self.in_flight.tick();
            }
            Err(error) => self.in_flight.dialed(id, Some(Err(error))),
        }
    }
}

impl Drop for Driver {
    /// A future may be dropped at any point. What has been started is told as ended then, and the
    /// connection is closed; nothing is waited for.
    fn drop(&mut self) {
        self.in_flight.input(Input::Cancel);
        loop {
            match self.in_flight.poll() {
                Action::Wait(Interest { write: true, .. }) => {
                    let (buffers, transport) = self.in_flight.io();
                    let sent = match transport {
                        Some(Socket(stream)) => stream.get_ref().write(buffers.out()[0]),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.in_flight.wrote(Some(sent));
                }
                Action::Close => self.in_flight.close(),
                Action::Release => self.in_flight.release(),
                Action::Done | Action::Failed => return self.in_flight.release(),
                // There is nothing else to be done after a cancellation.
                _ => self.in_flight.input(Input::Cancel),
            }
        }
    }
}

/// A connection, as the pool keeps it.
#[derive(Debug)]
struct Socket(Async<TcpStream>);

impl PooledTransport for Socket {
    type Network = ();

    fn is_silent(&self) -> bool {
        is_silent(&SockRef::from(self.0.get_ref()))
    }

    fn close(self, last: &[u8]) {
        // It does not block, and an error changes nothing for a connection that is over.
        let _ = self.0.get_ref().write(last);
    }
}

/// Reads once, as soon as there is something.
async fn read(transport: Option<&mut Socket>, space: &mut [u8]) -> io::Result<usize> {
    match transport {
        Some(Socket(stream)) => stream.read_with(|mut stream| stream.read(space)).await,
        None => Err(ErrorKind::NotConnected.into()),
    }
}

/// What has moved.
enum Moved {
    Out(io::Result<usize>),
    In(io::Result<usize>),
}

/// Writes once, or reads if that is possible first and waited for.
async fn write_or_read(
    transport: Option<&mut Socket>,
    out: &[u8],
    space: &mut [u8],
    interest: Interest,
) -> Moved {
    let Some(Socket(stream)) = transport else {
        return Moved::Out(Err(ErrorKind::NotConnected.into()));
    };
    let write = async { Moved::Out(stream.write_with(|mut stream| stream.write(out)).await) };
    let read = async { Moved::In(stream.read_with(|mut stream| stream.read(space)).await) };
    if interest.read { or(write, read).await } else { write.await }
}

/// Waits until one of the connections that are being opened is open, or cannot be.
async fn settled(dials: &mut Vec<(DialId, Socket)>) -> (DialId, io::Result<Socket>) {
    poll_fn(|cx| {
        for (index, (_, Socket(stream))) in dials.iter().enumerate() {
            if let Poll::Ready(ready) = stream.poll_writable(cx) {
                let error = ready.and_then(|()| stream.get_ref().take_error());
                let (dial, socket) = dials.swap_remove(index);
                return Poll::Ready((dial, error.and_then(|error| error.map_or(Ok(socket), Err))));
            }
        }
        Poll::Pending
    })
    .await
}

/// Looks up a name in another thread, for the system's resolver blocks.
async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, ResolveError> {
    if let Some(address) = literal(host, port) {
        return Ok(vec![address]);
    }
    let host = host.to_owned();
    unblock(move || lookup(&host, port)).await
}

/// What comes of `future` before the deadline; `None` if that passes first.
async fn within<F: Future>(until: Option<Deadline>, now: Mono, future: F) -> Option<F::Output> {
    let Some(deadline) = until else { return Some(future.await) };
    let expired = async {
        Timer::after(deadline.at.since(now)).await;
        None
    };
    or(async { Some(future.await) }, expired).await
}
