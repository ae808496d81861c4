//! A client's transport with the timer of its operations.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

use limpid_core::client::Retirement;
use limpid_core::time::{Deadline, Mono};
use limpid_io::{Buffers, PooledTransport};
use tokio::io::ReadBuf;
use tokio::runtime::{Handle, Id};

use crate::network::Network;
use crate::stream::Stream;
use crate::timer::Timer;

/// A transport whose operations have deadlines.
#[derive(Debug)]
pub(crate) struct Timed {
    stream: Stream,
    timer: Option<Timer>,
    /// The runtime that the stream and the timer belong to.
    runtime: Option<Id>,
}

impl Timed {
    pub(crate) fn new(stream: Stream) -> Self {
        Self { stream, timer: None, runtime: runtime() }
    }

    /// Moves a transport that nothing waits for to the current runtime. The one that it belongs to may
    /// be gone, or may not run.
    ///
    /// # Errors
    /// It is a caller's, or the system does not allow it.
    #[inline]
    pub(crate) fn move_here(&mut self) -> io::Result<()> {
        let here = runtime();
        if self.runtime == here { Ok(()) } else { self.move_to(here) }
    }

    #[cold]
    fn move_to(&mut self, runtime: Option<Id>) -> io::Result<()> {
        self.stream.register()?;
        (self.timer, self.runtime) = (None, runtime);
        Ok(())
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

    /// Releases the timer's waker, because the connection becomes idle.
    pub(crate) fn rest(&self) {
        if let Some(timer) = &self.timer {
            timer.rest();
        }
    }

    /// Reads once, as soon as there is something.
    #[inline]
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffers: &mut Buffers<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut room = ReadBuf::new(buffers.space());
        ready!(self.stream.poll_read(cx, &mut room))?;
        Poll::Ready(Ok(room.filled().len()))
    }

    /// Writes once, as soon as that is possible.
    #[inline]
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        buffers: &Buffers<'_>,
    ) -> Poll<io::Result<usize>> {
        self.stream.poll_write(cx, buffers.out())
    }

    /// Returns whether a deadline that was set at `now` or later has passed.
    #[inline]
    pub(crate) fn poll_passed(
        &mut self,
        until: Deadline,
        now: Mono,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        self.timer.get_or_insert_with(Timer::new).poll_passed(until.at, now, cx)
    }
}

impl PooledTransport for Timed {
    type Network = Network;

    fn is_silent(&self) -> bool {
        self.stream.is_silent()
    }

    fn prepare(&mut self) -> Result<(), Retirement> {
        if !self.is_silent() {
            return Err(Retirement::NotSilent);
        }
        self.move_here().map_err(|_| Retirement::Unusable)
    }

    fn local_address(&self) -> Option<SocketAddr> {
        self.local_addr()
    }

    fn close(self, last: &[u8]) {
        self.stream.close(last);
    }
}

/// Returns the number of the current runtime, if there is one.
fn runtime() -> Option<Id> {
    Handle::try_current().ok().map(|runtime| runtime.id())
}
