//! A signal that wakes a thread which waits for sockets.

use std::io;
#[cfg(unix)]
use std::io::{Read, Write};
#[cfg(not(unix))]
use std::net::{Ipv4Addr, UdpSocket};
#[cfg(unix)]
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags};

/// A signal that can be waited for together with sockets. It is a pair of sockets, because only
/// sockets can be polled together on every system: what is sent to one can be read from the other.
#[derive(Debug)]
pub(crate) struct Signal {
    sender: Half,
    receiver: Half,
}

#[cfg(unix)]
type Half = UnixStream;
#[cfg(not(unix))]
type Half = UdpSocket;

impl Signal {
    pub(crate) fn new() -> io::Result<Self> {
        let (sender, receiver) = pair()?;
        sender.set_nonblocking(true)?;
        receiver.set_nonblocking(true)?;
        Ok(Self { sender, receiver })
    }

    /// Wakes the waiting thread, or the next that waits.
    pub(crate) fn notify(&self) {
        // A full socket wakes already. No other error is possible while both halves are open.
        #[cfg(unix)]
        let _ = (&self.sender).write(&[0]);
        #[cfg(not(unix))]
        let _ = self.sender.send(&[0]);
    }

    /// Clears the signal, so that the next wait blocks.
    pub(crate) fn clear(&self) {
        let mut room = [0; 16];
        #[cfg(unix)]
        while (&self.receiver).read(&mut room).is_ok_and(|n| n > 0) {}
        #[cfg(not(unix))]
        while self.receiver.recv(&mut room).is_ok() {}
    }

    pub(crate) fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(&self.receiver, PollFlags::IN)
    }
}

#[cfg(unix)]
fn pair() -> io::Result<(Half, Half)> {
    UnixStream::pair()
}

/// Returns two UDP sockets on loopback that accept datagrams of each other only.
#[cfg(not(unix))]
fn pair() -> io::Result<(Half, Half)> {
    let [one, other] = [(); 2].map(|()| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)));
    let (one, other) = (one?, other?);
    one.connect(other.local_addr()?)?;
    other.connect(one.local_addr()?)?;
    Ok((one, other))
}
