//! A driver over smol: an asynchronous client with a pool, that has the builder of the other clients
//! and what limpid-io and limpid-socket keep for drivers.
//!
//! What is left to write is how this runtime waits: for a socket, for a thread, for a moment in time,
//! for a connection that another task gives back. It leaves out Unix sockets.
//!
//! ```text
//! cargo run -p limpid-examples --bin smol -- https://www.example.com/ /etc/ssl/cert.pem
//! cargo run -p limpid-examples --bin smol -- --body FILE http://localhost:8000/
//! ```
//!
//! The file is sent by POST; without one, the URL is asked for by GET. The body of the response goes to
//! standard output, the lines to standard error.

use std::env;
use std::error::Error as StdError;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use limpid_core::client::{Action, Dial, DialId, Emitted, Event, Interest, Request, Target};
use limpid_core::error::ResolveError;
use limpid_core::time::{Deadline, Mono};
use limpid_io::{
    BuildClient, ClientBuilder, Connections, Content, Error, InFlight, Input, Part,
    PooledTransport, Settings,
};
use limpid_sinks::LineSink;
use limpid_socket::{begin, is_silent, literal, lookup};
use smol::fs::File;
use smol::future::{or, pending, poll_fn};
use smol::io::AsyncReadExt;
use smol::{Async, Timer, block_on, unblock};
use socket2::SockRef;

/// The least room for a read.
const READ: usize = 16 * 1024;

/// How much of a file is sent at a time.
const PIECE: usize = 64 * 1024;

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
    let usage = "usage: smol [--body FILE] URL [FILE OF TRUSTED CERTIFICATES]";
    let mut arguments = env::args().skip(1).peekable();
    let mut body = Content::none();
    if arguments.next_if_eq("--body").is_some() {
        let file = std::fs::File::open(arguments.next().ok_or(usage)?)?;
        let length = file.metadata()?.len();
        body = Content::source(File::from(file), Some(length));
    }
    let url = arguments.next().ok_or(usage)?;
    let mut builder = ClientBuilder::<Client>::default().sink(LineSink::stderr()).redirects(5);
    if let Some(ca_file) = arguments.next() {
        builder = builder.ca_file(ca_file);
    }
    let client = builder.build();
    block_on(client.send(&url, body, &mut io::stdout().lock()))?;
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
    /// Sends a request with this body, and writes that of the response to `output`.
    async fn send(
        &self,
        url: &str,
        body: Content<File>,
        output: &mut impl Write,
    ) -> Result<(), Box<dyn StdError>> {
        let method: &[u8] = if body.as_source().is_some() { b"POST" } else { b"GET" };
        let request = Request::builder(method, url.parse()?)
            .field(b"Accept", b"*/*")
            .field(b"User-Agent", b"limpid-smol")
            .body(body.size())
            .build();
        let in_flight = InFlight::new(Arc::clone(&self.connections), Arc::new(request));
        let mut driver = Driver { in_flight, body, dials: Vec::new() };
        while driver.run().await?.is_some() {
            if let Some(Event::Data(data)) = driver.in_flight.event() {
                output.write_all(data)?;
            }
        }
        if let Some(unsent) = driver.in_flight.unsent() {
            writeln!(io::stderr(), "smol: {unsent} bytes of the body were not sent")?;
        }
        Ok(())
    }
}

/// An exchange, and what it runs on.
struct Driver {
    in_flight: InFlight<Socket>,
    body: Content<File>,
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
                Action::Rewind => {
                    if let Err(error) = self.body.rewind() {
                        self.in_flight.input(Input::BodyFailed(error));
                    }
                }
                Action::Wait(Interest::NONE) => self.wait_for_dials().await,
                Action::Wait(interest) => self.wait(interest).await,
                Action::Close => self.in_flight.close(),
                Action::Release => self.in_flight.release(),
                Action::Event(emitted) => return Ok(Some(emitted)),
                Action::Done | Action::Failed => return self.in_flight.finish().map(|()| None),
            }
        }
    }

    /// Does one of the things that are waited for, as soon as one is possible.
    async fn wait(&mut self, interest: Interest) {
        let (until, now) = self.time();
        let (mut buffers, transport) = self.in_flight.io();
        let (out, space) = (buffers.out().concat(), buffers.space(READ));
        let first = first(interest, transport, &out, space, &mut self.body);
        match within(until, now, first).await {
            Some(First::Wrote(result)) => self.in_flight.wrote(Some(result)),
            Some(First::Read(result)) => self.in_flight.read(Some(result)),
            Some(First::Made(part)) => self.in_flight.input(self.body.made(part)),
            None => self.in_flight.input(Input::Timeout),
        }
    }

    /// Waits for one of the attempts at connecting, or until it is time for the next.
    async fn wait_for_dials(&mut self) {
        let (until, now) = self.time();
        match within(until, now, settled(&mut self.dials)).await {
            Some((dial, result)) => self.in_flight.dialed(dial, Some(result)),
            None => self.in_flight.input(Input::Timeout),
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

/// What was possible first.
enum First {
    Wrote(io::Result<usize>),
    Read(io::Result<usize>),
    Made(io::Result<Option<Bytes>>),
}

/// Reads, writes, or makes the next piece of the body: once, and what is possible first of these that are
/// waited for. The others can be dropped, for they have done nothing yet.
async fn first(
    interest: Interest,
    transport: Option<&mut Socket>,
    out: &[u8],
    space: &mut [u8],
    body: &mut Content<File>,
) -> First {
    let Some(Socket(stream)) = transport else {
        let not_connected = ErrorKind::NotConnected;
        return if interest.read {
            First::Read(Err(not_connected.into()))
        } else {
            First::Wrote(Err(not_connected.into()))
        };
    };
    let stream = &*stream;
    let read = only_if(interest.read, async {
        First::Read(stream.read_with(|mut stream| stream.read(space)).await)
    });
    let write = only_if(interest.write, async {
        First::Wrote(stream.write_with(|mut stream| stream.write(out)).await)
    });
    let make = only_if(interest.body, async { First::Made(next_piece(body).await) });
    or(read, or(write, make)).await
}

/// What comes of `future`, or nothing ever.
async fn only_if<F: Future>(condition: bool, future: F) -> F::Output {
    if condition { future.await } else { pending().await }
}

/// Makes the next piece of a body.
async fn next_piece(body: &mut Content<File>) -> io::Result<Option<Bytes>> {
    match body.part() {
        Part::Piece(piece) => Ok(Some(piece)),
        Part::Source(file) => {
            let mut piece = vec![0; PIECE];
            let n = AsyncReadExt::read(file, &mut piece).await?;
            piece.truncate(n);
            Ok((n > 0).then(|| piece.into()))
        }
        Part::End => Ok(None),
    }
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
