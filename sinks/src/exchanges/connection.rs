//! Connections: what the exchanges on them have in common.

use std::net::SocketAddr;

use limpid_core::http1::Role;
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, ConnectionId, ExchangeId, Meta, SpanId, TraceEvent};

use super::decision::Decision;
use super::exchange::Failed;
use super::message::{Request, Response};
use super::part::Parts;

/// A connection of a client or a server.
///
/// [`Model`](super::Model) has an example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Connection {
    /// The identifier.
    pub id: ConnectionId,
    /// The side that reported the events.
    pub role: Role,
    /// The origin server that a client opened it for: the host, and the port.
    pub origin: Option<(String, u16)>,
    /// Whether it uses TLS, as far as it is known.
    pub is_secure: bool,
    /// The request for which a client opened it: the exchange, and the number of its hop.
    pub opened_by: Option<(ExchangeId, u16)>,
    /// The route to the server.
    pub route: Option<Route>,
    /// The addresses of the host, in the order of the resolver.
    pub found: Option<String>,
    /// The addresses that were tried.
    pub dials: Vec<DialAttempt>,
    /// The local address.
    pub local: Option<SocketAddr>,
    /// The address of the peer, which is a proxy or the server.
    pub peer: Option<SocketAddr>,
    /// The path of the Unix socket that it uses.
    pub unix_socket: Option<String>,
    /// The request for a tunnel, and its response.
    pub tunnel: Option<Box<Tunnel>>,
    /// When opening it started, or a server accepted it.
    pub started: Mono,
    /// The parts of opening it.
    pub parts: Parts,
    /// The properties of TLS.
    pub tls: Option<Negotiated>,
    /// The certificate of the peer.
    pub certificate: Option<Certificate>,
    /// Number of requests on it.
    pub requests: u64,
    /// When it was closed.
    pub closed: Option<Mono>,
    /// Why it was closed.
    pub why_closed: Option<String>,
    /// Decisions outside an exchange.
    pub decisions: Vec<Decision>,
    /// Why it failed.
    pub failed: Option<Failed>,
}

/// The route of a connection.
///
/// [`Connection`] has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// How the server is reached: `direct`, `unix socket`, `forwarding proxy`, `tunnel` or `socks5`.
    pub via: &'static str,
    /// The URL of the proxy, without credentials.
    pub proxy: Option<String>,
    /// The reason.
    pub why: &'static str,
}

/// Connecting to one address.
///
/// [`Connection`] has it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DialAttempt {
    /// The address.
    pub address: SocketAddr,
    /// The reason for which it was tried then.
    pub why: &'static str,
    /// When it started.
    pub started: Mono,
    /// When it ended.
    pub ended: Option<Mono>,
    /// Why it failed.
    pub failed: Option<Failed>,
    /// The span of the attempt.
    pub span: SpanId,
}

/// A request for a tunnel through a proxy.
///
/// [`Connection`] has it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Tunnel {
    /// The head of the request.
    pub request: Option<Request>,
    /// The head of the response.
    pub response: Option<Response>,
}

/// The properties of a secured connection, which the handshake determined.
///
/// [`Connection`] has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Negotiated {
    /// The protocol and version, such as `TLSv1.3`.
    pub version: Option<String>,
    /// The cipher suite.
    pub cipher: Option<String>,
    /// The group or the algorithm of the key exchange.
    pub key_exchange: Option<String>,
    /// The protocol above, which was negotiated by ALPN.
    pub protocol: Option<String>,
    /// The kind of the handshake.
    pub handshake: Option<String>,
    /// The host name that the client asked a server for.
    pub server_name: Option<String>,
}

