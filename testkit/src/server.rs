//! Scripted servers on loopback.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::ServerConfig;
use socket2::{Domain, SockAddr, Socket, Type};

use crate::message::Message;
use crate::script::Script;
use crate::scripts::Scripts;
use crate::service::Service;
use crate::wire::{PATIENCE, at_once};

/// How a server listens.
///
/// [`Server`] has an example.
#[derive(Clone, Debug)]
pub enum Listen {
    /// On 127.0.0.1.
    Tcp,
    /// On `::1`.
    Tcp6,
    /// On this address and port.
    At(SocketAddr),
    /// On 127.0.0.1, and each connection starts with TLS.
    Tls(Arc<ServerConfig>),
    /// On a Unix socket at this path.
    Unix(PathBuf),
    /// A port of 127.0.0.1 that refuses connections.
    Refuse,
    /// A port of 127.0.0.1 that does not answer. Only Linux drops connections to a full queue.
    Blackhole,
}

/// The bound address of a server that has not started. Clients and scripts can refer to it.
///
/// [`Server`] has an example.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    address: Option<SocketAddr>,
    tls: Option<Arc<ServerConfig>>,
    /// Whether connections are accepted.
    is_open: bool,
    /// Connections that fill the queue.
    _queue: Vec<Socket>,
}

impl Listener {
    /// Binds an address. Connections wait from now on, unless they are refused or dropped.
    ///
    /// # Errors
    /// No port is available.
    pub fn bind(listen: Listen) -> io::Result<Self> {
        let (domain, place) = match &listen {
            Listen::Tcp6 => (Domain::IPV6, SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 0)).into()),
            Listen::At(address) => (Domain::for_address(*address), (*address).into()),
            Listen::Unix(path) => (Domain::UNIX, SockAddr::unix(path)?),
            _ => (Domain::IPV4, SocketAddr::from(([127, 0, 0, 1], 0)).into()),
        };
        let socket = Socket::new(domain, Type::STREAM, None)?;
        socket.bind(&place)?;
        let address = socket.local_addr()?.as_socket();
        let is_open = !matches!(listen, Listen::Refuse | Listen::Blackhole);
        let (mut tls, mut queue) = (None, Vec::new());
        match listen {
            Listen::Refuse => {}
            Listen::Blackhole => queue = fill(&socket)?,
            Listen::Tls(config) => tls = Some(config),
            Listen::Tcp | Listen::Tcp6 | Listen::At(_) | Listen::Unix(_) => {}
        }
        if is_open {
            socket.listen(16)?;
        }
        Ok(Self { socket, address, tls, is_open, _queue: queue })
    }

    /// Returns its address, unless it is a Unix socket.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Starts the server, which plays the nth script on the nth connection.
    ///
    /// # Errors
    /// There is no known failure.
    pub fn play(self, scripts: Vec<Script>) -> io::Result<Server> {
        let port = self.address.map_or(0, |address| address.port());
        let scripts = Scripts::new(scripts);
        if !self.is_open {
            return Ok(Server { port, scripts, _shut: Some(self), acceptor: None });
        }
        let acceptor = Acceptor::start(self, Service::Scripts(scripts.clone()), Arc::default())?;
        Ok(Server { port, scripts, _shut: None, acceptor: Some(acceptor) })
    }
}

/// Fills the queue of connections, so that further ones are not answered.
fn fill(listener: &Socket) -> io::Result<Vec<Socket>> {
    listener.listen(0)?;
    let address = listener.local_addr()?;
    let fill = |_| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        // A connection in progress is not an error.
        let _ = socket.connect(&address);
        Ok(socket)
    };
    let queue = (0..2).map(fill).collect();
    thread::sleep(Duration::from_millis(50));
    queue
}

