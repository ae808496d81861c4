//! A client's transport, and the timer that its operations share.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use limpid_core::time::{Deadline, Mono};
use limpid_io::{Buffers, PooledTransport};
use tokio::io::ReadBuf;

use crate::network::Network;
use crate::stream::Stream;
use crate::timer::Timer;

/// The least room for a read.
const READ: usize = 16 * 1024;

/// A transport whose operations have deadlines.
#[derive(Debug)]
pub(crate) struct Timed {
    stream: Stream,
    timer: Option<Timer>,
}

impl Timed {
    pub(crate) const fn new(stream: Stream) -> Self {
        Self { stream, timer: None }
    }

    pub(crate) fn into_stream(self) -> Stream {
        self.stream
    }

    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        self.stream.local_addr()
    }

    pub(crate) fn remote_addr(&self) -> Option<SocketAddr> {
        self.stream.remote_addr()
    }

    pub(crate) fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write_now(bytes)
    }

    /// The connection is idle from now on.
    pub(crate) fn rest(&self) {
        if let Some(timer) = &self.timer {
            timer.rest();
        }
    }

    /// Reads once, as soon as there is something; `None` if the time for it is over.
    pub(crate) async fn read(
        &mut self,
        mut buffers: Buffers<'_>,
        now: Mono,
    ) -> Option<io::Result<usize>> {
        let Self { stream, timer } = self;
        let until = buffers.deadline();
        let mut room = ReadBuf::new(buffers.space(READ));
        poll_fn(|cx| match stream.poll_read(cx, &mut room) {
            Poll::Ready(result) => Poll::Ready(Some(result.map(|()| room.filled().len()))),
            Poll::Pending => poll_passed(timer, until, now, cx).map(|()| None),
        })
        .await
    }

    /// Writes once, as soon as that is possible; `None` if the time for it is over.
    pub(crate) async fn write(
        &mut self,
        mut buffers: Buffers<'_>,
        now: Mono,
    ) -> Option<io::Result<usize>> {
        let Self { stream, timer } = self;
        poll_fn(|cx| match stream.poll_write(cx, buffers.out()) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => poll_passed(timer, buffers.deadline(), now, cx).map(|()| None),
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

impl PooledTransport for Timed {
    type Network = Network;

    fn is_silent(&self) -> bool {
        self.stream.is_silent()
    }

    fn close(self, last: &[u8]) {
        self.stream.close(last);
    }
}
