//! A driver over mio: one thread, one poll, and of limpid only the core and the sink of lines.
//!
//! The exchange returns an action; the driver carries it out and reports the result. TLS, deadlines,
//! redirects, retries and the race of a host's addresses are in the machine. This driver omits:
//!
//! - the pool: each exchange opens a connection, and closes it;
//! - local addresses, socket options and Unix sockets;
//! - lookups in the background: this one blocks the thread, while a real program uses another.
//!
//! ```text
//! cargo run -p limpid-examples --bin mio -- https://www.example.com/ /etc/ssl/cert.pem
//! cargo run -p limpid-examples --bin mio -- --body FILE http://localhost:8000/
//! ```
//!
//! The file is sent by POST; without one, the URL is requested by GET. The body of the response is written
//! to standard output, the lines to standard error.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::net::ToSocketAddrs;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use limpid_core::client::{
    Action, Dial, DialId, Event, Exchange, Interest, Options, Request, Retirement, Target, TrustId,
    Url,
};
use limpid_core::error::{MisuseError, ResolveError, TlsError};
use limpid_core::fields::Fields;
use limpid_core::http1::BodySize;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, Cx, EventKind, ExchangeId, Scope, Sink, TraceEvent};
use limpid_sinks::LineSink;
use mio::net::TcpStream;
use mio::{Events, Poll, Token};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// The most bytes of a file that are sent at a time.
const PIECE: u64 = 64 * 1024;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is no output for a failure of standard error.
            let _ = writeln!(io::stderr(), "mio: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// Returns an error and its sources as text. No error repeats its source.
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
    let usage = "usage: mio [--body FILE] URL [FILE OF TRUSTED CERTIFICATES]";
    let mut arguments = env::args().skip(1).peekable();
    let mut file = None;
    if arguments.next_if_eq("--body").is_some() {
        file = Some(File::open(arguments.next().ok_or(usage)?)?);
    }
    let url: Url = arguments.next().ok_or(usage)?.parse()?;
    let ca_file = arguments.next();

    let size = match &file {
        Some(file) => BodySize::Length(file.metadata()?.len()),
        None => BodySize::None,
    };
    let request = Request::builder(if file.is_some() { b"POST" } else { b"GET" }, url)
        .field(b"Accept", b"*/*")
        .field(b"User-Agent", b"limpid-mio")
        .body(size)
        .build();
    let options = Options::with(|options| {
        options.verify = true;
        options.redirects = Some(5);
    });
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
        file,
        ca_file: ca_file.as_deref(),
        tls: None,
    };
    driver.run(&mut io::stdout().lock())?;
    if let Some(unsent) = driver.exchange.unsent() {
        writeln!(io::stderr(), "mio: {unsent} bytes of the body were not sent")?;
    }
    Ok(())
}

/// An exchange and its resources.
struct Driver<'d, S> {
    exchange: Exchange,
    sink: &'d S,
    /// The start of this driver's clock.
    start: Instant,
    poll: Poll,
    events: Events,
    /// The number of connections so far, which numbers them in the trace.
    connections: u64,
    /// Connections that are being opened.
    dials: Vec<(DialId, TcpStream)>,
    /// The connection, once it is open.
    stream: Option<TcpStream>,
    /// The body of the request, if it has one.
    file: Option<File>,
    ca_file: Option<&'d str>,
    /// The TLS configuration, once one was needed.
    tls: Option<Arc<ClientConfig>>,
}

