//! Scripted servers on loopback.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::ServerConfig;
use socket2::{Domain, Socket, Type};

use crate::peer::{Peer, Request};
use crate::script::{Script, Step};

/// How a server listens.
#[derive(Clone, Debug)]
pub enum Listen {
    /// On 127.0.0.1.
    Tcp,
    /// On `::1`.
    Tcp6,
    /// On 127.0.0.1, and each connection starts with TLS.
    Tls(Arc<ServerConfig>),
    /// It has a port of 127.0.0.1 and lets nobody in.
    Refuse,
}

/// A server that plays the nth script on the nth connection.
///
/// Every wait in it is bounded, and dropping it stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    /// Holds the port of a server that refuses.
    _reserved: Option<Socket>,
    acceptor: Option<JoinHandle<Played>>,
}

#[derive(Debug, Default)]
struct Played {
    requests: Vec<Request>,
    problems: Vec<String>,
}

impl Server {
    /// Starts a server.
    ///
    /// # Errors
    /// There is no port for it.
    pub fn start(listen: Listen, scripts: Vec<Script>) -> io::Result<Self> {
        let ip: SocketAddr = match listen {
            Listen::Tcp6 => ([0, 0, 0, 0, 0, 0, 0, 1], 0).into(),
            _ => ([127, 0, 0, 1], 0).into(),
        };
        let stopping = Arc::<AtomicBool>::default();
        let tls = match listen {
            Listen::Tls(config) => Some(config),
            Listen::Tcp | Listen::Tcp6 => None,
            Listen::Refuse => {
                let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
                socket.bind(&ip.into())?;
                let address = socket.local_addr()?.as_socket();
                let address = address.ok_or(ErrorKind::AddrNotAvailable)?;
                return Ok(Self { address, stopping, _reserved: Some(socket), acceptor: None });
            }
        };
        let listener = TcpListener::bind(ip)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let acceptor = Acceptor { listener, tls, scripts, stopping: Arc::clone(&stopping) };
        let acceptor = thread::spawn(move || acceptor.run());
        Ok(Self { address, stopping, _reserved: None, acceptor: Some(acceptor) })
    }

    /// A server without TLS.
    ///
    /// # Errors
    /// There is no port for it.
    pub fn tcp(scripts: Vec<Script>) -> io::Result<Self> {
        Self::start(Listen::Tcp, scripts)
    }

    /// A server with TLS.
    ///
    /// # Errors
    /// There is no port for it.
    pub fn tls(config: Arc<ServerConfig>, scripts: Vec<Script>) -> io::Result<Self> {
        Self::start(Listen::Tls(config), scripts)
    }

    /// Where it listens.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Lets the scripts come to their ends, and returns the requests in the order of connections.
    ///
    /// # Errors
    /// What did not go by the scripts: a connection too many or too few, a client that did not do
    /// what a step needs.
    pub fn finish(mut self) -> Result<Vec<Request>, String> {
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
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    scripts: Vec<Script>,
    stopping: Arc<AtomicBool>,
}

impl Acceptor {
    fn run(self) -> Played {
        let mut played = Played::default();
        let mut connections = Vec::new();
        let mut scripts = self.scripts.iter();
        loop {
            // Read first: what was connected before the stop is still accepted.
            let stopping = self.stopping.load(Ordering::SeqCst);
            match self.listener.accept() {
                Ok((stream, _)) => match scripts.next() {
                    Some(script) => connections.push(self.serve(stream, script.clone())),
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

    fn serve(
        &self,
        stream: TcpStream,
        script: Script,
    ) -> JoinHandle<(Vec<Request>, io::Result<()>)> {
        let tls = self.tls.clone();
        thread::spawn(move || {
            let mut steps = script;
            steps.splice(0..0, tls.map(Step::StartTls));
            match Peer::new(stream) {
                Ok(peer) => peer.play(&steps),
                Err(error) => (Vec::new(), Err(error)),
            }
        })
    }
}
