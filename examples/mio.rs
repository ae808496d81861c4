//! A driver over mio: one thread, one poll, and nothing of limpid but the core and its lines.
//!
//! This is all that a driver has to do. The exchange says what is next; the driver does it and tells
//! what came of it. TLS, deadlines, redirects, retries and the race of a host's addresses are in the
//! machine. What this driver leaves out, it leaves out plainly:
//!
//! - no pool: each exchange opens a connection, and closes it;
//! - no request body, for it only ever asks for pages;
//! - no local address, no options of sockets, no Unix sockets;
//! - names are looked up while everything waits: a real program has a thread for that.
//!
//! ```text
//! cargo run -p limpid-examples --bin mio -- https://www.example.com/ /etc/ssl/cert.pem
//! ```
//!
//! The body goes to standard output, the lines to standard error.

use std::env;
use std::error::Error;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use limpid_core::client::{
    Dial, DialId, Do, Event, Exchange, Input, Options, Request, Retirement, Target, TrustId, Url,
};
use limpid_core::error::{ResolveError, TlsError};
use limpid_core::fields::Fields;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, Cx, EventKind, ExchangeId, Scope, Sink, TraceEvent};
use limpid_core::transport::tls::ClientTls;
use limpid_core::transport::{Layer, LayerError};
use limpid_sinks::LineSink;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// The least room for a read.
const READ: usize = 16 * 1024;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Who would hear that standard error fails?
            let _ = writeln!(io::stderr(), "mio: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// An error and what led to it. None of them repeats the next.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let url: Url =
        arguments.next().ok_or("usage: mio URL [FILE OF TRUSTED CERTIFICATES]")?.parse()?;
    let ca_file = arguments.next();

    let request = Request::builder(b"GET", url)
        .field(b"Accept", b"*/*")
        .field(b"User-Agent", b"limpid-mio")
        .build();
    let options = Options { verify: true, redirects: 5, ..Options::default() };
    let exchange = Exchange::new(ExchangeId(1), request, Arc::new(options));

    let sink = LineSink::stderr();
    let mut driver = Driver {
        exchange,
        sink: &sink,
        start: Instant::now(),
        poll: Poll::new()?,
        events: Events::with_capacity(16),
        connections: 0,
        dials: Vec::new(),
        stream: None,
        ca_file: ca_file.as_deref(),
        tls: None,
    };
    driver.run(&mut io::stdout().lock())?;
    Ok(())
}

/// An exchange, and what it runs on.
struct Driver<'d, S> {
    exchange: Exchange,
    sink: &'d S,
    /// When the clock of this driver shows zero.
    start: Instant,
    poll: Poll,
    events: Events,
    /// How many connections were opened so far: each has a number, for the trace.
    connections: u64,
    /// Connections that are being opened.
    dials: Vec<(DialId, TcpStream)>,
    /// The connection, once it is open.
    stream: Option<TcpStream>,
    ca_file: Option<&'d str>,
    /// The TLS configuration, once one was needed.
    tls: Option<Arc<ClientConfig>>,
}