/// A certificate of a peer.
///
/// [`Connection`] has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Certificate {
    /// Whether it was accepted.
    pub accepted: bool,
    /// The subject.
    pub subject: String,
    /// The issuer.
    pub issuer: String,
    /// The DNS names and IP addresses that it is for.
    pub names: String,
    /// When it becomes valid, in UTC.
    pub not_before: String,
    /// Until when it is valid, in UTC.
    pub not_after: String,
    /// The SHA-256 hash of its DER form, in hexadecimal digits.
    pub sha256: Option<String>,
}

/// The number of dials and of decisions that are kept.
const MOST: usize = 128;

impl Connection {
    pub(crate) fn new(id: ConnectionId, role: Role, started: Mono) -> Self {
        Self {
            id,
            role,
            origin: None,
            is_secure: false,
            opened_by: None,
            route: None,
            found: None,
            dials: Vec::new(),
            local: None,
            peer: None,
            unix_socket: None,
            tunnel: None,
            started,
            parts: Parts::default(),
            tls: None,
            certificate: None,
            requests: 0,
            closed: None,
            why_closed: None,
            decisions: Vec::new(),
            failed: None,
        }
    }

    /// Handles an event that describes the connection, whatever exchange it happens in.
    pub(super) fn describe(&mut self, meta: &Meta, event: &TraceEvent<'_>, capture: Capture) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        match *event {
            TraceEvent::RouteChosen { via, proxy, why, .. } => {
                self.route = Some(Route { via, proxy: owned(proxy), why });
            }
            TraceEvent::ResolveComplete { found, .. } => self.found = Some(found.to_owned()),
            TraceEvent::ConnectUnixSocketStarted { path, .. } => {
                self.unix_socket = Some(path.to_owned());
            }
            TraceEvent::DialStarted { address, why } if self.dials.len() < MOST => {
                let (started, span) = (meta.at, meta.span());
                let dial = DialAttempt { address, why, started, ended: None, failed: None, span };
                self.dials.push(dial);
            }
            TraceEvent::DialComplete { local } => {
                if let Some(dial) = self.dial(meta) {
                    dial.ended = Some(meta.at);
                    self.peer = Some(dial.address);
                }
                self.local = local;
            }
            TraceEvent::DialFailed { failure } => {
                if let Some(dial) = self.dial(meta) {
                    dial.ended = Some(meta.at);
                    dial.failed = Some(Failed::of(failure, meta.at, capture));
                }
            }
            _ => self.describe_security(event),
        }
    }

    /// Handles the events of TLS.
    fn describe_security(&mut self, event: &TraceEvent<'_>) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        match *event {
            TraceEvent::TlsNegotiated {
                version,
                cipher,
                key_exchange,
                protocol,
                handshake,
                server_name,
            } => {
                self.is_secure = true;
                self.tls = Some(Negotiated {
                    version: owned(version),
                    cipher: owned(cipher),
                    key_exchange: owned(key_exchange),
                    protocol: owned(protocol),
                    handshake: owned(handshake),
                    server_name: owned(server_name),
                });
            }
            TraceEvent::CertificateReceived {
                accepted,
                subject,
                issuer,
                names,
                not_before,
                not_after,
                sha256,
            } => {
                self.certificate = Some(Certificate {
                    accepted,
                    subject: subject.to_owned(),
                    issuer: issuer.to_owned(),
                    names: names.to_owned(),
                    not_before: not_before.to_owned(),
                    not_after: not_after.to_owned(),
                    sha256: owned(sha256),
                });
            }
            _ => {}
        }
    }

    /// Returns the dial of an event.
    fn dial(&mut self, meta: &Meta) -> Option<&mut DialAttempt> {
        self.dials.iter_mut().rfind(|dial| dial.span == meta.span())
    }

    pub(super) fn decide(&mut self, decision: Decision) {
        if self.decisions.len() < MOST {
            self.decisions.push(decision);
        }
    }

    pub(super) fn close(&mut self, at: Mono, why: Option<&str>) {
        self.closed.get_or_insert(at);
        if self.why_closed.is_none() {
            self.why_closed = why.map(str::to_owned);
        }
    }
}
