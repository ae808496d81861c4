//! The driver: it does what the exchange says, and decides nothing.

use std::io::{self, ErrorKind};
use std::thread;
use std::time::Duration;

use limpid_core::client::{Dial, DialId, Do, Fault, Input, Told};
use limpid_core::time::{Deadline, Mono};

use crate::body::Body;
use crate::dials::Dials;
use crate::error::Error;
use crate::os::is_timeout;
use crate::resolve::{Resolved, resolve};
use crate::session::{Parts, Session};
use crate::socket::Timed;
use crate::wait::wait_for;

/// The least room for a read.
const READ: usize = 16 * 1024;

/// An exchange and the socket it runs on.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) session: Session<Timed>,
    dials: Dials,
    body: Body,
}

impl Driver {
    pub(crate) fn new(session: Session<Timed>, body: Body) -> Self {
        Self { session, dials: Dials::default(), body }
    }

    /// Runs the exchange to what there is for the caller; `None` at its end.
    pub(crate) fn run(&mut self) -> Result<Option<Told>, Error> {
        self.session.tick();
        loop {
            match self.session.proceed() {
                Do::Trust { proxy } => self.session.trust(proxy),
                Do::Acquire => self.acquire(),
                Do::Resolve => self.resolve(),
                Do::Dial(dial) => self.dial(dial),
                Do::Await => {
                    let left = self.left();
                    match self.dials.wait(left) {
                        Ok(Some((dial, result))) => self.session.dialed(dial, Some(result)),
                        Ok(None) => self.session.input(Input::Tick),
                        Err(error) => self.session.failed_to(&error),
                    }
                }
                Do::Abandon(dial) => self.dials.abandon(dial),
                Do::Write => {
                    let (exchange, transport, now) = self.session.io();
                    let left = left(exchange.deadline(), now);
                    let result = match transport {
                        Some(socket) => socket.write(exchange.out(), left),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.session.wrote(in_time(result));
                }
                Do::Read => {
                    let (exchange, transport, now) = self.session.io();
                    let left = left(exchange.deadline(), now);
                    let result = match transport {
                        Some(socket) => socket.read(exchange.space(READ), left),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.session.read(in_time(result));
                }
                Do::Body { rewind } => {
                    let input = self.body.next(rewind);
                    self.session.input(input);
                }
                Do::Wait => {
                    thread::sleep(self.left().unwrap_or_default());
                    self.session.input(Input::Tick);
                }
                Do::Close => self.session.close(),
                Do::Release => self.session.release(),
                Do::Tell(told) => return Ok(Some(told)),
                Do::Done | Do::Failed => return self.session.finish().map(|()| None),
            }
        }
    }

    #[inline]
    fn acquire(&mut self) {
        let now = self.session.now();
        let (Parts { exchange, .. }, connections) = self.session.parts();
        let mut acquired = connections.try_acquire(exchange.origin(), now);
        if acquired.is_none() {
            let left = left(exchange.deadline(), now);
            acquired = wait_for(connections.acquire(exchange.origin()), left);
            self.session.tick();
        }
        self.session.acquired(acquired);
    }

    #[cold]
    fn resolve(&mut self) {
        let left = self.left();
        let (host, port) = self.session.exchange.peer();
        match resolve(host, port, left) {
            Resolved::Addresses(all) => self.session.input(Input::Resolved(&all)),
            Resolved::Failed(error) => self.session.input(Input::Failed(Fault::Resolve(error))),
            Resolved::TimedOut => self.session.input(Input::Tick),
        }
    }

    /// Connects where there is nothing else to be done; otherwise a thread does.
    #[cold]
    fn dial(&mut self, id: DialId) {
        let left = self.left();
        let Some(Dial { target, from, options, alone }) = self.session.exchange.dial() else {
            return;
        };
        if alone {
            let opened = Timed::open(target, from, options, left);
            return self.session.dialed(id, in_time(opened));
        }
        match self.dials.start(id, target, from, options) {
            Ok(()) => self.session.input(Input::Dialing),
            Err(error) => self.session.dialed(id, Some(Err(error))),
        }
    }

    /// How much time is left for what is to be done; zero when the deadline has passed.
    #[inline]
    fn left(&mut self) -> Option<Duration> {
        left(self.session.deadline(), self.session.now())
    }

    /// Ends the exchange, whatever it is doing. What has been started is told as ended, and the
    /// socket is closed.
    pub(crate) fn cancel(&mut self) {
        self.session.input(Input::Cancel);
        while let Ok(Some(_)) = self.run() {}
    }
}

/// A result that came in time; `None` if it says that the time is over.
pub(crate) fn in_time<T>(result: io::Result<T>) -> Option<io::Result<T>> {
    match result {
        Err(error) if is_timeout(&error) => None,
        result => Some(result),
    }
}

/// How much time is left; zero when the deadline has passed.
#[inline]
pub(crate) fn left(until: Option<Deadline>, now: Mono) -> Option<Duration> {
    until.map(|deadline| deadline.at.since(now))
}
