//! A client's socket, and the timer that its operations share.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use limpid_core::time::{Deadline, Mono};
use limpid_std::parts::Transport;
use tokio::io::ReadBuf;
use tokio::time::{Instant, Sleep, sleep};

use crate::socket::Socket;

/// A socket whose operations have deadlines.
///
/// A timer that is set for each operation, and almost never goes off, costs more than the operation.
/// So the timer of the one before is left running: where it goes off too early, which it does once in
/// as long as an operation may take, it is set again.
#[derive(Debug)]
pub(crate) struct Timed {
    socket: Socket,
    timer: Option<Timer>,
}

#[derive(Debug)]
struct Timer {
    sleep: Pin<Box<Sleep>>,
    /// When it goes off.
    at: Mono,
}

impl Timed {
    pub(crate) const fn new(socket: Socket) -> Self {
        Self { socket, timer: None }
    }

    pub(crate) fn into_socket(self) -> Socket {
        self.socket
    }

    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        self.socket.local_addr()
    }

    pub(crate) fn remote_addr(&self) -> Option<SocketAddr> {
        self.socket.remote_addr()
    }

    pub(crate) fn write_now(&self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write_now(bytes)
    }

    /// The connection is idle from now on: the timer wakes the task no more that has used it, and
    /// holds none of its memory.
    pub(crate) fn rest(&mut self) {
        if let Some(timer) = &mut self.timer {
            let _ = timer.sleep.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
    }

    /// Reads once, as soon as there is something; `None` if the deadline passes first.
    pub(crate) async fn read(
        &mut self,
        room: &mut [u8],
        until: Option<Deadline>,
        now: Mono,
    ) -> Option<io::Result<usize>> {
        let Self { socket, timer } = self;
        let mut room = ReadBuf::new(room);
        poll_fn(|cx| match socket.poll_read(cx, &mut room) {
            Poll::Ready(result) => Poll::Ready(Some(result.map(|()| room.filled().len()))),
            Poll::Pending => poll_passed(timer, until, now, cx).map(|()| None),
        })
        .await
    }

    /// Writes once, as soon as that is possible; `None` if the deadline passes first.
    pub(crate) async fn write(
        &mut self,
        slices: [&[u8]; 3],
        until: Option<Deadline>,
        now: Mono,
    ) -> Option<io::Result<usize>> {
        let Self { socket, timer } = self;
        poll_fn(|cx| match socket.poll_send(cx, slices) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => poll_passed(timer, until, now, cx).map(|()| None),
        })
        .await
    }
}

/// Whether the deadline of an operation that began at `now` has passed.
fn poll_passed(
    timer: &mut Option<Timer>,
    until: Option<Deadline>,
    now: Mono,
    cx: &mut Context<'_>,
) -> Poll<()> {
    let Some(Deadline { at: until, .. }) = until else { return Poll::Pending };
    let timer = match timer {
        Some(timer) => timer,
        None => timer.insert(Timer { sleep: Box::pin(sleep(until.since(now))), at: until }),
    };
    if timer.at > until {
        timer.reset(until, now);
    }
    loop {
        ready!(timer.sleep.as_mut().poll(cx));
        if timer.at >= until {
            return Poll::Ready(());
        }
        // It was set for an operation before this one.
        timer.reset(until, timer.at.max(now));
    }
}

impl Timer {
    /// Goes off at `at`, where it is `now`.
    fn reset(&mut self, at: Mono, now: Mono) {
        self.sleep.as_mut().reset(Instant::now() + at.since(now));
        self.at = at;
    }
}

impl Transport for Timed {
    fn is_silent(&self) -> bool {
        self.socket.is_silent()
    }

    fn bid_farewell(self, bytes: &[u8]) {
        self.socket.bid_farewell(bytes);
    }
}
