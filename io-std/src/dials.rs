//! Connections that are being opened, several at once where a host has several addresses.

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

/// The attempts that are under way. They need no threads: the system connects by itself.
#[derive(Debug, Default)]
pub(crate) struct Dials(Vec<(DialId, Socket)>);

/// An attempt that has come to something.
pub(crate) type Settled = (DialId, io::Result<Timed>);

impl Dials {
    /// Begins to connect to `target`.
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

    /// Waits until one of them has connected or failed; not longer than `timeout`, and perhaps less.
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

    /// Returns whether none is under way.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Closes one, if it is under way.
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
