//! A connection that is served: a session, the sink of its events, and the time.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use limpid_core::error::{Cause, Error, MisuseError, TlsError};
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{BodySize, RequestHead};
use limpid_core::server::{Action, Event, Outcome, Session};
use limpid_core::time::{Deadline, Mono};
use limpid_core::trace::ConnectionId;
use limpid_core::transport::Switched;

use super::settings::ServerSettings;
use super::shutdown::ShutdownSignal;
use crate::ids::next_exchange;
use crate::settings::SharedSink;

/// What a driver's loop stopped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A request has come.
    Request,
    /// What the handler asked for is done.
    Handle,
    /// The exchange failed.
    Failed,
    /// The connection is over.
    Done,
}

/// How a client has gone away.
#[derive(Debug)]
pub enum Departure {
    /// The connection was reset or hung up, with the error of the socket if it has one.
    Gone(Option<io::Error>),
    /// The client has closed its direction.
    HalfClosed,
}

/// A session, who is told of it, and what time it is. Dropping it gives the connection up: what has
/// been started is told as ended.
#[derive(Debug)]
pub struct Serving {
    /// The session.
    pub session: Session,
    settings: Arc<ServerSettings>,
    shutdown: Arc<ShutdownSignal>,
    now: Mono,
    /// The handler has had its turn since then.
    is_stale: bool,
    /// The session knows that the server shuts down.
    is_shutting_down: bool,
}

impl Serving {
    /// A connection that was accepted.
    #[must_use]
    pub fn new(
        peer: Option<SocketAddr>,
        settings: &Arc<ServerSettings>,
        shutdown: Arc<ShutdownSignal>,
    ) -> Self {
        let connection = ConnectionId(settings.next_connection());
        let mut session = Session::new(connection, peer, Arc::clone(&settings.options));
        let now = settings.clock.now();
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        session.set_date(now, unix);
        session.number(next_exchange());
        Self {
            session,
            settings: Arc::clone(settings),
            shutdown,
            now,
            is_stale: false,
            is_shutting_down: false,
        }
    }

    /// Returns what to do next, once the session knows whether the server shuts down.
    #[inline]
    pub fn poll(&mut self) -> Action {
        if self.must_shut_down() {
            self.shut_down();
        }
        self.enter(Session::poll)
    }

    /// Hands the session an input. All inputs pass here.
    #[inline(always)]
    fn enter<A>(&mut self, input: impl FnOnce(&mut Session, Mono, &SharedSink) -> A) -> A {
        input(&mut self.session, self.now, &self.settings.sink)
    }

    /// Does [`Action::Secure`].
    #[cold]
    pub fn secure(&mut self) {
        let layer = match &self.settings.layers {
            Some(layers) => layers.layer(),
            None => Err(TlsError::Configuration.into()),
        };
        match layer {
            Ok(layer) => self.expect(|session, now, sink| session.handle_secured(layer, now, sink)),
            Err(error) => self.failed(error.into()),
        }
    }

    /// Hands the session what it has asked for. If it has not, that is a mistake of the driver's, and
    /// ends the connection.
    #[inline(always)]
    fn expect(
        &mut self,
        input: impl FnOnce(&mut Session, Mono, &SharedSink) -> Result<(), MisuseError>,
    ) {
        if let Err(error) = self.enter(input) {
            self.failed(error.into());
        }
    }

    /// What time it was when a wait began or was over.
    #[must_use]
    pub const fn now(&self) -> Mono {
        self.now
    }

    /// A wait is over: what time is it?
    #[inline]
    pub fn tick(&mut self) {
        self.now = self.settings.clock.now();
        self.is_stale = false;
    }

    /// A wait begins: until when may it last?
    #[inline]
    pub fn deadline(&mut self) -> Option<Deadline> {
        if self.is_stale {
            self.tick();
        }
        self.session.deadline(self.now)
    }

    /// Hands in the result of reading: how many bytes were read, or 0 for the end.
    #[inline]
    pub fn received(&mut self, result: io::Result<usize>) {
        match result {
            Ok(0) => self.enter(Session::handle_eof),
            Ok(n) => self.expect(|session, now, sink| session.handle_received(n, now, sink)),
            Err(error) => self.transport_failed(error),
        }
    }

    /// Hands in the result of writing.
    #[inline]
    pub fn sent(&mut self, result: io::Result<usize>) {
        match result {
            // A transport that takes none of some bytes takes no more.
            Ok(0) => self.transport_failed(ErrorKind::WriteZero.into()),
            Ok(n) => self.expect(|session, now, sink| session.handle_sent(n, now, sink)),
            Err(error) => self.transport_failed(error),
        }
    }

    #[cold]
    fn transport_failed(&mut self, error: io::Error) {
        if error.kind() != ErrorKind::Interrupted {
            self.failed(error.into());
        }
    }

    #[cold]
    fn failed(&mut self, error: Error) {
        self.enter(|session, now, sink| session.handle_failed(error, now, sink));
    }

