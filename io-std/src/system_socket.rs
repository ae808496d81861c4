//! A socket of the system as a [`Transport`].

use std::io::{self, IoSlice, Read};
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::time::Instant;

use limpid_socket::send;
use rustix::event::{PollFd, PollFlags, poll};
use socket2::Socket;

use crate::deadline::{poll_timeout, timeout_until};
use crate::transport::{Interest, Transport};

/// A connected, non-blocking socket.
#[derive(Debug)]
pub(crate) struct SystemSocket(Socket);

impl SystemSocket {
    pub(crate) fn new(socket: Socket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self(socket))
    }
}

impl Transport for SystemSocket {
    fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        (&self.0).read(room)
    }

    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        send(&self.0, slices)
    }

    fn wait(&self, interest: Interest, deadline: Option<Instant>) -> io::Result<()> {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, interest.read);
        flags.set(PollFlags::OUT, interest.write);
        let timeout = poll_timeout(timeout_until(deadline));
        match poll(&mut [PollFd::new(&self.0, flags)], timeout.as_ref()) {
            Err(error) if error != rustix::io::Errno::INTR => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn is_silent(&self) -> bool {
        let peeked = self.0.peek(&mut [MaybeUninit::uninit()]);
        peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    fn shutdown(&self) -> io::Result<()> {
        self.0.shutdown(Shutdown::Write)
    }

    fn local_addr(&self) -> Option<SocketAddr> {
        self.0.local_addr().ok()?.as_socket()
    }

    fn remote_addr(&self) -> Option<SocketAddr> {
        self.0.peer_addr().ok()?.as_socket()
    }
}
