//! A client's socket, and the timer that its operations share.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use limpid_core::client::Exchange;
use limpid_core::time::{Deadline, Mono};
use limpid_std::parts::Transport;
use tokio::io::ReadBuf;

use crate::socket::Socket;
use crate::timer::Timer;

/// The least room for a read.
const READ: usize = 16 * 1024;

/// A socket whose operations have deadlines. It passes from hand to hand, and in a box that is quick.
#[derive(Debug)]
pub(crate) struct Timed(Box<Parts>);

#[derive(Debug)]
struct Parts {
    socket: Socket,
    timer: Option<Timer>,
}

impl Timed {
    pub(crate) fn new(socket: Socket) -> Self {
        Self(Box::new(Parts { socket, timer: None }))
    }

    pub(crate) fn into_socket(self) -> Socket {
        self.0.socket
    }

    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        self.0.socket.local_addr()
    }

    pub(crate) fn remote_addr(&self) -> Option<SocketAddr> {
        self.0.socket.remote_addr()
    }

    pub(crate) fn write_now(&self, bytes: &[u8]) -> io::Result<usize> {
        self.0.socket.write_now(bytes)
    }

    /// The connection is idle from now on.
    pub(crate) fn rest(&self) {
        if let Some(timer) = &self.0.timer {
            timer.rest();
        }
    }

    /// Reads once, as soon as there is something; `None` if the time for it is over.
    pub(crate) async fn read(
        &mut self,
        exchange: &mut Exchange,
        now: Mono,
    ) -> Option<io::Result<usize>> {
        let Parts { socket, timer } = &mut *self.0;
        let until = exchange.deadline();
        let mut room = ReadBuf::new(exchange.space(READ));
        poll_fn(|cx| match socket.poll_read(cx, &mut room) {
            Poll::Ready(result) => Poll::Ready(Some(result.map(|()| room.filled().len()))),
            Poll::Pending => poll_passed(timer, until, now, cx).map(|()| None),
        })
        .await
    }

    /// Writes once, as soon as that is possible; `None` if the time for it is over.
    pub(crate) async fn write(
        &mut self,
        exchange: &mut Exchange,
        now: Mono,
    ) -> Option<io::Result<usize>> {
        let Parts { socket, timer } = &mut *self.0;
        poll_fn(|cx| match socket.poll_send(cx, exchange.out()) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => poll_passed(timer, exchange.deadline(), now, cx).map(|()| None),
        })
        .await
    }
}

/// Whether the deadline of an operation that began at `now` has passed.
#[inline]
fn poll_passed(
    timer: &mut Option<Timer>,
    until: Option<Deadline>,
    now: Mono,
    cx: &Context<'_>,
) -> Poll<()> {
    match until {
        Some(Deadline { at, .. }) => {
            timer.get_or_insert_with(|| Timer::new(at, now)).poll_passed(at, now, cx)
        }
        None => Poll::Pending,
    }
}

impl Transport for Timed {
    fn is_silent(&self) -> bool {
        self.0.socket.is_silent()
    }

    fn bid_farewell(self, bytes: &[u8]) {
        self.0.socket.bid_farewell(bytes);
    }
}
