//! The driver: it does what the exchange says, and decides nothing.

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{Do, Event, Exchange, Fault, Input};
use limpid_core::error::{ResolveError, TlsError};
use limpid_core::time::{Deadline, Mono};
use limpid_core::trace::ConnectionId;
use limpid_std::system::{lookup, os_error};
use limpid_std::{Error, TlsSetupError, Trust};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use crate::body::Body;
use crate::pool::SharedPool;
use crate::socket::Socket;

/// The least room for a read.
const READ: usize = 16 * 1024;

/// An exchange and the socket it runs on. Dropping it ends the exchange.
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
    socket: Option<Socket>,
    over: bool,
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
        let refused = None;
        Self { exchange, body, trust, pool, refused, connection, socket: None, over: false }
    }

    /// The event for which the driver stopped.
    pub(crate) fn event(&self) -> Option<Event<'_>> {
        self.exchange.event()
    }

    /// Runs the exchange to its next event, or to its end. It can be dropped at any point.
    pub(crate) async fn run(&mut self) -> Result<Stop, Error> {
        loop {
            let now = self.pool.clock.now();
            match self.exchange.next(now, &self.pool.sink) {
                Do::Trust { proxy } => self.trust(proxy, now),
                Do::Acquire { origin, until } => {
                    let acquired = within(until, now, self.pool.acquire(origin)).await;
                    let (input, socket) = acquired.unwrap_or((Input::Tick, None));
                    self.acquired(input, socket);
                }
                Do::Resolve { host, port, until } => {
                    let host = host.to_owned();
                    let looked_up = spawn_blocking(move || lookup(&host, port));
                    let result = within(until, now, looked_up).await;
                    match result.map(|joined| joined.unwrap_or(Err(ResolveError::Temporary))) {
                        Some(Ok(addresses)) => self.input(Input::Resolved(&addresses)),
                        Some(Err(error)) => self.input(Input::Failed(Fault::Resolve(error))),
                        None => self.input(Input::Tick),
                    }
                }
                Do::Dial { target, from, options, until } => {
                    let opened = within(until, now, Socket::open(target, from, options)).await;
                    let result = opened.map(|result| {
                        result.map(|socket| {
                            self.socket = Some(socket);
                            Input::Dialed
                        })
                    });
                    self.answer(result);
                }
                Do::Write { until } => {
                    let result = match &self.socket {
                        Some(socket) => within(until, now, socket.write(self.exchange.out())).await,
                        None => Some(Err(ErrorKind::NotConnected.into())),
                    };
                    self.answer(result.map(|result| result.and_then(sent)));
                }
                Do::Read { until } => {
                    let result = match &self.socket {
                        Some(socket) => {
                            within(until, now, socket.read(self.exchange.space(READ))).await
                        }
                        None => Some(Err(ErrorKind::NotConnected.into())),
                    };
                    let input = |n| if n == 0 { Input::Eof } else { Input::Filled(n) };
                    self.answer(result.map(|result| result.map(input)));
                }
                Do::Body { rewind } => {
                    let input = self.next_piece(rewind).await;
                    self.input(input);
                }
                Do::Wait { until } => {
                    sleep(until.at.since(now)).await;
                    self.input(Input::Tick);
                }
                Do::Close => self.socket = None,
                Do::Release => self.release(),
                Do::Event(_) => return Ok(Stop::Event),
                Do::Done => {
                    self.over = true;
                    return Ok(Stop::Done);
                }
                Do::Failed(error) => {
                    self.over = true;
                    return Err(self.failed(error));
                }
            }
        }
    }

    /// What the caller is told.
    pub(crate) fn failed(&mut self, error: limpid_core::error::Error) -> Error {
        match self.refused.take() {
            Some(refused) => Error::TlsSetup(refused),
            None => Error::Exchange { url: Box::new(self.exchange.request().url().clone()), error },
        }
    }

    fn trust(&mut self, proxy: bool, now: Mono) {
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

    fn acquired(&mut self, input: Input<'_>, socket: Option<Socket>) {
        self.socket = socket;
        match &input {
            Input::Reuse(link) => self.connection = link.connection(),
            Input::Open(connection) => self.connection = *connection,
            _ => {}
        }
        self.input(input);
    }

    fn release(&mut self) {
        let link = self.exchange.take_link();
        self.pool.release(self.connection, link, self.socket.take());
    }

    async fn next_piece(&mut self, rewind: bool) -> Input<'static> {
        if rewind && !self.body.rewind() {
            return Input::BodyConsumed;
        }
        match self.body.next().await {
            Ok(Some(data)) => Input::Body(data),
            Ok(None) => Input::BodyEnd,
            Err(error) => Input::BodyFailed(os_error(&error)),
        }
    }

    /// Tells what came of an operation; `None` if its time is over.
    fn answer(&mut self, result: Option<io::Result<Input<'_>>>) {
        match result {
            Some(Ok(input)) => self.input(input),
            Some(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
            Some(Err(error)) => self.input(Input::Failed(Fault::Os(os_error(&error)))),
            None => self.input(Input::Tick),
        }
    }

    fn input(&mut self, input: Input<'_>) {
        self.exchange.input(self.pool.clock.now(), &self.pool.sink, input);
    }
}

impl Drop for Driver {
    /// Ends the exchange, whatever it is doing: what has been started is told as ended, and the
    /// socket is closed. Nothing is waited for.
    fn drop(&mut self) {
        if self.over {
            return;
        }
        self.input(Input::Cancel);
        loop {
            let now = self.pool.clock.now();
            match self.exchange.next(now, &self.pool.sink) {
                Do::Write { .. } => {
                    let sent = match &self.socket {
                        Some(socket) => socket.write_now(self.exchange.out()[0]),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.answer(Some(sent.map(Input::Sent)));
                }
                Do::Close => self.socket = None,
                Do::Release => self.release(),
                Do::Done | Do::Failed(_) => return,
                Do::Event(_) => {}
                // There is nothing else to be done after a cancellation.
                _ => self.input(Input::Cancel),
            }
        }
    }
}

/// A transport that takes nothing, though it was not asked for nothing, will take nothing more.
fn sent(n: usize) -> io::Result<Input<'static>> {
    if n == 0 { Err(ErrorKind::WriteZero.into()) } else { Ok(Input::Sent(n)) }
}

/// What comes of `future` before the deadline; `None` if that passes first.
async fn within<F: Future>(until: Option<Deadline>, now: Mono, future: F) -> Option<F::Output> {
    match until {
        None => Some(future.await),
        Some(deadline) => match deadline.at.since(now) {
            Duration::ZERO => None,
            left => timeout(left, future).await.ok(),
        },
    }
}
