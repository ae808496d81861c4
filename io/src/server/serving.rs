//! A served connection: its session, the sink of its events, and the clock.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use limpid_core::error::{Cause, Error, MisuseError, TlsError};
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{BodySize, RequestHead};
use limpid_core::server::{Action, Event, Input, Outcome, Session};
use limpid_core::time::{Deadline, Mono};
use limpid_core::trace::{EventKind, Sink, TraceEvent};

use super::input::{
    AskDeadline, Emit, Handled, Number, Poll, Received, Sent, SessionInput, TakeSwitched,
};
use super::settings::ServerSettings;
use super::shutdown::ShutdownSignal;
use crate::ids::{next_connection, next_exchange};
use crate::recording::SessionRecorder;
use crate::tunnel::Tunnel;

/// The reason for which the loop of a driver stopped.
///
/// The module [`server`](limpid_core::server) of the core has an example of a driver's loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A request was received.
    Request,
    /// The handler's operation is complete.
    Handle,
    /// The exchange failed.
    Failed,
    /// The connection is over.
    Done,
}

/// The way in which a client has disconnected.
///
/// The module [`server`](limpid_core::server) of the core has an example of a driver's loop.
#[derive(Debug)]
pub enum Departure {
    /// The connection was reset or hung up, with the error of the socket if there is one.
    Gone(Option<io::Error>),
    /// The client has closed its direction.
    HalfClosed,
}

/// A session with its sink and its clock. Dropping it cancels the session, which ends the open spans.
///
/// The module [`server`](limpid_core::server) of the core has an example of the loop that drives the session.
#[derive(Debug)]
pub struct Serving {
    /// Changed only by [`enter`](Self::enter), apart from its buffers and the fields of the response.
    session: Session,
    settings: Arc<ServerSettings>,
    shutdown: Arc<ShutdownSignal>,
    now: Mono,
    /// The handler has run since `now`.
    is_stale: bool,
    /// The session was notified that the server shuts down.
    is_shutting_down: bool,
    /// The recording of the connection, if there is a recorder.
    recorder: Option<Box<SessionRecorder>>,
    /// The status and the text of the response if the handler fails, instead of 500.
    #[cfg(feature = "json")]
    pub(super) refusal: Option<Box<(u16, String)>>,
}

impl Serving {
    /// Creates the state of an accepted connection.
    #[must_use]
    pub fn new(
        peer: Option<SocketAddr>,
        settings: &Arc<ServerSettings>,
        shutdown: Arc<ShutdownSignal>,
    ) -> Self {
        let connection = next_connection();
        let session = Session::new(connection, peer, Arc::clone(&settings.options));
        let now = settings.clock.now();
        let settings = Arc::clone(settings);
        let recorder = settings.recorder.as_ref().map(|recorder| {
            let recorder = Arc::clone(recorder);
            Box::new(SessionRecorder::new(recorder, connection, peer, &settings.options, now))
        });
        let (is_stale, is_shutting_down) = (false, false);
        let mut serving = Self {
            session,
            settings,
            shutdown,
            now,
            is_stale,
            is_shutting_down,
            recorder,
            #[cfg(feature = "json")]
            refusal: None,
        };
        serving.hand_in(Input::Date(unix_time()));
        serving.enter(Number(next_exchange()));
        serving
    }

    /// Returns what to do next, after notifying the session of a shutdown.
    #[inline]
    pub fn poll(&mut self) -> Action {
        if self.must_shut_down() {
            self.shut_down();
        }
        self.enter(Poll)
    }

    /// Passes an input to the session. All inputs pass here, and nothing else changes the behaviour of
    /// the session, so that recorded inputs can be replayed.
    #[inline(always)]
    fn enter<I: SessionInput>(&mut self, input: I) -> I::Output {
        if self.recorder.is_some() {
            self.record(&input);
        }
        input.enter(&mut self.session, self.now, &self.settings.sink)
    }

    /// Records an input.
    #[cold]
    #[inline(never)]
    fn record<I: SessionInput>(&mut self, input: &I) {
        if let Some(recorder) = &mut self.recorder {
            recorder.observe(&mut self.session);
            input.record(recorder, &mut self.session, self.now);
        }
    }

    /// Passes an input that every state permits.
    #[inline(always)]
    fn hand_in(&mut self, input: Input<'_>) {
        let _ = self.enter(input);
    }

    /// Returns the session, for reading.
    #[inline]
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Returns the bytes for the transport, in order. Slices may be empty.
    #[inline]
    #[must_use]
    pub fn out(&self) -> [&[u8]; 3] {
        self.session.out()
    }

