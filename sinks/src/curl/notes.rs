//! The lines about what happens around the messages.

use std::fmt::{Arguments, Write};
use std::net::SocketAddr;

use limpid_core::error::Cause;
use limpid_core::http1::{RequestHead, ResponseHead};
use limpid_core::trace::{Capture, ConnectionId, Failure, Meta, TraceEvent};

use super::certificate::Certificate;
use super::failure;
use super::state::{Exchange, Open};
use crate::terminal::Visible;

/// Writes the lines of exchanges, from what is remembered of them.
#[derive(Debug)]
pub(crate) struct Notes {
    pub(crate) capture: Capture,
    /// What stands before each line.
    mark: &'static str,
    open: Open,
}

/// Appends a line. Characters that control a terminal are escaped.
struct Line<'o> {
    mark: &'static str,
    out: &'o mut String,
}

impl Line<'_> {
    fn push(&mut self, text: Arguments<'_>) {
        self.out.push_str(self.mark);
        // Writing to a string does not fail.
        let _ = Visible(&mut *self.out).write_fmt(text);
        self.out.push('\n');
    }
}

/// Returns the number that curl would give a connection. It counts from 0.
const fn number(connection: ConnectionId) -> u64 {
    connection.0.saturating_sub(1)
}

impl Notes {
    pub(crate) fn new(mark: &'static str) -> Self {
        Self { capture: Capture::default(), mark, open: Open::default() }
    }

    /// Appends the lines that stand before the head of an event, which may have none.
    pub(crate) fn before(&mut self, meta: &Meta, event: &TraceEvent<'_>, out: &mut String) {
        let mut line = Line { mark: self.mark, out };
        self.connecting(meta, event, &mut line);
        self.securing(meta, event, &mut line);
        self.exchanging(meta, event, &mut line);
        self.ending(meta, event, &mut line);
        serving(meta, event, self.capture, &mut line);
    }

    /// Appends the lines that stand after the head of an event.
    pub(crate) fn after(&mut self, meta: &Meta, event: &TraceEvent<'_>, out: &mut String) {
        let mut line = Line { mark: self.mark, out };
        match event {
            TraceEvent::ReceiveResponseHeadersComplete { head } => {
                let exchange = self.open.exchange(meta);
                if exchange.tunnels && matches!(head.status, 200..=299) {
                    line.push(format_args!("CONNECT phase completed"));
                    let status = head.status;
                    line.push(format_args!("CONNECT tunnel established, response {status}"));
                }
            }
            TraceEvent::ExchangeComplete { .. } | TraceEvent::ExchangeFailed { .. } => {
                self.open.end_exchange(meta);
            }
            _ => {}
        }
    }