impl<S: Sink> Driver<'_, S> {
    /// Runs the exchange to its end, and writes the response's body to `body`.
    fn run(&mut self, body: &mut impl Write) -> Result<(), Box<dyn Error>> {
        loop {
            let now = self.now();
            match self.exchange.next(now, self.sink) {
                // There is one configuration, so any number will do.
                Do::Trust { .. } => {
                    let input = match trust(self.ca_file, now, self.sink) {
                        Ok(config) => {
                            self.tls = Some(config);
                            Input::Trust(TrustId::new(1))
                        }
                        Err(_) => Input::Failed(TlsError::Configuration.into()),
                    };
                    self.input(input);
                }
                Do::Secure { .. } => {
                    let layer = self.secure();
                    let failed = |error: LayerError| Input::Failed(error.into());
                    self.input(layer.map_or_else(failed, Input::Secured));
                }
                Do::Acquire => {
                    self.connections += 1;
                    self.input(Input::Open(ConnectionId(self.connections)));
                }
                Do::Resolve => match self.exchange.peer().to_socket_addrs() {
                    Ok(addresses) => {
                        let addresses: Vec<SocketAddr> = addresses.collect();
                        self.input(Input::Resolved(&addresses));
                    }
                    Err(_) => self.input(Input::Failed(ResolveError::NotFound.into())),
                },
                Do::Dial(dial) => {
                    let input = match self.exchange.dial() {
                        Some(Dial { target: Target::Tcp(address), .. }) => self.dial(dial, address),
                        _ => {
                            Input::DialFailed(dial, io::Error::from(ErrorKind::Unsupported).into())
                        }
                    };
                    self.input(input);
                }
                // Nothing is told where nothing came of any of them: the exchange asks again.
                Do::Await => match self.settled() {
                    Some(input) => self.input(input),
                    None => self.wait()?,
                },
                // mio forgets a socket that is closed.
                Do::Abandon(dial) => self.dials.retain(|(id, _)| *id != dial),
                Do::Write => {
                    let out = self.exchange.out().map(IoSlice::new);
                    match open(&mut self.stream).and_then(|stream| stream.write_vectored(&out)) {
                        Ok(n) => self.input(Input::Sent(n)),
                        Err(error) => self.failed(error)?,
                    }
                }
                Do::Read => {
                    let space = self.exchange.space(READ);
                    match open(&mut self.stream).and_then(|stream| stream.read(space)) {
                        Ok(0) => self.input(Input::Eof),
                        Ok(n) => self.input(Input::Filled(n)),
                        Err(error) => self.failed(error)?,
                    }
                }
                Do::Body { .. } => self.input(Input::BodyEnd(Fields::EMPTY)),
                Do::Wait => self.wait()?,
                Do::Close => self.stream = None,
                Do::Release => self.release(now),
                Do::Tell(_) => {
                    if let Some(Event::Data(data)) = self.exchange.event() {
                        body.write_all(data)?;
                    }
                }
                Do::Done | Do::Failed => {
                    self.release(now);
                    return self.exchange.take_error().map_or(Ok(()), |error| Err(error.into()));
                }
            }
        }
    }

    /// Makes the layer that secures the connection.
    fn secure(&self) -> Result<Box<dyn Layer>, LayerError> {
        let config = self.tls.clone().ok_or(TlsError::Configuration)?;
        Ok(Box::new(ClientTls::client(config, self.exchange.server_name())?))
    }

    fn now(&self) -> Mono {
        Mono::from_nanos(u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn input(&mut self, input: Input<'_>) {
        self.exchange.input(self.now(), self.sink, input);
    }

    /// A socket could not be read or written: perhaps only for now.
    fn failed(&mut self, error: io::Error) -> io::Result<()> {
        match error.kind() {
            ErrorKind::WouldBlock => self.wait()?,
            // The exchange asks for the same again.
            ErrorKind::Interrupted => {}
            _ => self.input(Input::Failed(error.into())),
        }
        Ok(())
    }

    /// Waits until something happens to a socket, or tells that the time is over.
    ///
    /// There is no need to look at what has happened: the exchange asks for the same again, and the
    /// socket says what it has to say.
    fn wait(&mut self) -> io::Result<()> {
        let until = self.exchange.deadline();
        let left = until.map(|deadline| deadline.at.since(self.now()));
        match self.poll.poll(&mut self.events, left) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        if until.is_some_and(|deadline| self.now() >= deadline.at) {
            self.input(Input::Tick);
        }
        Ok(())
    }

    /// Begins to open a connection. What comes of it is told later, by [`Driver::settled`].
    fn dial(&mut self, dial: DialId, address: SocketAddr) -> Input<'static> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        let token = Token(dial.0 as usize);
        let begun = TcpStream::connect(address).and_then(|mut stream| {
            self.poll.registry().register(&mut stream, token, interest)?;
            stream.set_nodelay(true)?;
            Ok(stream)
        });
        match begun {
            Ok(stream) => {
                self.dials.push((dial, stream));
                Input::Dialing
            }
            Err(error) => Input::DialFailed(dial, error.into()),
        }
    }

    /// What came of one of the connections that are being opened, if anything did.
    fn settled(&mut self) -> Option<Input<'static>> {
        let outcome = |stream: &TcpStream| match (stream.take_error(), stream.peer_addr()) {
            (Ok(Some(error)) | Err(error), _) => Some(Err(error)),
            (Ok(None), Ok(_)) => Some(Ok(())),
            // It is not connected yet.
            (Ok(None), Err(_)) => None,
        };
        let mut dials = self.dials.iter().enumerate();
        let (index, result) =
            dials.find_map(|(index, (_, stream))| Some((index, outcome(stream)?)))?;
        let (dial, stream) = self.dials.swap_remove(index);
        Some(match result {
            Ok(()) => {
                self.stream = Some(stream);
                Input::Dialed(dial)
            }
            Err(error) => Input::DialFailed(dial, error.into()),
        })
    }

    /// Where there is no pool, a connection that could serve again is closed. Its link has a last
    /// word for the peer, and tells that it was closed.
    fn release(&mut self, now: Mono) {
        let stream = self.stream.take();
        if let (Some(link), Some(mut stream)) = (self.exchange.take_link(), stream) {
            link.retire(Retirement::Closed, now, self.sink, |farewell| {
                // Nobody is left who would care.
                let _ = stream.write(farewell);
            });
        }
    }
}

/// The connection. The exchange reads and writes only where there is one.
fn open(stream: &mut Option<TcpStream>) -> io::Result<&mut TcpStream> {
    stream.as_mut().ok_or_else(|| ErrorKind::NotConnected.into())
}

/// A TLS configuration that trusts whom this file names. Making it is told, for it is documented.
fn trust<S: Sink>(
    ca_file: Option<&str>,
    now: Mono,
    sink: &S,
) -> Result<Arc<ClientConfig>, Box<dyn Error>> {
    let ca_file = ca_file.ok_or("https needs a file of trusted certificates")?;
    let mut scope = Scope::default();
    let mut cx = Cx::new(now, sink, &mut scope);
    cx.tell(EventKind::LoadSslContext, || TraceEvent::LoadSslContext {
        verify: true,
        cert: None,
        key: None,
    });
    cx.tell(EventKind::LoadVerifyFile, || TraceEvent::LoadVerifyFile { cafile: ca_file });

    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca_file)? {
        roots.add(certificate?)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
