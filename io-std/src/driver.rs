//! The driver of an exchange: performs its actions.

use std::io::ErrorKind;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use limpid_core::client::{Action, Dial, DialId, Emitted, Interest};
use limpid_core::error::Error as CoreError;
use limpid_io::{Error, InFlight, Input};
use limpid_socket::literal;

use crate::body::Body;
use crate::deadline::{deadline_after, in_time, left};
use crate::dials::Dials;
use crate::socket::open;
use crate::stream::Stream;
use crate::transport::Interest as Readiness;
use crate::wait::wait_for;

/// How many bytes of a request are written between two checks for its response.
const LOOK: usize = 64 * 1024;

/// An exchange and its socket.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) in_flight: InFlight<Stream>,
    dials: Dials,
    body: Body,
    /// How many bytes were written since the last check for the response.
    unchecked: usize,
}

impl Driver {
    pub(crate) fn new(in_flight: InFlight<Stream>, body: Body) -> Self {
        Self { in_flight, dials: Dials::default(), body, unchecked: 0 }
    }

    /// Runs the exchange until there is an event for the caller; `None` at its end.
    pub(crate) fn run(&mut self) -> Result<Option<Emitted>, Error> {
        self.in_flight.tick();
        loop {
            match self.in_flight.poll() {
                Action::Trust { proxy } => self.in_flight.trust(proxy),
                Action::Acquire => self.acquire(),
                Action::Resolve => self.resolve(),
                Action::Dial(dial) => self.dial(dial),
                Action::Abandon(dial) => self.dials.abandon(dial),
                Action::Secure { proxy } => self.in_flight.secure(proxy),
                Action::Rewind => self.rewind(),
                Action::Close => self.in_flight.close(),
                Action::Release => self.in_flight.release(),
                Action::Event(emitted) => {
                    self.end_upload(false);
                    return Ok(Some(emitted));
                }
                Action::Done | Action::Failed => {
                    self.end_upload(true);
                    return self.in_flight.finish().map(|()| None);
                }
                Action::Wait(interest) => self.wait(interest),
            }
        }
    }

    /// Does one of the operations that are waited for, or waits until one is possible.
    #[inline]
    fn wait(&mut self, interest: Interest) {
        if interest.write {
            self.write(interest.read);
        } else if interest.body {
            self.ask_for_body(interest.read);
        } else if interest.read {
            self.read();
        } else {
            self.wait_for_dials();
        }
    }

    /// Writes what can be written at once, or waits until writing or reading is possible.
    #[inline]
    fn write(&mut self, reads: bool) {
        let (buffers, transport) = self.in_flight.io();
        let result = match transport {
            Some(stream) => stream.try_write(buffers.out()),
            None => Err(ErrorKind::NotConnected.into()),
        };
        match result {
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait_to_write(reads),
            Ok(n) if reads => self.wrote_beside_reading(n),
            result => self.in_flight.wrote(Some(result)),
        }
    }

    /// Checks for a response at intervals while the server takes all output: a response may make the
    /// rest of the request unnecessary.
    fn wrote_beside_reading(&mut self, n: usize) {
        self.in_flight.wrote(Some(Ok(n)));
        self.unchecked += n;
        if self.unchecked >= LOOK {
            self.unchecked = 0;
            self.look();
        }
    }

    #[cold]
    fn wait_to_write(&mut self, reads: bool) {
        let left = self.left();
        if left != Some(Duration::ZERO)
            && let Some(stream) = self.in_flight.transport()
        {
            match stream.wait(Readiness { read: reads, write: true }, left, None) {
                Ok(true) if reads && self.look() => return,
                Ok(_) => {}
                Err(error) => return self.in_flight.input(Input::SendFailed(error.into())),
            }
        }
        // Before the deadline, this changes nothing.
        self.in_flight.input(Input::Timeout);
    }

