//! A driver over smol: an asynchronous client with a pool. It uses the builder of the other clients and the
//! shared parts of limpid-io and limpid-socket.
//!
//! The driver itself contains only what waits on this runtime: for a socket, a thread, a time, or a
//! connection that another task releases. Unix sockets are not supported.
//!
//! ```text
//! cargo run -p limpid-examples --bin smol -- https://www.example.com/ /etc/ssl/cert.pem
//! cargo run -p limpid-examples --bin smol -- --body FILE http://localhost:8000/
//! ```
//!
//! The file is sent by POST; without one, the URL is requested by GET. The body of the response is written
//! to standard output, the lines to standard error.

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

/// The most bytes of a file that are sent at a time.
const PIECE: usize = 64 * 1024;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is no output for a failure of standard error.
            let _ = writeln!(io::stderr(), "smol: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// Returns an error and its sources as text. No error repeats its source.
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

/// A client: the state that its requests share.
struct Client {
    connections: Arc<Connections<Socket>>,
}

/// The whole interface between the builder and a client.
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

/// An exchange and its resources.
struct Driver {
    in_flight: InFlight<Socket>,
    body: Content<File>,
    /// Connections that are being opened.
    dials: Vec<(DialId, Socket)>,
}

impl Driver {
    /// Runs the exchange until there is a part of the response; `None` at its end.
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
                    if let Err(error) = self.body.rewind(|_| Ok(false)) {
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

    /// Does one of the operations of `interest`, as soon as one is possible.
    async fn wait(&mut self, interest: Interest) {
        let (until, now) = self.time();
        let (mut buffers, transport) = self.in_flight.io();
        let (out, space) = (buffers.out().concat(), buffers.space());
        let first = first(interest, transport, &out, space, &mut self.body);
        match within(until, now, first).await {
            Some(First::Wrote(result)) => self.in_flight.wrote(Some(result)),
            Some(First::Read(result)) => self.in_flight.read(Some(result)),
            Some(First::Made(part)) => self.in_flight.input(self.body.made(part)),
            None => self.in_flight.input(Input::Timeout),
        }
    }

    /// Waits for one of the pending connections, or until the next is due.
    async fn wait_for_dials(&mut self) {
        let (until, now) = self.time();
        match within(until, now, settled(&mut self.dials)).await {
            Some((dial, result)) => self.in_flight.dialed(dial, Some(result)),
            None => self.in_flight.input(Input::Timeout),
        }
    }

    /// Returns the present deadline and time.
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
    /// A future may be dropped at any point. Started spans then end, and the connection is closed without
    /// waiting.
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
                // No other action follows a cancellation.
                _ => self.in_flight.input(Input::Cancel),
            }
        }
    }
}

/// A connection in the pool.
#[derive(Debug)]
struct Socket(Async<TcpStream>);

impl PooledTransport for Socket {
    type Network = ();

    fn is_silent(&self) -> bool {
        is_silent(&SockRef::from(self.0.get_ref()))
    }

    fn close(self, last: &[u8]) {
        // The socket does not block, and the connection is over, so a failure is ignored.
        let _ = self.0.get_ref().write(last);
    }
}

/// The operation that was possible first.
enum First {
    Wrote(io::Result<usize>),
    Read(io::Result<usize>),
    Made(io::Result<Option<Bytes>>),
}

/// Reads, writes, or makes the next piece of the body: once, whichever is possible first. The other futures
/// can be dropped, since they have done nothing.
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

/// Returns the result of `future`, or never resolves without `condition`.
async fn only_if<F: Future>(condition: bool, future: F) -> F::Output {
    if condition { future.await } else { pending().await }
}

/// Returns the next piece of a body.
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

/// Waits until one of the pending connections is open or has failed.
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

/// Looks up a name in another thread, since the system's resolver blocks.
async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, ResolveError> {
    if let Some(address) = literal(host, port) {
        return Ok(vec![address?]);
    }
    let host = host.to_owned();
    unblock(move || lookup(&host, port)).await
}

/// Returns the result of `future`, or `None` if the deadline passes first.
async fn within<F: Future>(until: Option<Deadline>, now: Mono, future: F) -> Option<F::Output> {
    let Some(deadline) = until else { return Some(future.await) };
    let expired = async {
        Timer::after(deadline.at.since(now)).await;
        None
    };
    or(async { Some(future.await) }, expired).await
}
