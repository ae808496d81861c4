//! Tunnels: connections whose bytes are passed on in both directions.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use limpid_core::trace::{EventKind, TraceEvent};
use limpid_tokio::Upgraded;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, copy_bidirectional};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::guard::Guard;

/// A client that has left HTTP/1.1.
pub(super) struct Tunnel {
    client: Upgraded,
    /// Bytes of the client that were read to see what it speaks.
    ahead: Vec<u8>,
    received: u64,
    sent: u64,
}

/// What a client speaks in a tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Tls,
    Http,
    Other,
}

impl Tunnel {
    pub(super) const fn new(client: Upgraded) -> Self {
        Self { client, ahead: Vec::new(), received: 0, sent: 0 }
    }

    /// Waits for the first bytes of the client, for at most `time`, and returns what they are. They stay in the
    /// tunnel.
    ///
    /// # Errors
    /// The client has failed.
    pub(super) async fn protocol(&mut self, time: Duration) -> io::Result<Protocol> {
        let reading = async {
            loop {
                if let Some(protocol) = Protocol::of(&self.ahead) {
                    return Ok(protocol);
                }
                let mut room = [0; 16];
                match self.client.read(&mut room).await? {
                    0 => return Ok(Protocol::Other),
                    n => self.ahead.extend_from_slice(&room[..n]),
                }
            }
        };
        timeout(time, reading).await.unwrap_or(Ok(Protocol::Other))
    }

    /// Passes bytes on in both directions, until both have ended or one has failed.
    pub(super) async fn join(mut self, mut server: impl AsyncRead + AsyncWrite + Unpin) {
        let ended = copy_bidirectional(&mut self, &mut server).await;
        let error = ended.err().map(|error| error.to_string());
        let Self { client, received, sent, .. } = self;
        client.emit(EventKind::TunnelClosed, || TraceEvent::TunnelClosed {
            received,
            sent,
            error: error.as_deref(),
        });
    }
}

impl Protocol {
    /// Returns what these first bytes belong to; `None` if more are needed. In plain HTTP, a client opens a
    /// tunnel for web sockets, whose handshake is a GET (RFC 6455 section 4.1).
    fn of(bytes: &[u8]) -> Option<Self> {
        const GET: &[u8] = b"GET ";
        // The type of a record that has a part of a handshake (RFC 8446 section 5.1).
        const HANDSHAKE: u8 = 22;
        match bytes {
            [] => None,
            [HANDSHAKE, ..] => Some(Self::Tls),
            bytes if bytes.starts_with(GET) => Some(Self::Http),
            bytes if GET.starts_with(bytes) => None,
            _ => Some(Self::Other),
        }
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = room.filled().len();
        let read = if this.ahead.is_empty() {
            Pin::new(&mut this.client).poll_read(cx, room)
        } else {
            let n = this.ahead.len().min(room.remaining());
            room.put_slice(&this.ahead[..n]);
            this.ahead.drain(..n);
            Poll::Ready(Ok(()))
        };
        this.received += (room.filled().len() - before) as u64;
        read
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.client).poll_write(cx, data);
        if let Poll::Ready(Ok(n)) = &written {
            this.sent += *n as u64;
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().client).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().client).poll_shutdown(cx)
    }
}

/// Opens a connection to the first address of a host that takes one within `limit`, and returns that address too.
///
/// # Errors
/// None does, or all are addresses of the proxy itself.
pub(super) async fn open(
    host: &str,
    port: u16,
    guard: Guard,
    limit: Option<Duration>,
) -> io::Result<(TcpStream, SocketAddr)> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in lookup_host((host, port)).await? {
        let connecting = async {
            guard.check(address)?;
            TcpStream::connect(address).await
        };
        let connected = match limit {
            None => connecting.await,
            Some(limit) => timeout(limit, connecting)
                .await
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
        };
        match connected {
            Ok(stream) => return Ok((stream, address)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_the_protocol() {
        for (bytes, protocol) in [
            (&b""[..], None),
            (b"G", None),
            (b"GET", None),
            (b"GET /", Some(Protocol::Http)),
            (b"GEX", Some(Protocol::Other)),
            (b"SSH-2.0-", Some(Protocol::Other)),
            (b"\x16\x03\x01", Some(Protocol::Tls)),
            (b"\x00", Some(Protocol::Other)),
        ] {
            assert_eq!(Protocol::of(bytes), protocol, "{}", bytes.escape_ascii());
        }
    }
}
