//! A served connection: the driver of a server's session over a simulated socket.

use std::cell::Cell;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::error::{Cause, Error, MisuseError, TlsError};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::{BodySize, RequestHead};
use limpid_core::server::{Action, Event, Input, Interest, Outcome, Session};
use limpid_core::trace::Sink;
use limpid_io::ServerLayers;
use limpid_io::server::Departure;
use limpid_recording::SessionRecorder;
use rustls::ServerConfig;

use super::socket::{Moved, Socket};
use super::upgraded::Upgraded;
use super::world::{World, at};

/// A connection with requests, for one handler after the other.
///
/// The [module](super) has an example.
#[derive(Debug)]
pub struct Served<S: Sink> {
    session: Session,
    /// The TLS configuration, if the session needs one.
    tls: Option<Arc<ServerConfig>>,
    socket: Option<Socket>,
    world: World,
    sink: S,
    stop: Stopping,
    /// The session was notified of the shutdown.
    told: bool,
    /// A half-close does not cancel the request.
    half_close: bool,
    /// The most bytes that have waited for the socket.
    most_waiting: usize,
    /// The recording of the connection, if there is a recorder.
    recording: Option<SessionRecorder>,
}

/// Whether a server shuts down, and its grace period.
///
/// The [module](super) has an example.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Rc<Cell<Option<Duration>>>);

impl Stopping {
    /// Begins the shutdown.
    pub fn begin(&self, world: &World, grace: Duration) {
        self.0.set(Some(grace));
        world.moved();
    }
}

/// Whether a client has disconnected.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It has not, within the time.
    No,
    /// It has, and the session reports this cause to its handler.
    Yes(Option<Cause>),
}

/// Why the driver stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Event,
    /// The handler's request is done.
    Handle,
    Failed(Cause),
    Done,
}

impl<S: Sink> Served<S> {
    /// Returns the driver of an accepted connection.
    pub const fn new(
        session: Session,
        socket: Socket,
        world: World,
        sink: S,
        stop: Stopping,
    ) -> Self {
        Self {
            session,
            tls: None,
            socket: Some(socket),
            world,
            sink,
            stop,
            told: false,
            half_close: true,
            most_waiting: 0,
            recording: None,
        }
    }

    /// Records the connection, which was accepted just now.
    #[must_use]
    pub fn recorded(mut self, recording: Option<SessionRecorder>) -> Self {
        self.recording = recording;
        self
    }

    /// Sets whether a half-close keeps the request, as in its session.
    #[must_use]
    pub const fn half_close(mut self, half_close: bool) -> Self {
        self.half_close = half_close;
        self
    }

    /// Secures the connection with this configuration.
    #[must_use]
    pub fn with_tls(mut self, tls: Option<Arc<ServerConfig>>) -> Self {
        self.tls = tls;
        self
    }

    /// Returns the most bytes that have waited for the socket.
    #[must_use]
    pub const fn most_waiting(&self) -> usize {
        self.most_waiting
    }

    /// Waits for the next request. Returns false when the connection is over.
    pub async fn request(&mut self) -> bool {
        loop {
            match self.run().await {
                Stop::Event => return true,
                Stop::Done => return false,
                Stop::Handle | Stop::Failed(_) => {}
            }
        }
    }