    /// Looking up hosts and connecting to addresses.
    fn connecting(&mut self, meta: &Meta, event: &TraceEvent<'_>, line: &mut Line<'_>) {
        match event {
            TraceEvent::ConnectTcpStarted { host, port, .. }
            | TraceEvent::SocksConnectTcpStarted { host, port, .. } => {
                let exchange = self.open.exchange(meta);
                (exchange.host, exchange.port) = ((*host).into(), *port);
                exchange.dials.clear();
                self.open.open(meta.connection, host);
            }
            TraceEvent::ConnectUnixSocketStarted { path, .. } => {
                line.push(format_args!("  Trying {path}:0..."));
                let exchange = self.open.exchange(meta);
                exchange.path = Some((*path).into());
                let host = exchange.host.clone();
                self.open.open(meta.connection, &host);
            }
            TraceEvent::ResolveComplete { found, .. } => self.resolved(meta, found, line),
            TraceEvent::DialStarted { address, .. } => {
                line.push(format_args!("  Trying {address}..."));
                self.open.exchange(meta).dials.push((meta.span(), *address));
            }
            TraceEvent::DialFailed { failure } => self.dial_failed(meta, failure, line),
            TraceEvent::DialComplete { .. } => {
                let exchange = self.open.exchange(meta);
                exchange.peer = dialed(exchange, meta);
            }
            TraceEvent::ConnectTcpComplete { .. } | TraceEvent::SocksConnectTcpComplete { .. } => {
                let Exchange { host, port, peer, .. } = self.open.exchange(meta);
                let address = peer.map(|peer| peer.ip().to_string()).unwrap_or_default();
                let number = number(meta.connection);
                line.push(format_args!("Connected to {host} ({address}) port {port} (#{number})"));
            }
            TraceEvent::ConnectUnixSocketFailed { failure } => {
                let path = self.open.exchange(meta).path.take().unwrap_or_default();
                if let Cause::Os(error) = failure.cause {
                    let words = failure::system(*error);
                    line.push(format_args!("Immediate connect fail for {path}: {words}"));
                }
            }
            TraceEvent::ConnectUnixSocketComplete { .. } => {
                let Exchange { host, port, path, .. } = self.open.exchange(meta);
                let (path, number) = (path.take().unwrap_or_default(), number(meta.connection));
                line.push(format_args!("Connected to {host} ({path}) port {port} (#{number})"));
            }
            TraceEvent::SetupSocks5ConnectionStarted { host, port, .. } => {
                line.push(format_args!("SOCKS5 connect to {host}:{port} (remotely resolved)"));
            }
            TraceEvent::SetupSocks5ConnectionComplete { .. } => {
                line.push(format_args!("SOCKS5 request granted."));
            }
            _ => {}
        }
    }

    /// A host whose name is an address needs no lookup.
    fn resolved(&mut self, meta: &Meta, found: &str, line: &mut Line<'_>) {
        let Exchange { host, port, .. } = self.open.exchange(meta);
        if host.parse::<std::net::IpAddr>().is_ok() {
            return;
        }
        line.push(format_args!("Host {host}:{port} was resolved."));
        for (family, is_v6) in [("IPv6", true), ("IPv4", false)] {
            let of_family = found.split(", ").filter(|found| found.contains(':') == is_v6);
            let addresses = of_family.filter(|found| !found.is_empty()).collect::<Vec<_>>();
            match addresses.is_empty() {
                true => line.push(format_args!("{family}: (none)")),
                false => line.push(format_args!("{family}: {}", addresses.join(", "))),
            }
        }
    }

    fn dial_failed(&mut self, meta: &Meta, failure: &Failure<'_>, line: &mut Line<'_>) {
        let Some(address) = dialed(self.open.exchange(meta), meta) else { return };
        let (host, port) = (address.ip(), address.port());
        match failure.cause {
            // Another address was connected to first.
            Cause::Superseded => {}
            Cause::Os(error) => {
                let words = failure::system(*error);
                line.push(format_args!("connect to {host} port {port} failed: {words}"));
            }
            cause => line.push(format_args!("connect to {host} port {port} failed: {cause}")),
        }
    }

    /// TLS and certificates.
    fn securing(&mut self, meta: &Meta, event: &TraceEvent<'_>, line: &mut Line<'_>) {
        match event {
            TraceEvent::LoadVerifyFile { cafile } => line.push(format_args!(" CAfile: {cafile}")),
            TraceEvent::LoadVerifyDirectory { capath } => {
                line.push(format_args!(" CApath: {capath}"));
            }
            TraceEvent::StartTlsStarted { ssl_context, server_hostname, .. }
            | TraceEvent::ProxyStartTlsStarted { ssl_context, server_hostname, .. }
            | TraceEvent::SocksStartTlsStarted { ssl_context, server_hostname, .. } => {
                let exchange = self.open.exchange(meta);
                exchange.verifies = ssl_context.verify;
                exchange.name = (*server_hostname).into();
            }
            TraceEvent::TlsNegotiated { version, cipher, protocol, .. } => {
                let (version, cipher) = (version.unwrap_or("?"), cipher.unwrap_or("?"));
                line.push(format_args!("SSL connection using {version} / {cipher}"));
                match protocol {
                    Some(protocol) => line.push(format_args!("ALPN: server accepted {protocol}")),
                    None => line.push(format_args!(
                        "ALPN: server did not agree on a protocol. Uses default."
                    )),
                }
            }
            TraceEvent::CertificateReceived {
                accepted,
                subject,
                issuer,
                names,
                not_before,
                not_after,
                ..
            } => {
                let (accepted, exchange) = (*accepted, self.open.exchange(meta));
                let certificate =
                    Certificate { accepted, subject, issuer, names, not_before, not_after };
                for text in certificate.lines(exchange) {
                    line.push(format_args!("{text}"));
                }
            }
            TraceEvent::StartTlsComplete { .. }
            | TraceEvent::ProxyStartTlsComplete { .. }
            | TraceEvent::SocksStartTlsComplete { .. } => line.push(format_args!("using HTTP/1.x")),
            _ => {}
        }
    }

