//! Events of a client's exchange.

use limpid_core::http1::Role;
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, EventKind, Failure, Meta, TraceEvent};

use super::connection::{Connection, Tunnel};
use super::exchange::{Exchange, Failed, Hop, Reuse};
use super::message::{Request, Response, field, text};
use super::part::Part;

/// An open exchange of a client.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) exchange: Exchange,
    /// The URL of the next request, if a redirect is followed.
    redirect: Option<String>,
    /// Whether the route is a tunnel that was not yet requested.
    needs_tunnel: bool,
    /// Whether messages are those of a request for a tunnel.
    in_tunnel: bool,
    /// Whether the final response has begun.
    has_response: bool,
    /// Whether the request of the last hop is retried.
    is_retried: bool,
}

/// The number of hops that are kept.
const MOST_HOPS: usize = 256;

/// The number of informational responses and of trailers that are kept.
const MOST: usize = 64;

impl Client {
    /// Starts an exchange.
    pub(super) fn new(meta: &Meta, method: &[u8], url: &str, capture: Capture) -> Self {
        let mut hop = Hop::new(meta.hop, meta.at, text(method), capture.url(url).into_owned());
        hop.parts.turn(Part::Pool, meta.at);
        Self {
            exchange: Exchange::new(meta, Role::Client, hop),
            redirect: None,
            needs_tunnel: false,
            in_tunnel: false,
            has_response: false,
            is_retried: false,
        }
    }

    /// Returns the hop of an event, after starting it if the event is its first. The last hop is open.
    fn hop(&mut self, meta: &Meta) -> &mut Hop {
        let hops = &mut self.exchange.hops;
        if hops.last().is_none_or(|last| last.number < meta.hop) {
            let (method, url) = match hops.last_mut() {
                Some(last) => {
                    last.end(meta.at);
                    (last.method.clone(), last.url.clone())
                }
                None => (String::new(), String::new()),
            };
            if hops.len() >= MOST_HOPS {
                hops.pop();
                self.exchange.left_out += 1;
            }
            let url = self.redirect.take().unwrap_or(url);
            let mut hop = Hop::new(meta.hop, meta.at, method, url);
            hop.parts.turn(Part::Pool, meta.at);
            hops.push(hop);
            (self.needs_tunnel, self.in_tunnel, self.has_response) = (false, false, false);
            self.is_retried = false;
        }
        let last = hops.len() - 1;
        &mut hops[last]
    }

    /// Returns whether messages are those of a request for a tunnel.
    pub(super) const fn is_in_tunnel(&self) -> bool {
        self.in_tunnel
    }

    /// Handles an event. Returns whether the exchange has ended.
    pub(super) fn event(
        &mut self,
        meta: &Meta,
        event: &TraceEvent<'_>,
        connection: Option<&mut Connection>,
        capture: Capture,
    ) -> bool {
        self.hop(meta);
        self.connecting(meta, event);
        self.messages(meta, event, connection, capture);
        self.facts(meta, event, capture);
        self.ending(meta, event, capture)
    }

    /// Handles the events of acquiring and opening a connection.
    fn connecting(&mut self, meta: &Meta, event: &TraceEvent<'_>) {
        let at = meta.at;
        match *event {
            TraceEvent::AcquireStarted { .. } => self.turn(Part::Pool, at),
            TraceEvent::AcquireComplete { reused, age, requests, .. } => {
                let hop = self.hop(meta);
                hop.connection = Some(meta.connection);
                hop.reuse = reused.then_some(Reuse { age, requests });
                hop.parts.stop(at);
            }
            TraceEvent::RouteChosen { via, .. } => self.needs_tunnel = via == "tunnel",
            TraceEvent::ResolveStarted { .. } => self.turn(Part::Resolve, at),
            TraceEvent::ConnectTcpStarted { .. }
            | TraceEvent::ConnectUnixSocketStarted { .. }
            | TraceEvent::SocksConnectTcpStarted { .. } => {
                self.hop(meta).connection = Some(meta.connection);
                self.turn(Part::Connect, at);
            }
            TraceEvent::ResolveComplete { .. }
            | TraceEvent::ResolveFailed { .. }
            | TraceEvent::SetupSocks5ConnectionStarted { .. }
            | TraceEvent::RetryConnectTcpStarted { .. }
            | TraceEvent::RetryConnectUnixSocketStarted { .. }
            | TraceEvent::RetryStartTlsStarted { .. }
            | TraceEvent::StartTlsComplete { .. }
            | TraceEvent::ProxyStartTlsComplete { .. }
            | TraceEvent::SocksStartTlsComplete { .. } => self.turn(Part::Connect, at),
            TraceEvent::StartTlsStarted { .. }
            | TraceEvent::ProxyStartTlsStarted { .. }
            | TraceEvent::SocksStartTlsStarted { .. } => {
                self.in_tunnel = false;
                self.turn(Part::Tls, at);
            }
            _ => {}
        }
    }