    /// Returns the head of the request.
    #[must_use]
    pub fn head(&self) -> Option<RequestHead<'_>> {
        self.session.head()
    }

    /// Returns the next piece of the request's body; `None` at its end.
    ///
    /// # Errors
    /// The exchange failed.
    pub async fn piece(&mut self) -> Result<Option<&[u8]>, Cause> {
        self.hand_in(Input::ReadBody);
        match self.run().await {
            Stop::Event => {}
            Stop::Handle => return Ok(None),
            Stop::Failed(cause) => return Err(cause),
            Stop::Done => return Err(Cause::Cancelled),
        }
        match self.session.event() {
            Some(Event::Data(data)) => Ok(Some(data)),
            _ => Ok(None),
        }
    }

    /// Returns the fields of the response before its head is sent, and its trailers afterwards.
    pub const fn fields(&mut self) -> &mut FieldBlock {
        self.session.fields()
    }

    /// Sends the head of the response.
    ///
    /// # Errors
    /// It cannot be sent now.
    pub fn respond(&mut self, status: u16, size: BodySize) -> Result<(), MisuseError> {
        self.hand(Input::Respond(status, size))
    }

    /// Sends a piece of the response's body.
    ///
    /// # Errors
    /// It cannot be sent now.
    pub fn send(&mut self, data: Bytes) -> Result<(), MisuseError> {
        self.hand(Input::Send(data))
    }

    /// Waits until the transport has taken everything.
    ///
    /// # Errors
    /// The exchange failed.
    pub async fn flush(&mut self) -> Result<(), Cause> {
        self.hand_in(Input::Flush);
        match self.run().await {
            Stop::Failed(cause) => Err(cause),
            Stop::Done => Err(Cause::Cancelled),
            Stop::Event | Stop::Handle => Ok(()),
        }
    }

    /// Waits at most `time` for the client to disconnect.
    pub async fn gone_within(&mut self, time: Duration) -> Gone {
        let until = self.world.now() + time;
        let Some(socket) = &self.socket else { return Gone::Yes(None) };
        let half_close = self.half_close;
        let gone = poll_fn(|_| match socket.departure() {
            None | Some(Departure::HalfClosed) if half_close => Poll::Pending,
            Some(departure) => Poll::Ready(departure),
            None => Poll::Pending,
        });
        let Some(departure) = self.world.before(Some(until), gone).await else { return Gone::No };
        match departure {
            Departure::HalfClosed => self.hand_in(Input::HalfClose),
            Departure::Gone(error) => {
                self.failed(error.map_or_else(|| Cause::PeerGone.into(), Error::from));
            }
        }
        match self.run().await {
            Stop::Failed(cause) => Gone::Yes(Some(cause)),
            _ => Gone::Yes(None),
        }
    }

    /// Leaves HTTP/1.1 with this status, and takes the connection.
    ///
    /// # Errors
    /// The request did not ask for it, or the exchange failed.
    pub async fn upgrade(&mut self, status: u16) -> Result<Upgraded, Cause> {
        self.respond(status, BodySize::None).map_err(Cause::Misuse)?;
        self.flush().await?;
        let now = self.world.now();
        if let Some(recording) = &mut self.recording {
            recording.observe(&mut self.session);
            recording.take_switched(now);
        }
        let switched = self.session.take_switched(now, &self.sink);
        let taken = switched.zip(self.socket.take());
        taken.map(|(switched, socket)| Upgraded::new(switched, socket)).ok_or(Cause::Cancelled)
    }

    /// Ends the response.
    ///
    /// # Errors
    /// It cannot be ended now.
    pub fn finish(&mut self) -> Result<(), MisuseError> {
        self.hand(Input::Finish)
    }

    /// Reports the end of the handler.
    pub fn handled(&mut self, outcome: Outcome) {
        self.hand_in(Input::Handled(outcome));
    }

    async fn run(&mut self) -> Stop {
        loop {
            self.pass_on_shutdown();
            match self.poll() {
                Action::Secure => self.secure(),
                Action::Wait(Interest { read: false, write: false, .. }) | Action::Handle => {
                    return Stop::Handle;
                }
                Action::Wait(interest) => self.wait(interest).await,
                Action::Request | Action::Event => return Stop::Event,
                Action::Failed => return Stop::Failed(self.session.failure().cause),
                Action::ShutdownWrite => {
                    if let Some(socket) = &mut self.socket {
                        // Failures appear when it is read.
                        socket.close();
                    }
                }
                Action::Close { reset } => {
                    if let (true, Some(socket)) = (reset, &mut self.socket) {
                        // It is closed anyway.
                        socket.reset();
                    }
                    self.socket = None;
                }
                Action::Done => return Stop::Done,
            }
        }
    }

    fn secure(&mut self) {
        let layer = match &self.tls {
            Some(tls) => tls.layer(),
            None => Err(TlsError::Configuration.into()),
        };
        match layer {
            Ok(layer) => {
                let layer = match &self.recording {
                    Some(recording) => recording.layer(layer),
                    None => layer,
                };
                let secured = self.hand(Input::Secured(layer));
                self.expect(secured);
            }
            Err(error) => self.failed(error),
        }
    }

    /// Moves bytes as soon as that is possible in either direction, or reports a timeout to the session.
    async fn wait(&mut self, interest: Interest) {
        let now = self.world.now();
        if let Some(recording) = &mut self.recording {
            recording.observe(&mut self.session);
            recording.ask_deadline(now);
        }
        let until = self.session.deadline(now);
        let moved = match &self.socket {
            Some(socket) => {
                let stop = (!self.told).then_some(&self.stop);
                if let Some(recording) = &self.recording {
                    recording.space(self.session.read_size(), now);
                }
                let out = self.session.out().concat();
                self.most_waiting = self.most_waiting.max(out.len());
                let room = self.session.space(self.session.read_size());
                let moves =
                    socket.moves(interest.write.then_some(&out), interest.read.then_some(room));
                self.world.before(at(until), interrupted(stop, moves)).await
            }
            None => Some(Some(Moved::In(Err(ErrorKind::NotConnected.into())))),
        };
        match moved {
            Some(None) => {}
            Some(Some(Moved::In(Ok(0)))) => self.hand_in(Input::Eof),
            Some(Some(Moved::In(Ok(n)))) => {
                let received = self.hand(Input::Received(n));
                self.expect(received);
            }
            Some(Some(Moved::Out(Ok(n)))) => {
                let sent = self.hand(Input::Sent(n));
                self.expect(sent);
            }
            Some(Some(Moved::In(Err(error)) | Moved::Out(Err(error)))) => self.failed(error),
            None => self.hand_in(Input::Timeout),
        }
    }

    fn poll(&mut self) -> Action {
        let now = self.world.now();
        if let Some(recording) = &mut self.recording {
            recording.observe(&mut self.session);
            recording.poll(now);
        }
        self.session.poll(now, &self.sink)
    }

    /// Passes an input to the session.
    fn hand(&mut self, input: Input<'_>) -> Result<(), MisuseError> {
        let now = self.world.now();
        if let Some(recording) = &mut self.recording {
            recording.observe(&mut self.session);
            recording.input(&input, &mut self.session, now);
        }
        input.hand_to(&mut self.session, now, &self.sink)
    }

    /// Passes an input that every state permits.
    fn hand_in(&mut self, input: Input<'_>) {
        let _ = self.hand(input);
    }

    /// Ends the exchange after a mistake of this driver.
    fn expect(&mut self, handled: Result<(), MisuseError>) {
        if let Err(error) = handled {
            self.failed(error);
        }
    }

    fn failed(&mut self, error: impl Into<Error>) {
        self.hand_in(Input::Failed(error.into()));
    }

    fn pass_on_shutdown(&mut self) {
        if let (false, Some(grace)) = (self.told, self.stop.0.get()) {
            self.told = true;
            self.hand_in(Input::Shutdown(Some(grace)));
        }
    }
}

/// Returns the result of `future`; `None` if the server shuts down first.
async fn interrupted<F: Future>(stop: Option<&Stopping>, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if stop.is_some_and(|stop| stop.0.get().is_some()) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
