//! The server's end of a connection, with or without TLS.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::Socket;

/// How long a single step may wait for the client.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

pub(crate) enum Stream {
    Plain(Socket),
    Tls(Box<StreamOwned<ServerConnection, Socket>>),
}

impl Stream {
    /// Becomes a TLS server. A handshake that fails leaves a stream that can be closed.
    pub(crate) fn accept_tls(
        socket: Socket,
        config: Arc<ServerConfig>,
    ) -> io::Result<(Self, io::Result<()>)> {
        let connection = ServerConnection::new(config).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, socket);
        let handshake = stream.conn.complete_io(&mut stream.sock).map(drop);
        Ok((Self::Tls(Box::new(stream)), handshake))
    }

    pub(crate) fn transport(&self) -> &Socket {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &stream.sock,
        }
    }

    /// How long a read waits.
    pub(crate) fn patience(&mut self, time: Duration) -> io::Result<()> {
        self.transport().set_read_timeout(Some(time))
    }

    /// Says that nothing more comes, as TLS does, and closes our direction.
    pub(crate) fn close_notify(&mut self) -> io::Result<()> {
        let Self::Tls(stream) = self else {
            return Err(io::Error::other("close_notify is a matter of TLS"));
        };
        stream.conn.send_close_notify();
        stream.flush()?;
        stream.sock.shutdown(Shutdown::Write)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

/// All that is written goes out at once.
impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(stream) => {
                let n = stream.write(bytes)?;
                stream.flush().map(|()| n)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
