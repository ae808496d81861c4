//! Scripted servers in a simulated network.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;

use super::net::{Listening, Net};
use super::peer::PeerSocket;
use crate::message::Message;
use crate::peer::Peer;
use crate::script::{Script, Step};
use crate::server::Listen;

/// How long a server waits for the ends of its scripts.
const PATIENCE: Duration = Duration::from_secs(60);

/// The address of a server that has not started.
///
/// The [module](super) has an example.
#[derive(Debug)]
pub struct Listener {
    net: Net,
    place: String,
    address: Option<SocketAddr>,
    tls: Option<Arc<ServerConfig>>,
    is_open: bool,
}

impl Listener {
    /// Binds an address.
    #[must_use]
    pub fn bind(net: &Net, listen: Listen) -> Self {
        let port = net.free_port();
        let (mut tls, mut address) = (None, Some(SocketAddr::from(([127, 0, 0, 1], port))));
        let mut listening = Listening::Open;
        let place = match listen {
            Listen::Unix(path) => {
                address = None;
                path.to_string_lossy().into_owned()
            }
            Listen::Tcp6 => {
                address = Some(SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], port)));
                format!("[::1]:{port}")
            }
            other => {
                match other {
                    Listen::Refuse => listening = Listening::Refuse,
                    Listen::Blackhole => listening = Listening::Blackhole,
                    Listen::Tls(config) => tls = Some(config),
                    _ => {}
                }
                format!("127.0.0.1:{port}")
            }
        };
        net.listen(place.clone(), listening);
        let is_open = listening == Listening::Open;
        Self { net: net.clone(), place, address, tls, is_open }
    }

    /// Returns its address, unless it is a Unix socket.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Starts the server, which plays the nth script on the nth connection.
    #[must_use]
    pub fn play(self, scripts: Vec<Script>) -> Server {
        let played = Rc::new(RefCell::new(Played::default()));
        let expected = if self.is_open { scripts.len() } else { 0 };
        let server = Server { net: self.net.clone(), expected, played: Rc::clone(&played) };
        if self.is_open {
            self.net.world().clone().spawn(self.accept(scripts, played));
        }
        server
    }

    async fn accept(self, scripts: Vec<Script>, played: Rc<RefCell<Played>>) {
        let mut scripts = scripts.into_iter();
        for index in 0.. {
            let socket = self.net.accept(&self.place).await;
            let socket = PeerSocket { net: self.net.clone(), socket };
            let Some(mut script) = scripts.next() else {
                played.borrow_mut().problems.push("a connection too many".to_owned());
                continue;
            };
            script.splice(0..0, self.tls.clone().map(Step::StartTls));
            let played = Rc::clone(&played);
            self.net.world().spawn(async move {
                let (requests, result) = Peer::new(socket).play(&script).await;
                let mut played = played.borrow_mut();
                played.ended += 1;
                played.requests.push((index, requests));
                played.problems.extend(result.err().map(|error| error.to_string()));
            });
        }
    }
}

#[derive(Debug, Default)]
struct Played {
    ended: usize,
    requests: Vec<(u32, Vec<Message>)>,
    problems: Vec<String>,
}

/// A server that plays the nth script on the nth connection.
///
/// The [module](super) has an example.
#[derive(Debug)]
pub struct Server {
    net: Net,
    expected: usize,
    played: Rc<RefCell<Played>>,
}

impl Server {
    /// Waits for the ends of the scripts, and returns the requests in the order of connections.
    ///
    /// # Errors
    /// The deviations from the scripts.
    pub fn finish(self) -> Result<Vec<Message>, String> {
        let world = self.net.world();
        let ended = std::future::poll_fn(|_| {
            let is_over = self.played.borrow().ended >= self.expected;
            if is_over { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        });
        let patience = world.now() + PATIENCE;
        // Whether the scripts ended is checked below.
        let _ = world.run(world.before(Some(patience), ended));
        let mut played = self.played.take();
        if played.ended < self.expected {
            let few = self.expected - played.ended;
            played.problems.push(format!("{few} connection(s) too few"));
        }
        played.requests.sort_by_key(|(index, _)| *index);
        let requests = played.requests.into_iter().flat_map(|(_, requests)| requests).collect();
        if played.problems.is_empty() { Ok(requests) } else { Err(played.problems.join("; ")) }
    }
}