    /// Reads what has arrived, without blocking. Returns `false` if nothing has.
    #[cold]
    fn look(&mut self) -> bool {
        let (mut buffers, transport) = self.in_flight.io();
        let result = match transport {
            Some(stream) => stream.try_read(buffers.space()),
            None => Err(ErrorKind::NotConnected.into()),
        };
        if result.as_ref().is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
            return false;
        }
        self.in_flight.read(Some(result));
        true
    }

    /// Takes the next piece of the body. A source may block this thread, so the transport is checked
    /// first.
    fn ask_for_body(&mut self, reads: bool) {
        if reads && self.body.may_block() && self.look() {
            return;
        }
        match self.body.next() {
            Some(input) => self.in_flight.input(input),
            None => return self.wait_for_body(reads),
        }
        if reads && self.body.may_block() {
            // The source may have blocked beyond the deadline of the exchange.
            self.in_flight.input(Input::Timeout);
        }
    }

    /// Waits until there is another piece of the body, or reading is possible.
    #[cold]
    fn wait_for_body(&mut self, reads: bool) {
        let left = self.left();
        if left != Some(Duration::ZERO)
            && let Some(stream) = self.in_flight.transport()
        {
            let interest = Readiness { read: reads, write: false };
            match stream.wait(interest, left, self.body.signal()) {
                Ok(true) if reads && self.look() => return,
                Ok(_) => {}
                Err(error) => {
                    return self.in_flight.input(Input::BodyFailed(CoreError::body(error)));
                }
            }
        }
        // Before the deadline, this changes nothing.
        self.in_flight.input(Input::Timeout);
    }

    /// Notifies the thread that sends the body if no more of it is sent.
    #[inline]
    fn end_upload(&mut self, is_over: bool) {
        if is_over || self.in_flight.unsent().is_some() {
            self.body.stop();
        }
    }

    #[inline]
    fn read(&mut self) {
        let left = self.left();
        let (mut buffers, transport) = self.in_flight.io();
        let result = match transport {
            Some(stream) => stream.read(buffers.space(), left),
            None => Some(Err(ErrorKind::NotConnected.into())),
        };
        self.in_flight.read(result);
    }

    #[cold]
    fn rewind(&mut self) {
        if let Err(error) = self.body.rewind() {
            self.in_flight.input(Input::BodyFailed(error));
        }
    }

    /// Waits for the end of one of the connection attempts, or until the next is due.
    #[cold]
    fn wait_for_dials(&mut self) {
        let left = self.left();
        if self.dials.is_empty() {
            thread::sleep(left.unwrap_or_default());
            return self.in_flight.input(Input::Timeout);
        }
        match self.dials.wait(left) {
            Ok(Some((dial, result))) => {
                self.in_flight.dialed(dial, Some(result.map(Stream::Socket)));
            }
            Ok(None) => self.in_flight.input(Input::Timeout),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => self.in_flight.input(Input::Failed(error.into())),
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
            return match address {
                Ok(address) => self.in_flight.input(Input::Resolved(&[address])),
                Err(error) => self.in_flight.input(Input::Failed(error.into())),
            };
        }
        let lookups = Arc::clone(&self.in_flight.network().lookups);
        let mut lookup = lookups.look_up(host, port, until);
        let resolved = wait_for(&mut lookup, left);
        self.in_flight.looked_up(lookup.facts());
        match resolved {
            Some(Ok(addresses)) => self.in_flight.input(Input::Resolved(&addresses)),
            Some(Err(error)) => self.in_flight.input(Input::Failed(error.into())),
            None => self.in_flight.input(Input::Timeout),
        }
    }

    /// Starts an attempt to connect. It blocks with a caller's connector, or if there is nothing else
    /// to do. Otherwise the system connects in the background.
    #[cold]
    fn dial(&mut self, id: DialId) {
        let now = self.in_flight.now();
        let Some(dial) = self.in_flight.dial() else { return };
        let Dial { target, from, options, alone, until } = dial;
        let left = left(until, now);
        let opened = match self.in_flight.network().connector.custom() {
            Some(connect) => connect.connect(dial, deadline_after(left)).map(Stream::Custom),
            None if alone => open(target, from, options, left).map(Stream::from),
            None => match self.dials.start(id, target, from, options) {
                Ok(()) => return self.in_flight.tick(),
                Err(error) => return self.in_flight.dialed(id, Some(Err(error))),
            },
        };
        self.in_flight.dialed(id, in_time(opened));
    }

    /// Returns the time until the deadline; zero when it has passed.
    #[inline]
    fn left(&mut self) -> Option<Duration> {
        left(self.in_flight.deadline(), self.in_flight.now())
    }

    /// Ends the exchange, in any state, without waiting for more of the response. If the rest has
    /// arrived, the connection can be reused.
    pub(crate) fn discard(&mut self) {
        self.in_flight.input(Input::Discard);
        loop {
            match self.in_flight.poll() {
                Action::Wait(Interest { read: true, write: false, .. }) if self.look() => {}
                Action::Close => self.in_flight.close(),
                Action::Done | Action::Failed => {
                    self.end_upload(true);
                    return self.in_flight.release();
                }
                // What is left is to close the connection.
                _ => return self.cancel(),
            }
        }
    }

    /// Cancels the exchange, in any state. Open spans end, and the socket is closed.
    pub(crate) fn cancel(&mut self) {
        self.in_flight.input(Input::Cancel);
        while let Ok(Some(_)) = self.run() {}
    }
}