    /// Handles the events of messages.
    fn messages(
        &mut self,
        meta: &Meta,
        event: &TraceEvent<'_>,
        connection: Option<&mut Connection>,
        capture: Capture,
    ) {
        let at = meta.at;
        if let TraceEvent::SendRequestHeadersStarted { request } = *event {
            self.in_tunnel = std::mem::take(&mut self.needs_tunnel) && request == b"CONNECT";
            if !self.in_tunnel {
                let hop = self.hop(meta);
                // What failed before was tried again.
                hop.failed = None;
                hop.method = text(request);
                hop.connection = Some(meta.connection);
                self.turn(Part::Send, at);
            }
        }
        if self.in_tunnel {
            return in_tunnel(event, connection, capture);
        }
        match *event {
            TraceEvent::RequestSent { head } => {
                let hop = self.hop(meta);
                let request = Request::of(head, capture);
                let length = request.get("content-length").and_then(|length| length.parse().ok());
                let is_chunked = request.get("transfer-encoding").is_some();
                hop.request_body.framing = Some(match length {
                    Some(_) => "length",
                    None if is_chunked => "chunked",
                    None => "none",
                });
                hop.request_body.size = length.or((!is_chunked).then_some(0));
                hop.request = Some(request);
            }
            TraceEvent::SendRequestBodyComplete {} if !self.has_response => {
                self.turn(Part::Wait, at);
            }
            TraceEvent::StartLineRead { line, .. } if is_final(line) => self.first_byte(at),
            TraceEvent::InformationalRead { head } => {
                let hop = self.hop(meta);
                if hop.informational.len() < MOST {
                    hop.informational.push(Response::of(head, capture));
                }
            }
            TraceEvent::ReceiveResponseHeadersComplete { head } => {
                self.first_byte(at);
                self.hop(meta).response = Some(Response::of(head, capture));
            }
            _ => self.response_body(meta, event, capture),
        }
    }

    /// Handles the events of the response's body.
    fn response_body(&mut self, meta: &Meta, event: &TraceEvent<'_>, capture: Capture) {
        match *event {
            TraceEvent::TrailerRead { name, value, .. } => {
                let trailers = &mut self.hop(meta).response_body.trailers;
                if trailers.len() < MOST {
                    trailers.push(field(name, value, capture));
                }
            }
            TraceEvent::FramingChosen { framing, length, .. } => {
                let body = &mut self.hop(meta).response_body;
                body.framing = Some(framing);
                body.size = length.or((framing == "none").then_some(0));
            }
            TraceEvent::ChunkRead { size, .. } => {
                let body = &mut self.hop(meta).response_body;
                body.size = Some(body.size.unwrap_or(0).saturating_add(size));
            }
            TraceEvent::ContentDecoded { coded, decoded } => {
                let body = &mut self.hop(meta).response_body;
                (body.size, body.decoded) = (Some(coded), Some(decoded));
            }
            TraceEvent::ReceiveResponseBodyComplete {} => self.hop(meta).end(meta.at),
            _ => {}
        }
    }

    /// Handles decisions and failures.
    fn facts(&mut self, meta: &Meta, event: &TraceEvent<'_>, capture: Capture) {
        match *event {
            TraceEvent::RedirectDecided { url: Some(url), follow: true, .. } => {
                self.redirect = Some(capture.url(url).into_owned());
            }
            TraceEvent::RequestRetryDecided { again: true, .. } => {
                self.is_retried = true;
                self.end_before_retry(meta);
            }
            TraceEvent::AcquireFailed { failure }
            | TraceEvent::ConnectTcpFailed { failure }
            | TraceEvent::ConnectUnixSocketFailed { failure }
            | TraceEvent::StartTlsFailed { failure }
            | TraceEvent::ProxyStartTlsFailed { failure }
            | TraceEvent::SocksConnectTcpFailed { failure }
            | TraceEvent::SetupSocks5ConnectionFailed { failure }
            | TraceEvent::SocksStartTlsFailed { failure }
            | TraceEvent::SendRequestHeadersFailed { failure }
            | TraceEvent::SendRequestBodyFailed { failure }
            | TraceEvent::ReceiveResponseHeadersFailed { failure }
            | TraceEvent::ReceiveResponseBodyFailed { failure } => {
                self.hop(meta).failed = Some(Failed::of(failure, meta.at, capture));
                self.end_before_retry(meta);
            }
            _ => {}
        }
    }

    /// Ends a hop that has failed and is retried, since the delay before the retry is not a part of it.
    fn end_before_retry(&mut self, meta: &Meta) {
        if self.is_retried && self.hop(meta).failed.is_some() {
            self.hop(meta).end(meta.at);
        }
    }

