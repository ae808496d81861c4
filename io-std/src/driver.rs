//! The driver: it does what the exchange says, and decides nothing.

use std::io::{self, ErrorKind};
use std::thread;
use std::time::Duration;

use limpid_core::client::{Dial, DialId, Do, Input, Told};
use limpid_core::time::{Deadline, Mono};
use limpid_io::{Error, InFlight};

use crate::body::Body;
use crate::dials::Dials;
use crate::os::is_timeout;
use crate::resolve::{Resolved, resolve};
use crate::socket::Timed;
use crate::wait::wait_for;

/// The least room for a read.
const READ: usize = 16 * 1024;

/// An exchange and the socket it runs on.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) in_flight: InFlight<Timed>,
    dials: Dials,
    body: Body,
}

impl Driver {
    pub(crate) fn new(in_flight: InFlight<Timed>, body: Body) -> Self {
        Self { in_flight, dials: Dials::default(), body }
    }

    /// Runs the exchange to what there is for the caller; `None` at its end.
    pub(crate) fn run(&mut self) -> Result<Option<Told>, Error> {
        self.in_flight.tick();
        loop {
            match self.in_flight.proceed() {
                Do::Trust { proxy } => self.in_flight.trust(proxy),
                Do::Acquire => self.acquire(),
                Do::Resolve => self.resolve(),
                Do::Dial(dial) => self.dial(dial),
                Do::Await => {
                    let left = self.left();
                    match self.dials.wait(left) {
                        Ok(Some((dial, result))) => self.in_flight.dialed(dial, Some(result)),
                        Ok(None) => self.in_flight.input(Input::Tick),
                        Err(error) => self.in_flight.failed_to(error),
                    }
                }
                Do::Abandon(dial) => self.dials.abandon(dial),
                Do::Write => {
                    let (mut buffers, transport, now) = self.in_flight.io();
                    let left = left(buffers.deadline(), now);
                    let result = match transport {
                        Some(socket) => socket.write(buffers.out(), left),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.in_flight.wrote(in_time(result));
                }
                Do::Read => {
                    let (mut buffers, transport, now) = self.in_flight.io();
                    let left = left(buffers.deadline(), now);
                    let result = match transport {
                        Some(socket) => socket.read(buffers.space(READ), left),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.in_flight.read(in_time(result));
                }
                Do::Body { rewind } => {
                    let input = self.body.next(rewind);
                    self.in_flight.input(input);
                }
                Do::Wait => {
                    thread::sleep(self.left().unwrap_or_default());
                    self.in_flight.input(Input::Tick);
                }
                Do::Close => self.in_flight.close(),
                Do::Release => self.in_flight.release(),
                Do::Tell(told) => return Ok(Some(told)),
                Do::Done | Do::Failed => return self.in_flight.finish().map(|()| None),
            }
        }
    }

    #[inline]
    fn acquire(&mut self) {
        if self.in_flight.try_acquire() {
            return;
        }
        let left = self.left();
        let acquired = wait_for(self.in_flight.acquire(), left);
        self.in_flight.tick();
        self.in_flight.acquired(acquired);
    }

    #[cold]
    fn resolve(&mut self) {
        let left = self.left();
        let (host, port) = self.in_flight.peer();
        match resolve(host, port, left) {
            Resolved::Addresses(all) => self.in_flight.input(Input::Resolved(&all)),
            Resolved::Failed(error) => self.in_flight.input(Input::Failed(error.into())),
            Resolved::TimedOut => self.in_flight.input(Input::Tick),
        }
    }

    /// Connects where there is nothing else to be done; otherwise a thread does.
    #[cold]
    fn dial(&mut self, id: DialId) {
        let left = self.left();
        let Some(Dial { target, from, options, alone }) = self.in_flight.dial() else {
            return;
        };
        if alone {
            let opened = Timed::open(target, from, options, left);
            return self.in_flight.dialed(id, in_time(opened));
        }
        match self.dials.start(id, target, from, options) {
            Ok(()) => self.in_flight.input(Input::Dialing),
            Err(error) => self.in_flight.dialed(id, Some(Err(error))),
        }
    }

    /// How much time is left for what is to be done; zero when the deadline has passed.
    #[inline]
    fn left(&mut self) -> Option<Duration> {
        left(self.in_flight.deadline(), self.in_flight.now())
    }

    /// Ends the exchange, whatever it is doing. What has been started is told as ended, and the
    /// socket is closed.
    pub(crate) fn cancel(&mut self) {
        self.in_flight.input(Input::Cancel);
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
