//! Replaying the exchanges of clients.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::{Action, Event, Exchange, Input, Link, Options, Request};
use limpid_core::fields::FieldBlock;
use limpid_core::internal::Reader;
use limpid_core::trace::{ConnectionId, EventKind, ExchangeId, TraceEvent};

use super::input::{Context, Lost, MOST_READ, body, read, read_received};
use super::layer::ReplayedLayer;
use super::summary::Replayed;
use super::tunnel::Tunnels;
use crate::format::FrameKind;

/// The exchanges and connections of clients.
#[derive(Default)]
pub(super) struct Clients {
    options: HashMap<usize, Arc<Options>>,
    places: HashMap<u64, Place>,
    /// The idle connections.
    links: HashMap<ConnectionId, Box<Link>>,
}

/// A place in memory.
enum Place {
    Exchange(Box<Running>),
    /// The exchange cannot be replayed, or not to its end.
    Lost,
}

/// An exchange.
struct Running {
    exchange: Exchange,
    connection: ConnectionId,
    /// The number of layers that were recorded.
    layers: u8,
    /// What the transport receives is encrypted.
    is_secure: bool,
    /// The number of bytes that were received since the exchange was polled.
    unparsed: usize,
    /// A layer had to do what was not recorded.
    has_ended: Arc<AtomicBool>,
}

impl Clients {
    /// Adds options of a client.
    pub(super) fn add_options(
        &mut self,
        from: &mut Reader<'_>,
        context: &Context<'_>,
    ) -> Option<()> {
        let (number, mut options) = (from.read()?, from.read::<Options>()?);
        options.certificates = options.certificates.and(context.certificates);
        self.options.insert(number, Arc::new(options));
        Some(())
    }

    /// Closes an idle connection.
    pub(super) fn retire(
        &mut self,
        connection: ConnectionId,
        from: &mut Reader<'_>,
        context: &Context<'_>,
    ) -> Option<()> {
        let why = from.read()?;
        if let Some(link) = self.links.remove(&connection) {
            link.retire(why, context.now, &context.sink, |_| {});
        }
        Some(())
    }

    /// Makes the call of this kind on the exchange of a place. Returns `None` if its arguments are invalid.
    pub(super) fn call(
        &mut self,
        kind: FrameKind,
        place: u64,
        from: &mut Reader<'_>,
        tunnels: &mut Tunnels,
        context: &mut Context<'_>,
        replayed: &mut Replayed,
    ) -> Option<()> {
        if kind == FrameKind::Begin {
            let begun = self.begin(from, context)?;
            replayed.exchanges += 1;
            if matches!(begun, Place::Lost) {
                replayed.skipped += 1;
            }
            self.places.insert(place, begun);
            return Some(());
        }
        let running = match self.places.get_mut(&place) {
            Some(Place::Exchange(running)) => running,
            Some(Place::Lost) => return Some(()),
            None => {
                replayed.skipped += 1;
                self.places.insert(place, Place::Lost);
                return Some(());
            }
        };
        let result = running.call(kind, place, from, &mut self.links, tunnels, context);
        let has_ended = running.has_ended.load(Ordering::Relaxed);
        match result {
            Err(Lost::Invalid) => return None,
            Ok(()) if !has_ended => {}
            _ => {
                replayed.incomplete += 1;
                self.places.insert(place, Place::Lost);
            }
        }
        Some(())
    }

    fn begin(&self, from: &mut Reader<'_>, context: &Context<'_>) -> Option<Place> {
        let (id, number) = (from.read::<ExchangeId>()?, from.read::<usize>()?);
        let request = from.read::<Request>()?;
        let Some(options) = self.options.get(&number) else { return Some(Place::Lost) };
        let mut exchange = Exchange::new(id, request, Arc::clone(options));
        let header = &context.recording.header;
        if !header.capture.shows_bytes() || header.bodies.is_some() {
            exchange.leave_coded();
        }
        Some(Place::Exchange(Box::new(Running {
            exchange,
            connection: ConnectionId(0),
            layers: 0,
            is_secure: false,
            unparsed: 0,
            has_ended: Arc::default(),
        })))
    }
}

impl Running {
    fn call(
        &mut self,
        kind: FrameKind,
        place: u64,
        from: &mut Reader<'_>,
        links: &mut HashMap<ConnectionId, Box<Link>>,
        tunnels: &mut Tunnels,
        context: &mut Context<'_>,
    ) -> Result<(), Lost> {
        let (now, sink) = (context.now, context.sink);
        let exchange = &mut self.exchange;
        match kind {
            FrameKind::Poll => {
                self.unparsed = 0;
                // What was one piece when it was decoded may be several.
                while matches!(exchange.poll(now, &sink), Action::Event(_))
                    && exchange.is_left_coded()
                    && matches!(exchange.event(), Some(Event::Data(_)))
                {}
            }
            FrameKind::AskDeadline => {
                let _ = exchange.deadline(now);
            }
            FrameKind::TakeLink => {
                if let Some(link) = exchange.take_link() {
                    links.insert(link.connection(), link);
                }
            }
            FrameKind::TakeSwitched => {
                if let Some(switched) = exchange.take_switched(now, &sink) {
                    tunnels.add(switched, self.is_secure);
                }
            }
            FrameKind::LocalAddress => {
                exchange.set_local_address(read::<Option<SocketAddr>>(from)?);
            }
            FrameKind::LookupEnded => self.lookup_ended(from, context)?,
            FrameKind::PoolFull => self.pool_full(from, context)?,
            FrameKind::Received => {
                let n = read(from)?;
                self.receive(n, context)?;
            }
            FrameKind::Reused => {
                self.connection = read(from)?;
                let link = links.remove(&self.connection).ok_or(Lost::Missing)?;
                self.is_secure = link.is_secure();
                self.input(Input::Reused(link), context);
            }
            _ => {
                let mut borrowed = Borrowed::default();
                let input = self.read_input(kind, place, from, &mut borrowed, context)?;
                let _ = input.hand_to(&mut self.exchange, now, &sink);
            }
        }
        if from.is_at_end() { Ok(()) } else { Err(Lost::Invalid) }
    }