    /// Requests and responses.
    fn exchanging(&mut self, meta: &Meta, event: &TraceEvent<'_>, line: &mut Line<'_>) {
        match event {
            TraceEvent::AcquireStarted { host, port, .. } => {
                let exchange = self.open.exchange(meta);
                (exchange.host, exchange.port) = ((*host).into(), *port);
                if let Some(url) = exchange.next.take() {
                    line.push(format_args!("Issue another request to this URL: '{url}'"));
                }
            }
            TraceEvent::AcquireComplete { reused: true, peer, .. } => {
                let number = number(meta.connection);
                self.open.exchange(meta).peer = *peer;
                let host = self.host(meta);
                line.push(format_args!("Re-using existing connection #{number} with host {host}"));
            }
            TraceEvent::PoolFull { limit, .. } => {
                line.push(format_args!("No connections available: {limit} are the most"));
            }
            TraceEvent::ExchangeStarted { url, .. } => {
                self.open.exchange(meta).url = self.capture.url(url).into();
            }
            TraceEvent::RequestSent { head } => self.sent(meta, head, line),
            TraceEvent::ContinueDecided { sends: true, why: "the server says nothing" } => {
                line.push(format_args!("Done waiting for 100-continue"));
            }
            TraceEvent::FramingChosen { framing, length, .. } if meta.exchange.0 != 0 => {
                let exchange = self.open.exchange(meta);
                (exchange.framing, exchange.length) = (framing, *length);
            }
            TraceEvent::ReceiveResponseHeadersComplete { head } => self.received(meta, head, line),
            TraceEvent::SendRequestBodyFailed { failure }
                if matches!(failure.cause, Cause::AnsweredEarly(_)) =>
            {
                line.push(format_args!("HTTP error before end of send, stop sending"));
            }
            TraceEvent::RedirectDecided { follow: true, url, .. } => {
                let exchange = self.open.exchange(meta);
                let url = url.map(|url| self.capture.url(url).into());
                (exchange.next, exchange.resent) = (url.clone(), 0);
                exchange.url = url.unwrap_or_default();
                if exchange.framing != "none" && exchange.length != Some(0) {
                    line.push(format_args!("Ignoring the response-body"));
                }
            }
            TraceEvent::Switched { .. } if !self.open.exchange(meta).tunnels => {
                line.push(format_args!("Received 101, switching to another protocol"));
            }
            _ => {}
        }
    }

    fn sent(&mut self, meta: &Meta, head: &RequestHead<'_>, line: &mut Line<'_>) {
        let authorization = head.fields.get("Authorization");
        let exchange = self.open.exchange(meta);
        exchange.tunnels = head.method == b"CONNECT";
        exchange.had_credentials = authorization.is_some();
        (exchange.reusable, exchange.failure) = (false, None);
        if exchange.tunnels {
            let target = String::from_utf8_lossy(head.target);
            line.push(format_args!("Establish HTTP proxy tunnel to {target}"));
        }
        let of_proxy = head.fields.get("Proxy-Authorization");
        for (who, value) in [("Proxy", of_proxy), ("Server", authorization)] {
            let scheme = value.and_then(|value| value.split(|byte| *byte == b' ').next());
            if let Some(scheme) = scheme.filter(|scheme| SCHEMES.contains(scheme)) {
                line.push(format_args!("{who} auth using {}", String::from_utf8_lossy(scheme)));
            }
        }
    }

