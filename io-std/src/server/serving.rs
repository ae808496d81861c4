//! A session and what it runs on, whatever moves its bytes: what the loops of both drivers share.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use limpid_core::error::Cause;
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{BodySize, RequestHead, Version};
use limpid_core::server::{Do, Event, Input, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::ConnectionId;

use super::builder::ServerSettings;
use crate::os::os_error;
use crate::session::next_exchange;

/// What a driver's loop stopped for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stop {
    /// A request has come.
    Request,
    /// A piece of its body has come.
    Data,
    /// What the handler asked for is done, and there is no piece.
    Handle,
    /// The exchange failed.
    Failed(Cause),
    /// The connection is over.
    Done,
}

impl Stop {
    /// What it means to a handler that waits.
    ///
    /// # Errors
    /// Its exchange is over.
    pub const fn for_handler(self) -> Result<(), Cause> {
        match self {
            Self::Failed(cause) => Err(cause),
            Self::Done => Err(Cause::Abandoned),
            Self::Request | Self::Data | Self::Handle => Ok(()),
        }
    }
}

/// A session, who is told of it, and what time it is. Dropping it gives the connection up: what has
/// been started is told as ended.
#[derive(Debug)]
pub struct Serving {
    /// The session.
    pub session: Session,
    settings: Arc<ServerSettings>,
    now: Mono,
    was_told_of_shutdown: bool,
}

impl Serving {
    /// A connection that was accepted.
    #[must_use]
    pub fn new(peer: Option<SocketAddr>, settings: &Arc<ServerSettings>) -> Self {
        let connection = ConnectionId(settings.next_connection());
        let mut session = Session::new(connection, peer, Arc::clone(&settings.options));
        let now = settings.clock.now();
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        session.set_date(now, unix);
        session.number(next_exchange());
        Self { session, settings: Arc::clone(settings), now, was_told_of_shutdown: false }
    }

    /// What time it was when something was last moved.
    #[must_use]
    pub const fn now(&self) -> Mono {
        self.now
    }

    /// What is to be done next.
    pub fn advance(&mut self) -> Do<'_> {
        self.session.next(self.now, &self.settings.sink)
    }

    /// Tells what came of it.
    pub fn input(&mut self, input: Input) {
        self.now = self.settings.clock.now();
        self.session.input(self.now, &self.settings.sink, input);
    }

    /// Tells what came of an operation of the transport; `None` if its time is over.
    pub fn answer(&mut self, result: Option<io::Result<Input>>) {
        match result {
            // A transport that takes nothing, though it was not asked for nothing, takes no more.
            Some(Ok(Input::Sent(0))) => {
                let error = io::Error::from(ErrorKind::WriteZero);
                self.input(Input::Failed(os_error(&error)));
            }
            Some(Ok(Input::Filled(0))) => self.input(Input::Eof),
            Some(Ok(input)) => self.input(input),
            Some(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
            Some(Err(error)) => self.input(Input::Failed(os_error(&error))),
            None => self.input(Input::Tick),
        }
    }

    /// Tells that the server shuts down, once.
    pub fn shut_down(&mut self, grace: Duration) {
        if !std::mem::replace(&mut self.was_told_of_shutdown, true) {
            self.input(Input::Shutdown { grace: Some(grace) });
        }
    }

    /// Tells how the handler ended.
    pub fn handled(&mut self, outcome: Outcome) {
        self.now = self.settings.clock.now();
        self.session.handled(self.now, &self.settings.sink, outcome);
        self.session.number(next_exchange());
    }

    // What a handler says, without its being sent yet.

    /// The head of the request.
    #[must_use]
    pub fn head(&self) -> RequestHead<'_> {
        self.session.head().unwrap_or(NO_HEAD)
    }

    /// The head of the request and the fields of the response.
    pub fn head_and_fields(&mut self) -> (RequestHead<'_>, &mut FieldBlock) {
        let (head, fields) = self.session.head_and_fields();
        (head.unwrap_or(NO_HEAD), fields)
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
        let sent = self.session.respond(self.now, &self.settings.sink, status, size);
        sent.map_err(Cause::Misuse)
    }

    /// Queues a piece of it.
    ///
    /// # Errors
    /// It must not be.
    pub fn send(&mut self, data: Bytes) -> Result<(), Cause> {
        self.session.send(self.now, &self.settings.sink, data).map_err(Cause::Misuse)
    }

    /// Ends it.
    ///
    /// # Errors
    /// It must not be.
    pub fn finish(&mut self) -> Result<(), Cause> {
        self.session.finish(self.now, &self.settings.sink).map_err(Cause::Misuse)
    }

    /// Answers with a whole response.
    ///
    /// # Errors
    /// It must not be.
    pub fn respond(&mut self, status: u16, body: Bytes) -> Result<(), Cause> {
        self.start(status, BodySize::Length(body.len() as u64))?;
        if !body.is_empty() {
            self.send(body)?;
        }
        self.finish()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let now = self.settings.clock.now();
        self.session.input(now, &self.settings.sink, Input::Abandon);
    }
}

/// What is left of the head when the exchange is over.
const NO_HEAD: RequestHead<'static> =
    RequestHead { method: b"", target: b"", version: Version::HTTP_11, fields: Fields::EMPTY };