    /// Emits that a lookup has ended.
    fn lookup_ended(&mut self, from: &mut Reader<'_>, context: &Context<'_>) -> Result<(), Lost> {
        let (shared, took) = read::<(bool, Duration)>(from)?;
        let event = || TraceEvent::LookupEnded { shared, took: Some(took) };
        self.exchange.emit(EventKind::LookupEnded, event, context.now, &context.sink);
        Ok(())
    }

    /// Emits that the request waits for a connection.
    fn pool_full(&mut self, from: &mut Reader<'_>, context: &Context<'_>) -> Result<(), Lost> {
        let (limit, (open, ahead)) = read(from)?;
        let holders = read::<String>(from)?;
        let event = || TraceEvent::PoolFull { limit, open, ahead, holders: &holders };
        self.exchange.emit(EventKind::PoolFull, event, context.now, &context.sink);
        Ok(())
    }

    fn input(&mut self, input: Input<'_>, context: &Context<'_>) {
        // What was refused then is refused again.
        let _ = input.hand_to(&mut self.exchange, context.now, &context.sink);
    }

    /// Hands in received bytes.
    fn receive(&mut self, n: usize, context: &mut Context<'_>) -> Result<(), Lost> {
        let is_wanted = self.exchange.interest().read;
        self.unparsed = self.unparsed.saturating_add(n);
        if self.unparsed > MOST_READ {
            return Err(Lost::Invalid);
        }
        // A call that the exchange refused did not move any bytes of its own.
        let mut refused = Vec::new();
        let space = if is_wanted {
            self.exchange.space(n)
        } else {
            refused.resize(n, 0);
            &mut refused[..]
        };
        let space = space.get_mut(..n).ok_or(Lost::Invalid)?;
        read_received(space, self.connection, self.is_secure, context)?;
        self.input(Input::Received(n), context);
        Ok(())
    }

    /// Returns the other inputs.
    fn read_input<'a>(
        &mut self,
        kind: FrameKind,
        place: u64,
        from: &mut Reader<'_>,
        borrowed: &'a mut Borrowed,
        context: &mut Context<'_>,
    ) -> Result<Input<'a>, Lost> {
        Ok(match kind {
            FrameKind::Trusted => Input::Trusted(read(from)?),
            FrameKind::Opened => {
                (self.connection, self.layers, self.is_secure) = (read(from)?, 0, false);
                Input::Opened(self.connection)
            }
            FrameKind::Cookies => {
                borrowed.cookies = read(from)?;
                Input::Cookies(&borrowed.cookies)
            }
            FrameKind::Resolved => {
                borrowed.addresses = read(from)?;
                Input::Resolved(&borrowed.addresses)
            }
            FrameKind::Dialed => Input::Dialed(read(from)?),
            FrameKind::DialFailed => Input::DialFailed(read(from)?, read(from)?),
            FrameKind::Secured => Input::Secured(Box::new(self.layer(context))),
            FrameKind::Failed => Input::Failed(read(from)?),
            FrameKind::Sent => Input::Sent(read(from)?),
            FrameKind::SendFailed => Input::SendFailed(read(from)?),
            FrameKind::Eof => Input::Eof,
            FrameKind::ReceiveFailed => Input::ReceiveFailed(read(from)?),
            FrameKind::Bytes => Input::Bytes(self.received(read(from)?, context)?),
            FrameKind::BodyPiece => Input::Body(body(place, read(from)?, context)?),
            FrameKind::BodyEnd => {
                borrowed.trailers = read(from)?;
                Input::BodyEnd(borrowed.trailers.fields())
            }
            FrameKind::BodyFailed => Input::BodyFailed(read(from)?),
            FrameKind::Timeout => Input::Timeout,
            FrameKind::Pause => Input::Pause,
            FrameKind::Hold => Input::Hold(read(from)?),
            FrameKind::Discard => Input::Discard,
            FrameKind::Cancel => Input::Cancel,
            _ => return Err(Lost::Invalid),
        })
    }

    fn layer(&mut self, context: &mut Context<'_>) -> ReplayedLayer {
        self.is_secure = true;
        context.layer(self.connection, &mut self.layers, &self.has_ended)
    }

    /// Returns received bytes, owned.
    fn received(&mut self, n: usize, context: &mut Context<'_>) -> Result<Bytes, Lost> {
        self.unparsed = self.unparsed.saturating_add(n);
        if self.unparsed > MOST_READ {
            return Err(Lost::Invalid);
        }
        let mut bytes = vec![0; n];
        read_received(&mut bytes, self.connection, self.is_secure, context)?;
        Ok(bytes.into())
    }
}

/// The arguments that inputs borrow.
#[derive(Default)]
struct Borrowed {
    addresses: Vec<SocketAddr>,
    trailers: FieldBlock,
    cookies: Box<[u8]>,
}
