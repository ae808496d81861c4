//! Connections to syslog daemons.

use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
#[cfg(unix)]
use std::os::unix::net::{UnixDatagram, UnixStream};
#[cfg(unix)]
use std::path::PathBuf;

use super::model::{SyslogAddress, SyslogConfig};

/// A connection to a syslog daemon. Each line is one message.
pub(super) enum Syslog {
    Udp(UdpSocket, SocketAddr),
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(Unix),
}

impl Syslog {
    /// Connects to a daemon. One behind a Unix socket may start later.
    pub(super) fn open(config: SyslogConfig) -> io::Result<Self> {
        match config.address {
            SyslogAddress::Host(host, port) if config.is_stream == Some(true) => {
                Ok(Self::Tcp(TcpStream::connect((&*host, port))?))
            }
            SyslogAddress::Host(host, port) => {
                let to = (&*host, port).to_socket_addrs()?.next();
                let to = to.ok_or_else(|| io::Error::other("the host has no address"))?;
                let any = match to {
                    SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
                    SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
                };
                Ok(Self::Udp(UdpSocket::bind(SocketAddr::new(any, 0))?, to))
            }
            #[cfg(unix)]
            SyslogAddress::Unix(path) => {
                let mut unix = Unix { path, is_stream: config.is_stream, socket: None };
                unix.socket = unix.connect().ok();
                Ok(Self::Unix(unix))
            }
            #[cfg(not(unix))]
            SyslogAddress::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl Write for Syslog {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self {
            Self::Udp(socket, to) => socket.send_to(line, *to),
            Self::Tcp(stream) => stream.write_all(line).map(|()| line.len()),
            #[cfg(unix)]
            Self::Unix(unix) => unix.send(line).map(|()| line.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A daemon behind a Unix socket, which may be started again.
#[cfg(unix)]
pub(super) struct Unix {
    path: PathBuf,
    is_stream: Option<bool>,
    socket: Option<UnixSocket>,
}

#[cfg(unix)]
enum UnixSocket {
    Datagram(UnixDatagram),
    Stream(UnixStream),
}

#[cfg(unix)]
impl Unix {
    /// Connects with datagrams, and with a stream if the socket does not accept them.
    fn connect(&self) -> io::Result<UnixSocket> {
        if self.is_stream != Some(true) {
            let socket = UnixDatagram::unbound()?;
            match socket.connect(&self.path) {
                Ok(()) => return Ok(UnixSocket::Datagram(socket)),
                Err(error) if self.is_stream.is_some() => return Err(error),
                Err(_) => {}
            }
        }
        UnixStream::connect(&self.path).map(UnixSocket::Stream)
    }

    /// Sends a line, over a new connection if the present one fails.
    fn send(&mut self, line: &[u8]) -> io::Result<()> {
        if let Some(socket) = &mut self.socket
            && socket.send(line).is_ok()
        {
            return Ok(());
        }
        self.socket = None;
        let mut socket = self.connect()?;
        socket.send(line)?;
        self.socket = Some(socket);
        Ok(())
    }
}

#[cfg(unix)]
impl UnixSocket {
    fn send(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Datagram(socket) => socket.send(line).map(drop),
            Self::Stream(stream) => stream.write_all(line),
        }
    }
}
