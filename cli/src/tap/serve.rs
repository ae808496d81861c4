//! Decides what to do with each request.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::Url;
use limpid_core::error::Cause;
use limpid_core::http1::RequestHead;
use limpid_core::trace::{EventKind, TraceEvent};
use limpid_io::SharedRecorder;
use limpid_tokio::{Client, Exchange, Handle, Server, SharedSink};
use tokio::net::TcpStream;

use super::authority::Authority;
use super::destination::{Destination, Onward};
use super::forward::{Failure, Forwarding};
use super::guard::Guard;
use super::max_forwards::{self, Hops};
use super::refusal::Refusal;
use super::settings::server_builder;
use super::tunnel::{self, Protocol, Tunnel};
use super::via;

/// How long to wait for the first bytes of a client in a tunnel to see what it speaks.
const FIRST_BYTES: Duration = Duration::from_secs(5);

/// A proxy.
pub(super) struct Tap {
    pub(super) client: Client,
    /// The name of the proxy in Via.
    pub(super) name: String,
    /// Whether requests that are sent on are operations of their own in the trace that a client names.
    pub(super) traces: bool,
    pub(super) guard: Guard,
    pub(super) connect_timeout: Option<Duration>,
    /// The authority with whose certificates tunnels are opened.
    pub(super) authority: Option<Arc<Authority>>,
    pub(super) sink: SharedSink,
    pub(super) recorder: SharedRecorder,
    /// Shuts the server down, and the connections inside tunnels.
    pub(super) handle: Handle,
}

/// What is done with a request.
enum Decision {
    Forward(Onward, Option<u64>),
    /// CONNECT to this host and port.
    Tunnel(String, u16),
    /// The proxy is the last recipient of TRACE or OPTIONS.
    Answer,
}

impl Tap {
    /// Serves a request of a connection whose requests go to `destination`. A client that has failed is no failure of
    /// the proxy; the events of its exchange say why.
    pub(super) async fn serve(
        self: Arc<Self>,
        exchange: Exchange,
        destination: &Destination,
    ) -> Result<(), Failure> {
        match self.pass(exchange, destination).await {
            Err(Failure::Client(cause)) if !matches!(cause, Cause::Misuse(_)) => Ok(()),
            passed => passed,
        }
    }

    async fn pass(
        self: Arc<Self>,
        mut exchange: Exchange,
        destination: &Destination,
    ) -> Result<(), Failure> {
        match self.decide(&exchange.head(), destination) {
            Ok(Decision::Forward(onward, hops)) => {
                let forwarding = Forwarding::new(&self.client, &self.name, exchange);
                forwarding.traced(self.traces).run(&onward, hops).await
            }
            Ok(Decision::Tunnel(host, port)) => self.connect(exchange, host, port).await,
            Ok(Decision::Answer) => Ok(max_forwards::answer(&mut exchange)?),
            Err(refusal) => Ok(refusal.answer(&mut exchange)?),
        }
    }

    fn decide(
        &self,
        head: &RequestHead<'_>,
        destination: &Destination,
    ) -> Result<Decision, Refusal> {
        if via::lists(head.fields, &self.name) {
            return Err(Refusal::LOOP);
        }
        if head.method == b"CONNECT" {
            return match destination {
                Destination::Named => authority(head.target)
                    .map(|(host, port)| Decision::Tunnel(host, port))
                    .ok_or(Refusal::NOT_A_PROXY_REQUEST),
                Destination::Server { .. } => Err(Refusal::NO_TUNNELS),
            };
        }
        match Hops::of(head) {
            Hops::None => Ok(Decision::Answer),
            Hops::Any => Ok(Decision::Forward(destination.of(head)?, None)),
            Hops::Left(hops) => Ok(Decision::Forward(destination.of(head)?, Some(hops))),
        }
    }

    /// Opens a tunnel to this host. With an authority, what the client sends is looked at first.
    async fn connect(
        self: Arc<Self>,
        mut exchange: Exchange,
        host: String,
        port: u16,
    ) -> Result<(), Failure> {
        if let Some(authority) = self.authority.clone() {
            let peer = exchange.peer();
            opened(&mut exchange, &host, port, None);
            let mut tunnel = Tunnel::new(exchange.upgrade(200).await?);
            let protocol = tunnel.protocol(FIRST_BYTES).await.map_err(Failure::Tunnel)?;
            return match protocol {
                Protocol::Tls => {
                    self.look_inside(tunnel, peer, &host, port, Some(&authority)).await
                }
                Protocol::Http => self.look_inside(tunnel, peer, &host, port, None).await,
                Protocol::Other => {
                    let (server, _) = self.open(&host, port).await.map_err(Failure::Tunnel)?;
                    tunnel.join(server).await;
                    Ok(())
                }
            };
        }
        match self.open(&host, port).await {
            Ok((server, address)) => {
                opened(&mut exchange, &host, port, Some(address));
                Tunnel::new(exchange.upgrade(200).await?).join(server).await;
                Ok(())
            }
            Err(error) => {
                let refusal = Refusal::of_connecting(&error, &format!("{host}:{port}"));
                Ok(refusal.answer(&mut exchange)?)
            }
        }
    }

    async fn open(&self, host: &str, port: u16) -> io::Result<(TcpStream, SocketAddr)> {
        tunnel::open(host.trim_matches(['[', ']']), port, self.guard, self.connect_timeout).await
    }

    /// Serves the requests inside a tunnel, over TLS with a certificate of this authority.
    fn look_inside(
        self: Arc<Self>,
        tunnel: Tunnel,
        peer: Option<SocketAddr>,
        host: &str,
        port: u16,
        authority: Option<&Arc<Authority>>,
    ) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>> {
        let mut builder = server_builder(self.sink.clone(), self.recorder.clone());
        let scheme = match authority
            .map(|authority| authority.server_config(host.trim_matches(['[', ']'])))
        {
            Some(Ok(config)) => {
                builder = builder.tls(config);
                "https"
            }
            Some(Err(error)) => return Box::pin(async { Err(Failure::Tunnel(error)) }),
            None => "http",
        };
        let Ok(base) = format!("{scheme}://{host}:{port}/").parse::<Url>() else {
            let error = io::Error::other("the host is not valid");
            return Box::pin(async { Err(Failure::Tunnel(error)) });
        };
        let (settings, handle) = (Arc::new(builder.settings()), self.handle.clone());
        let destination = Arc::new(Destination::Server { base, keep_host: true });
        Box::pin(async move {
            Server::serve_connection(tunnel, peer, &settings, &handle, move |exchange| {
                let (tap, destination) = (Arc::clone(&self), Arc::clone(&destination));
                async move { tap.serve(exchange, &destination).await }
            })
            .await;
            Ok(())
        })
    }
}

/// Emits that a tunnel is opened, to this address if the host was connected to.
fn opened(exchange: &mut Exchange, host: &str, port: u16, address: Option<SocketAddr>) {
    let event = || TraceEvent::TunnelOpened { host, port, address };
    exchange.emit(EventKind::TunnelOpened, event);
}

/// Returns the host and the port of the target of a CONNECT.
fn authority(target: &[u8]) -> Option<(String, u16)> {
    let (host, port) = std::str::from_utf8(target).ok()?.rsplit_once(':')?;
    Some((host.to_owned(), port.parse().ok()?))
}
