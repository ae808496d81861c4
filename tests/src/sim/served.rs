//! A connection that is served: the driver of a server's session over a simulated socket.

use std::cell::Cell;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::error::{Cause, MisuseError, TlsError};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::{BodySize, RequestHead};
use limpid_core::server::{Do, Event, Input, Outcome, Session};
use limpid_core::trace::Sink;
use limpid_io::ServerLayers;
use rustls::ServerConfig;

use super::socket::Socket;
use super::world::{World, at};

/// The least room for a read.
const READ: usize = 16 * 1024;

/// A connection on which requests come. It is for one handler after the other.
#[derive(Debug)]
pub struct Served<S: Sink> {
    session: Session,
    /// What secures the connection, where the session asks for that.
    tls: Option<Arc<ServerConfig>>,
    socket: Option<Socket>,
    world: World,
    sink: S,
    stop: Stopping,
    /// The session was told of the shutdown.
    told: bool,
}

/// Whether a server shuts down, and how long what is open may take then.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Rc<Cell<Option<Duration>>>);

impl Stopping {
    /// The server shuts down.
    pub fn begin(&self, world: &World, grace: Duration) {
        self.0.set(Some(grace));
        world.moved();
    }
}

/// What the driver stopped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Event,
    /// What the handler asked for is done.
    Handle,
    Failed(Cause),
    Done,
}

impl<S: Sink> Served<S> {
    /// Serves a connection that was accepted.
    pub const fn new(
        session: Session,
        socket: Socket,
        world: World,
        sink: S,
        stop: Stopping,
    ) -> Self {
        Self { session, tls: None, socket: Some(socket), world, sink, stop, told: false }
    }

    /// Secures the connection with this configuration.
    #[must_use]
    pub fn with_tls(mut self, tls: Option<Arc<ServerConfig>>) -> Self {
        self.tls = tls;
        self
    }

    /// Waits for the next request; false when the connection is over.
    pub async fn request(&mut self) -> bool {
        loop {
            match self.run().await {
                Stop::Event => return true,
                Stop::Done => return false,
                Stop::Handle | Stop::Failed(_) => {}
            }
        }
    }

    /// The head of the request.
    #[must_use]
    pub fn head(&self) -> Option<RequestHead<'_>> {
        self.session.head()
    }

    /// The next piece of the request's body; `None` at its end.
    ///
    /// # Errors
    /// The exchange failed.
    pub async fn piece(&mut self) -> Result<Option<&[u8]>, Cause> {
        self.session.read_body();
        match self.run().await {
            Stop::Event => {}
            Stop::Handle => return Ok(None),
            Stop::Failed(cause) => return Err(cause),
            Stop::Done => return Err(Cause::Abandoned),
        }
        match self.session.event() {
            Some(Event::Data(data)) => Ok(Some(data)),
            _ => Ok(None),
        }
    }

    /// The fields of the response that is about to be sent; after its head, its trailers.
    pub const fn fields(&mut self) -> &mut FieldBlock {
        self.session.fields()
    }

    /// Sends the head of the response.
    ///
    /// # Errors
    /// It cannot be sent now.
    pub fn respond(&mut self, status: u16, size: BodySize) -> Result<(), MisuseError> {
        self.session.respond(self.world.now(), &self.sink, status, size)
    }

    /// Sends a piece of the response's body.
    ///
    /// # Errors
    /// It cannot be sent now.
    pub fn send(&mut self, data: Bytes) -> Result<(), MisuseError> {
        self.session.send(self.world.now(), &self.sink, data)
    }

    /// Waits until all that was sent is on its way.
    ///
    /// # Errors
    /// The exchange failed.
    pub async fn flush(&mut self) -> Result<(), Cause> {
        self.session.flush();
        match self.run().await {
            Stop::Failed(cause) => Err(cause),
            Stop::Done => Err(Cause::Abandoned),
            Stop::Event | Stop::Handle => Ok(()),
        }
    }

    /// Ends the response.
    ///
    /// # Errors
    /// It cannot be ended now.
    pub fn finish(&mut self) -> Result<(), MisuseError> {
        self.session.finish(self.world.now(), &self.sink)
    }

    /// The handler has ended.
    pub fn handled(&mut self, outcome: Outcome) {
        self.session.handled(self.world.now(), &self.sink, outcome);
    }

    async fn run(&mut self) -> Stop {
        loop {
            self.pass_on_shutdown();
            match self.session.next(self.world.now(), &self.sink) {
                Do::Secure => {
                    let layer = match &self.tls {
                        Some(tls) => tls.layer(),
                        None => Err(TlsError::Configuration.into()),
                    };
                    let input =
                        layer.map_or_else(|error| Input::Failed(error.into()), Input::Secured);
                    self.session.input(self.world.now(), &self.sink, input);
                }
                Do::Read => {
                    let until = self.session.deadline(self.world.now());
                    let stop = (!self.told).then_some(&self.stop);
                    let room = self.session.space(READ);
                    let read = match &self.socket {
                        Some(socket) => {
                            let receiving = interrupted(stop, socket.receive(room));
                            self.world.before(at(until), receiving).await
                        }
                        None => Some(Some(Err(ErrorKind::NotConnected.into()))),
                    };
                    let input = |n| if n == 0 { Input::Eof } else { Input::Filled(n) };
                    match read {
                        Some(None) => {}
                        Some(Some(result)) => self.answer(Some(result.map(input))),
                        None => self.answer(None),
                    }
                }
                Do::Write => {
                    let until = self.session.deadline(self.world.now());
                    let out = self.session.out().concat();
                    let written = match &self.socket {
                        Some(socket) => self.world.before(at(until), socket.write(&out)).await,
                        None => Some(Err(ErrorKind::NotConnected.into())),
                    };
                    self.answer(written.map(|result| result.map(Input::Sent)));
                }
                Do::Request | Do::Body => return Stop::Event,
                Do::Handle => return Stop::Handle,
                Do::Failed => return Stop::Failed(self.session.failure().cause),
                Do::Finish => {
                    if let Some(socket) = &mut self.socket {
                        // What goes wrong with it is seen when it is read from.
                        socket.close();
                    }
                }
                Do::Close { reset } => {
                    if let (true, Some(socket)) = (reset, &mut self.socket) {
                        // It is closed all the same.
                        socket.reset();
                    }
                    self.socket = None;
                }
                Do::Done => return Stop::Done,
            }
        }
    }

    fn pass_on_shutdown(&mut self) {
        if let (false, Some(grace)) = (self.told, self.stop.0.get()) {
            self.told = true;
            let shutdown = Input::Shutdown { grace: Some(grace) };
            self.session.input(self.world.now(), &self.sink, shutdown);
        }
    }

    fn answer(&mut self, result: Option<io::Result<Input>>) {
        let input = match result {
            Some(Ok(input)) => input,
            Some(Err(error)) => Input::Failed(error.into()),
            None => Input::Tick,
        };
        self.session.input(self.world.now(), &self.sink, input);
    }
}

/// What comes of `future`; `None` if the server shuts down first.
async fn interrupted<F: Future>(stop: Option<&Stopping>, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if stop.is_some_and(|stop| stop.0.get().is_some()) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
