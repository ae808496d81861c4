//! The driver of an exchange: performs its actions.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::mem;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use limpid_core::client::{Action, DialId, Emitted, Interest};
use limpid_core::error::Error as CoreError;
use limpid_core::time::{Deadline, Mono};
use limpid_io::{Error, InFlight, Input};
use limpid_socket::literal;
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::body::Body;
use crate::dials::{Attempt, Dials};
use crate::timed::Timed;

/// An exchange and its socket. Dropping it cancels the exchange.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) in_flight: InFlight<Timed>,
    dials: Dials,
    body: Body,
    over: bool,
    /// The rest of the response is read by a task of its own.
    is_draining: bool,
    /// The response is not read at present.
    is_held: bool,
}

impl Driver {
    pub(crate) fn new(in_flight: InFlight<Timed>, body: Body) -> Self {
        let dials = Dials::default();
        Self { in_flight, dials, body, over: false, is_draining: false, is_held: false }
    }

    /// Runs the exchange until there is an event for the caller; `None` at its end. The future can be
    /// dropped at any point. The steps before a connection is open are boxed, so that the future of
    /// an exchange on an open connection stays small.
    pub(crate) async fn run(&mut self) -> Result<Option<Emitted>, Error> {
        self.in_flight.tick();
        loop {
            match self.in_flight.poll() {
                Action::Trust { proxy } => self.in_flight.trust(proxy),
                Action::Secure { proxy } => self.in_flight.secure(proxy),
                Action::Acquire => {
                    if !self.in_flight.try_acquire() {
                        Box::pin(self.wait_for_connection()).await;
                    }
                }
                Action::Resolve => Box::pin(self.resolve()).await,
                Action::Dial(dial) => Box::pin(self.dial(dial)).await,
                Action::Abandon(dial) => self.dials.abandon(dial),
                Action::Rewind => {
                    if let Err(error) = self.body.rewind() {
                        self.in_flight.input(Input::BodyFailed(error));
                    }
                }
                Action::Wait(Interest::NONE) if self.is_held => return Ok(None),
                Action::Wait(Interest::NONE) => Box::pin(self.wait()).await,
                Action::Wait(interest) => {
                    let wait = Unfinished(self);
                    poll_fn(|cx| wait.0.poll_wait(interest, cx)).await;
                    mem::forget(wait);
                }
                Action::Close => self.in_flight.close(),
                Action::Release => self.release(),
                Action::Event(emitted) => return Ok(Some(emitted)),
                Action::Done | Action::Failed => {
                    self.over = true;
                    self.rest();
                    return self.in_flight.finish().map(|()| None);
                }
            }
        }
    }

