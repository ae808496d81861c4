//! The socket of a connection that is served by a thread.

use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::server::Interest;
use limpid_io::server::Departure;
use limpid_socket::send_now;
use rustix::event::{PollFd, PollFlags, poll};
use socket2::Socket;

use crate::deadline::poll_timeout;

/// A socket whose reads block, and whose writes do not.
#[derive(Debug)]
pub(super) struct ServedSocket {
    socket: Arc<Socket>,
    /// How long reads wait.
    timeout: Option<Duration>,
}

/// What the system says after a wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Readiness {
    pub(super) read: bool,
    pub(super) write: bool,
}

impl ServedSocket {
    pub(super) const fn new(socket: Arc<Socket>) -> Self {
        Self { socket, timeout: None }
    }

    /// Reads some bytes, and waits for them. The timeout is not zero.
    pub(super) fn read(&mut self, room: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        if timeout != self.timeout {
            self.socket.set_read_timeout(timeout)?;
            self.timeout = timeout;
        }
        self.read_ready(room)
    }

    /// Reads what has come, after a [`wait`](Self::wait) has said that something has.
    pub(super) fn read_ready(&self, room: &mut [u8]) -> io::Result<usize> {
        (&*self.socket).read(room)
    }

    /// Writes what can be written without waiting.
    pub(super) fn write_now(&self, slices: [&[u8]; 3]) -> io::Result<usize> {
        send_now(&self.socket, slices)
    }

    /// Waits until one of these operations is possible. With none, the time is over.
    pub(super) fn wait(
        &self,
        interest: Interest,
        timeout: Option<Duration>,
    ) -> io::Result<Readiness> {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, interest.read);
        flags.set(PollFlags::OUT, interest.write);
        let mut fds = [PollFd::new(&*self.socket, flags)];
        poll(&mut fds, poll_timeout(timeout).as_ref())?;
        let events = fds[0].revents();
        // What is wrong with the socket is said by the operation.
        let is_broken = events.intersects(PollFlags::ERR | PollFlags::HUP);
        Ok(Readiness {
            read: events.contains(PollFlags::IN) || is_broken,
            write: events.contains(PollFlags::OUT) || is_broken,
        })
    }

    /// Returns how the client has gone away, if it has: without reading, and without waiting.
    pub(super) fn departure(&self) -> Option<Departure> {
        let mut fds = [PollFd::new(&*self.socket, READ_CLOSED)];
        poll(&mut fds, poll_timeout(Some(Duration::ZERO)).as_ref()).ok()?;
        let events = fds[0].revents();
        if events.contains(PollFlags::ERR) {
            return Some(Departure::Gone(self.socket.take_error().ok().flatten()));
        }
        if events.contains(PollFlags::HUP) && HUP_IS_BOTH {
            return Some(Departure::Gone(None));
        }
        let is_half_closed = if HUP_IS_BOTH {
            events.contains(READ_CLOSED)
        } else {
            // The end is seen unless bytes that were not read stand before it.
            events.contains(PollFlags::IN)
                && matches!(self.socket.peek(&mut [MaybeUninit::uninit()]), Ok(0))
        };
        is_half_closed.then_some(Departure::HalfClosed)
    }
}

/// What says that the client has closed its direction.
#[cfg(any(target_os = "linux", target_os = "android"))]
const READ_CLOSED: PollFlags = PollFlags::RDHUP;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const READ_CLOSED: PollFlags = PollFlags::IN;

/// Whether the system reports a hang-up only when both directions are closed. Others do it too when the
/// client has closed its own.
const HUP_IS_BOTH: bool = cfg!(any(target_os = "linux", target_os = "android"));
