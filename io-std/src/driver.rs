//! The driver: it does what the exchange says, and decides nothing.

use std::io::{self, ErrorKind};
use std::thread;
use std::time::Duration;

use limpid_core::client::{Do, Fault, Input};
use limpid_core::time::{Deadline, Mono};

use crate::body::Body;
use crate::dials::Dials;
use crate::error::Error;
use crate::os::is_timeout;
use crate::resolve::{Resolved, resolve};
use crate::session::{Session, Told};
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

    /// Runs the exchange to its next event, or to its end.
    pub(crate) fn run(&mut self) -> Result<Told, Error> {
        self.session.tick();
        loop {
            let now = self.session.now();
            let (exchange, connections) = self.session.exchange.parts();
            match exchange.next(now, connections.sink()) {
                Do::Trust { proxy } => self.session.trust(proxy),
                Do::Acquire { origin, until } => {
                    let mut acquired = connections.try_acquire(origin, now);
                    if acquired.is_none() {
                        acquired = wait_for(connections.acquire(origin), left(until, now));
                        self.session.tick();
                    }
                    self.session.acquired(acquired);
                }
                Do::Resolve { host, port, until } => match resolve(host, port, left(until, now)) {
                    Resolved::Addresses(all) => self.session.input(Input::Resolved(&all)),
                    Resolved::Failed(error) => {
                        self.session.input(Input::Failed(Fault::Resolve(error)));
                    }
                    Resolved::TimedOut => self.session.input(Input::Tick),
                },
                Do::Dial { dial, target, from, options, alone: true, until } => {
                    let opened = Timed::open(target, from, options, left(until, now));
                    self.session.dialed(dial, in_time(opened));
                }
                Do::Dial { dial, target, from, options, .. } => {
                    match self.dials.start(dial, target, from, options) {
                        Ok(()) => self.session.input(Input::Dialing),
                        Err(error) => self.session.dialed(dial, Some(Err(error))),
                    }
                }
                Do::Await { until } => match self.dials.wait(left(until, now)) {
                    Ok(Some((dial, result))) => self.session.dialed(dial, Some(result)),
                    Ok(None) => self.session.input(Input::Tick),
                    Err(error) => self.session.failed_to(&error),
                },
                Do::Abandon(dial) => self.dials.abandon(dial),
                Do::Write { until } => {
                    let Session { exchange, transport, .. } = &mut self.session;
                    let result = match transport {
                        Some(socket) => socket.write(exchange.out(), left(until, now)),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.session.wrote(in_time(result));
                }
                Do::Read { until } => {
                    let Session { exchange, transport, .. } = &mut self.session;
                    let result = match transport {
                        Some(socket) => socket.read(exchange.space(READ), left(until, now)),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.session.read(in_time(result));
                }
                Do::Body { rewind } => {
                    let input = self.body.next(rewind);
                    self.session.input(input);
                }
                Do::Wait { until } => {
                    thread::sleep(until.at.since(now));
                    self.session.input(Input::Tick);
                }
                Do::Close => self.session.transport = None,
                Do::Release => self.session.release(),
                Do::Event(event) => {
                    if let Some(told) = Told::of(event) {
                        return Ok(told);
                    }
                }
                Do::Done => return Ok(Told::Done),
                Do::Failed(error) => return Err(self.session.failed(error)),
            }
        }
    }

    /// Ends the exchange, whatever it is doing. What has been started is told as ended, and the
    /// socket is closed.
    pub(crate) fn cancel(&mut self) {
        self.session.input(Input::Cancel);
        while self.run().is_ok_and(|told| told != Told::Done) {}
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
pub(crate) fn left(until: Option<Deadline>, now: Mono) -> Option<Duration> {
    until.map(|deadline| deadline.at.since(now))
}