    /// Runs the exchange after the head of the response up to the next event; `None` at its end. A caller that does not
    /// poll again although it was woken counts as waiting.
    pub(crate) fn poll_run(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Emitted>, Error>> {
        self.in_flight.tick();
        loop {
            match self.in_flight.poll() {
                Action::Wait(interest) => ready!(self.poll_wait(interest, cx)),
                Action::Close => self.in_flight.close(),
                Action::Release => self.release(),
                Action::Event(emitted) => return Poll::Ready(Ok(Some(emitted))),
                Action::Done | Action::Failed => return Poll::Ready(self.end()),
                // The others belong to the steps before the head.
                _ => self.in_flight.input(Input::Cancel),
            }
        }
    }

    fn end(&mut self) -> Result<Option<Emitted>, Error> {
        self.over = true;
        self.rest();
        self.in_flight.finish().map(|()| None)
    }

    /// Sends the rest of the request without reading the response. The future can be dropped at any point.
    pub(crate) async fn upload(&mut self) -> Result<(), Error> {
        if self.over {
            return Ok(());
        }
        Held::new(self).0.run().await.map(drop)
    }

    /// Does one of the operations that are waited for, as soon as it is possible, or passes a timeout
    /// to the exchange.
    #[inline]
    fn poll_wait(&mut self, interest: Interest, cx: &mut Context<'_>) -> Poll<()> {
        let (mut buffers, transport) = self.in_flight.io();
        let Some(transport) = transport else {
            self.in_flight.input(Input::SendFailed(not_connected()));
            self.in_flight.input(Input::ReceiveFailed(not_connected()));
            return Poll::Ready(());
        };
        // An early response may make the rest of the request unnecessary.
        if interest.read
            && let Poll::Ready(result) = transport.poll_read(cx, &mut buffers)
        {
            self.in_flight.read(Some(result));
            return Poll::Ready(());
        }
        if interest.write
            && let Poll::Ready(result) = transport.poll_write(cx, &buffers)
        {
            self.in_flight.wrote(Some(result));
            return Poll::Ready(());
        }
        if interest.body
            && let Poll::Ready(input) = self.body.poll_next(cx)
        {
            self.in_flight.input(input);
            return Poll::Ready(());
        }
        let Some(until) = self.in_flight.deadline() else { return Poll::Pending };
        let now = self.in_flight.now();
        if let (_, Some(transport)) = self.in_flight.io() {
            ready!(transport.poll_passed(until, now, cx));
        }
        self.in_flight.input(Input::Timeout);
        Poll::Ready(())
    }

    /// Returns whether the exchange has ended.
    pub(crate) const fn is_over(&self) -> bool {
        self.over
    }

    async fn wait_for_connection(&mut self) {
        let (until, now) = (self.in_flight.deadline(), self.in_flight.now());
        let acquired = within(until, now, self.in_flight.acquire()).await;
        self.in_flight.tick();
        self.in_flight.acquired(acquired);
    }

    async fn resolve(&mut self) {
        let (until, now) = (self.in_flight.deadline(), self.in_flight.now());
        let (host, port) = self.in_flight.peer();
        if let Some(address) = literal(host, port) {
            return match address {
                Ok(address) => self.in_flight.input(Input::Resolved(&[address])),
                Err(error) => self.in_flight.input(Input::Failed(error.into())),
            };
        }
        let resolving = self.in_flight.network().resolver.resolve(host, port);
        let Some((resolved, facts)) = within(until, now, resolving).await else {
            return self.in_flight.input(Input::Timeout);
        };
        self.in_flight.looked_up(facts);
        match resolved {
            Ok(addresses) => self.in_flight.input(Input::Resolved(&addresses)),
            Err(error) => self.in_flight.input(Input::Failed(error.into())),
        }
    }

    /// Connects, or starts to connect if there is something else to do.
    async fn dial(&mut self, id: DialId) {
        let now = self.in_flight.now();
        let Some(dial) = self.in_flight.dial() else { return };
        let (is_alone, until) = (dial.alone, dial.until);
        match Attempt::begin(&self.in_flight.network().connector, dial) {
            Ok(mut attempt) if is_alone => {
                let opened = within(until, now, poll_fn(|cx| attempt.poll_open(cx))).await;
                self.in_flight.dialed(id, opened.map(|opened| opened.map(Timed::new)));
            }
            Ok(attempt) => {
                self.dials.add(id, attempt);
                self.in_flight.tick();
            }
            Err(error) => self.in_flight.dialed(id, Some(Err(error))),
        }
    }

    /// Waits for the end of one of the connection attempts, or until the next is due.
    async fn wait(&mut self) {
        let until = self.in_flight.deadline();
        match within(until, self.in_flight.now(), self.dials.settled()).await {
            Some((dial, result)) => self.in_flight.dialed(dial, Some(result.map(Timed::new))),
            None => self.in_flight.input(Input::Timeout),
        }
    }

    /// Reads the rest of a dropped response in a task, as long as the exchange allows. Returns whether it
    /// does: the task needs a runtime, and it does not start another.
    #[cold]
    fn drain_in_task(&mut self) -> bool {
        let Ok(runtime) = Handle::try_current() else { return false };
        let is_usable = match self.in_flight.io() {
            (_, Some(transport)) => transport.move_here().is_ok(),
            (_, None) => false,
        };
        if self.is_draining || !is_usable {
            return false;
        }
        let mut rest = Self::new(self.in_flight.take(), Body::none());
        rest.is_draining = true;
        self.over = true;
        runtime.spawn(async move { while let Ok(Some(_)) = rest.run().await {} });
        true
    }

    fn release(&mut self) {
        self.rest();
        self.in_flight.release();
    }

    /// Releases the waker of the connection, which may be kept.
    fn rest(&self) {
        if let Some(transport) = self.in_flight.transport() {
            transport.rest();
        }
    }
}

/// A wait of an exchange, until it is forgotten. Dropping it means that its future was dropped: the caller
/// waits no more at present, which must not count as slowness of the server.
struct Unfinished<'d>(&'d mut Driver);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.in_flight.input(Input::Pause);
    }
}

/// An exchange whose response is not read until this is dropped.
struct Held<'d>(&'d mut Driver);

impl<'d> Held<'d> {
    fn new(driver: &'d mut Driver) -> Self {
        driver.is_held = true;
        driver.in_flight.input(Input::Hold(true));
        Self(driver)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.is_held = false;
        self.0.in_flight.input(Input::Hold(false));
    }
}

impl Drop for Driver {
    /// Ends the exchange, in any state, without waiting. Open spans end, and the socket is closed unless
    /// the rest of the response has arrived, or may arrive soon.
    fn drop(&mut self) {
        if self.over {
            return;
        }
        self.in_flight.input(if self.is_draining { Input::Cancel } else { Input::Discard });
        loop {
            match self.in_flight.poll() {
                Action::Wait(Interest { write: true, .. }) => {
                    let (buffers, transport) = self.in_flight.io();
                    let sent: io::Result<usize> = match transport {
                        Some(socket) => socket.write_now(buffers.out()[0]),
                        None => Err(ErrorKind::NotConnected.into()),
                    };
                    self.in_flight.wrote(Some(sent));
                }
                Action::Wait(Interest { read: true, .. }) if self.drain_in_task() => return,
                Action::Close => self.in_flight.close(),
                Action::Release => self.release(),
                Action::Done | Action::Failed => return self.release(),
                Action::Event(_) => {}
                // Nothing else remains to be done.
                _ => self.in_flight.input(Input::Cancel),
            }
        }
    }
}

/// Returns the error of an exchange without a transport.
#[cold]
fn not_connected() -> CoreError {
    io::Error::from(ErrorKind::NotConnected).into()
}

/// Returns the output of `future`; `None` if the deadline passes first.
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