    /// Handles the end of the exchange. Returns whether the event is one.
    fn ending(&mut self, meta: &Meta, event: &TraceEvent<'_>, capture: Capture) -> bool {
        let (timings, transferred, bodies, failure) = match *event {
            TraceEvent::ExchangeComplete {
                sent,
                received,
                request_body,
                response_body,
                timings,
            } => (timings, (sent, received), (request_body, response_body), None::<Failure<'_>>),
            TraceEvent::ExchangeFailed {
                failure,
                sent,
                received,
                request_body,
                response_body,
                timings,
            } => (timings, (sent, received), (request_body, response_body), Some(failure)),
            _ => return false,
        };
        let hop = self.hop(meta);
        hop.end(meta.at);
        if hop.request.is_some() {
            hop.request_body.size = Some(bodies.0);
        }
        if hop.response.is_some() {
            hop.response_body.size = Some(bodies.1);
        }
        let failed = failure.map(|failure| Failed::of(failure, meta.at, capture));
        hop.failed.clone_from(&failed);
        self.exchange.failed = failed;
        self.exchange.timings = Some(*timings);
        self.exchange.transferred = Some(transferred);
        self.exchange.ended = Some(meta.at);
        true
    }

    fn turn(&mut self, part: Part, at: Mono) {
        if let Some(hop) = self.exchange.hops.last_mut() {
            hop.parts.turn(part, at);
        }
    }

    fn first_byte(&mut self, at: Mono) {
        if !self.has_response {
            self.has_response = true;
            self.turn(Part::Receive, at);
        }
    }
}

/// Handles the messages of a request for a tunnel.
fn in_tunnel(event: &TraceEvent<'_>, connection: Option<&mut Connection>, capture: Capture) {
    let Some(connection) = connection else { return };
    let tunnel = connection.tunnel.get_or_insert_with(Box::<Tunnel>::default);
    match *event {
        TraceEvent::RequestSent { head } => tunnel.request = Some(Request::of(head, capture)),
        TraceEvent::ReceiveResponseHeadersComplete { head } => {
            tunnel.response = Some(Response::of(head, capture));
        }
        _ => {}
    }
}

/// Returns whether a status line is that of a final response, or of one that switches protocols.
fn is_final(line: &[u8]) -> bool {
    let status = line.split(|byte| *byte == b' ').filter(|part| !part.is_empty()).nth(1);
    status.is_some_and(|status| !status.starts_with(b"1") || status == b"101")
}

/// The kinds of events that a client's exchanges are built from, except for decisions.
pub(super) const KINDS: &[EventKind] = &[
    EventKind::ExchangeStarted,
    EventKind::ExchangeComplete,
    EventKind::ExchangeFailed,
    EventKind::AcquireStarted,
    EventKind::AcquireComplete,
    EventKind::AcquireFailed,
    EventKind::ResolveStarted,
    EventKind::ResolveComplete,
    EventKind::ResolveFailed,
    EventKind::DialStarted,
    EventKind::DialComplete,
    EventKind::DialFailed,
    EventKind::ConnectTcpStarted,
    EventKind::ConnectTcpFailed,
    EventKind::ConnectUnixSocketStarted,
    EventKind::ConnectUnixSocketFailed,
    EventKind::SocksConnectTcpStarted,
    EventKind::SocksConnectTcpFailed,
    EventKind::SetupSocks5ConnectionStarted,
    EventKind::SetupSocks5ConnectionFailed,
    EventKind::StartTlsStarted,
    EventKind::StartTlsComplete,
    EventKind::StartTlsFailed,
    EventKind::ProxyStartTlsStarted,
    EventKind::ProxyStartTlsComplete,
    EventKind::ProxyStartTlsFailed,
    EventKind::SocksStartTlsStarted,
    EventKind::SocksStartTlsComplete,
    EventKind::SocksStartTlsFailed,
    EventKind::RetryConnectTcpStarted,
    EventKind::RetryConnectUnixSocketStarted,
    EventKind::RetryStartTlsStarted,
    EventKind::SendRequestHeadersStarted,
    EventKind::SendRequestHeadersFailed,
    EventKind::RequestSent,
    EventKind::SendRequestBodyComplete,
    EventKind::SendRequestBodyFailed,
    EventKind::StartLineRead,
    EventKind::InformationalRead,
    EventKind::ReceiveResponseHeadersComplete,
    EventKind::ReceiveResponseHeadersFailed,
    EventKind::ChunkRead,
    EventKind::TrailerRead,
    EventKind::ReceiveResponseBodyComplete,
    EventKind::ReceiveResponseBodyFailed,
    EventKind::ConnectionRetired,
    EventKind::ResponseClosedComplete,
    EventKind::CloseComplete,
    EventKind::CloseFailed,
    EventKind::TlsNegotiated,
    EventKind::CertificateReceived,
];
