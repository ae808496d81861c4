//! The driver: it does what the exchange says, and decides nothing.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use limpid_core::client::{Dial, DialId, Do, Fault, Input, Told};
use limpid_core::error::ResolveError;
use limpid_core::time::{Deadline, Mono};
use limpid_std::Error;
use limpid_std::parts::{Parts, Session, literal, lookup};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use crate::body::Body;
use crate::dials::Dials;
use crate::socket::Socket;
use crate::timed::Timed;

/// An exchange and the socket it runs on. Dropping it ends the exchange.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) session: Session<Timed>,
    dials: Dials,
    body: Body,
    over: bool,
}

impl Driver {
    pub(crate) fn new(session: Session<Timed>, body: Body) -> Self {
        Self { session, dials: Dials::default(), body, over: false }
    }

    /// Runs the exchange to what there is for the caller; `None` at its end. It can be dropped at any
    /// point. What a connection waits for before it is open is in boxes, so that an exchange on one
    /// that is open has no room for it.
    pub(crate) async fn run(&mut self) -> Result<Option<Told>, Error> {
        self.session.tick();
        loop {
            match self.session.proceed() {
                Do::Trust { proxy } => self.session.trust(proxy),
                Do::Acquire => {
                    if !self.acquire() {
                        Box::pin(self.wait_for_connection()).await;
                    }
                }
                Do::Resolve => Box::pin(self.resolve()).await,
                Do::Dial(dial) => Box::pin(self.dial(dial)).await,
                Do::Await => Box::pin(self.settle()).await,
                Do::Abandon(dial) => self.dials.abandon(dial),
                Do::Write => {
                    let (exchange, transport, now) = self.session.io();
                    let result = match transport {
                        Some(socket) => socket.write(exchange, now).await,
                        None => Some(Err(ErrorKind::NotConnected.into())),
                    };
                    self.session.wrote(result);
                }
                Do::Read => {
                    let (exchange, transport, now) = self.session.io();
                    let result = match transport {
                        Some(socket) => socket.read(exchange, now).await,
                        None => Some(Err(ErrorKind::NotConnected.into())),
                    };
                    self.session.read(result);
                }
                Do::Body { rewind } => {
                    let input = self.body.next(rewind).await;
                    self.session.input(input);
                }
                Do::Wait => Box::pin(self.wait()).await,
                Do::Close => self.session.close(),
                Do::Release => self.release(),
                Do::Tell(told) => return Ok(Some(told)),
                Do::Done | Do::Failed => {
                    self.over = true;
                    self.rest();
                    return self.session.finish().map(|()| None);
                }
            }
        }
    }

    /// Whether the exchange is: there is nothing more to run.
    pub(crate) const fn is_over(&self) -> bool {
        self.over
    }

    /// Whether there is a connection, or leave to open one, without waiting for it.
    fn acquire(&mut self) -> bool {
        let now = self.session.now();
        let (Parts { exchange, .. }, connections) = self.session.parts();
        let acquired = connections.try_acquire(exchange.origin(), now);
        let is_there = acquired.is_some();
        if is_there {
            self.session.acquired(acquired);
        }
        is_there
    }

    async fn wait_for_connection(&mut self) {
        let (until, now) = (self.session.deadline(), self.session.now());
        let (Parts { exchange, .. }, connections) = self.session.parts();
        let acquired = within(until, now, connections.acquire(exchange.origin())).await;
        self.session.tick();
        self.session.acquired(acquired);
    }

    async fn resolve(&mut self) {
        let (until, now) = (self.session.deadline(), self.session.now());
        let (host, port) = self.session.exchange.peer();
        match within(until, now, resolve(host, port)).await {
            Some(Ok(addresses)) => self.session.input(Input::Resolved(&addresses)),
            Some(Err(error)) => self.session.input(Input::Failed(Fault::Resolve(error))),
            None => self.session.input(Input::Tick),
        }
    }

    /// Connects, or begins to where there is something else to be done.
    async fn dial(&mut self, id: DialId) {
        let (until, now) = (self.session.deadline(), self.session.now());
        let Some(Dial { target, from, options, alone }) = self.session.exchange.dial() else {
            return;
        };
        if alone {
            let opened = within(until, now, Socket::open(target, from, options)).await;
            return self.session.dialed(id, opened.map(|opened| opened.map(Timed::new)));
        }
        match Socket::begin(target, from, options) {
            Ok(socket) => {
                self.dials.add(id, socket);
                self.session.input(Input::Dialing);
            }
            Err(error) => self.session.dialed(id, Some(Err(error))),
        }
    }

    async fn settle(&mut self) {
        let until = self.session.deadline();
        match within(until, self.session.now(), self.dials.settled()).await {
            Some((dial, result)) => self.session.dialed(dial, Some(result.map(Timed::new))),
            None => self.session.input(Input::Tick),
        }
    }

    async fn wait(&mut self) {
        let (until, now) = (self.session.deadline(), self.session.now());
        sleep(until.map_or(Duration::ZERO, |until| until.at.since(now))).await;
        self.session.input(Input::Tick);
    }

    fn release(&mut self) {
        self.rest();
        self.session.release();
    }

    /// The connection, which may be kept, waits for nothing any more.
    fn rest(&self) {
        if let Some(socket) = self.session.transport() {
            socket.rest();
        }
    }
}

impl Drop for Driver {
    /// Ends the exchange, whatever it is doing: what has been started is told as ended, and the
    /// socket is closed. Nothing is waited for.
    fn drop(&mut self) {
        if self.over {
            return;
        }
        self.session.input(Input::Cancel);
        loop {
            match self.session.proceed() {
                Do::Write => {
                    let (exchange, transport, _) = self.session.io();
                    let sent: io::Result<usize> = match transport {
                        Some(socket) => socket.write_now(exchange.out()[0]),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.session.wrote(Some(sent));
                }
                Do::Close => self.session.close(),
                Do::Release => self.release(),
                Do::Done | Do::Failed => return self.release(),
                Do::Tell(_) => {}
                // There is nothing else to be done after a cancellation.
                _ => self.session.input(Input::Cancel),
            }
        }
    }
}

/// Looks up a name without holding up this thread: the system's resolver blocks.
async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, ResolveError> {
    if let Some(address) = literal(host, port) {
        return Ok(vec![address]);
    }
    let host = host.to_owned();
    let looked_up = spawn_blocking(move || lookup(&host, port)).await;
    looked_up.unwrap_or(Err(ResolveError::Temporary))
}

/// What comes of `future` before the deadline; `None` if that passes first.
pub(crate) async fn within<F: Future>(
    until: Option<Deadline>,
    now: Mono,
    future: F,
) -> Option<F::Output> {
    match until {
        None => Some(future.await),
        Some(deadline) => match deadline.at.since(now) {
            Duration::ZERO => None,
            left => timeout(left, future).await.ok(),
        },
    }
}