/// A server that plays the nth script on the nth connection.
///
/// Every wait in it is bounded, and dropping it stops it.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use limpid_test::script::answer;
/// use limpid_test::server::Server;
///
/// let server = Server::tcp(vec![answer("HTTP/1.1 204 No Content\r\n\r\n")])?;
/// let client = limpid_std::Client::builder().build();
/// let response = client.get(&format!("http://127.0.0.1:{}/a", server.port())).send()?;
/// assert_eq!(response.status(), 204);
///
/// drop((response, client));
/// let requests = server.finish()?;
/// assert!(requests[0].head.starts_with("GET /a HTTP/1.1\r\n"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Server {
    port: u16,
    scripts: Scripts,
    /// The port of a server that refuses connections.
    _shut: Option<Listener>,
    acceptor: Option<Acceptor>,
}

impl Server {
    /// Starts a server.
    ///
    /// # Errors
    /// No port is available.
    pub fn start(listen: Listen, scripts: Vec<Script>) -> io::Result<Self> {
        Listener::bind(listen)?.play(scripts)
    }

    /// Starts a server without TLS.
    ///
    /// # Errors
    /// No port is available.
    pub fn tcp(scripts: Vec<Script>) -> io::Result<Self> {
        Self::start(Listen::Tcp, scripts)
    }

    /// Starts a server with TLS.
    ///
    /// # Errors
    /// No port is available.
    pub fn tls(config: Arc<ServerConfig>, scripts: Vec<Script>) -> io::Result<Self> {
        Self::start(Listen::Tls(config), scripts)
    }

    /// Returns its port; 0 for a Unix socket.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the ends of the scripts, and returns the requests in the order of connections.
    ///
    /// # Errors
    /// The deviations from the scripts: too many or too few connections, or a client that does not do what
    /// a step requires.
    pub fn finish(mut self) -> Result<Vec<Message>, String> {
        let Some(acceptor) = self.acceptor.take() else { return Ok(Vec::new()) };
        acceptor.finish()?;
        self.scripts.result()
    }
}

/// The thread that accepts the connections of a server, each of which has a thread of its own. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Acceptor {
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<(), String>>>,
}

impl Acceptor {
    /// Starts to accept connections, until `stopping` is set.
    pub(crate) fn start(
        listener: Listener,
        service: Service,
        stopping: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        listener.socket.set_nonblocking(true)?;
        let stop = Arc::clone(&stopping);
        let thread = thread::spawn(move || accept(&listener, &service, &stop));
        Ok(Self { stopping, thread: Some(thread) })
    }

    /// Accepts no more connections, and waits for the ends of the others.
    pub(crate) fn finish(mut self) -> Result<(), String> {
        self.stop()
    }

    fn stop(&mut self) -> Result<(), String> {
        self.stopping.store(true, Ordering::SeqCst);
        let Some(thread) = self.thread.take() else { return Ok(()) };
        thread.join().unwrap_or_else(|_| Err("the server panicked".to_owned()))
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        // Problems are of no interest any more.
        drop(self.stop());
    }
}

/// Accepts connections until the server stops.
fn accept(listener: &Listener, service: &Service, stopping: &AtomicBool) -> Result<(), String> {
    let mut connections = Vec::new();
    loop {
        // Read first, so that connections made before the stop are accepted.
        let is_stopping = stopping.load(Ordering::SeqCst);
        match listener.socket.accept() {
            Ok((socket, _)) => connections.push(serve(listener, service, socket)),
            Err(error) if error.kind() == ErrorKind::WouldBlock && !is_stopping => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(_) => break,
        }
    }
    let ended: Vec<_> = connections.into_iter().map(JoinHandle::join).collect();
    match ended.iter().all(Result::is_ok) {
        true => Ok(()),
        false => Err("a connection panicked".to_owned()),
    }
}

/// Serves a connection on a thread.
fn serve(listener: &Listener, service: &Service, socket: Socket) -> JoinHandle<()> {
    let is_tcp = listener.address.is_some();
    let (accepted, tls) = (service.accept(), listener.tls.clone());
    thread::spawn(move || {
        if prepare(&socket, is_tcp).is_ok() {
            at_once(accepted.serve(socket, tls));
        }
    })
}

fn prepare(socket: &Socket, is_tcp: bool) -> io::Result<()> {
    socket.set_nonblocking(false)?;
    socket.set_write_timeout(Some(PATIENCE))?;
    if is_tcp { socket.set_tcp_nodelay(true) } else { Ok(()) }
}
