//! Waking a thread that waits for sockets.

use std::io;
#[cfg(unix)]
use std::io::{Read, Write};
#[cfg(not(unix))]
use std::net::{Ipv4Addr, UdpSocket};
#[cfg(unix)]
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags};

/// Something to wait for beside sockets, as only sockets can be waited for together on every system: what
/// is sent to one of a pair can be read from the other.
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

    /// Wakes the thread that waits, or the next that does.
    pub(crate) fn notify(&self) {
        // One that is full wakes already, and nothing else can fail while both halves are there.
        #[cfg(unix)]
        let _ = (&self.sender).write(&[0]);
        #[cfg(not(unix))]
        let _ = self.sender.send(&[0]);
    }

    /// Takes what has woken a thread, so that the next wait waits.
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

/// Two sockets of loopback that take nothing from any other.
#[cfg(not(unix))]
fn pair() -> io::Result<(Half, Half)> {
    let [one, other] = [(); 2].map(|()| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)));
    let (one, other) = (one?, other?);
    one.connect(other.local_addr()?)?;
    other.connect(one.local_addr()?)?;
    Ok((one, other))
}
