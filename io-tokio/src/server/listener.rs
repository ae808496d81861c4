//! Listening sockets.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use limpid_socket::prevent_signal;
use socket2::SockRef;
use tokio::net::TcpListener;

use super::socket::Socket;

/// A listening TCP or Unix socket.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
}

impl Listener {
    pub(super) fn new(listener: limpid_socket::Listener) -> io::Result<Self> {
        let is_tcp = listener.address().is_some();
        let socket = listener.socket;
        socket.set_nonblocking(true)?;
        if is_tcp {
            return TcpListener::from_std(socket.into()).map(Self::Tcp);
        }
        #[cfg(unix)]
        return tokio::net::UnixListener::from_std(socket.into()).map(Self::Unix);
        #[cfg(not(unix))]
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Waits for a connection. Returns its socket, and the address of the client.
    pub(super) async fn accept(&self) -> io::Result<(Socket, Option<SocketAddr>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                // Responses are sent whole, so that waiting for more data gains nothing.
                stream.set_nodelay(true)?;
                prevent_signal(&SockRef::from(&stream))?;
                Ok((Socket::Tcp(Arc::new(stream)), Some(peer)))
            }
            #[cfg(unix)]
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                prevent_signal(&SockRef::from(&stream))?;
                Ok((Socket::Unix(Arc::new(stream)), None))
            }
        }
    }
}
