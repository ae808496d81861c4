//! The driver: it does what the exchange says, and decides nothing.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use limpid_core::client::{Do, Event, Exchange, Fault, Input};
use limpid_core::error::Error;
use limpid_core::time::{Deadline, Mono};

use crate::body::Body;
use crate::client::SharedSink;
use crate::clock::Clock;
use crate::dial::dial;
use crate::os::{is_timeout, os_error};
use crate::resolve::{Resolved, resolve};

/// The least room for a read.
const READ: usize = 16 * 1024;

/// An exchange and the socket it runs on.
pub(crate) struct Driver {
    pub(crate) exchange: Exchange,
    body: Body,
    stream: Option<Timed>,
    clock: Clock,
    sink: SharedSink,
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("exchange", &self.exchange)
            .field("stream", &self.stream)
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
        clock: Clock,
        sink: SharedSink,
    ) -> Self {
        Self { exchange, body, stream: None, clock, sink }
    }

    /// The event for which the driver stopped.
    pub(crate) fn event(&self) -> Option<Event<'_>> {
        self.exchange.event()
    }

    /// Runs the exchange to its next event, or to its end.
    pub(crate) fn run(&mut self) -> Result<Stop, Error> {
        loop {
            let now = self.clock.now();
            match self.exchange.next(now, &self.sink) {
                Do::Resolve { host, port, until } => {
                    let resolved = resolve(host, port, left(until, now));
                    self.resolved(resolved);
                }
                Do::Dial { address, until } => {
                    let result = dial(address, left(until, now)).map(|stream| {
                        self.stream = Some(Timed::new(stream));
                        Input::Dialed
                    });
                    self.answer(result);
                }
                Do::Write { until } => {
                    let result = match &mut self.stream {
                        Some(stream) => stream.write(self.exchange.out(), left(until, now)),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.answer(result.map(Input::Sent));
                }
                Do::Read { until } => {
                    let result = match &mut self.stream {
                        Some(stream) => stream.read(self.exchange.space(READ), left(until, now)),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.answer(result.map(|n| if n == 0 { Input::Eof } else { Input::Filled(n) }));
                }
                Do::Body => {
                    let input = match self.body.next() {
                        Ok(Some(data)) => Input::Body(data),
                        Ok(None) => Input::BodyEnd,
                        Err(error) => Input::BodyFailed(os_error(&error)),
                    };
                    self.input(input);
                }
                Do::Close => self.stream = None,
                Do::Event(_) => return Ok(Stop::Event),
                Do::Done => return Ok(Stop::Done),
                Do::Failed(error) => return Err(error),
            }
        }
    }

    /// Ends the exchange, whatever it is doing. What has been started is told as ended, and the
    /// socket is closed.
    pub(crate) fn cancel(&mut self) {
        self.input(Input::Cancel);
        while let Ok(Stop::Event) = self.run() {}
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
        self.exchange.input(self.clock.now(), &self.sink, input);
    }
}

/// How much time is left; zero when the deadline has passed.
fn left(until: Option<Deadline>, now: Mono) -> Option<Duration> {
    until.map(|deadline| deadline.at.since(now))
}

/// A socket that remembers which timeouts it was given, so that it is told only of changes.
#[derive(Debug)]
struct Timed {
    stream: TcpStream,
    read: Option<Duration>,
    write: Option<Duration>,
}

impl Timed {
    const fn new(stream: TcpStream) -> Self {
        Self { stream, read: None, write: None }
    }

    fn read(&mut self, room: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        if timeout != self.read {
            self.stream.set_read_timeout(not_zero(timeout)?)?;
            self.read = timeout;
        }
        self.stream.read(room)
    }

    fn write(&mut self, slices: [&[u8]; 3], timeout: Option<Duration>) -> io::Result<usize> {
        if timeout != self.write {
            self.stream.set_write_timeout(not_zero(timeout)?)?;
            self.write = timeout;
        }
        match slices {
            [slice, [], []] => self.stream.write(slice),
            slices => self.stream.write_vectored(&slices.map(IoSlice::new)),
        }
    }
}

/// A timeout as a socket takes it: none is none, and zero has passed already.
fn not_zero(timeout: Option<Duration>) -> io::Result<Option<Duration>> {
    match timeout {
        Some(Duration::ZERO) => Err(ErrorKind::TimedOut.into()),
        timeout => Ok(timeout),
    }
}
