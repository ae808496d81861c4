//! The driver: it does what the exchange says, and decides nothing.

use std::io::ErrorKind;
use std::thread;
use std::time::Duration;

use limpid_core::client::{Dial, DialId, Do, Input, Told};
use limpid_io::{Error, InFlight};
use limpid_socket::literal;

use crate::body::Body;
use crate::deadline::{deadline_after, in_time, left};
use crate::dials::Dials;
use crate::socket::open;
use crate::stream::Stream;
use crate::wait::wait_for;

/// The least room for a read.
const READ: usize = 16 * 1024;

/// An exchange and the socket it runs on.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) in_flight: InFlight<Stream>,
    dials: Dials,
    body: Body,
}

impl Driver {
    pub(crate) fn new(in_flight: InFlight<Stream>, body: Body) -> Self {
        Self { in_flight, dials: Dials::default(), body }
    }

    /// Runs the exchange to what there is for the caller; `None` at its end.
    pub(crate) fn run(&mut self) -> Result<Option<Told>, Error> {
        self.in_flight.tick();
        loop {
            match self.in_flight.proceed() {
                Do::Trust { proxy } => self.in_flight.trust(proxy),
                Do::Secure { proxy } => self.in_flight.secure(proxy),
                Do::Acquire => self.acquire(),
                Do::Resolve => self.resolve(),
                Do::Dial(dial) => self.dial(dial),
                Do::Await => {
                    let left = self.left();
                    match self.dials.wait(left) {
                        Ok(Some((dial, result))) => {
                            self.in_flight.dialed(dial, Some(result.map(Stream::Socket)));
                        }
                        Ok(None) => self.in_flight.input(Input::Tick),
                        Err(error) => self.in_flight.failed_to(error),
                    }
                }
                Do::Abandon(dial) => self.dials.abandon(dial),
                Do::Write => {
                    let (mut buffers, transport, now) = self.in_flight.io();
                    let left = left(buffers.deadline(), now);
                    let result = match transport {
                        Some(stream) => stream.write(buffers.out(), left),
                        None => Some(Err(ErrorKind::NotConnected.into())),
                    };
                    self.in_flight.wrote(result);
                }
                Do::Read => {
                    let (mut buffers, transport, now) = self.in_flight.io();
                    let left = left(buffers.deadline(), now);
                    let result = match transport {
                        Some(stream) => stream.read(buffers.space(READ), left),
                        None => Some(Err(ErrorKind::NotConnected.into())),
                    };
                    self.in_flight.read(result);
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
        let (until, left) = (self.in_flight.deadline(), self.left());
        let (host, port) = self.in_flight.peer();
        if let Some(address) = literal(host, port) {
            return self.in_flight.input(Input::Resolved(&[address]));
        }
        let lookup = self.in_flight.network().lookups.look_up(host, port, until);
        match wait_for(lookup, left) {
            Some(Ok(addresses)) => self.in_flight.input(Input::Resolved(&addresses)),
            Some(Err(error)) => self.in_flight.input(Input::Failed(error.into())),
            None => self.in_flight.input(Input::Tick),
        }
    }

    /// Connects: a caller's connector waits for that, as a socket does where nothing else is to be
    /// done. Otherwise the system connects while the exchange goes on.
    #[cold]
    fn dial(&mut self, id: DialId) {
        let left = self.left();
        let Some(dial) = self.in_flight.dial() else { return };
        let Dial { target, from, options, alone } = dial;
        let opened = match self.in_flight.network().connector.custom() {
            Some(connect) => connect.connect(dial, deadline_after(left)).map(Stream::Custom),
            None if alone => open(target, from, options, left).map(Stream::from),
            None => match self.dials.start(id, target, from, options) {
                Ok(()) => return self.in_flight.input(Input::Dialing),
                Err(error) => return self.in_flight.dialed(id, Some(Err(error))),
            },
        };
        self.in_flight.dialed(id, in_time(opened));
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
