//! The driver: it does what the session says, and decides nothing.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use limpid_core::server::{Action, Interest};
use limpid_core::time::Deadline;
use limpid_io::server::{ServerSettings, Serving, ShutdownSignal, Stop, WakerId};
use tokio::io::ReadBuf;

use crate::socket::Socket;
use crate::timer::Timer;

/// The least room for a read.
const READ: usize = 4 * 1024;

/// A connection and the socket it runs on. Dropping it ends both.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) serving: Serving,
    socket: Socket,
    /// It wakes the task for deadlines and for the shutdown of the server.
    timer: Timer,
    id: WakerId,
}

impl Connection {
    pub(super) fn new(
        socket: Socket,
        peer: Option<SocketAddr>,
        settings: &Arc<ServerSettings>,
        shutdown: Arc<ShutdownSignal>,
    ) -> Self {
        let serving = Serving::new(peer, settings, shutdown);
        let timer = Timer::new();
        let id = serving.shutdown().register(timer.waker());
        Self { serving, socket, timer, id }
    }

    /// Runs the session until it has something for somebody.
    pub(super) async fn run(&mut self) -> Stop {
        let mut waits = None;
        poll_fn(|cx| self.poll_run(cx, &mut waits)).await
    }

    /// As [`run`](Self::run). `waits` is what the session asked for, once that is waited for.
    fn poll_run(&mut self, cx: &mut Context<'_>, waits: &mut Option<Action>) -> Poll<Stop> {
        if waits.is_some() {
            self.serving.tick();
        }
        loop {
            let (next, is_new) = match waits.take() {
                Some(next) => (next, false),
                None => (self.serving.poll(), true),
            };
            let moved = match next {
                Action::Secure => {
                    self.serving.secure();
                    continue;
                }
                Action::Wait(Interest { write: true, .. }) => self.poll_write(cx),
                Action::Wait(Interest { read: true, .. }) => self.poll_read(cx, is_new),
                Action::Request => return Poll::Ready(Stop::Request),
                Action::Event | Action::Handle | Action::Wait(_) => {
                    return Poll::Ready(Stop::Handle);
                }
                Action::Failed => return Poll::Ready(Stop::Failed),
                Action::ShutdownWrite | Action::Close { reset: false } => {
                    self.socket.finish();
                    continue;
                }
                Action::Close { reset: true } => {
                    self.socket.reset_on_close();
                    continue;
                }
                Action::Done => return Poll::Ready(Stop::Done),
            };
            if moved.is_pending() && self.poll_over(cx).is_pending() {
                *waits = Some(next);
                return Poll::Pending;
            }
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, is_new: bool) -> Poll<()> {
        // Who was just answered has mostly sent nothing more, and to ask is less work than to make room.
        // What is wrong with the socket is seen when it is read from.
        if is_new && self.serving.session.is_idle() {
            drop(ready!(self.socket.poll_readable(cx)));
        }
        let mut room = ReadBuf::new(self.serving.session.space(READ));
        let read = ready!(self.socket.poll_read(cx, &mut room));
        let read = read.map(|()| room.filled().len());
        self.serving.received(read);
        Poll::Ready(())
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let sent = ready!(self.socket.poll_send(cx, self.serving.session.out()));
        self.serving.sent(sent);
        Poll::Ready(())
    }

    /// Returns whether the wait for the socket is over all the same: its time is, or the server shuts
    /// down. If not, the task is woken when it is.
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (until, now) = (self.serving.deadline(), self.serving.now());
        match until {
            Some(Deadline { at, .. }) if at <= now => {
                self.serving.timed_out();
                return Poll::Ready(());
            }
            Some(Deadline { at, .. }) => {
                if self.timer.poll_passed(at, now, cx).is_ready() {
                    // It has passed since the clock was looked at.
                    self.serving.tick();
                    self.serving.timed_out();
                    return Poll::Ready(());
                }
            }
            None => self.timer.watch(cx),
        }
        // A shutdown that begins after this wakes the task; one that began before is seen here.
        if self.serving.must_shut_down() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.serving.shutdown().deregister(self.id);
    }
}
