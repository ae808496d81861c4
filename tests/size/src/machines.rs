//! The machines, each with the least driver that uses all of it.

use alloc::sync::Arc;
use core::net::SocketAddr;
use core::time::Duration;

use limpid_core::bytes::Bytes;
use limpid_core::client::{self, Exchange, Request};
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{BodySize, Connection, Event, Next, Role};
use limpid_core::limits::Config;
use limpid_core::server::{self, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, Cx, ExchangeId, NoSink, Scope};

/// A transport, with a clock.
pub trait Wire {
    /// Reads some bytes; `None` at the end.
    fn read(&mut self, room: &mut [u8]) -> Option<usize>;

    /// Writes some bytes.
    fn write(&mut self, bytes: &[u8]) -> usize;

    /// Returns the time.
    fn now(&mut self) -> Mono;

    /// Is called between two steps of a machine.
    fn step(&mut self) {}
}

/// Serves requests with a bare connection, which echoes their bodies, up to the end of the input. Returns it.
pub fn connection(wire: &mut impl Wire) -> Option<Connection> {
    let mut connection = Connection::new(Role::Server, Config::SMALL);
    let mut scope = Scope::default();
    let mut cx = Cx::new(wire.now(), &NoSink, &mut scope);
    loop {
        wire.step();
        match connection.next(&mut cx).ok()? {
            Next::NeedInput => match wire.read(connection.space(Config::SMALL.limits.read)) {
                Some(n) => connection.filled(n),
                None => return Some(connection),
            },
            Next::Event(Event::Request(..)) => {
                let mut fields = FieldBlock::new();
                fields.push(b"Content-Type", b"text/plain");
                let size = BodySize::Unknown;
                connection.send_response(&mut cx, 200, b"OK", fields.fields(), size).ok()?;
            }
            Next::Event(Event::Data(data)) => {
                let data = Bytes::copy_from_slice(data);
                connection.send_data(&mut cx, data).ok()?;
            }
            Next::Event(Event::End(_)) => connection.finish(&mut cx, Fields::EMPTY).ok()?,
            Next::Event(_) => {}
            Next::Paused => {
                connection.restart().ok()?;
                connection.free_buffers();
            }
            _ => return None,
        }
        for slice in connection.out() {
            wire.write(slice);
        }
        connection.sent(connection.out_len());
    }
}

/// Returns options for a small server.
#[must_use]
pub fn server_options() -> Arc<server::Options> {
    Arc::new(server::Options::with(|options| {
        options.config = Config::SMALL;
        options.timeouts.buffers = Some(Duration::from_millis(100));
    }))
}

/// Serves requests with a session, which echoes their bodies, up to the end of the input. Returns it.
pub fn session(wire: &mut impl Wire, options: Arc<server::Options>) -> Option<Session> {
    let mut session = Session::new(ConnectionId(1), None, options);
    loop {
        wire.step();
        let now = wire.now();
        match session.poll(now, &NoSink) {
            server::Action::Request => {
                session.fields().push(b"Content-Type", b"text/plain");
                session.respond(now, &NoSink, 200, BodySize::Unknown).ok()?;
                session.read_body();
            }
            server::Action::Event => match session.event() {
                Some(server::Event::Data(data)) => {
                    let data = Bytes::copy_from_slice(data);
                    session.send(now, &NoSink, data).ok()?;
                    session.flush();
                }
                _ => {
                    session.finish(now, &NoSink).ok()?;
                    session.handled(now, &NoSink, Outcome::Done);
                }
            },
            server::Action::Handle => session.read_body(),
            server::Action::Failed => session.handled(now, &NoSink, Outcome::Failed),
            server::Action::Wait(interest) if interest.write => {
                let n = session.out().into_iter().map(|slice| wire.write(slice)).sum();
                session.handle_sent(n, now, &NoSink).ok()?;
            }
            server::Action::Wait(_) => {
                if session.deadline(now).is_some_and(|until| until.at <= now) {
                    session.handle_timeout(now, &NoSink);
                    continue;
                }
                let size = session.read_size();
                match wire.read(session.space(size)) {
                    Some(n) => session.handle_received(n, now, &NoSink).ok()?,
                    None => {
                        session.free_buffers();
                        return Some(session);
                    }
                }
            }
            server::Action::Done => return None,
            _ => {}
        }
    }
}

/// Returns options for a small client.
#[must_use]
pub fn client_options() -> Arc<client::Options> {
    Arc::new(client::Options::with(|options| options.config = Config::SMALL_CLIENT))
}

/// Sends a request with an exchange, and discards the response. Returns the connection.
pub fn exchange(
    wire: &mut impl Wire,
    url: &str,
    address: SocketAddr,
    options: Arc<client::Options>,
) -> Option<alloc::boxed::Box<client::Link>> {
    let request = Request::builder(b"GET", url.parse().ok()?).build();
    let mut exchange = Exchange::new(ExchangeId(1), request, options);
    loop {
        wire.step();
        let now = wire.now();
        match exchange.poll(now, &NoSink) {
            client::Action::Acquire => {
                exchange.handle_opened(ConnectionId(1), now, &NoSink).ok()?;
            }
            client::Action::Resolve => exchange.handle_resolved(&[address], now, &NoSink).ok()?,
            client::Action::Dial(id) => exchange.handle_dialed(id, now, &NoSink).ok()?,
            client::Action::Wait(_) => {
                if exchange.deadline(now).is_some_and(|until| until.at <= now) {
                    exchange.handle_timeout(now, &NoSink);
                } else if exchange.out().concat().is_empty() {
                    let size = exchange.read_size();
                    match wire.read(exchange.space(size)) {
                        Some(n) => exchange.handle_received(n, now, &NoSink).ok()?,
                        None => exchange.handle_eof(now, &NoSink),
                    }
                } else {
                    let n = exchange.out().into_iter().map(|slice| wire.write(slice)).sum();
                    exchange.handle_sent(n, now, &NoSink).ok()?;
                }
            }
            client::Action::Release | client::Action::Done => return exchange.take_link(),
            client::Action::Failed => return None,
            _ => {}
        }
    }
}
