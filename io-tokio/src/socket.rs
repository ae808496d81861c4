//! Sockets: opening them, moving bytes, and asking whether they are silent.

use std::io::{self, ErrorKind, IoSlice};
use std::net::IpAddr;

use limpid_core::client::Target;
use limpid_core::trace::SocketOption;
use limpid_std::parts::{Transport, is_silent, prepare};
use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};

/// A stream of either kind.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

macro_rules! either {
    ($socket:expr, $stream:ident => $does:expr) => {
        match $socket {
            Self::Tcp($stream) => $does,
            #[cfg(unix)]
            Self::Unix($stream) => $does,
        }
    };
}

impl Socket {
    /// Opens a connection to `target`.
    pub(crate) async fn open(
        target: Target<'_>,
        from: Option<IpAddr>,
        options: &[SocketOption],
    ) -> io::Result<Self> {
        match target {
            Target::Tcp(address) => {
                let (socket, _) = prepare(target, from, options)?;
                socket.set_nonblocking(true)?;
                let socket = TcpSocket::from_std_stream(socket.into());
                Ok(Self::Tcp(socket.connect(address).await?))
            }
            #[cfg(unix)]
            Target::Unix(path) => Ok(Self::Unix(tokio::net::UnixStream::connect(path).await?)),
            #[cfg(not(unix))]
            Target::Unix(_) => Err(ErrorKind::Unsupported.into()),
        }
    }

    /// Reads once, as soon as there is something.
    pub(crate) async fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        either!(self, stream => loop {
            match stream.try_read(room) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => stream.readable().await?,
                result => return result,
            }
        })
    }

    /// Writes once, as soon as that is possible.
    pub(crate) async fn write(&self, slices: [&[u8]; 3]) -> io::Result<usize> {
        either!(self, stream => loop {
            let result = match slices {
                [slice, [], []] => stream.try_write(slice),
                slices => stream.try_write_vectored(&slices.map(IoSlice::new)),
            };
            match result {
                Err(error) if error.kind() == ErrorKind::WouldBlock => stream.writable().await?,
                result => return result,
            }
        })
    }

    /// Sends what can be sent without waiting.
    pub(crate) fn write_now(&self, bytes: &[u8]) -> io::Result<usize> {
        either!(self, stream => stream.try_write(bytes))
    }
}

impl Transport for Socket {
    fn is_silent(&self) -> bool {
        either!(self, stream => is_silent(&SockRef::from(stream)))
    }

    fn bid_farewell(self, bytes: &[u8]) {
        if !bytes.is_empty() {
            // Nobody is left who would care.
            let _ = self.write_now(bytes);
        }
    }
}