impl<S: Sink> Driver<'_, S> {
    /// Runs the exchange until it ends, and writes the response's body to `body`.
    fn run(&mut self, body: &mut impl Write) -> Result<(), Box<dyn Error>> {
        loop {
            let now = self.now();
            match self.exchange.poll(now, self.sink) {
                // There is one configuration, so its number does not matter.
                Action::Trust { .. } => match trust(self.ca_file, now, self.sink) {
                    Ok(config) => {
                        self.tls = Some(config);
                        self.exchange.handle_trusted(TrustId::new(1), now, self.sink)?;
                    }
                    Err(_) => self.failed(TlsError::Configuration.into())?,
                },
                Action::Secure { .. } => {
                    self.exchange.secure_with(self.tls.clone(), now, self.sink)?;
                }
                Action::Acquire => {
                    self.connections += 1;
                    let connection = ConnectionId(self.connections);
                    self.exchange.handle_opened(connection, now, self.sink)?;
                }
                Action::Resolve => match self.exchange.peer().to_socket_addrs() {
                    Ok(addresses) => {
                        let (addresses, now) = (addresses.collect::<Vec<_>>(), self.now());
                        self.exchange.handle_resolved(&addresses, now, self.sink)?;
                    }
                    Err(_) => self.failed(ResolveError::NotFound.into())?,
                },
                Action::Dial(dial) => self.dial(dial)?,
                // mio deregisters a closed socket.
                Action::Abandon(dial) => self.dials.retain(|(id, _)| *id != dial),
                Action::Rewind => {
                    if let Err(error) = self.file.as_mut().map_or(Ok(()), File::rewind) {
                        self.body_failed(error)?;
                    }
                }
                Action::Wait(interest) => self.wait(interest)?,
                Action::Close => self.stream = None,
                Action::Release => self.release(now),
                Action::Event(_) => {
                    if let Some(Event::Data(data)) = self.exchange.event() {
                        body.write_all(data)?;
                    }
                }
                Action::Done | Action::Failed => {
                    self.release(now);
                    return self.exchange.take_error().map_or(Ok(()), |error| Err(error.into()));
                }
            }
        }
    }

    fn now(&self) -> Mono {
        Mono::from_nanos(u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    /// Reports a failed action.
    fn failed(&mut self, error: limpid_core::error::Error) -> Result<(), MisuseError> {
        self.exchange.handle_failed(error, self.now(), self.sink)
    }

    /// Does one of the operations of `interest`, or waits until one is possible.
    ///
    /// The events of mio are not examined: the exchange requests the same operations again, and the sockets
    /// report whether they would block.
    fn wait(&mut self, interest: Interest) -> Result<(), Box<dyn Error>> {
        let is_done = self.move_bytes()
            || (interest.body && self.next_piece()?)
            || self.update_readiness()?;
        if is_done {
            return Ok(());
        }
        let now = self.now();
        let until = self.exchange.deadline(now);
        match self.poll.poll(&mut self.events, until.map(|until| until.at.since(now))) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.into()),
            _ => {}
        }
        self.exchange.handle_timeout(self.now(), self.sink);
        Ok(())
    }

    /// Reads once or writes once. Returns false if both would block.
    fn move_bytes(&mut self) -> bool {
        let now = self.now();
        // The exchange reads and writes only where there is a connection.
        let Some(stream) = &mut self.stream else { return false };
        self.exchange.read_from(&mut *stream, now, self.sink)
            || self.exchange.write_to(stream, now, self.sink)
    }

    /// Passes on the next piece of the body. A file is always ready; a source that is not would be waited
    /// for together with the socket.
    fn next_piece(&mut self) -> Result<bool, MisuseError> {
        let mut piece = Vec::new();
        let file = self.file.as_mut();
        let result = file.map_or(Ok(0), |file| file.take(PIECE).read_to_end(&mut piece));
        let now = self.now();
        match result {
            Ok(0) => self.exchange.handle_body_end(Fields::EMPTY, now, self.sink)?,
            Ok(_) => self.exchange.handle_body(Bytes::from(piece), now, self.sink)?,
            Err(error) => self.body_failed(error)?,
        }
        Ok(true)
    }

    fn body_failed(&mut self, error: io::Error) -> Result<(), MisuseError> {
        let error = limpid_core::error::Error::body(error);
        self.exchange.handle_body_failed(error, self.now(), self.sink)
    }

    /// Begins to open a connection. [`Driver::update_readiness`] reports its result later.
    fn dial(&mut self, dial: DialId) -> Result<(), MisuseError> {
        let begun = match self.exchange.dial() {
            Some(Dial { target: Target::Tcp(address), .. }) => TcpStream::connect(address),
            _ => Err(ErrorKind::Unsupported.into()),
        };
        let interest = mio::Interest::READABLE | mio::Interest::WRITABLE;
        let registered = begun.and_then(|mut stream| {
            self.poll.registry().register(&mut stream, Token(dial.0 as usize), interest)?;
            stream.set_nodelay(true)?;
            Ok(stream)
        });
        match registered {
            Ok(stream) => self.dials.push((dial, stream)),
            Err(error) => {
                self.exchange.handle_dial_failed(dial, error.into(), self.now(), self.sink)?;
            }
        }
        Ok(())
    }

    /// Reports that one of the pending connections is open or has failed. Returns false if none of them has
    /// changed.
    fn update_readiness(&mut self) -> Result<bool, MisuseError> {
        let outcome = |stream: &TcpStream| match (stream.take_error(), stream.peer_addr()) {
            (Ok(Some(error)) | Err(error), _) => Some(Err(error)),
            (Ok(None), Ok(_)) => Some(Ok(())),
            // The connection is still pending.
            (Ok(None), Err(_)) => None,
        };
        let mut dials = self.dials.iter().enumerate();
        let settled = dials.find_map(|(index, (_, stream))| Some((index, outcome(stream)?)));
        let Some((index, result)) = settled else { return Ok(false) };
        let (dial, stream) = self.dials.swap_remove(index);
        let now = self.now();
        match result {
            Ok(()) => {
                self.stream = Some(stream);
                self.exchange.handle_dialed(dial, now, self.sink)?;
            }
            Err(error) => {
                self.exchange.handle_dial_failed(dial, error.into(), now, self.sink)?;
            }
        }
        Ok(true)
    }

    /// Closes the connection, since there is no pool. The link has the last bytes for the peer, and emits
    /// the event of the close.
    fn release(&mut self, now: Mono) {
        let stream = self.stream.take();
        if let (Some(link), Some(mut stream)) = (self.exchange.take_link(), stream) {
            link.retire(Retirement::Closed, now, self.sink, |close_notify| {
                // The connection is over, so a failure is ignored.
                let _ = stream.write(close_notify);
            });
        }
    }
}

/// Returns a TLS configuration that trusts the certificates in this file. It emits the documented
/// events.
fn trust<S: Sink>(
    ca_file: Option<&str>,
    now: Mono,
    sink: &S,
) -> Result<Arc<ClientConfig>, Box<dyn Error>> {
    let ca_file = ca_file.ok_or("https needs a file of trusted certificates")?;
    let mut scope = Scope::default();
    let mut cx = Cx::new(now, sink, &mut scope);
    cx.emit(EventKind::LoadSslContext, || TraceEvent::LoadSslContext {
        verify: true,
        cert: None,
        key: None,
    });
    cx.emit(EventKind::LoadVerifyFile, || TraceEvent::LoadVerifyFile { cafile: ca_file });

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