    #[cold]
    #[inline(never)]
    fn record_space(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            recorder.observe(&mut self.session);
            recorder.space(self.session.read_size(), self.now);
        }
    }

    /// Returns a buffer to read from the transport into, of the size that the limits say.
    #[inline]
    pub fn space(&mut self) -> &mut [u8] {
        if self.recorder.is_some() {
            self.record_space();
        }
        self.session.space(self.session.read_size())
    }

    /// Performs [`Action::Secure`].
    #[cold]
    pub fn secure(&mut self) {
        let layer = match &self.settings.layers {
            Some(layers) => layers.layer(),
            None => Err(TlsError::Configuration.into()),
        };
        match layer {
            Ok(layer) => {
                let layer = match &self.recorder {
                    Some(recorder) => recorder.layer(layer),
                    None => layer,
                };
                self.expect(Input::Secured(layer));
            }
            Err(error) => self.failed(error.into()),
        }
    }

    /// Passes an input that the session has asked for. If it has not, the driver is faulty, and the
    /// connection ends.
    #[inline(always)]
    fn expect<I>(&mut self, input: I)
    where
        I: SessionInput<Output = Result<(), MisuseError>>,
    {
        if let Err(error) = self.enter(input) {
            self.failed(error.into());
        }
    }

    /// Returns the time of the last clock reading, when a wait began or ended.
    #[must_use]
    pub const fn now(&self) -> Mono {
        self.now
    }

    /// Reads the clock after a wait.
    #[inline]
    pub fn tick(&mut self) {
        self.now = self.settings.clock.now();
        self.is_stale = false;
    }

    /// Reads the clock before a wait. Returns until when it may last.
    #[inline]
    pub fn deadline(&mut self) -> Option<Deadline> {
        if self.is_stale {
            self.tick();
        }
        self.enter(AskDeadline)
    }

    /// Passes the result of a read: how many bytes were read, 0 at the end.
    #[inline]
    pub fn received(&mut self, result: io::Result<usize>) {
        match result {
            Ok(0) => self.hand_in(Input::Eof),
            Ok(n) => self.expect(Received(n)),
            Err(error) => self.transport_failed(error),
        }
    }

    /// Passes the result of a write.
    #[inline]
    pub fn sent(&mut self, result: io::Result<usize>) {
        match result {
            // A write of some bytes that takes none means that the transport takes no more.
            Ok(0) => self.transport_failed(ErrorKind::WriteZero.into()),
            Ok(n) => self.expect(Sent(n)),
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
        self.hand_in(Input::Failed(error));
    }

    /// Passes how the client has disconnected, if that was noticed without reading.
    #[cold]
    pub fn departed(&mut self, departure: Departure) {
        self.tick();
        match departure {
            Departure::Gone(Some(error)) => self.failed(error.into()),
            Departure::Gone(None) => self.failed(Cause::PeerGone.into()),
            Departure::HalfClosed => self.hand_in(Input::HalfClose),
        }
    }

    /// Returns whether a client that has closed only its direction still receives a response.
    #[must_use]
    pub fn allows_half_close(&self) -> bool {
        self.settings.options.half_close
    }

    /// Returns whether a handler is dropped when its client has disconnected.
    #[must_use]
    pub fn cancels_handlers(&self) -> bool {
        self.settings.cancels_handlers
    }

    /// Passes that a deadline may have passed.
    pub fn timed_out(&mut self) {
        self.hand_in(Input::Timeout);
    }

    /// Returns the shutdown signal of the server.
    #[must_use]
    pub const fn shutdown(&self) -> &Arc<ShutdownSignal> {
        &self.shutdown
    }

    /// Returns whether the server shuts down and the session was not notified. The next
    /// [`poll`](Self::poll) notifies it.
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
        self.hand_in(Input::Shutdown(grace));
    }

    /// Passes that the server needs room for another connection.
    #[cold]
    pub fn make_room(&mut self) {
        self.tick();
        self.hand_in(Input::Crowding);
    }

    /// Passes the outcome of the handler.
    #[inline]
    pub fn handled(&mut self, outcome: Outcome) {
        self.is_stale = true;
        #[cfg(feature = "json")]
        {
            self.refusal = None;
        }
        // A sink receives the time at which the handler ended. Without one, the clock is read at the
        // next wait.
        if self.settings.sink.is_some() {
            self.tick();
        }
        self.enter(Handled(outcome));
        self.enter(Number(next_exchange()));
    }

    /// Passes that the handler has returned this error.
    #[cold]
    pub fn handler_failed(&mut self, error: &dyn fmt::Display) {
        self.is_stale = true;
        self.tick();
        let is_recorded = self.recorder.is_some();
        let is_wanted =
            is_recorded || self.settings.sink.interest().contains(EventKind::HandlerFailed);
        #[cfg(feature = "json")]
        if let Some(refusal) = self.refusal.take() {
            self.answer_refusal(*refusal);
        }
        // The form in which the event has it.
        let text = if is_wanted { format!("{error:#}") } else { String::new() };
        self.hand_in(Input::HandlerFailed(&text));
        self.enter(Number(next_exchange()));
    }

    /// Answers for a handler that has failed. If it has started a response, that is refused, and the failure cuts it
    /// off.
    #[cfg(feature = "json")]
    fn answer_refusal(&mut self, (status, text): (u16, String)) {
        self.fields().clear();
        self.fields().push(b"Content-Type", b"text/plain; charset=utf-8");
        let _ = self.respond(status, text.into());
    }

    /// Takes the connection after it has left HTTP/1.1. The session is then over.
    pub fn take_switched(&mut self) -> Option<Tunnel> {
        self.tick();
        let switched = self.enter(TakeSwitched)?;
        let recorder = self.recorder.as_ref().map(|recorder| recorder.tunnel());
        Some(Tunnel::new(switched, self.settings.sink.clone(), recorder))
    }

    // The requests of a handler, for which it waits.

    /// Asks for the next piece of the request's body.
    pub fn read_body(&mut self) {
        self.is_stale = true;
        self.hand_in(Input::ReadBody);
    }

    /// Asks for the response so far to be sent.
    pub fn flush(&mut self) {
        self.is_stale = true;
        self.hand_in(Input::Flush);
    }

    /// Converts the reason why the loop stopped to the result for a waiting handler.
    ///
    /// # Errors
    /// The exchange is over.
    pub const fn waited(&self, stop: Stop) -> Result<(), Cause> {
        match stop {
            Stop::Failed => Err(self.session.failure().cause),
            Stop::Done => Err(Cause::Cancelled),
            Stop::Request | Stop::Handle => Ok(()),
        }
    }

    /// Sets the reason phrase of the next response.
    #[cold]
    pub fn set_reason(&mut self, reason: &[u8]) {
        self.hand_in(Input::Reason(reason));
    }

    /// Emits an event of the handler in the current exchange.
    #[cold]
    pub fn emit<'e>(&mut self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        self.tick();
        self.enter(Emit(kind, event));
    }

    // The response, which is buffered.

    /// Returns the head of the request.
    #[must_use]
    pub fn head(&self) -> RequestHead<'_> {
        self.session.head().unwrap_or(RequestHead::NONE)
    }

    /// Returns the head of the request with the fields of the response.
    pub fn head_and_fields(&mut self) -> (RequestHead<'_>, &mut FieldBlock) {
        let (head, fields) = self.session.head_and_fields();
        (head.unwrap_or(RequestHead::NONE), fields)
    }

    /// Returns the fields of the response, or its trailers after its head was sent.
    #[inline]
    pub const fn fields(&mut self) -> &mut FieldBlock {
        self.session.fields()
    }

    /// Returns the current piece of the request's body.
    #[must_use]
    pub fn data(&self) -> Option<&[u8]> {
        match self.session.event()? {
            Event::Data(data) => Some(data),
            _ => None,
        }
    }

    /// Returns the trailers of the request, after its end.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        match self.session.event() {
            Some(Event::End(trailers)) => trailers,
            _ => Fields::EMPTY,
        }
    }

    /// Reads the time of day once for each second, so that Date follows a clock that is set.
    #[inline]
    fn update_date(&mut self) {
        if self.session.is_date_outdated(self.now) {
            self.hand_in(Input::Date(unix_time()));
        }
    }

    /// Starts a response.
    ///
    /// # Errors
    /// As [`Session::respond`].
    pub fn start(&mut self, status: u16, size: BodySize) -> Result<(), Cause> {
        self.update_date();
        self.enter(Input::Respond(status, size)).map_err(Cause::Misuse)
    }

    /// Buffers a piece of the response's body.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn send(&mut self, data: Bytes) -> Result<(), Cause> {
        self.enter(Input::Send(data)).map_err(Cause::Misuse)
    }

    /// Ends the response.
    ///
    /// # Errors
    /// As [`Session::finish`].
    pub fn finish(&mut self) -> Result<(), Cause> {
        self.enter(Input::Finish).map_err(Cause::Misuse)
    }

    /// Sends a complete response.
    ///
    /// # Errors
    /// As [`Session::answer`].
    pub fn respond(&mut self, status: u16, body: Bytes) -> Result<(), Cause> {
        self.update_date();
        if self.recorder.is_some() {
            self.record(&Input::Answer(status, body.clone()));
        }
        let answered = self.session.answer(self.now, &self.settings.sink, status, body);
        answered.map_err(Cause::Misuse)
    }
}

/// Returns the time since the start of 1970.
fn unix_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.tick();
        self.hand_in(Input::Cancel);
    }
}
