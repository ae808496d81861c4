//! Connection attempts, of which several can be in progress for a host with several addresses.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use limpid_core::client::{DialId, Target};
use limpid_core::trace::SocketOption;
use limpid_socket::begin;
use rustix::event::{PollFd, PollFlags, poll};
use socket2::Socket;

use crate::deadline::poll_timeout;
use crate::socket::Timed;

/// The attempts in progress. They need no threads: the system connects in the background.
#[derive(Debug, Default)]
pub(crate) struct Dials(Vec<(DialId, Socket)>);

/// An attempt that has ended, with its result.
pub(crate) type Settled = (DialId, io::Result<Timed>);

impl Dials {
    /// Starts to connect to `target`.
    pub(crate) fn start(
        &mut self,
        dial: DialId,
        target: Target<'_>,
        from: Option<IpAddr>,
        options: &[SocketOption],
    ) -> io::Result<()> {
        let socket = begin(target, from, options)?;
        self.0.push((dial, socket));
        Ok(())
    }

    /// Waits until one of them has connected or failed, for at most `timeout`.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Option<Settled>> {
        let sockets = self.0.iter().map(|(_, socket)| socket);
        let mut polled: Vec<PollFd<'_>> =
            sockets.map(|socket| PollFd::new(socket, PollFlags::OUT)).collect();
        poll(&mut polled, poll_timeout(timeout).as_ref())?;
        let Some(index) = polled.iter().position(|socket| !socket.revents().is_empty()) else {
            return Ok(None);
        };
        let (dial, socket) = self.0.swap_remove(index);
        Ok(Some((dial, into_blocking(socket))))
    }

    /// Returns whether no attempt is in progress.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Closes an attempt, if it is in progress.
    pub(crate) fn abandon(&mut self, dial: DialId) {
        self.0.retain(|(id, _)| *id != dial);
    }
}

fn into_blocking(socket: Socket) -> io::Result<Timed> {
    match socket.take_error()? {
        Some(error) => Err(error),
        None => {
            socket.set_nonblocking(false)?;
            Ok(Timed::new(socket))
        }
    }
}
