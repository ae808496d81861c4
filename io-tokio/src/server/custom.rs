//! The transport of a served connection that is not a socket of the system.

use std::fmt;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use limpid_io::server::Departure;
use tokio::io::ReadBuf;

use crate::transport::Transport;

/// The number of bytes that are read ahead at once, and above which no more are.
const AHEAD: usize = 4 * 1024;

/// A transport that the handler and the task of the connection share.
#[derive(Clone)]
pub(super) struct Custom(Arc<Mutex<State>>);

struct State {
    transport: Box<dyn Transport>,
    /// Bytes that were read to find out whether there are any.
    ahead: Vec<u8>,
    /// The client has closed its direction.
    has_ended: bool,
}

impl Custom {
    pub(super) fn new(transport: Box<dyn Transport>) -> Self {
        Self(Arc::new(Mutex::new(State { transport, ahead: Vec::new(), has_ended: false })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether there is something to read.
    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lock().poll_ahead(cx)
    }

    /// Reads into `room`; 0 bytes at the end.
    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        room: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.lock();
        let State { transport, ahead, has_ended } = &mut *state;
        if !ahead.is_empty() {
            let n = ahead.len().min(room.len());
            room[..n].copy_from_slice(&ahead[..n]);
            ahead.drain(..n);
            return Poll::Ready(Ok(n));
        }
        if *has_ended {
            return Poll::Ready(Ok(0));
        }
        let mut room = ReadBuf::new(room);
        ready!(transport.poll_read(cx, &mut room))?;
        *has_ended = room.filled().is_empty();
        Poll::Ready(Ok(room.filled().len()))
    }

    /// Sends some of these bytes, in order.
    pub(super) fn poll_write(
        &self,
        cx: &mut Context<'_>,
        slices: [&[u8]; 3],
    ) -> Poll<io::Result<usize>> {
        self.lock().transport.poll_write(cx, &slices.map(IoSlice::new))
    }

    /// Shuts down the sending direction, as far as possible without waiting.
    pub(super) fn shutdown_write(&self) {
        let _ = self.lock().transport.poll_shutdown(&mut Context::from_waker(Waker::noop()));
    }

    /// Returns whether nothing can be read.
    pub(super) fn is_silent(&self) -> bool {
        let mut state = self.lock();
        state.ahead.is_empty() && !state.has_ended && state.transport.is_silent()
    }

    /// Waits until the client has disconnected. Closing only its direction counts unless `half_close` is true.
    /// While more than a few bytes are unread, nothing is detected.
    pub(super) async fn departure(&self, half_close: bool) -> Departure {
        poll_fn(|cx| {
            let mut state = self.lock();
            match state.poll_end(cx) {
                Poll::Ready(Err(error)) => Poll::Ready(Departure::Gone(Some(error))),
                Poll::Ready(Ok(())) if !half_close => Poll::Ready(Departure::HalfClosed),
                // The task is polled again when the handler has made progress.
                _ => Poll::Pending,
            }
        })
        .await
    }
}

impl State {
    /// Reads ahead, unless bytes or the end were read.
    fn poll_ahead(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() && !self.has_ended {
            ready!(self.poll_more(cx))?;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads ahead up to the end, such as beyond the closing message of TLS.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.has_ended {
            if self.ahead.len() >= AHEAD {
                return Poll::Pending;
            }
            ready!(self.poll_more(cx))?;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads ahead once.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut room = [0; AHEAD];
        let mut room = ReadBuf::new(&mut room);
        ready!(self.transport.poll_read(cx, &mut room))?;
        self.ahead.extend_from_slice(room.filled());
        self.has_ended = room.filled().is_empty();
        Poll::Ready(Ok(()))
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}
