//! The driver: it does what the exchange says, and decides nothing.

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use limpid_core::client::{Do, Event, Exchange, Fault, Input};
use limpid_core::error::TlsError;
use limpid_core::time::{Deadline, Mono};
use limpid_core::trace::ConnectionId;

use crate::body::Body;
use crate::error::{Error, TlsSetupError};
use crate::os::{is_timeout, os_error};
use crate::pool::SharedPool;
use crate::resolve::{Resolved, resolve};
use crate::socket::Timed;
use crate::tls::Trust;

/// The least room for a read.
const READ: usize = 16 * 1024;

/// An exchange and the socket it runs on.
pub(crate) struct Driver {
    pub(crate) exchange: Exchange,
    body: Body,
    /// Whom to trust as an origin server, and whom as a proxy.
    trust: Arc<(Trust, Trust)>,
    pool: Arc<SharedPool>,
    /// Why there is no TLS configuration.
    refused: Option<TlsSetupError>,
    /// The number of the connection that the pool gave.
    connection: ConnectionId,
    socket: Option<Timed>,
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("exchange", &self.exchange)
            .field("socket", &self.socket)
            .finish_non_exhaustive()
    }
}

/// What the driver stopped for.
#[derive(Debug)]
pub(crate) enum Stop {
    /// There is an event: [`Driver::event`].
    Event,
    /// The exchange is over.
    Done,
}

impl Driver {
    pub(crate) const fn new(
        exchange: Exchange,
        body: Body,
        trust: Arc<(Trust, Trust)>,
        pool: Arc<SharedPool>,
    ) -> Self {
        let connection = ConnectionId(0);
        Self { exchange, body, trust, pool, refused: None, connection, socket: None }
    }

    /// The event for which the driver stopped.
    pub(crate) fn event(&self) -> Option<Event<'_>> {
        self.exchange.event()
    }

    /// Runs the exchange to its next event, or to its end.
    pub(crate) fn run(&mut self) -> Result<Stop, Error> {
        loop {
            let now = self.pool.clock.now();
            match self.exchange.next(now, &self.pool.sink) {
                Do::Trust { proxy } => {
                    let trust = if proxy { &self.trust.1 } else { &self.trust.0 };
                    let input = match trust.config(now, &self.pool.sink) {
                        Ok(config) => Input::Trust(config),
                        Err(error) => {
                            self.refused = Some(error);
                            Input::Failed(Fault::Tls(TlsError::Configuration))
                        }
                    };
                    self.input(input);
                }
                Do::Acquire { origin, until } => {
                    let (input, socket) = self.pool.acquire(origin, until);
                    self.acquired(input, socket);
                }
                Do::Resolve { host, port, until } => {
                    let resolved = resolve(host, port, left(until, now));
                    self.resolved(resolved);
                }
                Do::Dial { target, from, options, until } => {
                    let result =
                        Timed::open(target, from, options, left(until, now)).map(|socket| {
                            self.socket = Some(socket);
                            Input::Dialed
                        });
                    self.answer(result);
                }
                Do::Write { until } => {
                    let result = match &mut self.socket {
                        Some(socket) => socket.write(self.exchange.out(), left(until, now)),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.answer(result.and_then(sent));
                }
                Do::Read { until } => {
                    let result = match &mut self.socket {
                        Some(socket) => socket.read(self.exchange.space(READ), left(until, now)),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.answer(result.map(|n| if n == 0 { Input::Eof } else { Input::Filled(n) }));
                }
                Do::Body { rewind } => {
                    let input = self.next_piece(rewind);
                    self.input(input);
                }
                Do::Wait { until } => {
                    thread::sleep(until.at.since(now));
                    self.input(Input::Tick);
                }
                Do::Close => self.socket = None,
                Do::Release => {
                    let link = self.exchange.take_link();
                    self.pool.release(self.connection, link, self.socket.take());
                }
                Do::Event(_) => return Ok(Stop::Event),
                Do::Done => return Ok(Stop::Done),
                Do::Failed(error) => return Err(self.failed(error)),
            }
        }
    }

    /// Ends the exchange, whatever it is doing. What has been started is told as ended, and the
    /// socket is closed.
    pub(crate) fn cancel(&mut self) {
        self.input(Input::Cancel);
        while let Ok(Stop::Event) = self.run() {}
    }

    /// What the caller is told.
    pub(crate) fn failed(&mut self, error: limpid_core::error::Error) -> Error {
        match self.refused.take() {
            Some(refused) => Error::TlsSetup(refused),
            None => Error::Exchange { url: Box::new(self.exchange.request().url().clone()), error },
        }
    }

    fn acquired(&mut self, input: Input<'_>, socket: Option<Timed>) {
        self.socket = socket;
        match &input {
            Input::Reuse(link) => self.connection = link.connection(),
            Input::Open(connection) => self.connection = *connection,
            _ => {}
        }
        self.input(input);
    }

    fn next_piece(&mut self, rewind: bool) -> Input<'static> {
        if rewind && !self.body.rewind() {
            return Input::BodyConsumed;
        }
        match self.body.next() {
            Ok(Some(data)) => Input::Body(data),
            Ok(None) => Input::BodyEnd,
            Err(error) => Input::BodyFailed(os_error(&error)),
        }
    }

    fn resolved(&mut self, resolved: Resolved) {
        match resolved {
            Resolved::Addresses(addresses) => self.input(Input::Resolved(&addresses)),
            Resolved::Failed(error) => self.input(Input::Failed(Fault::Resolve(error))),
            Resolved::TimedOut => self.input(Input::Tick),
        }
    }

    fn answer(&mut self, result: io::Result<Input<'static>>) {
        match result {
            Ok(input) => self.input(input),
            Err(error) if is_timeout(&error) => self.input(Input::Tick),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => self.input(Input::Failed(Fault::Os(os_error(&error)))),
        }
    }

    fn input(&mut self, input: Input<'_>) {
        self.exchange.input(self.pool.clock.now(), &self.pool.sink, input);
    }
}

/// A transport that takes nothing, though it was not asked for nothing, will take nothing more.
fn sent(n: usize) -> io::Result<Input<'static>> {
    if n == 0 { Err(ErrorKind::WriteZero.into()) } else { Ok(Input::Sent(n)) }
}

/// How much time is left; zero when the deadline has passed.
fn left(until: Option<Deadline>, now: Mono) -> Option<Duration> {
    until.map(|deadline| deadline.at.since(now))
}