    fn received(&mut self, meta: &Meta, head: &ResponseHead<'_>, line: &mut Line<'_>) {
        let exchange = self.open.exchange(meta);
        if head.version.minor() == 0 {
            line.push(format_args!("HTTP 1.0, assume close after body"));
        } else if exchange.framing == "close" && head.fields.get("Connection").is_none() {
            line.push(format_args!("no chunk, no close, no size. Assume close to signal end"));
        }
        if head.status == 401 && exchange.had_credentials {
            line.push(format_args!("Authentication problem. Ignoring this."));
        }
        if exchange.tunnels && !matches!(head.status, 200..=299) {
            exchange.failure = Some(failure::tunnel(head.status));
        }
    }

    /// The ends of responses and of connections.
    fn ending(&mut self, meta: &Meta, event: &TraceEvent<'_>, line: &mut Line<'_>) {
        let connection = meta.connection;
        match event {
            TraceEvent::ReuseDecided { reusable, .. } if meta.exchange.0 != 0 => {
                self.open.exchange(meta).reusable = *reusable;
            }
            TraceEvent::DrainDecided { keeps, .. } => self.open.exchange(meta).reusable = *keeps,
            TraceEvent::ResponseClosedComplete {} => {
                let exchange = self.open.exchange(meta);
                match (&exchange.failure, exchange.reusable) {
                    // The next event tells what follows.
                    (Some(_), _) => {}
                    (None, true) => {
                        let (number, host) = (number(connection), self.host(meta));
                        line.push(format_args!("Connection #{number} to host {host} left intact"));
                    }
                    (None, false) => self.close(connection, line),
                }
            }
            TraceEvent::ResendDecided { again: true, .. } => {
                let exchange = self.open.exchange(meta);
                exchange.resent += 1;
                (exchange.failure, exchange.next) = (None, Some(exchange.url.clone()));
                let count = exchange.resent;
                line.push(format_args!(
                    "Connection died, retrying a fresh connect (retry count: {count})"
                ));
                self.close(connection, line);
            }
            TraceEvent::RetryDecided { again: true, .. } => {
                self.tell_failure(meta, line);
                self.close(connection, line);
            }
            TraceEvent::RequestRetryDecided { again: true, delay, .. } => {
                let seconds = delay.unwrap_or_default().as_secs_f64();
                if self.tell_failure(meta, line) {
                    self.close(connection, line);
                }
                line.push(format_args!("Will retry in {seconds} seconds"));
            }
            TraceEvent::ExchangeFailed { failure, .. } => {
                self.failed(meta, failure);
                self.tell_failure(meta, line);
                self.close(connection, line);
            }
            TraceEvent::ConnectionRetired { why } => self.retired(connection, why, line),
            // The end of the exchange tells why, and closes.
            TraceEvent::CloseStarted {}
                if meta.exchange.0 != 0 && self.open.exchange(meta).failure.is_some() => {}
            TraceEvent::CloseStarted {} => self.close(connection, line),
            other => {
                if let Some(failure) = failed_step(other) {
                    self.failed(meta, &failure);
                }
            }
        }
    }

    /// Writes the words of the failure that is kept. Returns whether there was one.
    fn tell_failure(&mut self, meta: &Meta, line: &mut Line<'_>) -> bool {
        let failure = self.open.exchange(meta).failure.take();
        failure.inspect(|failure| line.push(format_args!("{failure}"))).is_some()
    }

    /// Keeps the words of the first failure, which is shown when it is decided what follows.
    fn failed(&mut self, meta: &Meta, failure: &Failure<'_>) {
        let exchange = self.open.exchange(meta);
        if exchange.failure.is_none() {
            let elapsed = meta.at.since(exchange.started);
            exchange.failure = Some(failure::line(failure, exchange, elapsed));
        }
    }