    /// Hands in how the client has gone away, where that was noticed without reading.
    #[cold]
    pub fn departed(&mut self, departure: Departure) {
        self.tick();
        match departure {
            Departure::Gone(Some(error)) => self.failed(error.into()),
            Departure::Gone(None) => self.failed(Cause::PeerGone.into()),
            Departure::HalfClosed => self.enter(Session::handle_half_close),
        }
    }

    /// Returns whether a client that has only closed its direction is still answered.
    #[must_use]
    pub fn allows_half_close(&self) -> bool {
        self.settings.options.half_close
    }

    /// Returns whether a handler is to be ended when its client is gone.
    #[must_use]
    pub fn cancels_handlers(&self) -> bool {
        self.settings.cancels_handlers
    }

    /// Tells that a deadline may have passed.
    pub fn timed_out(&mut self) {
        self.enter(Session::handle_timeout);
    }

    /// Returns the signal that the server shuts down.
    #[must_use]
    pub const fn shutdown(&self) -> &Arc<ShutdownSignal> {
        &self.shutdown
    }

    /// Returns whether the server shuts down and the session does not know it yet. It does by the next
    /// [`poll`](Self::poll).
    #[inline]
    #[must_use]
    pub fn must_shut_down(&self) -> bool {
        self.shutdown.has_begun() && !self.is_shutting_down
    }

    #[cold]
    fn shut_down(&mut self) {
        self.is_shutting_down = true;
        self.tick();
        let grace = self.shutdown.grace();
        self.enter(|session, now, sink| session.handle_shutdown(grace, now, sink));
    }

    /// Tells how the handler ended.
    #[inline]
    pub fn handled(&mut self, outcome: Outcome) {
        self.is_stale = true;
        // Whoever is told of it is told when it was. Otherwise the next to ask is who has to wait.
        if self.settings.sink.is_some() {
            self.tick();
        }
        self.enter(|session, now, sink| session.handled(now, sink, outcome));
        self.session.number(next_exchange());
    }

    /// Takes the connection, after it has left HTTP/1.1; the session is over then.
    pub fn take_switched(&mut self) -> Option<Switched> {
        self.tick();
        self.enter(Session::take_switched)
    }

    // What a handler asks for, for which it waits.

    /// Asks for the next piece of the request's body.
    pub fn read_body(&mut self) {
        self.is_stale = true;
        self.session.read_body();
    }

    /// Asks for what was said so far to be sent.
    pub fn flush(&mut self) {
        self.is_stale = true;
        self.session.flush();
    }

    /// What it means to a handler that waits that the loop has stopped.
    ///
    /// # Errors
    /// Its exchange is over.
    pub const fn waited(&self, stop: Stop) -> Result<(), Cause> {
        match stop {
            Stop::Failed => Err(self.session.failure().cause),
            Stop::Done => Err(Cause::Cancelled),
            Stop::Request | Stop::Handle => Ok(()),
        }
    }

    // What a handler says, without its being sent yet.

    /// The head of the request.
    #[must_use]
    pub fn head(&self) -> RequestHead<'_> {
        self.session.head().unwrap_or(RequestHead::NONE)
    }

    /// The head of the request and the fields of the response.
    pub fn head_and_fields(&mut self) -> (RequestHead<'_>, &mut FieldBlock) {
        let (head, fields) = self.session.head_and_fields();
        (head.unwrap_or(RequestHead::NONE), fields)
    }

    /// The piece of the request's body that has come.
    #[must_use]
    pub fn data(&self) -> Option<&[u8]> {
        match self.session.event()? {
            Event::Data(data) => Some(data),
            _ => None,
        }
    }

    /// The trailers of the request, if its end has come.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        match self.session.event() {
            Some(Event::End(trailers)) => trailers,
            _ => Fields::EMPTY,
        }
    }

    /// Begins a response.
    ///
    /// # Errors
    /// It must not be.
    pub fn start(&mut self, status: u16, size: BodySize) -> Result<(), Cause> {
        let sent = self.enter(|session, now, sink| session.respond(now, sink, status, size));
        sent.map_err(Cause::Misuse)
    }

    /// Queues a piece of it.
    ///
    /// # Errors
    /// It must not be.
    pub fn send(&mut self, data: Bytes) -> Result<(), Cause> {
        let sent = self.enter(|session, now, sink| session.send(now, sink, data));
        sent.map_err(Cause::Misuse)
    }

    /// Ends it.
    ///
    /// # Errors
    /// It must not be.
    pub fn finish(&mut self) -> Result<(), Cause> {
        self.enter(Session::finish).map_err(Cause::Misuse)
    }

    /// Answers with a whole response.
    ///
    /// # Errors
    /// It must not be.
    pub fn respond(&mut self, status: u16, body: Bytes) -> Result<(), Cause> {
        let answered = self.enter(|session, now, sink| session.answer(now, sink, status, body));
        answered.map_err(Cause::Misuse)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.tick();
        self.enter(Session::cancel);
    }
}
