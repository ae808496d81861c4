//! The driver of a served connection: performs the session's actions.

use std::future::poll_fn;
use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use limpid_core::server::{Action, Interest};
use limpid_core::time::Deadline;
use limpid_io::server::{
    PlaceGuard, Places, ServerSettings, Serving, ShutdownSignal, Stop, WakerId,
};

use super::socket::Socket;
use crate::timer::Timer;

/// A connection and its socket. Dropping it cancels the session and closes the socket.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) serving: Serving,
    socket: Socket,
    /// Wakes the task for deadlines, and for the shutdown of the server.
    timer: Timer,
    id: WakerId,
    place: PlaceGuard<Waker>,
    /// The place knows that the connection is idle.
    is_idle: bool,
}

impl Connection {
    pub(super) fn new(
        socket: Socket,
        peer: Option<SocketAddr>,
        settings: &Arc<ServerSettings>,
        shutdown: Arc<ShutdownSignal>,
        places: &Arc<Places<Waker>>,
    ) -> Self {
        let serving = Serving::new(peer, settings, shutdown);
        let timer = Timer::new();
        let id = serving.shutdown().register(timer.waker());
        let place = places.take(timer.waker());
        Self { serving, socket, timer, id, place, is_idle: false }
    }

    /// Returns the socket, which can be watched while the handler has the connection.
    pub(super) const fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Runs the session until it requires something of the caller.
    pub(super) async fn run(&mut self) -> Stop {
        let mut waits = None;
        poll_fn(|cx| self.poll_run(cx, &mut waits)).await
    }

    /// Runs the session as [`run`](Self::run) does. `waits` is what the session asked for, once the
    /// task waits for it.
    pub(super) fn poll_run(
        &mut self,
        cx: &mut Context<'_>,
        waits: &mut Option<Interest>,
    ) -> Poll<Stop> {
        if let Some(interest) = waits.take() {
            self.serving.tick();
            if self.poll_wait(cx, interest, false).is_pending() {
                *waits = Some(interest);
                return Poll::Pending;
            }
        }
        loop {
            match self.serving.poll() {
                Action::Wait(Interest { read: false, write: false, .. })
                | Action::Event
                | Action::Handle => return Poll::Ready(Stop::Handle),
                Action::Wait(interest) => {
                    if self.poll_wait(cx, interest, true).is_pending() {
                        *waits = Some(interest);
                        return Poll::Pending;
                    }
                }
                Action::Request => return Poll::Ready(Stop::Request),
                Action::Failed => return Poll::Ready(Stop::Failed),
                Action::Secure => self.serving.secure(),
                Action::ShutdownWrite | Action::Close { reset: false } => {
                    self.socket.shutdown_write();
                }
                Action::Close { reset: true } => self.socket.reset_on_close(),
                Action::Done => return Poll::Ready(Stop::Done),
            }
        }
    }

    /// Moves bytes as soon as that is possible in either direction, or passes a timeout to the
    /// session.
    #[inline]
    fn poll_wait(&mut self, cx: &mut Context<'_>, interest: Interest, is_new: bool) -> Poll<()> {
        if interest.write && self.poll_write(cx).is_ready() {
            return Poll::Ready(());
        }
        let is_idle = interest.read && self.serving.session().is_idle();
        if interest.read && self.poll_read(cx, is_new, is_idle).is_ready() {
            return Poll::Ready(());
        }
        let over = self.poll_over(cx);
        if is_idle && over.is_pending() { self.poll_idle() } else { over }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, is_new: bool, is_idle: bool) -> Poll<()> {
        // A client that was just answered has usually sent nothing more, and checking costs less than
        // providing a buffer. A session at rest has none until there is something to read. An error of the
        // socket is reported by the read.
        let is_asked = is_idle && (is_new || self.serving.session().is_resting());
        if is_asked {
            drop(ready!(self.socket.poll_readable(cx)));
        }
        // A task that has waited is usually woken because there is something to read.
        let is_ready = is_asked || !is_new;
        let read = ready!(self.socket.poll_read(cx, self.serving.space(), is_ready));
        if mem::take(&mut self.is_idle) {
            self.place.set_busy();
        }
        self.serving.received(read);
        Poll::Ready(())
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let sent = ready!(self.socket.poll_write(cx, self.serving.out()));
        self.serving.sent(sent);
        Poll::Ready(())
    }

    /// Notes that the connection is idle, and leaves if another needs its place. One that needs it after
    /// this check wakes the task.
    #[inline]
    fn poll_idle(&mut self) -> Poll<()> {
        if !mem::replace(&mut self.is_idle, true) {
            self.place.set_idle(self.serving.now());
        }
        if self.place.must_leave() {
            self.serving.make_room();
            return Poll::Ready(());
        }
        Poll::Pending
    }

    /// Returns whether the wait for the socket has ended for another reason: a deadline has passed,
    /// or the server shuts down. If not, the task is woken when it does.
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (until, now) = (self.serving.deadline(), self.serving.now());
        match until {
            Some(Deadline { at, .. }) if at <= now => {
                self.serving.timed_out();
                return Poll::Ready(());
            }
            Some(Deadline { at, .. }) => {
                if self.timer.poll_passed(at, now, cx).is_ready() {
                    // The deadline has passed since the last clock reading.
                    self.serving.tick();
                    self.serving.timed_out();
                    return Poll::Ready(());
                }
            }
            None => self.timer.watch(cx),
        }
        // A shutdown that begins after this check wakes the task.
        if self.serving.must_shut_down() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.serving.shutdown().deregister(self.id);
    }
}