    fn retired(&mut self, connection: ConnectionId, why: &str, line: &mut Line<'_>) {
        let number = number(connection);
        match why {
            // curl does not mention what it closes at its end.
            "the client is closed" => {
                self.open.close(connection);
            }
            "the server has closed it, or sent what was not asked for" => {
                line.push(format_args!("Connection {number} seems to be dead"));
            }
            why => line.push(format_args!("Connection {number} is not kept: {why}")),
        }
    }

    fn close(&mut self, connection: ConnectionId, line: &mut Line<'_>) {
        if self.open.close(connection) {
            line.push(format_args!("Closing connection {}", number(connection)));
        }
    }

    fn host(&mut self, meta: &Meta) -> Box<str> {
        match self.open.host(meta.connection) {
            Some(host) => host.into(),
            None => self.open.exchange(meta).host.clone(),
        }
    }
}

/// The schemes of credentials that are named. What stands in place of another may be a secret.
const SCHEMES: [&[u8]; 5] = [b"Basic", b"Digest", b"Bearer", b"NTLM", b"Negotiate"];

/// Returns the address of the attempt that ends with an event.
fn dialed(exchange: &mut Exchange, meta: &Meta) -> Option<SocketAddr> {
    let at = exchange.dials.iter().position(|(span, _)| *span == meta.span())?;
    Some(exchange.dials.swap_remove(at).1)
}

/// Returns the failure of an operation without which its exchange cannot succeed.
const fn failed_step<'e>(event: &TraceEvent<'e>) -> Option<Failure<'e>> {
    match event {
        TraceEvent::SendRequestBodyFailed { failure }
            if matches!(failure.cause, Cause::AnsweredEarly(_)) =>
        {
            None
        }
        TraceEvent::AcquireFailed { failure }
        | TraceEvent::ConnectTcpFailed { failure }
        | TraceEvent::ConnectUnixSocketFailed { failure }
        | TraceEvent::SocksConnectTcpFailed { failure }
        | TraceEvent::SetupSocks5ConnectionFailed { failure }
        | TraceEvent::StartTlsFailed { failure }
        | TraceEvent::ProxyStartTlsFailed { failure }
        | TraceEvent::SocksStartTlsFailed { failure }
        | TraceEvent::SendRequestHeadersFailed { failure }
        | TraceEvent::SendRequestBodyFailed { failure }
        | TraceEvent::ReceiveResponseHeadersFailed { failure }
        | TraceEvent::ReceiveResponseBodyFailed { failure } => Some(*failure),
        _ => None,
    }
}

/// Served connections, of which curl has no lines.
fn serving(meta: &Meta, event: &TraceEvent<'_>, capture: Capture, line: &mut Line<'_>) {
    let number = number(meta.connection);
    match event {
        TraceEvent::ServeStarted { peer, .. } => match peer {
            Some(peer) => line.push(format_args!("Accepted connection from {peer} (#{number})")),
            None => line.push(format_args!("Accepted connection (#{number})")),
        },
        TraceEvent::ServeComplete { why, .. } => {
            line.push(format_args!("Closing connection {number}: {why}"));
        }
        TraceEvent::ServeFailed { failure } => {
            line.push(format_args!("Closing connection {number}: {}", failure.cause));
        }
        TraceEvent::AnswerFailed { failure, .. } | TraceEvent::AcceptTlsFailed { failure } => {
            line.push(format_args!("{}", failure.cause));
        }
        TraceEvent::RequestRefused { status, why, .. } => {
            line.push(format_args!("Refused with status {status}: {why}"));
        }
        TraceEvent::HandlerFailed { why, error } => match error {
            Some(error) => line.push(format_args!("The handler {why}: {}", capture.text(error))),
            None => line.push(format_args!("The handler {why}")),
        },
        _ => {}
    }
}
