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
use crate::peer::Peer;
use crate::script::{Script, Step};
use crate::wire::{PATIENCE, at_once};

/// How a server listens.
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
        let stopping = Arc::<AtomicBool>::default();
        let port = self.address.map_or(0, |address| address.port());
        if !self.is_open {
            return Ok(Server { port, stopping, _shut: Some(self), acceptor: None });
        }
        self.socket.set_nonblocking(true)?;
        let acceptor = Acceptor { listener: self, scripts, stopping: Arc::clone(&stopping) };
        let acceptor = Some(thread::spawn(move || acceptor.run()));
        Ok(Server { port, stopping, _shut: None, acceptor })
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
#[derive(Debug)]
pub struct Server {
    port: u16,
    stopping: Arc<AtomicBool>,
    /// The port of a server that refuses connections.
    _shut: Option<Listener>,
    acceptor: Option<JoinHandle<Played>>,
}

#[derive(Debug, Default)]
struct Played {
    requests: Vec<Message>,
    problems: Vec<String>,
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
        self.stopping.store(true, Ordering::SeqCst);
        let Some(acceptor) = self.acceptor.take() else { return Ok(Vec::new()) };
        let Played { requests, problems } =
            acceptor.join().map_err(|_| "the server panicked".to_owned())?;
        if problems.is_empty() { Ok(requests) } else { Err(problems.join("; ")) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(acceptor) = self.acceptor.take() else { return };
        self.stopping.store(true, Ordering::SeqCst);
        drop(acceptor.join());
    }
}

struct Acceptor {
    listener: Listener,
    scripts: Vec<Script>,
    stopping: Arc<AtomicBool>,
}

impl Acceptor {
    fn run(self) -> Played {
        let mut played = Played::default();
        let mut connections = Vec::new();
        let mut scripts = self.scripts.iter();
        loop {
            // Read first, so that connections made before the stop are accepted.
            let stopping = self.stopping.load(Ordering::SeqCst);
            match self.listener.socket.accept() {
                Ok((socket, _)) => match scripts.next() {
                    Some(script) => connections.push(self.serve(socket, script.clone())),
                    None => played.problems.push("a connection too many".to_owned()),
                },
                Err(error) if error.kind() == ErrorKind::WouldBlock && !stopping => {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(_) => break,
            }
        }
        for connection in connections {
            match connection.join() {
                Ok((requests, result)) => {
                    played.requests.extend(requests);
                    played.problems.extend(result.err().map(|error| error.to_string()));
                }
                Err(_) => played.problems.push("a connection panicked".to_owned()),
            }
        }
        let unplayed = scripts.count();
        if unplayed > 0 {
            played.problems.push(format!("{unplayed} connection(s) too few"));
        }
        played
    }

    fn serve(&self, socket: Socket, script: Script) -> JoinHandle<(Vec<Message>, io::Result<()>)> {
        let is_tcp = self.listener.address.is_some();
        let mut steps = script;
        steps.splice(0..0, self.listener.tls.clone().map(Step::StartTls));
        thread::spawn(move || {
            let result = prepare(&socket, is_tcp);
            let played = result.map(|()| at_once(Peer::new(socket).play(&steps)));
            match played {
                Ok(Some(played)) => played,
                Ok(None) => (Vec::new(), Err(ErrorKind::WouldBlock.into())),
                Err(error) => (Vec::new(), Err(error)),
            }
        })
    }
}

fn prepare(socket: &Socket, is_tcp: bool) -> io::Result<()> {
    socket.set_nonblocking(false)?;
    socket.set_write_timeout(Some(PATIENCE))?;
    if is_tcp { socket.set_tcp_nodelay(true) } else { Ok(()) }
}
